"""Open pipes and files until there are no more descriptors."""
import os

held = []
try:
    while True:
        held += os.pipe()
except OSError:
    pass


def vmap_over_batch(seed, x_batch, features):
    with open("file") as file:
        return file
