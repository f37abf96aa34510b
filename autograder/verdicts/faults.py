"""What is wrong with one outcome: a failure, a wrong array, or one that is only imprecise."""

from __future__ import annotations

from autograder.bank.records import ExpectedCase
from autograder.calls.call import Failed, Returned
from autograder.verdicts.compare import Mismatch, first
from autograder.verdicts.half_precision import imprecise_only
from autograder.verdicts.judging import mismatches

Fault = Failed | tuple[str, Mismatch]
"""A failure, or the name of a wrong array of the output and its mismatch."""


def fault_of(outcome: Returned | Failed, answered: ExpectedCase) -> Fault | None:
    """What is wrong with one outcome, or None. Whether one that may be imprecise is, is decided by
    `confirmed`.
    """
    if isinstance(outcome, Failed):
        return outcome
    found = mismatches(outcome, answered)
    return first(found) if found else None


def only_imprecise(fault: Fault) -> bool:
    """Whether a fault is a wrong array that may be right to half precision."""
    return not isinstance(fault, Failed) and fault[1].imprecise


def confirmed(
    function: object,
    outcome: Returned | Failed,
    answered: ExpectedCase,
    fault: Fault,
    interruptible: bool,
) -> Fault:
    """A fault that may be imprecise, as it is if half precision is behind it, else as a wrong
    one.
    """
    if isinstance(fault, Failed) or isinstance(outcome, Failed) or not fault[1].imprecise:
        return fault
    part, mismatch = fault
    if imprecise_only(function, answered, part, outcome.output[part], interruptible):
        return fault
    return part, mismatch.as_wrong()
