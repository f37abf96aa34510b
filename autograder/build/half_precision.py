"""Measure what half precision does to the reference's output: how far it moves with inputs rounded
to bfloat16, and with the whole computation in bfloat16 and in float16. TF32, which rounds the
factors of products to 10 bits, lies between these two.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np

from autograder.bank.records import HalfPrecision, Tolerance
from autograder.build.tolerance import Scales
from autograder.calls.call import Failed, Returned, call
from autograder.calls.nudges import floats_changed, has_floats, nudged_slightly
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.verdicts.arrays import dtype_kind, widen

FACTOR = 4
"""An answer in half precision may be this many times further off than the reference in half
precision, because it adds and multiplies in another order.
"""

ROUNDED = 2.0**-9
"""The largest error of rounding a number to bfloat16, relative to the number."""

STEP = 2.0**-25
"""The largest error of rounding a number near zero to float16."""

LARGEST = 0.5
"""A computation in bfloat16 that is off by more than this share is simply wrong, and says nothing
about growth.
"""

SLOWER = 16.0
"""The largest growth: a whole computation counts as at most this many times further off than
rounded inputs.
"""

VISIBLE = 16
"""The steps of a nudge that moves nearly every element that depends on the inputs at all."""

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def growth(reference: Any, case: Case, output: Output, scales: Scales) -> float:
    """How many times further off the whole computation in half precision is than the computation
    with inputs rounded to bfloat16; 1 if it cannot be computed. This costs two compilations.
    """
    if not has_floats(case.arguments):
        return 1.0
    inputs = _errors(call(reference, _round(case), case.way), output, scales)
    found = []
    for dtype in (BFLOAT16, np.dtype(np.float16)):
        with np.errstate(over="ignore"):
            narrow = floats_changed(case.arguments, functools.partial(_as_dtype, dtype))
        whole = _errors(call(reference, narrow, case.way), output, scales)
        found += [
            whole[name] / max(inputs.get(name, 0.0), ROUNDED)
            for name in whole
            if whole[name] < LARGEST
        ]
    return float(min(max([1.0, *found]), SLOWER))


def effects(
    reference: Any,
    case: Case,
    output: Output,
    scales: Scales,
    tolerances: Mapping[str, Tolerance],
    grown: float,
) -> dict[str, HalfPrecision]:
    """The effect of half precision on each floating-point array of the `output` that `reference`
    gave for `case`. This costs three calls, one of which compiles each shape in bfloat16.
    """
    asked = [
        name
        for name, array in output.items()
        if dtype_kind(array.dtype) in ("floating", "complex") and np.all(tolerances[name])
    ]
    if not asked:
        return {}
    rounded: Returned | Failed | None = None
    whole: Returned | Failed | None = None
    again: Returned | Failed | None = None
    if has_floats(case.arguments):
        rounded = call(reference, _round(case), case.way)
        narrow = floats_changed(case.arguments, functools.partial(_as_dtype, BFLOAT16))
        whole = call(reference, narrow, case.way)
        again = call(reference, nudged_slightly(case.arguments, VISIBLE), case.way)
    found = {}
    for name in asked:
        sizes, allowed = scales[name], tolerances[name]
        size = sizes.top if sizes.own is None else sizes.own
        explained = grown * np.maximum(_apart(rounded, name, output[name]), ROUNDED * size)
        error = _apart(whole, name, output[name])
        if np.all(error <= LARGEST * sizes.top):
            explained = np.maximum(explained, error)
        found[name] = HalfPrecision(
            FACTOR
            * max(
                float(np.max(explained / allowed, initial=0.0)),
                STEP / float(np.max(allowed)),
            ),
            _share_moved(again, output[name], name),
        )
    return found


def _as_dtype(dtype: np.dtype, data: np.ndarray) -> np.ndarray:
    return data.astype(dtype)


def _round(case: Case) -> Any:
    return floats_changed(
        case.arguments, lambda data: np.asarray(data.astype(BFLOAT16).astype(data.dtype))
    )


def _errors(outcome: Returned | Failed, output: Output, scales: Scales) -> dict[str, float]:
    """The largest error of each array that can be compared, relative to the largest element of its
    class.
    """
    found = {}
    for name, desired in output.items():
        top = scales[name].top
        if _comparable(outcome, name, desired):
            error = _apart(outcome, name, desired)
            found[name] = float(np.max(error[top > 0] / top[top > 0], initial=0.0))
    return found


def _comparable(outcome: Returned | Failed | None, name: str, desired: np.ndarray) -> bool:
    actual = outcome.output.get(name) if isinstance(outcome, Returned) else None
    return (
        actual is not None
        and actual.shape == desired.shape
        and dtype_kind(actual.dtype) in ("floating", "complex")
        and dtype_kind(desired.dtype) in ("floating", "complex")
    )


def _apart(outcome: Returned | Failed | None, name: str, desired: np.ndarray) -> np.ndarray:
    """The error of each element of an array; 0 where either number is not finite, and everywhere in
    an array that cannot be compared.
    """
    error = np.zeros(desired.shape)
    if isinstance(outcome, Returned) and _comparable(outcome, name, desired):
        wide, right = widen(outcome.output[name]), widen(desired)
        finite = np.isfinite(wide) & np.isfinite(right)
        error[finite] = np.abs(wide[finite] - right[finite])
    return error


def _share_moved(again: Returned | Failed | None, desired: np.ndarray, name: str) -> float:
    """The share of elements that moved, among those that are finite and not zero."""
    actual = again.output.get(name) if isinstance(again, Returned) else None
    counted = np.isfinite(widen(desired)) & (desired != 0)
    if actual is None or actual.shape != desired.shape or not counted.any():
        return 0.0
    return float(np.mean(actual[counted] != desired[counted]))
