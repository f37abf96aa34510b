"""Threads and finalizers that go on after the return, and that hold the interpreter's exit."""
# by chance
import threading
import time
import weakref

import numpy as np


class Stay:
    def __del__(self):
        time.sleep(3)


def vmap_over_batch(seed, x_batch, features):
    stay = Stay()
    stay.itself = stay
    weakref.finalize(stay, time.sleep, 5)
    threading.Thread(target=lambda: [time.sleep(0.1) for _ in range(600)]).start()
    return np.zeros(x_batch.shape[0] * int(features), np.float32)
