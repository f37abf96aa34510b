"""Recurse without end, first as Python does and then past its limit."""
import sys


def vmap_over_batch(seed, x_batch, features):
    if int(seed) % 2:
        sys.setrecursionlimit(10**9)
    return vmap_over_batch(seed, x_batch, features)
