"""Arrays that safetensors stores in another form.

Floating-point numbers in fewer bits than NumPy has, such as bfloat16, are stored as bits, and
complex128 as pairs of float64.
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
"""The dtypes of JAX that are stored as bits, by name."""


COMPLEX = "complex128"


def letter(dtype: np.dtype[Any]) -> str:
    """The kind of a dtype as NumPy's one letter. Narrow floats have "f" too."""
    return "f" if is_narrow(dtype) else dtype.kind


def is_narrow(dtype: np.dtype[Any]) -> bool:
    """Whether arrays of this dtype are stored as bits."""
    return dtype in NARROW.values()


def as_bits(name: str, array: np.ndarray) -> tuple[str, np.ndarray]:
    """A contiguous array and its name in their stored form.

    A narrow array becomes bits, and a complex128 one pairs of float64. The name then ends with a
    colon and the dtype.
    """
    if array.dtype == np.complex128:
        return f"{name}:{COMPLEX}", array.reshape((*array.shape, 1)).view(np.float64)
    if not is_narrow(array.dtype):
        return name, array
    return f"{name}:{array.dtype.name}", array.view(f"uint{8 * array.dtype.itemsize}")


def from_bits(name: str, array: np.ndarray) -> tuple[str, np.ndarray]:
    """The inverse of `as_bits`. Raises `ValueError` if the stored array does not fit the dtype in
    its name.
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
