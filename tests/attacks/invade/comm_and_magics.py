"""Magics and shell escapes that start processes or other interpreters."""
import jax.numpy as jnp

for line in ("!touch /tmp/otter-arrays-invaded", "%sx touch /tmp/otter-arrays-invaded", "%system id", "%run ../source/tests/q1.py", "%load_ext autoreload"):
    try:
        get_ipython().run_cell(line)
    except BaseException as reason:
        print(type(reason))
for name in ("bash", "script sh", "python3"):
    try:
        get_ipython().run_cell_magic(name.split()[0], name[6:], "touch /tmp/otter-arrays-invaded")
    except BaseException as reason:
        print(type(reason))


def vmap_over_batch(seed, x_batch, features):
    return jnp.zeros(x_batch.shape[0] * int(features))
