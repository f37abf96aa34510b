"""Flax NNX: layers with their parameters, states and keys, and NNX's transforms."""

import jax
import jax.numpy as jnp
import optax
from flax import nnx
from zoo_masters import Dim, Normal, Seed, Whole, program, wrong


@program("nnx.Linear", Seed(), Normal("B", "D"), Dim("F"), B=(3, 4), D=(3, 4), F=(2, 3))
def linear(seed, x, features):
    return nnx.Linear(x.shape[1], features, rngs=nnx.Rngs(int(seed)))(jnp.asarray(x))


@wrong("initialised with the key itself")
def linear_raw(seed, x, features):
    return x @ nnx.initializers.lecun_normal()(jax.random.key(seed), (x.shape[1], features))


@program(
    "nnx.Conv", Seed(), Normal("B", "L", "C"), Dim("F"), B=(1, 2), L=(4, 5), C=(1, 2), F=(2, 3)
)
def conv(seed, x, features):
    return nnx.Conv(x.shape[2], features, (3,), rngs=nnx.Rngs(int(seed)))(jnp.asarray(x))


@wrong("round a circle")
def conv_circular(seed, x, features):
    return nnx.Conv(x.shape[2], features, (3,), padding="CIRCULAR", rngs=nnx.Rngs(int(seed)))(
        jnp.asarray(x)
    )


@program("nnx.Embed", Seed(), Whole("N"), Dim("F"), N=(4, 5), F=(2, 3))
def embed(seed, tokens, features):
    return nnx.Embed(5, features, rngs=nnx.Rngs(int(seed)))(jnp.asarray(tokens) % 5)


@wrong("counted from one")
def embed_from_one(seed, tokens, features):
    return nnx.Embed(5, features, rngs=nnx.Rngs(int(seed)))((jnp.asarray(tokens) + 1) % 5)


@program("nnx.LayerNorm", Normal("B", "D"), B=(3, 4), D=(4, 5))
def layer_norm(x):
    return nnx.LayerNorm(x.shape[1], rngs=nnx.Rngs(0))(jnp.asarray(x))


@wrong("the mean is left in")
def layer_norm_rms(x):
    return nnx.RMSNorm(x.shape[1], rngs=nnx.Rngs(0))(jnp.asarray(x))


@program("nnx.BatchNorm", Normal("B", "D"), B=(4, 5), D=(2, 3), several=True)
def batch_norm(x):
    norm = nnx.BatchNorm(x.shape[1], momentum=0.9, rngs=nnx.Rngs(0))
    return norm(jnp.asarray(x)), norm.mean[...], norm.var[...]


@wrong("the running statistics are left as they were")
def batch_norm_fixed(x):
    norm = nnx.BatchNorm(x.shape[1], momentum=0.9, use_running_average=True, rngs=nnx.Rngs(0))
    return norm(jnp.asarray(x)), norm.mean[...], norm.var[...]


@program("nnx.GroupNorm", Normal("B", "D"), B=(3, 4), D=(2, 3))
def group_norm(x):
    x = jnp.concatenate([x, 2 * x + 1, x**2], axis=1)
    return nnx.GroupNorm(x.shape[1], num_groups=3, rngs=nnx.Rngs(0))(x)


@wrong("one group")
def group_norm_whole(x):
    x = jnp.concatenate([x, 2 * x + 1, x**2], axis=1)
    return nnx.GroupNorm(x.shape[1], num_groups=1, rngs=nnx.Rngs(0))(x)


@program("nnx.Dropout", Seed(), Normal("B", "D"), B=(3, 4), D=(4, 5))
def dropout(seed, x):
    return nnx.Dropout(0.5, rngs=nnx.Rngs(dropout=int(seed)))(jnp.asarray(x))


@wrong("drawn with the key itself")
def dropout_raw(seed, x):
    return jnp.where(
        jax.random.bernoulli(jax.random.key(seed), 0.5, x.shape), 2 * jnp.asarray(x), 0
    )


@program("nnx.MultiHeadAttention", Seed(), Normal("B", "T", "D"), B=(1, 2), T=(3, 4), D=(4, 4))
def attention(seed, x):
    layer = nnx.MultiHeadAttention(
        num_heads=2, in_features=x.shape[-1], decode=False, rngs=nnx.Rngs(int(seed))
    )
    return layer(jnp.asarray(x), mask=nnx.make_causal_mask(x[..., 0]))


@wrong("without the mask")
def attention_unmasked(seed, x):
    return nnx.MultiHeadAttention(
        num_heads=2, in_features=x.shape[-1], decode=False, rngs=nnx.Rngs(int(seed))
    )(jnp.asarray(x))


@program("nnx.LSTMCell", Seed(), Normal("B", "D"), Dim("F"), B=(2, 3), D=(3, 4), F=(2, 3))
def lstm_cell(seed, x, features):
    cell = nnx.LSTMCell(x.shape[1], features, rngs=nnx.Rngs(int(seed)))
    carry, _ = cell(cell.initialize_carry(x.shape, nnx.Rngs(1)), jnp.asarray(x))
    return cell(carry, jnp.asarray(x))[1]


@wrong("one step only")
def lstm_cell_once(seed, x, features):
    cell = nnx.LSTMCell(x.shape[1], features, rngs=nnx.Rngs(int(seed)))
    return cell(cell.initialize_carry(x.shape, nnx.Rngs(1)), jnp.asarray(x))[1]


@program("nnx.GRUCell", Seed(), Normal("B", "D"), Dim("F"), B=(2, 3), D=(3, 4), F=(2, 3))
def gru_cell(seed, x, features):
    cell = nnx.GRUCell(x.shape[1], features, rngs=nnx.Rngs(int(seed)))
    return cell(jnp.ones((len(x), features)), jnp.asarray(x))[1]


@wrong("the carry begins with zeros")
def gru_cell_from_zeros(seed, x, features):
    cell = nnx.GRUCell(x.shape[1], features, rngs=nnx.Rngs(int(seed)))
    return cell(jnp.zeros((len(x), features)), jnp.asarray(x))[1]


@program("nnx.RNN", Seed(), Normal("B", "T", "D"), Dim("F"), B=(1, 2), T=(3, 4), D=(2, 3), F=(2, 3))
def rnn(seed, x, features):
    rngs = nnx.Rngs(int(seed))
    return nnx.RNN(nnx.GRUCell(x.shape[-1], features, rngs=rngs), rngs=rngs)(jnp.asarray(x))


@wrong("backwards in time")
def rnn_backwards(seed, x, features):
    rngs = nnx.Rngs(int(seed))
    return nnx.RNN(nnx.GRUCell(x.shape[-1], features, rngs=rngs), rngs=rngs)(
        jnp.asarray(x)[:, ::-1]
    )


@program("nnx.Sequential", Seed(), Normal("B", "D"), Dim("F"), B=(3, 4), D=(3, 4), F=(3, 4))
def sequential(seed, x, features):
    rngs = nnx.Rngs(int(seed))
    model = nnx.Sequential(
        nnx.Linear(x.shape[1], features, rngs=rngs), nnx.tanh, nnx.Linear(features, 2, rngs=rngs)
    )
    return model(jnp.asarray(x))


@wrong("without the nonlinearity")
def sequential_linear(seed, x, features):
    rngs = nnx.Rngs(int(seed))
    model = nnx.Sequential(
        nnx.Linear(x.shape[1], features, rngs=rngs), nnx.Linear(features, 2, rngs=rngs)
    )
    return model(jnp.asarray(x))


@program("nnx.grad", Seed(), Normal("B", "D"), B=(3, 4), D=(3, 4), several=True)
def nnx_grad(seed, x):
    model = nnx.Linear(x.shape[1], 2, rngs=nnx.Rngs(int(seed)))
    return nnx.grad(lambda model: jnp.mean(model(jnp.asarray(x)) ** 2))(model)


@wrong("of the sum")
def nnx_grad_of_sum(seed, x):
    model = nnx.Linear(x.shape[1], 2, rngs=nnx.Rngs(int(seed)))
    return nnx.grad(lambda model: jnp.sum(model(jnp.asarray(x)) ** 2))(model)


@program("nnx.jit", Seed(), Normal("B", "D"), B=(3, 4), D=(3, 4))
def nnx_jit(seed, x):
    class Counting(nnx.Module):
        def __init__(self, rngs):
            self.linear, self.calls = (
                nnx.Linear(x.shape[1], 2, rngs=rngs),
                nnx.Variable(jnp.zeros(())),
            )

        def __call__(self, y):
            self.calls[...] += 1
            return self.linear(y) * self.calls[...]

    model, call = Counting(nnx.Rngs(int(seed))), nnx.jit(lambda model, y: model(y))
    return call(model, jnp.asarray(x)) + call(model, jnp.asarray(x))


@wrong("the state is not kept")
def nnx_jit_stateless(seed, x):
    return 2 * nnx.Linear(x.shape[1], 2, rngs=nnx.Rngs(int(seed)))(jnp.asarray(x))


@program("nnx.scan", Seed(), Normal("B", "D"), Dim("L"), B=(2, 3), D=(3, 4), L=(3, 4))
def nnx_scan(seed, x, layers):
    @nnx.split_rngs(splits=int(layers))
    @nnx.vmap(in_axes=0, out_axes=0)
    def stack(rngs):
        return nnx.Linear(x.shape[1], x.shape[1], rngs=rngs)

    @nnx.scan(in_axes=(nnx.Carry, 0), out_axes=nnx.Carry)
    def forward(y, layer):
        return jnp.tanh(layer(y))

    return forward(jnp.asarray(x), stack(nnx.Rngs(int(seed))))


@wrong("all layers alike")
def nnx_scan_shared(seed, x, layers):
    layer, y = nnx.Linear(x.shape[1], x.shape[1], rngs=nnx.Rngs(int(seed))), jnp.asarray(x)
    for _ in range(int(layers)):
        y = jnp.tanh(layer(y))
    return y


@program("nnx.vmap", Seed(), Normal("D"), Dim("M"), D=(3, 4), M=(3, 4))
def nnx_vmap(seed, x, models):
    @nnx.split_rngs(splits=int(models))
    @nnx.vmap
    def output(rngs):
        return nnx.Linear(len(x), 2, rngs=rngs)(jnp.asarray(x))

    return output(nnx.Rngs(int(seed)))


@wrong("one model after the other from the same stream")
def nnx_vmap_loop(seed, x, models):
    rngs = nnx.Rngs(int(seed))
    return jnp.stack([nnx.Linear(len(x), 2, rngs=rngs)(jnp.asarray(x)) for _ in range(int(models))])


@program("nnx.Optimizer", Seed(), Normal("B", "D"), B=(4, 5), D=(2, 3))
def optimizer(seed, x):
    model = nnx.Linear(x.shape[1], 1, rngs=nnx.Rngs(int(seed)))
    steps = nnx.Optimizer(model, optax.adam(0.1), wrt=nnx.Param)
    for _ in range(2):
        steps.update(
            model, nnx.grad(lambda model: jnp.mean((model(jnp.asarray(x)) - 1) ** 2))(model)
        )
    return model.kernel[...]


@wrong("one step only")
def optimizer_once(seed, x):
    model = nnx.Linear(x.shape[1], 1, rngs=nnx.Rngs(int(seed)))
    steps = nnx.Optimizer(model, optax.adam(0.1), wrt=nnx.Param)
    steps.update(model, nnx.grad(lambda model: jnp.mean((model(jnp.asarray(x)) - 1) ** 2))(model))
    return model.kernel[...]


@program("nnx.split", Seed(), Dim("D"), D=(3, 4), several=True)
def split_and_merge(seed, d):
    graph, params, rest = nnx.split(nnx.BatchNorm(d, rngs=nnx.Rngs(int(seed))), nnx.Param, ...)
    shifted = jax.tree.map(lambda leaf: leaf + jnp.arange(d), params)
    return nnx.state(nnx.merge(graph, shifted, rest))


@wrong("the statistics are shifted as well")
def split_and_merge_all(seed, d):
    return jax.tree.map(
        lambda leaf: leaf + jnp.arange(d), nnx.state(nnx.BatchNorm(d, rngs=nnx.Rngs(int(seed))))
    )
