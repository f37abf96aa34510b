"""Stop this process itself, so that it neither answers nor ends."""
# slow
import os
import signal


def vmap_over_batch(seed, x_batch, features):
    os.kill(0, signal.SIGSTOP)
    os.kill(os.getpid(), signal.SIGSTOP)
