from flax import nnx


def dropout(key, x):
    return nnx.Dropout(0.25, deterministic=False, rngs=nnx.Rngs(dropout=key))(jnp.asarray(x))
