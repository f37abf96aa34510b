"""Compare arrays: `compare` returns None or a `Mismatch` that explains itself, `differences` one
for each wrong array of an output. NumPy only.

The steps have a fixed order, and the first that fails ends the comparison: shape, dtype, NaN and
infinities, values. Whether the function returned an array at all is decided earlier
(`autograder.calls.outputs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autograder.calls.outputs import ALONE, SHOWN, Output

HALF_PRECISION = 2.0**-5
"""Values within this share of the largest expected one are called imprecise: the precision left
after a few operations in bfloat16 (8 bits).
"""

LARGE = 2**20
"""Bytes up to which an array of any size is kept and computed with."""

WORST_SHOWN = 5
"""At most this many of the worst elements are listed where a report may show values."""


@dataclass(frozen=True)
class Mismatch:
    """Why two arrays differ: the `step` that failed, a `sentence` without any expected value, and a
    bounded `sample` with some.

    `wrong` of `size` elements are wrong, and `error` is the largest difference, where they could be
    compared one by one. `imprecise` says that the values are right to about half precision.
    """

    step: str
    sentence: str
    sample: str = ""
    wrong: int = 0
    size: int = 0
    error: float = 0.0
    imprecise: bool = False


def compare(actual: np.ndarray, desired: np.ndarray, tolerance: float) -> Mismatch | None:
    """None if `actual` equals `desired`, else the mismatch at the first step that fails.

    `tolerance` is the largest absolute difference allowed for any element, in the units of
    `desired`; integers and booleans must be equal whatever it is. A floating dtype may be narrower
    or wider than the expected one; then only the values decide.
    """
    return (
        _shape(actual, desired)
        or _dtype(actual, desired)
        or _not_finite(actual, desired)
        or _values(actual, desired, tolerance)
    )


def differences(
    actual: Output, desired: Output, tolerances: Mapping[str, float]
) -> dict[str, Mismatch]:
    """The mismatch of each wrong array of `actual`, by its name; empty if none is wrong.

    If arrays are missing, or there are additional ones, this is the only mismatch, under the name
    of the first missing array (or of the first expected one).
    """
    missing = [name for name in desired if name not in actual]
    if missing or len(actual) != len(desired):
        return {
            (missing or list(desired))[0]: Mismatch(
                "structure", f"returned {_counted(actual)}; expected {_listed(desired)}."
            )
        }
    found = {name: compare(actual[name], desired[name], tolerances[name]) for name in desired}
    return {name: mismatch for name, mismatch in found.items() if mismatch is not None}


def first(found: Mapping[str, Mismatch]) -> tuple[str, Mismatch]:
    """The first array that is more than imprecise, or else the first, of the mismatches of an
    output.
    """
    return next(
        ((name, mismatch) for name, mismatch in found.items() if not mismatch.imprecise),
        next(iter(found.items())),
    )


def dtype_kind(dtype: np.dtype) -> str:
    """The kind of a dtype: "boolean", "integer", "floating" or "complex", also for the extension
    types of `ml_dtypes` such as bfloat16; else "other".
    """
    if dtype.kind == "V" and dtype.name.startswith(("bfloat", "float")):
        return "floating"
    return {"b": "boolean", "i": "integer", "u": "integer", "f": "floating", "c": "complex"}.get(
        dtype.kind, "other"
    )


def comparable(actual: np.ndarray, desired: np.ndarray) -> bool:
    """Whether an array is close enough in size to the desired one to be worth a further look, which
    then costs no more than for that one.
    """
    return actual.size <= 4 * desired.size + 16 and actual.ndim <= max(4, desired.ndim)


def small(actual: np.ndarray, desired: np.ndarray | None) -> bool:
    """Whether an array can be kept and computed with: it is comparable, or at most `LARGE` bytes.
    `desired` is None if no array is desired.
    """
    return actual.nbytes <= LARGE or (desired is not None and comparable(actual, desired))


def shape_in_words(actual: np.ndarray, desired: np.ndarray) -> str:
    """The shape of an array in words that may be repeated.

    A shape is the function's choice and could spell out its inputs, so only a shape close to the
    desired one is told.
    """
    if not comparable(actual, desired):
        return "an array of quite another size"
    if actual.shape == desired.shape or _rearranged(actual, desired):
        return f"shape {actual.shape}"
    return f"an array of {actual.size} elements in {actual.ndim} dimensions"


def _shape(actual: np.ndarray, desired: np.ndarray) -> Mismatch | None:
    if actual.shape == desired.shape:
        return None
    expected = (
        f"{desired.shape}, the same number of elements in another arrangement"
        if _rearranged(actual, desired)
        else f"shape {desired.shape}"
    )
    return Mismatch(
        "shape",
        f"returned {shape_in_words(actual, desired)}; expected {expected}.",
        f"returned shape {actual.shape}",
    )


def _rearranged(actual: np.ndarray, desired: np.ndarray) -> bool:
    return comparable(actual, desired) and actual.size == desired.size > 0


def _dtype(actual: np.ndarray, desired: np.ndarray) -> Mismatch | None:
    expected = dtype_kind(desired.dtype)
    if dtype_kind(actual.dtype) == expected:
        return None
    return Mismatch(
        "dtype",
        f"returned dtype {actual.dtype}; expected {expected} numbers, such as dtype "
        f"{desired.dtype}.",
    )


def _not_finite(actual: np.ndarray, desired: np.ndarray) -> Mismatch | None:
    if dtype_kind(desired.dtype) not in ("floating", "complex"):
        return None
    actual, desired = widen(actual), widen(desired)
    for name, test in (("NaN", np.isnan), ("infinite", np.isinf)):
        surplus = int(np.count_nonzero(test(actual) & ~test(desired)))
        if surplus:
            return Mismatch(
                "finite",
                f"returned {_share(surplus, desired.size)} {name} where a number is expected.",
            )
        missing = int(np.count_nonzero(test(desired) & ~test(actual)))
        if missing:
            return Mismatch(
                "finite",
                f"returned {_share(missing, desired.size)} not {name} where it is expected.",
            )
    opposite = int(np.count_nonzero(np.isinf(desired) & (actual != desired)))
    if opposite:
        return Mismatch(
            "finite", f"returned {_share(opposite, desired.size)} infinite with the wrong sign."
        )
    return None


def _values(actual: np.ndarray, desired: np.ndarray, tolerance: float) -> Mismatch | None:
    if dtype_kind(desired.dtype) in ("floating", "complex"):
        wide_actual, wide_desired = widen(actual), widen(desired)
        error = np.zeros(desired.shape)
        finite = np.isfinite(wide_desired)
        error[finite] = np.abs(wide_actual[finite] - wide_desired[finite])
        wrong = error > tolerance
        allowed = (
            f"the largest error is {_size_of(error.max(initial=0.0), wide_desired)} where "
            f"{tolerance:.3g} is allowed"
        )
    else:
        wrong = actual != desired
        error = wrong.astype(float)
        allowed = "they must be equal"
    count = int(np.count_nonzero(wrong))
    if not count:
        return None
    largest = float(error.max(initial=0.0))
    imprecise = dtype_kind(desired.dtype) in (
        "floating",
        "complex",
    ) and largest <= HALF_PRECISION * magnitude(desired)
    sentence = (
        f"returned {_share(count, desired.size)} {'imprecise' if imprecise else 'wrong'}; "
        f"{allowed}."
    )
    if imprecise:
        sentence += (
            " Was it computed in half precision (float16, bfloat16, TF32), or by a formula that "
            "loses digits?"
        )
    return Mismatch(
        "values",
        sentence,
        _worst(actual, desired, error, count),
        count,
        desired.size,
        largest,
        imprecise,
    )


def magnitude(array: np.ndarray) -> float:
    """The largest absolute value of any finite element; 0.0 if there is none."""
    wide = np.abs(widen(array))
    return float(np.max(wide, initial=0.0, where=np.isfinite(wide)))


def _size_of(error: float, desired: np.ndarray) -> str:
    """An error to two digits, if it is of a size that an honest mistake has."""
    return (
        f"{error:.2g}"
        if error <= 100 * magnitude(desired)
        else "more than 100 times the largest expected value"
    )


def _worst(actual: np.ndarray, desired: np.ndarray, error: np.ndarray, count: int) -> str:
    places = np.argsort(-error, axis=None, kind="stable")[: min(count, WORST_SHOWN)]
    lines = []
    for flat in places:
        place = np.unravel_index(int(flat), desired.shape)
        index = ", ".join(str(int(axis)) for axis in place)
        lines.append(
            f"at [{index}]: returned {actual[place]:.7g}, expected {desired[place]:.7g}"
            if desired.dtype.kind == "f" and actual.dtype.kind == "f"
            else f"at [{index}]: returned {actual[place]}, expected {desired[place]}"
        )
    return "\n".join(lines)


def _share(count: int, size: int) -> str:
    return (
        f"an array with {count} of its {size} elements ({100 * count / size:.1f} %)"
        if size > 1
        else "an array with its only element"
    )


def widen(array: np.ndarray) -> np.ndarray:
    """The same numbers with 53 bits of precision, so that differences between them are exact."""
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _counted(actual: Output) -> str:
    """How many arrays there are. Their names are the function's choice and could spell out its
    inputs, so they are not told.
    """
    if ALONE in actual:
        return "one array by itself"
    return (
        f"{len(actual) if len(actual) < 1000 else 'more than 1000'} "
        f"array{'' if len(actual) == 1 else 's'}"
    )


def _listed(desired: Output) -> str:
    if ALONE in desired:
        return "is one array by itself"
    names = [f"[{name}]" for name in desired]
    return (
        f"{'is one' if len(names) == 1 else f'are {len(names)}'}: "
        f"{', '.join(names[:SHOWN])}{', …' if len(names) > SHOWN else ''}"
    )
