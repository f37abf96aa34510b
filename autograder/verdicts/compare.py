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

from autograder.calls.outputs import Output
from autograder.verdicts.arrays import dtype_kind, magnitude, widen
from autograder.verdicts.words import (
    counted,
    listed,
    rearranged,
    shape_in_words,
    share,
    size_of,
    worst,
)

HALF_PRECISION = 2.0**-5
"""Values within this share of the largest expected one are called imprecise: the precision left
after a few operations in bfloat16 (8 bits).
"""


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
                "structure", f"returned {counted(actual)}; expected {listed(desired)}."
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


def _shape(actual: np.ndarray, desired: np.ndarray) -> Mismatch | None:
    if actual.shape == desired.shape:
        return None
    expected = (
        f"{desired.shape}, the same number of elements in another arrangement"
        if rearranged(actual, desired)
        else f"shape {desired.shape}"
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
                f"returned {share(surplus, desired.size)} {name} where a number is expected.",
            )
        missing = int(np.count_nonzero(test(desired) & ~test(actual)))
        if missing:
            return Mismatch(
                "finite",
                f"returned {share(missing, desired.size)} not {name} where it is expected.",
            )
    opposite = int(np.count_nonzero(np.isinf(desired) & (actual != desired)))
    if opposite:
        return Mismatch(
            "finite", f"returned {share(opposite, desired.size)} infinite with the wrong sign."
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
            f"the largest error is {size_of(error.max(initial=0.0), wide_desired)} where "
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
        f"returned {share(count, desired.size)} {'imprecise' if imprecise else 'wrong'}; {allowed}."
    )
    if imprecise:
        sentence += (
            " Was it computed in half precision (float16, bfloat16, TF32), or by a formula that "
            "loses digits?"
        )
    return Mismatch(
        "values",
        sentence,
        worst(actual, desired, error, count),
        count,
        desired.size,
        largest,
        imprecise,
    )
