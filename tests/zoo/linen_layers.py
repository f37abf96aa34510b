"""Flax Linen: layers with their parameters, collections and keys, and Linen's transforms."""

import jax
import jax.numpy as jnp
from flax import linen as nn
from zoo_masters import Dim, Key, Normal, Seed, Whole, program, wrong


@program("nn.Dense", Seed(), Normal("B", "D"), Dim("F"), B=(3, 4), D=(3, 4), F=(2, 3))
def dense(seed, x, features):
    return nn.Dense(features).init_with_output(jax.random.key(seed), jnp.asarray(x))[0]


@wrong("initialised with the key itself")
def dense_raw(seed, x, features):
    return x @ nn.initializers.lecun_normal()(jax.random.key(seed), (x.shape[1], features))


@program("nn.Conv", Key(), Normal("B", "L", "C"), Dim("F"), B=(1, 2), L=(4, 5), C=(1, 2), F=(2, 3))
def conv(key, x, features):
    return nn.Conv(features, (3,)).init_with_output(key, jnp.asarray(x))[0]


@wrong("the past only")
def conv_causal(key, x, features):
    return nn.Conv(features, (3,), padding="CAUSAL").init_with_output(key, jnp.asarray(x))[0]


@program("nn.Embed", Key(), Whole("N"), Dim("F"), N=(4, 5), F=(2, 3))
def embed(key, tokens, features):
    return nn.Embed(5, features).init_with_output(key, jnp.asarray(tokens) % 5)[0]


@wrong("the whole table is scaled")
def embed_scaled(key, tokens, features):
    return nn.Embed(5, features).init_with_output(key, jnp.asarray(tokens) % 5)[0] * jnp.sqrt(
        features
    )


@program("nn.LayerNorm", Key(), Normal("B", "D"), B=(3, 4), D=(4, 5))
def layer_norm(key, x):
    return nn.LayerNorm().init_with_output(key, jnp.asarray(x))[0]


@wrong("along the other axis")
def layer_norm_columns(key, x):
    return nn.LayerNorm(reduction_axes=0, feature_axes=0).init_with_output(
        key, 2 * jnp.asarray(x) + jnp.arange(len(x))[:, None]
    )[0]


@program("nn.BatchNorm", Key(), Normal("B", "D"), B=(4, 5), D=(2, 3), several=True)
def batch_norm(key, x):
    norm = nn.BatchNorm(use_running_average=False, momentum=0.9)
    return norm.apply(norm.init(key, jnp.asarray(x)), jnp.asarray(x), mutable=["batch_stats"])


@wrong("the statistics before the step")
def batch_norm_before(key, x):
    norm = nn.BatchNorm(use_running_average=False, momentum=0.9)
    variables = norm.init(key, jnp.asarray(x))
    return norm.apply(variables, jnp.asarray(x), mutable=["batch_stats"])[0], {
        "batch_stats": variables["batch_stats"]
    }


@program("nn.Dropout", Key(), Normal("B", "D"), B=(3, 4), D=(4, 5))
def dropout(key, x):
    return nn.Dropout(0.5, deterministic=False).apply({}, jnp.asarray(x), rngs={"dropout": key})


@wrong("drawn with the key itself")
def dropout_raw(key, x):
    return jnp.where(jax.random.bernoulli(key, 0.5, x.shape), 2 * jnp.asarray(x), 0)


@program(
    "nn.MultiHeadDotProductAttention", Key(), Normal("B", "T", "D"), B=(1, 2), T=(3, 4), D=(4, 4)
)
def attention(key, x):
    return nn.MultiHeadDotProductAttention(num_heads=2).init_with_output(
        key, jnp.asarray(x), mask=nn.make_causal_mask(x[..., 0])
    )[0]


@wrong("without the mask")
def attention_unmasked(key, x):
    return nn.MultiHeadDotProductAttention(num_heads=2).init_with_output(key, jnp.asarray(x))[0]


@program("nn.LSTMCell", Key(), Normal("B", "D"), Dim("F"), B=(2, 3), D=(3, 4), F=(2, 3))
def lstm_cell(key, x, features):
    cell = nn.LSTMCell(features)
    carry = cell.initialize_carry(jax.random.key(0), x.shape)
    return cell.init_with_output(key, carry, jnp.asarray(x))[0][0][0]


@wrong("the output, not the memory")
def lstm_cell_output(key, x, features):
    cell = nn.LSTMCell(features)
    carry = cell.initialize_carry(jax.random.key(0), x.shape)
    return cell.init_with_output(key, carry, jnp.asarray(x))[0][1]


@program("nn.GRUCell", Key(), Normal("B", "D"), Dim("F"), B=(2, 3), D=(3, 4), F=(2, 3))
def gru_cell(key, x, features):
    return nn.GRUCell(features).init_with_output(key, jnp.ones((len(x), features)), jnp.asarray(x))[
        0
    ][1]


@wrong("the carry begins with zeros")
def gru_cell_from_zeros(key, x, features):
    return nn.GRUCell(features).init_with_output(
        key, jnp.zeros((len(x), features)), jnp.asarray(x)
    )[0][1]


@program("nn.RNN", Key(), Normal("B", "T", "D"), Dim("F"), B=(1, 2), T=(3, 4), D=(2, 3), F=(2, 3))
def rnn(key, x, features):
    return nn.RNN(nn.LSTMCell(features)).init_with_output(key, jnp.asarray(x))[0]


@wrong("backwards in time")
def rnn_backwards(key, x, features):
    return nn.RNN(nn.LSTMCell(features), reverse=True).init_with_output(key, jnp.asarray(x))[0]


@program("nn.Sequential", Key(), Normal("B", "D"), Dim("F"), B=(3, 4), D=(3, 4), F=(3, 4))
def sequential(key, x, features):
    return nn.Sequential([nn.Dense(features), nn.tanh, nn.Dense(2)]).init_with_output(
        key, jnp.asarray(x)
    )[0]


@wrong("without the nonlinearity")
def sequential_linear(key, x, features):
    return nn.Sequential([nn.Dense(features), nn.Dense(2)]).init_with_output(key, jnp.asarray(x))[0]


@program("nn.scan", Key(), Normal("B", "D"), Dim("L"), B=(2, 3), D=(3, 4), L=(3, 4))
def nn_scan(key, x, layers):
    class Layer(nn.Module):
        @nn.compact
        def __call__(self, y, _):
            return jnp.tanh(nn.Dense(y.shape[1])(y)), None

    stacked = nn.scan(
        Layer, variable_axes={"params": 0}, split_rngs={"params": True}, length=layers
    )
    return stacked().init_with_output(key, jnp.asarray(x), None)[0][0]


@wrong("all layers alike")
def nn_scan_shared(key, x, layers):
    class Layer(nn.Module):
        @nn.compact
        def __call__(self, y, _):
            return jnp.tanh(nn.Dense(y.shape[1])(y)), None

    stacked = nn.scan(
        Layer, variable_broadcast="params", split_rngs={"params": False}, length=layers
    )
    return stacked().init_with_output(key, jnp.asarray(x), None)[0][0]


@program("nn.vmap", Key(), Normal("M", "D"), M=(3, 4), D=(3, 4))
def nn_vmap(key, x):
    mapped = nn.vmap(nn.Dense, variable_axes={"params": 0}, split_rngs={"params": True})
    return mapped(2).init_with_output(key, jnp.asarray(x))[0]


@wrong("one model for all")
def nn_vmap_shared(key, x):
    return nn.Dense(2).init_with_output(key, jnp.asarray(x))[0]


@program("nn.remat", Key(), Normal("B", "D"), B=(3, 4), D=(3, 4), several=True)
def nn_remat(key, x):
    model = nn.remat(nn.Dense)(2)
    params = model.init(key, jnp.asarray(x))
    return jax.grad(lambda params: jnp.sum(jnp.sin(model.apply(params, jnp.asarray(x)))))(params)


@wrong("the parameters, not their gradient")
def nn_remat_parameters(key, x):
    return nn.Dense(2).init(key, jnp.asarray(x))


@program("nn.Module.sow", Key(), Normal("B", "D"), B=(3, 4), D=(3, 4))
def sow(key, x):
    class Model(nn.Module):
        @nn.compact
        def __call__(self, y):
            hidden = nn.Dense(3)(y)
            self.sow("intermediates", "hidden", hidden)
            return nn.Dense(1)(nn.tanh(hidden))

    params = Model().init(key, jnp.asarray(x))
    return Model().apply(params, jnp.asarray(x), mutable=["intermediates"])[1]["intermediates"][
        "hidden"
    ][0]


@wrong("after the nonlinearity")
def sow_after(key, x):
    class Model(nn.Module):
        @nn.compact
        def __call__(self, y):
            hidden = nn.tanh(nn.Dense(3)(y))
            self.sow("intermediates", "hidden", hidden)
            return nn.Dense(1)(hidden)

    params = Model().init(key, jnp.asarray(x))
    return Model().apply(params, jnp.asarray(x), mutable=["intermediates"])[1]["intermediates"][
        "hidden"
    ][0]


@program("nn.WeightNorm", Key(), Normal("B", "D"), B=(3, 4), D=(3, 4))
def weight_norm(key, x):
    return nn.WeightNorm(nn.Dense(3)).init_with_output(key, jnp.asarray(x))[0]


@wrong("the weights as they are")
def weight_norm_without(key, x):
    return nn.Dense(3).init_with_output(key, jnp.asarray(x))[0]
