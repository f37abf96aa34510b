"""Print 200 MB in the cell and in the call."""
import sys

line = "x" * 2**20
for _ in range(200):
    print(line)
    sys.stdout.write(line[:10])


def vmap_over_batch(seed, x_batch, features):
    for _ in range(200):
        print(line)
    raise ValueError(line)
