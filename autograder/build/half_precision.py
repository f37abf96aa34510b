"""Measure what half precision does to an output of the reference: how far its inputs, and the whole
computation, in bfloat16 move it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np

from autograder.bank.records import HalfPrecision, Tolerance
from autograder.calls.call import Failed, Returned, call
from autograder.calls.nudges import floats_changed, has_floats, nudged_slightly
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.verdicts.arrays import dtype_kind, widen

FACTOR = 4
"""An answer in half precision may be so many times further away than the reference is in it: it
adds and multiplies in another order.
"""

ROUNDED = 2.0**-9
"""The largest error of rounding a number to bfloat16, relative to the number."""

STEP = 2.0**-25
"""The largest error of rounding a number near zero to float16."""

LARGEST = 0.5
"""A computation in bfloat16 that is off by this share shows no growth: it is off altogether."""

SLOWER = 16.0
"""At most so many times further away than rounded inputs a whole computation is taken to be."""

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def growth(reference: Any, case: Case, output: Output, scales: Mapping[str, np.ndarray]) -> float:
    """How many times further the whole computation in bfloat16 is away than inputs rounded to it: 1
    if it cannot be computed. This costs a compilation.
    """
    if not has_floats(case.arguments):
        return 1.0
    narrow = floats_changed(case.arguments, lambda data: data.astype(BFLOAT16))
    whole = _errors(call(reference, narrow, case.way), output, scales)
    inputs = _errors(call(reference, _rounded(case), case.way), output, scales)
    found = [
        whole[name] / max(inputs.get(name, 0.0), ROUNDED) for name in whole if whole[name] < LARGEST
    ]
    return float(min(max([1.0, *found]), SLOWER))


def effects(
    reference: Any,
    case: Case,
    output: Output,
    scales: Mapping[str, np.ndarray],
    tolerances: Mapping[str, Tolerance],
    grown: float,
) -> dict[str, HalfPrecision]:
    """What half precision does to each floating-point array of `output`, which `reference` gave for
    `case`. Costs two calls.
    """
    asked = {
        name: float(np.max(scales[name] / tolerances[name], initial=0.0))
        for name, array in output.items()
        if dtype_kind(array.dtype) in ("floating", "complex") and np.all(tolerances[name])
    }
    if not asked:
        return {}
    errors: dict[str, float] = {}
    again: Returned | Failed | None = None
    if has_floats(case.arguments):
        errors = _errors(call(reference, _rounded(case), case.way), output, scales)
        again = call(reference, nudged_slightly(case.arguments), case.way)
    return {
        name: HalfPrecision(
            FACTOR
            * max(
                grown * max(errors.get(name, 0.0), ROUNDED) * most,
                STEP / float(np.max(tolerances[name])),
            ),
            _moved(again, output[name], name),
        )
        for name, most in asked.items()
    }


def _rounded(case: Case) -> Any:
    return floats_changed(
        case.arguments, lambda data: np.asarray(data.astype(BFLOAT16).astype(data.dtype))
    )


def _errors(
    outcome: Returned | Failed, output: Output, scales: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """The largest error of each array, relative to the largest element of its class; of those only
    that can be compared.
    """
    if isinstance(outcome, Failed):
        return {}
    found = {}
    for name, desired in output.items():
        actual = outcome.output.get(name)
        if (
            actual is None
            or actual.shape != desired.shape
            or dtype_kind(actual.dtype) not in ("floating", "complex")
            or dtype_kind(desired.dtype) not in ("floating", "complex")
        ):
            continue
        finite = np.isfinite(widen(desired)) & np.isfinite(widen(actual)) & (scales[name] > 0)
        error = np.abs(widen(actual)[finite] - widen(desired)[finite])
        found[name] = float(np.max(error / scales[name][finite], initial=0.0))
    return found


def _moved(again: Returned | Failed | None, desired: np.ndarray, name: str) -> float:
    """The share of the elements, those aside that are zero or not finite, that moved."""
    actual = again.output.get(name) if isinstance(again, Returned) else None
    counted = np.isfinite(widen(desired)) & (desired != 0)
    if actual is None or actual.shape != desired.shape or not counted.any():
        return 0.0
    return float(np.mean(actual[counted] != desired[counted]))
