"""Derivatives, forwards and backwards, and what is built from them."""

import jax
import jax.numpy as jnp
from zoo_masters import Normal, Tree, program, wrong


def energy(x, w):
    """A number."""
    return jnp.sum(jnp.sin(w * x) + w * x**2)


def field(x, w):
    """As many numbers as `x` has."""
    return jnp.sin(x) * jnp.sum(w * x) + w


@program("jax.grad", Normal("N"), Normal("N"), N=(4, 5))
def grad(x, w):
    return jax.grad(energy)(jnp.asarray(x), w)


@wrong("with respect to the other argument")
def grad_other(x, w):
    return jax.grad(energy, 1)(x, jnp.asarray(w))


@program("jax.value_and_grad", Normal("N"), Normal("N"), N=(4, 5), several=True)
def value_and_grad(x, w):
    return jax.value_and_grad(energy)(jnp.asarray(x), w)


@wrong("the sign of the gradient")
def value_and_grad_negated(x, w):
    value, slope = jax.value_and_grad(energy)(jnp.asarray(x), w)
    return value, -slope


@program("Question(gradient=…)", Normal("N"), Normal("N"), N=(4, 5), gradient=("x",))
def gradient_of(x, w):
    return energy(x, w)


@wrong("no gradient flows through the sine")
def gradient_stopped(x, w):
    return jnp.sum(jax.lax.stop_gradient(jnp.sin(w * x)) + w * x**2)


@program("jax.jacfwd", Normal("N"), Normal("N"), N=(3, 4))
def jacfwd(x, w):
    return jax.jacfwd(field)(jnp.asarray(x), w)


@wrong("transposed")
def jacfwd_transposed(x, w):
    return jax.jacfwd(field)(jnp.asarray(x), w).T


@program("jax.jacrev", Normal("N"), Normal("N"), N=(3, 4))
def jacrev(x, w):
    return jax.jacrev(field)(jnp.asarray(x), w)


@wrong("with respect to the other argument")
def jacrev_other(x, w):
    return jax.jacrev(field, 1)(x, jnp.asarray(w))


@program("jax.hessian", Normal("N"), Normal("N"), N=(3, 4))
def hessian(x, w):
    return jax.hessian(lambda y: jnp.sum(field(y, w) ** 2))(jnp.asarray(x))


@wrong("of Gauss and Newton")
def hessian_gauss_newton(x, w):
    jacobian = jax.jacfwd(field)(jnp.asarray(x), w)
    return 2 * jacobian.T @ jacobian


@program("jax.jvp", Normal("N"), Normal("N"), Normal("N"), N=(3, 4))
def jvp(x, w, v):
    return jax.jvp(lambda y: field(y, w), (jnp.asarray(x),), (jnp.asarray(v),))[1]


@wrong("from the left")
def jvp_from_the_left(x, w, v):
    return jax.vjp(lambda y: field(y, w), jnp.asarray(x))[1](jnp.asarray(v))[0]


@program("jax.vjp", Normal("N"), Normal("N"), Normal("N"), N=(3, 4))
def vjp(x, w, v):
    return jax.vjp(lambda y: field(y, w), jnp.asarray(x))[1](jnp.asarray(v))[0]


@wrong("from the right")
def vjp_from_the_right(x, w, v):
    return jax.jvp(lambda y: field(y, w), (jnp.asarray(x),), (jnp.asarray(v),))[1]


@program("Hessian-vector product", Normal("N"), Normal("N"), Normal("N"), N=(3, 4))
def hessian_vector_product(x, w, v):
    return jax.jvp(
        jax.grad(lambda y: jnp.sum(field(y, w) ** 2)), (jnp.asarray(x),), (jnp.asarray(v),)
    )[1]


@wrong("the gradient times the vector")
def hessian_by_element(x, w, v):
    return jax.grad(lambda y: jnp.sum(field(y, w) ** 2))(jnp.asarray(x)) * v


@program("implicit differentiation", Normal("N"), N=(3, 4))
def implicit(x):
    @jax.custom_vjp
    def root(a):
        """Where y + tanh(y) = a."""
        return jax.lax.fori_loop(
            0, 30, lambda _, y: y - (y + jnp.tanh(y) - a) / (2 - jnp.tanh(y) ** 2), a / 2
        )

    def forwards(a):
        found = root(a)
        return found, found

    root.defvjp(forwards, lambda found, slope: (slope / (2 - jnp.tanh(found) ** 2),))
    return jax.grad(lambda a: jnp.sum(root(a) ** 2))(jnp.asarray(x))


@wrong("the slope of the equation, not of its root")
def implicit_upside_down(x):
    y = jax.lax.fori_loop(
        0, 30, lambda _, y: y - (y + jnp.tanh(y) - x) / (2 - jnp.tanh(y) ** 2), jnp.asarray(x) / 2
    )
    return 2 * y * (2 - jnp.tanh(y) ** 2)


@program("jax.linearize", Normal("N"), Normal("N"), Normal("N"), N=(3, 4))
def linearize(x, w, v):
    return jax.linearize(lambda y: field(y, w), jnp.asarray(x))[1](jnp.asarray(v))


@wrong("the difference of two values")
def linearize_difference(x, w, v):
    return field(jnp.asarray(x) + v, w) - field(jnp.asarray(x), w)


@program("jax.linear_transpose", Normal("M", "N"), Normal("M"), M=(3, 4), N=(3, 4))
def linear_transpose(a, v):
    return jax.linear_transpose(lambda x: a @ x, jnp.zeros(a.shape[1]))(jnp.asarray(v))[0]


@wrong("negated")
def linear_transpose_negated(a, v):
    return -jnp.asarray(v) @ a


@program("jax.vmap(jax.grad)", Normal("M", "N"), Normal("N"), M=(3, 4), N=(3, 4))
def gradient_of_each(x, w):
    return jax.vmap(jax.grad(energy), in_axes=(0, None))(jnp.asarray(x), jnp.asarray(w))


@wrong("of the sum of the rows")
def gradient_of_mean(x, w):
    slopes = jax.vmap(jax.grad(energy), in_axes=(0, None))(jnp.asarray(x), jnp.asarray(w))
    return jnp.broadcast_to(slopes.mean(axis=0), slopes.shape)


@program("jax.lax.stop_gradient", Normal("N"), Normal("N"), N=(4, 5))
def stop_gradient(x, w):
    return jax.grad(lambda y: jnp.sum(jax.lax.stop_gradient(w * y) * jnp.exp(y)))(jnp.asarray(x))


@wrong("it flows")
def stop_gradient_not(x, w):
    return jax.grad(lambda y: jnp.sum(w * y * jnp.exp(y)))(jnp.asarray(x))


@program("jax.grad of jax.grad", Normal("N"), N=(4, 5))
def third_derivative(x):
    return jax.vmap(jax.grad(jax.grad(jax.grad(lambda y: jnp.sin(y) * y**3))))(jnp.asarray(x))


@wrong("the second")
def second_derivative(x):
    return jax.vmap(jax.grad(jax.grad(lambda y: jnp.sin(y) * y**3)))(jnp.asarray(x))


@program("jax.experimental.jet", Normal("N"), N=(3, 4))
def jet(x):
    from jax.experimental import jet

    x = jnp.asarray(x)
    return jet.jet(jnp.exp, (x,), ((jnp.ones_like(x), jnp.ones_like(x)),))[1][1]


@wrong("the first coefficient")
def jet_first(x):
    return jnp.exp(jnp.asarray(x))


@program(
    "jax.grad of a tree",
    Tree(w=Normal("N", "M"), b=Normal("M")),
    Normal("N"),
    N=(3, 4),
    M=(2, 3),
    several=True,
)
def grad_of_tree(params, x):
    return jax.grad(lambda params: jnp.sum(jnp.tanh(x @ params["w"] + params["b"])))(params)


@wrong("of the weights only")
def grad_of_weights(params, x):
    return {**params, "w": jax.grad(lambda w: jnp.sum(jnp.tanh(x @ w + params["b"])))(params["w"])}


@program("jax.grad of jnp.linalg.inv", Normal("N", "N"), N=(3, 4))
def grad_of_inverse(a):
    return jax.grad(lambda b: jnp.sum(jnp.linalg.inv(b + 3 * len(b) * jnp.eye(len(b))) ** 2))(
        jnp.asarray(a)
    )


@wrong("the sign")
def grad_of_inverse_negated(a):
    return jax.grad(lambda b: -jnp.sum(jnp.linalg.inv(b + 3 * len(b) * jnp.eye(len(b))) ** 2))(
        jnp.asarray(a)
    )
