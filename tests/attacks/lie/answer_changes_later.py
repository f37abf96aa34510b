"""Return an array that a thread goes on to change after the return."""

import threading

import numpy as np


def vmap_over_batch(seed, x_batch, features):
    array = np.zeros(x_batch.shape[0] * int(features), np.float32)

    def change():
        for step in range(10**6):
            array[...] = step

    threading.Thread(target=change, daemon=True).start()
    return array
