"""Numbers whose arrays safetensors knows only in another form: floating-point numbers in fewer bits
than NumPy has, such as bfloat16, as bits, and complex128 as pairs of float64.
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


COMPLEX = "complex128"


def letter(dtype: np.dtype[Any]) -> str:
    """The kind of a dtype as one letter, as NumPy's own; "f" also for the narrow ones."""
    return "f" if is_narrow(dtype) else dtype.kind


def is_narrow(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of this dtype are kept as bits."""
    return dtype in NARROW.values()


def as_bits(name: str, array: np.ndarray) -> tuple[str, np.ndarray]:
    """A contiguous array and its name, as they are kept: a narrow one as bits, one of complex128 as
    pairs, their dtype behind a colon in the name.
    """
    if array.dtype == np.complex128:
        return f"{name}:{COMPLEX}", array.reshape((*array.shape, 1)).view(np.float64)
    if not is_narrow(array.dtype):
        return name, array
    return f"{name}:{array.dtype.name}", array.view(f"uint{8 * array.dtype.itemsize}")


def from_bits(name: str, array: np.ndarray) -> tuple[str, np.ndarray]:
    """The array that `as_bits` was given, and its name. Raises `ValueError` if the bits are not
    those of the dtype that the name says.
    """
    called, colon, dtype = name.rpartition(":")
    if colon and dtype == COMPLEX:
        if array.dtype != np.float64 or array.shape[-1:] != (2,):
            raise ValueError(f"an array {name!r} of dtype {array.dtype} and shape {array.shape}")
        return called, np.ascontiguousarray(array).view(np.complex128).reshape(array.shape[:-1])
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
