"""Replace, close and delete sys.stdout and sys.stderr."""
import sys

import jax.numpy as jnp

sys.stdout.close()
sys.stderr = sys.__stdout__ = sys.__stderr__ = None
sys.stdout = type("Bad", (), {"write": lambda *_: 1 / 0, "text": property(lambda _: "STOLEN: text")})()


def vmap_over_batch(seed, x_batch, features):
    return jnp.zeros(x_batch.shape[0] * int(features))
