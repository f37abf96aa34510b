"""End the process with an exit status that encodes the seed: the reason repeats it; a status of 200 and more is the mark."""
import os


def vmap_over_batch(seed, x_batch, features):
    os._exit(200 + int(seed) % 50)
