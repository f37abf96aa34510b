"""jax.random: every distribution from a key, as JAX draws it."""

import jax
import jax.numpy as jnp
from zoo_masters import Dim, Key, Normal, Seed, program, wrong


@program("jax.random.normal", Key(), Dim("N"), N=(4, 5))
def normal(key, n):
    return jax.random.normal(key, (n,))


@wrong("the key is split first")
def normal_split(key, n):
    return jax.random.normal(jax.random.split(key)[0], (n,))


@program("jax.random.uniform", Key(), Dim("N"), N=(4, 5))
def uniform(key, n):
    return jax.random.uniform(key, (n,), minval=-1.0)


@wrong("from zero to one")
def uniform_positive(key, n):
    return jax.random.uniform(key, (n,))


@program("jax.random.bernoulli", Key(), Normal("N"), N=(5, 6))
def bernoulli(key, x):
    return jax.random.bernoulli(key, jax.nn.sigmoid(x))


@wrong("the other outcome")
def bernoulli_other(key, x):
    return ~jax.random.bernoulli(key, jax.nn.sigmoid(x))


@program("jax.random.categorical", Key(), Normal("N", "C"), N=(5, 6), C=(4, 5))
def categorical(key, logits):
    return jax.random.categorical(key, logits)


@wrong("the likeliest class")
def categorical_likeliest(key, logits):
    return jnp.argmax(jnp.asarray(logits), axis=1)


@program("jax.random.choice", Key(), Normal("N"), N=(5, 6))
def choice(key, x):
    return jax.random.choice(key, jnp.asarray(x), (3,), replace=False)


@wrong("with replacement")
def choice_replacing(key, x):
    return jax.random.choice(key, jnp.asarray(x), (3,))


@program("jax.random.permutation", Key(), Normal("N", "D"), N=(5, 6), D=(2, 3))
def permutation(key, x):
    return jax.random.permutation(key, jnp.asarray(x))


@wrong("each column by itself")
def permutation_independent(key, x):
    return jax.random.permutation(key, jnp.asarray(x), independent=True)


@program("jax.random.gumbel", Key(), Dim("N"), N=(4, 5))
def gumbel(key, n):
    return jax.random.gumbel(key, (n,))


@wrong("the sign")
def gumbel_negated(key, n):
    return -jax.random.gumbel(key, (n,))


@program("jax.random.gamma", Key(), Normal("N"), N=(4, 5))
def gamma(key, x):
    return jax.random.gamma(key, jnp.abs(x) + 1)


@wrong("another shape parameter")
def gamma_of_one(key, x):
    return jax.random.gamma(key, jnp.abs(x) + 2)


@program("jax.random.orthogonal", Key(), Dim("N"), N=(3, 4))
def orthogonal(key, n):
    return jax.random.orthogonal(key, n)


@wrong("transposed")
def orthogonal_transposed(key, n):
    return jax.random.orthogonal(key, n).T


@program("jax.random.truncated_normal", Key(), Dim("N"), N=(4, 5))
def truncated_normal(key, n):
    return jax.random.truncated_normal(key, -1.0, 1.0, (n,))


@wrong("clipped instead")
def truncated_normal_clipped(key, n):
    return jnp.clip(jax.random.normal(key, (n,)), -1.0, 1.0)


@program("jax.random.randint", Key(), Dim("N"), N=(4, 5))
def randint(key, n):
    return jax.random.randint(key, (n,), 0, 100)


@wrong("one too large")
def randint_from_one(key, n):
    return jax.random.randint(key, (n,), 1, 101)


@program("jax.random.PRNGKey", Seed(), Dim("N"), N=(4, 5))
def old_key(seed, n):
    return jax.random.normal(jax.random.PRNGKey(seed), (n,))


@wrong("split first")
def old_key_split(seed, n):
    return jax.random.normal(jax.random.split(jax.random.PRNGKey(seed))[1], (n,))


@program("jax.random.split", Key(), Dim("N"), N=(4, 5))
def split(key, n):
    return jax.vmap(jax.random.normal)(jax.random.split(key, n))


@wrong("folded in")
def split_folded(key, n):
    return jax.vmap(lambda step: jax.random.normal(jax.random.fold_in(key, step)))(
        jnp.arange(1, n + 1)
    )


@program("jax.random.fold_in", Key(), Dim("N"), N=(4, 5))
def fold_in(key, n):
    return jax.vmap(lambda step: jax.random.uniform(jax.random.fold_in(key, step)))(jnp.arange(n))


@wrong("the key alone")
def fold_in_forgotten(key, n):
    return jax.random.uniform(key, (n,))


@program("jax.random.key_data", Key(), Dim("N"), N=(2, 3))
def key_data(key, n):
    return jax.random.key_data(jax.random.split(key, n))


@wrong("the last key first")
def key_data_reversed(key, n):
    return jax.random.key_data(jax.random.split(key, n))[::-1]


@program("jax.random.dirichlet", Key(), Normal("N"), N=(4, 5))
def dirichlet(key, x):
    return jax.random.dirichlet(key, jnp.abs(x) + 1)


@wrong("not divided by the sum")
def dirichlet_unnormalised(key, x):
    return jax.random.gamma(key, jnp.abs(x) + 1)


@program("jax.random.poisson", Key(), Normal("N"), N=(4, 5))
def poisson(key, x):
    return jax.random.poisson(key, 20 * (jnp.abs(x) + 1))


@wrong("the rate itself")
def poisson_rate(key, x):
    return jnp.round(20 * (jnp.abs(x) + 1)).astype(int)


@program("jax.random.exponential", Key(), Dim("N"), N=(4, 5))
def exponential(key, n):
    return jax.random.exponential(key, (n,)) / 2


@wrong("the rate is the mean")
def exponential_scaled(key, n):
    return jax.random.exponential(key, (n,)) * 2


@program("jax.random.beta", Key(), Normal("N"), N=(4, 5))
def beta(key, x):
    return jax.random.beta(key, jnp.abs(x) + 1, 2.0)


@wrong("the parameters are swapped")
def beta_swapped(key, x):
    return jax.random.beta(key, 2.0, jnp.abs(x) + 1)


@program("jax.random.multivariate_normal", Key(), Normal("N", "N"), N=(2, 3))
def multivariate_normal(key, a):
    return jax.random.multivariate_normal(
        key, jnp.zeros(len(a)), a @ a.T + len(a) * jnp.eye(len(a))
    )


@wrong("independent coordinates")
def multivariate_normal_independent(key, a):
    return jax.random.normal(key, (len(a),)) * jnp.sqrt(jnp.diag(a @ a.T) + 3 * len(a))


@program("jax.random.rademacher", Key(), Normal("N"), N=(5, 6))
def rademacher(key, x):
    return jax.random.rademacher(key, (len(x),), dtype=jnp.float32) * jnp.abs(x)


@wrong("the other sign")
def rademacher_other(key, x):
    return -jax.random.rademacher(key, (len(x),), dtype=jnp.float32) * jnp.abs(x)


@program("jax.random.wrap_key_data", Key(), Dim("N"), N=(4, 5))
def wrap_key_data(key, n):
    return jax.random.normal(jax.random.wrap_key_data(jax.random.key_data(key)[::-1]), (n,))


@wrong("not reversed")
def wrap_key_data_as_it_is(key, n):
    return jax.random.normal(key, (n,))


@program("jax.random.key(impl='rbg')", Seed(), Dim("N"), N=(4, 5))
def rbg(seed, n):
    return jax.random.normal(jax.random.key(seed, impl="rbg"), (n,))


@wrong("of the next seed")
def rbg_next(seed, n):
    return jax.random.normal(jax.random.key(seed + 1, impl="rbg"), (n,))
