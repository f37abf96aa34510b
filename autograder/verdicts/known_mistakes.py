"""Mistakes that the author described: the stored part of their outcomes, and whether one explains
the outcomes of an answer. NumPy only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from autograder.bank.records import KnownMistake, KnownOutcome, Tolerance
from autograder.calls.call import Failed, Returned
from autograder.verdicts.arrays import close, dtype_kind, magnitude, widen
from autograder.verdicts.scenes import Expected, Outcome, allowed_at

SIGNATURE_SHOWN = 400
"""At most this many characters of a cause with its exception's text are compared."""


def outcome_of(outcome: Outcome) -> KnownOutcome:
    """The part of a known wrong solution's outcome that a bank stores."""
    return (
        KnownOutcome(outcome.output)
        if isinstance(outcome, Returned)
        else KnownOutcome({}, signature(outcome))
    )


def signature(failed: Failed) -> str:
    """The text that identifies failures of the same mistake on the same case: the cause, and the
    exception's text without addresses.
    """
    text = re.sub(r"\nline \d+: .*\Z", "", failed.detail)
    return re.sub(r"0x[0-9a-f]+", "", f"{failed.cause} {text}")[:SIGNATURE_SHOWN]


def kind_of_failure(failed: Failed) -> str:
    """The text that identifies failures across code that is written differently: the first line of
    the signature, without numbers.
    """
    return _without_numbers(signature(failed))


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "#", text.split("\n", 1)[0])


def _alike(actual: np.ndarray, wanted: np.ndarray, allowed: Tolerance) -> bool:
    if actual.shape != wanted.shape or dtype_kind(actual.dtype) != dtype_kind(wanted.dtype):
        return False
    if dtype_kind(wanted.dtype) not in ("floating", "complex"):
        return bool(np.array_equal(actual, wanted))
    return bool(np.all(close(widen(actual), widen(wanted), allowed)))


def explains(
    known: KnownMistake,
    outcomes: Mapping[int, Outcome],
    expected: Sequence[Expected],
    told: Callable[[Failed], str],
    near: float = 0.0,
) -> bool:
    """Whether a known mistake had the same outcomes.

    `told` makes the text that identifies a failure. Numbers may differ by the tolerance, and by the
    share `near` of what the mistake itself changes.
    """
    for index, outcome in outcomes.items():
        was = known.outcomes[index]
        if isinstance(outcome, Failed):
            if was.output or told(outcome) not in (was.signature, _without_numbers(was.signature)):
                return False
        elif outcome.output.keys() != was.output.keys() or not all(
            _alike(outcome.output[part], array, _tolerance(part, array, expected[index], near))
            for part, array in was.output.items()
        ):
            return False
    return True


def _tolerance(part: str, known: np.ndarray, expected: Expected, near: float) -> Tolerance:
    """The error allowed in a known wrong output: the right one's tolerance, scaled to this one's
    size, and the share `near` of the distance between the two.
    """
    if part not in expected.output:
        return 0.0
    right, tolerance = expected.output[part], expected.tolerances[part]
    if isinstance(tolerance, np.ndarray):
        allowed: Tolerance = 4 * allowed_at(widen(known), widen(right), tolerance)
    else:
        largest = magnitude(right)
        allowed = 4 * tolerance * max(1.0, magnitude(known) / largest if largest else 1.0)
    if not near or known.shape != right.shape:
        return allowed
    with np.errstate(invalid="ignore"):
        changed = np.abs(widen(known) - widen(right))
    more: np.ndarray = near * np.nan_to_num(changed, nan=0.0, posinf=0.0)
    return np.asarray(allowed + more)
