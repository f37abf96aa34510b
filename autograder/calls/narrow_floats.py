"""Floating-point numbers in fewer bits than NumPy has, such as bfloat16: safetensors knows their
arrays only as bits, so they are kept and sent as those.
"""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

NARROW = {
    name: np.dtype(getattr(ml_dtypes, name))
    for name in (
        "bfloat16",
        "float8_e4m3fn",
        "float8_e4m3b11fnuz",
        "float8_e4m3fnuz",
        "float8_e5m2",
        "float8_e5m2fnuz",
    )
}
"""The dtypes of JAX that are kept as bits, by name."""


def is_narrow(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of this dtype are kept as bits."""
    return dtype in NARROW.values()


def as_bits(name: str, array: np.ndarray) -> tuple[str, np.ndarray]:
    """A contiguous array and its name, as they are kept: a narrow one as bits, its dtype behind a
    colon in the name.
    """
    if not is_narrow(array.dtype):
        return name, array
    return f"{name}:{array.dtype.name}", array.view(f"uint{8 * array.dtype.itemsize}")


def from_bits(name: str, array: np.ndarray) -> tuple[str, np.ndarray]:
    """The array that `as_bits` was given, and its name. Raises `ValueError` if the bits are not
    those of the dtype that the name says.
    """
    called, colon, dtype = name.rpartition(":")
    if not colon or dtype not in NARROW:
        return name, array
    if array.dtype != np.dtype(f"uint{8 * NARROW[dtype].itemsize}"):
        raise ValueError(f"an array {name!r} of dtype {array.dtype}")
    return called, array.view(NARROW[dtype])


def finfo(dtype: np.dtype[Any]) -> Any:
    """The limits of a floating-point or complex dtype, narrow ones included."""
    if is_narrow(dtype):
        return ml_dtypes.finfo(dtype)  # type: ignore[no-untyped-call]
    return np.finfo(dtype)
