"""Random numbers for the elements of arrays: their dtypes and distributions.

NumPy only.
"""

from __future__ import annotations

import numpy as np

VALUE_FAMILIES = ("normal", "large", "tiny", "equal")
"""The distributions of the elements of an `Array`: standard normal; the same times 100; the same
times 0.001; one value repeated.
"""

_SCALE = {"normal": 1.0, "large": 100.0, "tiny": 0.001, "equal": 1.0}

FLOAT_DTYPES = ("float32", "float64", "float16", "bfloat16")

COMPLEX_DTYPES = ("complex64", "complex128")
"""Real and imaginary parts have the same distribution."""

EXACT_DTYPES = (
    "int32",
    "bool",
    *("int8", "int16", "int64"),
    *("uint8", "uint16", "uint32", "uint64"),
)
"""The range of integers is -9 to 9 ("normal"), -900 to 900 ("large"), or -1 to 1 ("tiny"), within
the limits of the dtype.
"""

_REACH = {"normal": 9, "large": 900, "tiny": 1, "equal": 9}


def random_numbers(
    rng: np.random.Generator, shape: tuple[int, ...], family: str, dtype: str
) -> np.ndarray:
    """Draw numbers of a shape from a family of distributions."""
    if dtype in EXACT_DTYPES:
        low, high = _bounds(dtype, family)
        numbers = rng.integers(low, high, endpoint=True, size=() if family == "equal" else shape)
        return np.broadcast_to(numbers, shape)
    drawn = () if family == "equal" else shape
    elements = np.asarray(rng.standard_normal(drawn))
    if dtype in COMPLEX_DTYPES:
        elements = elements + 1j * rng.standard_normal(drawn)
    return np.broadcast_to(elements * _SCALE[family], shape)


def _bounds(dtype: str, family: str) -> tuple[int, int]:
    """The smallest and the largest whole number to draw, both included."""
    if dtype == "bool":
        return 0, 1
    limits = np.iinfo(dtype)
    return max(-_REACH[family], limits.min), min(_REACH[family], limits.max)
