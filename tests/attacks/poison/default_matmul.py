"""Let the reference compute in another precision, on another platform, without jit, or not at all."""

import os

import jax
import jax.numpy as jnp

for setting, value in (
    ("jax_default_matmul_precision", "bfloat16"),
    ("jax_disable_jit", True),
    ("jax_platforms", "nowhere"),
    ("jax_debug_nans", True),
):
    try:
        jax.config.update(setting, value)
    except Exception as reason:
        print(type(reason))
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["PYTHONPATH"] = os.getcwd()


def vmap_over_batch(seed, x_batch, features):
    return jnp.zeros(x_batch.shape[0] * int(features))
