"""What a function returns: named arrays. An array that is returned by itself has the name "".

A name is the way to the array from outside in, its keys and places joined by "/": "loss", "0", "grads/kernel". NumPy only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Output = Mapping[str, np.ndarray]

ALONE = ""

SHOWN = 8
"""So many names are listed in a sentence."""


def alone(array: np.ndarray) -> Output:
    """An output that is one array by itself."""
    return {ALONE: array}


def identical(one: Output, other: Output) -> bool:
    """Whether two outputs are the same, bit by bit."""
    return one.keys() == other.keys() and all(
        (one[name].shape, one[name].dtype) == (other[name].shape, other[name].dtype) and one[name].tobytes() == other[name].tobytes() for name in one
    )
