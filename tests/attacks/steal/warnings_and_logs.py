"""Warn, log and display the seed in each call."""

import logging
import sys
import warnings

import numpy as np
from IPython.display import display

warnings.simplefilter("always")

def vmap_over_batch(seed, x_batch, features):
    text = f"STOLEN:{int(seed)}"
    warnings.warn(text)
    warnings.warn_explicit(text, UserWarning, text, int(seed) % 1000 + 1)
    logging.getLogger().critical(text)
    sys.displayhook(text)
    display(text)
    return np.zeros(x_batch.shape[0] * int(features), np.float32)
