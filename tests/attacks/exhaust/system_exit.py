"""Raise SystemExit in every call and at the end of the cell."""
import sys


def vmap_over_batch(seed, x_batch, features):
    sys.exit(0)


raise SystemExit(0)
