"""The fault of one outcome: a failure, a wrong array, or one that is only imprecise."""

from __future__ import annotations

from dataclasses import replace

from autograder.bank.records import ExpectedCase
from autograder.calls.call import Failed, Returned
from autograder.calls.causes import LACKS, NOTHING
from autograder.verdicts.compare import first
from autograder.verdicts.half_precision import imprecise_only
from autograder.verdicts.judging import mismatches
from autograder.verdicts.mismatch import Mismatch

Fault = Failed | tuple[str, Mismatch]
"""A failure, or the name of a wrong array of the output and its mismatch."""


def fault_of(outcome: Returned | Failed, answered: ExpectedCase) -> Fault | None:
    """The fault of one outcome, or None. `confirm` decides later whether an array that may be
    imprecise is.
    """
    if isinstance(outcome, Failed):
        return outcome
    if answered.case.way.calls:
        outcome = _as_asked(outcome, answered)
        if isinstance(outcome, Failed):
            return outcome
    found = mismatches(outcome, answered)
    return first(found) if found else None


def _as_asked(outcome: Returned, answered: ExpectedCase) -> Returned | Failed:
    """The outcome of several calls, without the answers of calls that should return nothing and
    without more state than is expected. A call that should return something, and did not, is a
    failure.
    """
    way, output = answered.case.way, {}
    expected = {name: way.step_of(name) for name in answered.expected}
    for step in way.steps():
        found = {name: array for name, array in outcome.output.items() if way.step_of(name) == step}
        if step in expected.values() and step.method:
            if not found:
                return Failed(step.told + " " + NOTHING.says())
            output.update(found)
        else:
            output.update({name: array for name, array in found.items() if name in expected})
            for name in expected:
                if expected[name] == step and name not in found:
                    lacking = name.removeprefix(f"{step.part}/")
                    return Failed(step.told + " " + LACKS.says(name=lacking))
    return replace(outcome, output=output)


def only_imprecise(fault: Fault) -> bool:
    """Whether a fault is a wrong array that may be right to half precision."""
    return not isinstance(fault, Failed) and fault[1].imprecise


def confirm(
    function: object,
    outcome: Returned | Failed,
    answered: ExpectedCase,
    fault: Fault,
    interruptible: bool,
) -> Fault:
    """The fault unchanged, unless it is called imprecise and half precision does not explain it:
    then it is marked as wrong.
    """
    if isinstance(fault, Failed) or isinstance(outcome, Failed) or not fault[1].imprecise:
        return fault
    part, mismatch = fault
    if imprecise_only(function, answered, part, outcome.output[part], interruptible):
        return fault
    return part, mismatch.as_wrong()
