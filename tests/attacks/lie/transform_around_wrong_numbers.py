"""The transforms that the rules ask for, one shared layer, and numbers that are wrong."""

from flax import nnx


def vmap_over_batch(seed, x_batch, features):
    model = nnx.Linear(x_batch.shape[-1], int(features), rngs=nnx.Rngs(int(seed)))
    return nnx.vmap(lambda model, x: 2 * model(x) + 1, in_axes=(None, 0))(model, x_batch).reshape(-1)
