"""Properties of an array that a comparison needs first: its kind, its size, the size of its
numbers. NumPy only.
"""

from __future__ import annotations

import numpy as np

LARGE = 2**20
"""An array of at most this many bytes is kept and computed with, whatever size is expected."""


def dtype_kind(dtype: np.dtype) -> str:
    """The kind of a dtype: "boolean", "integer", "floating", "complex" or "other". The extension
    types of `ml_dtypes`, such as bfloat16, are "floating".
    """
    if dtype.kind == "V" and dtype.name.startswith(("bfloat", "float")):
        return "floating"
    return {"b": "boolean", "i": "integer", "u": "integer", "f": "floating", "c": "complex"}.get(
        dtype.kind, "other"
    )


def comparable(actual: np.ndarray, desired: np.ndarray) -> bool:
    """Whether an array is close enough in size to the desired one to be worth a further look. That
    look then costs little more than for the desired one.
    """
    return actual.size <= 4 * desired.size + 16 and actual.ndim <= max(4, desired.ndim)


def small(actual: np.ndarray, desired: np.ndarray | None) -> bool:
    """Whether to keep an array and compute with it: it is comparable, or has at most `LARGE` bytes.
    `desired` is None if no array is desired.
    """
    return actual.nbytes <= LARGE or (desired is not None and comparable(actual, desired))


def magnitude(array: np.ndarray) -> float:
    """The largest absolute value of a finite element, or 0.0 without any."""
    wide = np.abs(widen(array))
    return float(np.max(wide, initial=0.0, where=np.isfinite(wide)))


def widen(array: np.ndarray) -> np.ndarray:
    """The same numbers as float64 or complex128, so that their differences are exact."""
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def close(actual: np.ndarray, wanted: np.ndarray, allowed: float | np.ndarray) -> np.ndarray:
    """For each element of two wide arrays of one shape, whether they differ by at most `allowed`.
    An infinity equals itself, and NaN equals NaN.
    """
    with np.errstate(invalid="ignore"):
        near: np.ndarray = (
            (np.abs(actual - wanted) <= allowed)
            | (actual == wanted)
            | (np.isnan(actual) & np.isnan(wanted))
        )
    return near
