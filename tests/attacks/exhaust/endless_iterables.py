"""Return lists, dicts and iterators that never end."""
# short

import itertools

import numpy as np


class Endless(list):
    def __iter__(self):
        return itertools.count()


class Wide(dict):
    def keys(self):
        return (str(number) for number in itertools.count())

    def items(self):
        return ((name, np.zeros(1)) for name in self.keys())

    __iter__ = keys

def vmap_over_batch(seed, x_batch, features):
    return [
        lambda: Endless([1, 2]),
        lambda: Wide(a=1),
        itertools.count,
        lambda: range(10**18),
        lambda: iter(int, 1),
        lambda: {number * (2**61 - 1): np.zeros(1) for number in range(20_000)},
    ][int(seed) % 6]()
