"""Compare arrays: `compare` returns None or a `Mismatch` that explains itself, `differences` a
mismatch for each wrong array of an output. NumPy only.

The steps have a fixed order, and the first that fails ends the comparison: shape, dtype, NaN and
infinities, values. `autograder.calls.outputs` decides earlier whether the function returned an
array at all.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.bank.records import HalfPrecision, Tolerance
from autograder.calls.outputs import Output
from autograder.verdicts.arrays import dtype_kind, magnitude, widen
from autograder.verdicts.mismatch import IMPRECISE, SINGLE, SINGLE_PRECISION, Mismatch
from autograder.verdicts.not_finite import find_misplaced
from autograder.verdicts.words import (
    NUMBERS,
    count_in_words,
    has_size_of,
    list_in_words,
    shape_in_words,
    share,
    size_of,
    worst,
)

HALF_PRECISION = 2.0**-5
"""The error of half precision where a bank does not say, because no points depend on it.

It is the precision that remains after a few operations in bfloat16 (8 bits), as a share of the
largest expected value.
"""

NO_EXCUSE = 0.5
"""An error above this share of the largest expected value is never called imprecise."""


def compare(
    actual: np.ndarray,
    desired: np.ndarray,
    tolerance: Tolerance,
    half: HalfPrecision | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Mismatch | None:
    """None if `actual` equals `desired`, otherwise the mismatch at the first step that fails.

    `tolerance` is the largest absolute difference allowed for any element, or for each, in the
    units of `desired`; integers and booleans must be equal whatever it is. NaN and infinities must
    stand where they are expected. A floating dtype may be narrower or wider than the expected one;
    then only the values decide. `half` is what half precision does to this output. The `sizes` of
    the question's dimensions say how maps fold a flat array.
    """
    return (
        _shape(actual, desired)
        or _dtype(actual, desired)
        or _not_finite(actual, desired)
        or _values(actual, desired, tolerance, half, sizes or {})
    )


def differences(
    actual: Output,
    desired: Output,
    tolerances: Mapping[str, Tolerance],
    half: Mapping[str, HalfPrecision] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> dict[str, Mismatch]:
    """The mismatch of each wrong array of `actual`, by name; empty if none is wrong.

    If arrays are missing or extra, that is the only mismatch, under the name of the first missing
    array, or of the first expected one.
    """
    found: dict[str, Mismatch | None] = structure(actual, desired)
    found = found or {
        name: compare(actual[name], desired[name], tolerances[name], (half or {}).get(name), sizes)
        for name in desired
    }
    return {name: mismatch for name, mismatch in found.items() if mismatch is not None}


def structure(actual: Output, desired: Output) -> dict[str, Mismatch | None]:
    """The mismatch of missing or extra arrays, under the name of the first missing one, or of the
    first expected one; empty if there are none.
    """
    missing = [name for name in desired if name not in actual]
    if not missing and len(actual) == len(desired):
        return {}
    return {
        (missing or list(desired))[0]: Mismatch(
            "structure", f"returned {count_in_words(actual)}; expected {list_in_words(desired)}."
        )
    }


def form(actual: np.ndarray, desired: np.ndarray, *, finite: bool) -> Mismatch | None:
    """The mismatch of shape or dtype, and with `finite` of NaN and infinities, or None.

    It needs no equal numbers, so it also serves where the numbers need not be those of `desired`.
    """
    return (
        _shape(actual, desired)
        or _dtype(actual, desired)
        or (_not_finite(actual, desired) if finite else None)
    )


def first(found: Mapping[str, Mismatch]) -> tuple[str, Mismatch]:
    """The name and mismatch of the first array of an output that is more than imprecise, or else of
    the first array.
    """
    return next(
        ((name, mismatch) for name, mismatch in found.items() if not mismatch.imprecise),
        next(iter(found.items())),
    )


def _shape(actual: np.ndarray, desired: np.ndarray) -> Mismatch | None:
    if actual.shape == desired.shape:
        return None
    expected = (
        f"shape {desired.shape}"
        f"{', with the same number of elements' if has_size_of(actual, desired) else ''}"
    )
    return Mismatch(
        "shape",
        f"returned {shape_in_words(actual, desired)}; expected {expected}.",
        f"returned shape {actual.shape}",
    )


def _dtype(actual: np.ndarray, desired: np.ndarray) -> Mismatch | None:
    expected = dtype_kind(desired.dtype)
    if dtype_kind(actual.dtype) == expected:
        return None
    return Mismatch(
        "dtype",
        f"returned dtype {actual.dtype}; expected {NUMBERS[expected]}, such as dtype "
        f"{desired.dtype}.",
    )


def _not_finite(actual: np.ndarray, desired: np.ndarray) -> Mismatch | None:
    if dtype_kind(desired.dtype) not in ("floating", "complex"):
        return None
    places, what = find_misplaced(actual, desired)
    if not what:
        return None
    return Mismatch(
        "finite",
        f"returned {what}.",
        worst(actual, desired, places.astype(float), int(np.count_nonzero(places))),
    )


def _values(
    actual: np.ndarray,
    desired: np.ndarray,
    tolerance: Tolerance,
    half: HalfPrecision | None,
    sizes: Mapping[str, int],
) -> Mismatch | None:
    if dtype_kind(desired.dtype) not in ("floating", "complex"):
        wrong = actual != desired
        count = int(np.count_nonzero(wrong))
        if not count:
            return None
        return Mismatch(
            "values",
            f"{_count_in_words('wrong', count, desired.size)}; values must match exactly.",
            worst(actual, desired, wrong.astype(float), count, sizes),
            count,
            desired.size,
            1.0,
            place=_at(int(np.argmax(wrong)), desired),
        )
    wide = widen(desired)
    error = np.zeros(desired.shape)
    finite = np.isfinite(wide)
    error[finite] = np.abs(widen(actual)[finite] - wide[finite])
    allowed = np.broadcast_to(tolerance, desired.shape)
    count = int(np.count_nonzero(error > allowed))
    if not count:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.where(error > allowed, error / allowed, 0.0)
    place = np.unravel_index(int(np.argmax(excess)), desired.shape)
    if not np.isfinite(excess[place]):
        place = np.unravel_index(int(np.argmax(error)), desired.shape)
    most = float(np.max(allowed))
    explained = half.error if half else HALF_PRECISION * magnitude(desired) / (most or 1.0)
    band = explained * allowed
    imprecise = bool(np.all(error <= np.minimum(band, NO_EXCUSE * magnitude(desired))))
    sentence = (
        f"{_count_in_words('imprecise' if imprecise else 'wrong', count, desired.size)}; the "
        f"{'largest ' if desired.size > 1 else ''}error is "
        f"{size_of(float(error[place]), desired)} (allowed: {float(allowed[place]):.3g})."
    )
    return Mismatch(
        "values",
        sentence + (_cause(float(error.max()), desired) if imprecise else ""),
        worst(actual, desired, excess if np.all(np.isfinite(excess)) else error, count, sizes),
        count,
        desired.size,
        float(error[place]),
        float(allowed[place]),
        imprecise,
        tuple(int(axis) for axis in place),
    )


def _at(flat: int, array: np.ndarray) -> tuple[int, ...]:
    return tuple(int(axis) for axis in np.unravel_index(flat, array.shape))


def _count_in_words(how: str, count: int, size: int) -> str:
    """How many values that were returned are "wrong" or "imprecise"."""
    article = "an" if how == "imprecise" else "a"
    values = f"{how} values" if count > 1 else f"{article} {how} value"
    return f"returned {values}{share(count, size)}"


def _cause(error: float, desired: np.ndarray) -> str:
    """The sentence about what may have lost the digits."""
    single = desired.dtype in (np.float64, np.complex128)
    return SINGLE if single and error <= SINGLE_PRECISION * magnitude(desired) else IMPRECISE
