"""Hold a function against one group of cases. The one road by which every answer is judged: a student's, the author's own
alternatives and misconceptions, at the desk and in grading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from autograder.arguments import Value
from autograder.bank import Answered, Group
from autograder.calls import Failed, Returned, call
from autograder.cases import CONTRACT_GROUPS
from autograder.compare import Mismatch, compare
from autograder.diagnosis import Diagnosis, Expected, diagnose


@dataclass(frozen=True)
class Finding:
    """Why a function does not pass a group.

    `answered` is case number `case` of the `cases` in the group, the first one that failed of `failing`; `step` is "call", "shape", "dtype",
    "finite", "values", "inconsistent" or "arguments"; `sentence` continues the function's name and gives nothing away; `detail` has values in
    it, or text of the function's own. `actual` and `mismatch` are there if it returned an array that is wrong.
    """

    answered: Answered
    case: int
    cases: int
    step: str
    sentence: str
    detail: str = ""
    failing: int = 1
    actual: np.ndarray | None = None
    mismatch: Mismatch | None = None
    diagnosis: Diagnosis | None = None

    @property
    def verdict(self) -> str:
        """ "wrong", "imprecise" or "inconsistent"."""
        if self.step == "inconsistent":
            return "inconsistent"
        return "imprecise" if self.mismatch is not None and self.mismatch.imprecise else "wrong"


def outcomes(function: object, group: Group) -> dict[int, Returned | Failed]:
    """What `function` does on each case of a group, by index of the case."""
    return {index: call(function, answered.case.arguments) for index, answered in enumerate(group.cases)}


def examine(
    function: object,
    group: Group,
    *,
    interruptible: bool = True,
    show: Callable[[str], object] | None = None,
    seen: dict[int, Returned | Failed] | None = None,
) -> Finding | None:
    """None if `function` gives the expected output at every call of `group`, else the first call at which it does not.

    In the groups of `CONTRACT_GROUPS` it must also leave its arguments as they were. After a fault the cases that were not called yet are
    called once, for the diagnosis, unless the function has stopped answering. `show` receives what the function prints, up to a limit; `seen` what it did on
    each case.
    """
    seen = {} if seen is None else seen
    for index in group.calls:
        outcome = call(function, group.cases[index].case.arguments, interruptible=interruptible)
        if show and outcome.printed:
            show(outcome.printed)
        fault = _fault(outcome, group.cases[index], group.imprecise)
        if fault is not None and index in seen:
            return _found(group, index, outcome, fault, {index: outcome}, again=True)
        seen[index] = outcome
        if fault is not None:
            for other in range(len(group.cases)):
                if other not in seen and not (isinstance(seen[index], Failed) and seen[index].lost):  # type: ignore[union-attr]
                    seen[other] = call(function, group.cases[other].case.arguments, interruptible=interruptible)
                    if isinstance(seen[other], Failed) and seen[other].lost:  # type: ignore[union-attr]
                        break
            return _found(group, index, outcome, fault, seen)
        # Said in these groups only: the values are right, and every call gets its own copies.
        if group.name in CONTRACT_GROUPS and isinstance(outcome, Returned) and outcome.changed:
            sentence = f"changed its argument {outcome.changed[0]} in place; leave arguments as they are, and return a new array."
            return Finding(group.cases[index], index, len(group.cases), "arguments", sentence)
    return None


Fault = Failed | Mismatch


def _fault(outcome: Returned | Failed, answered: Answered, imprecise: str) -> Fault | None:
    """What is wrong with one outcome, or None; `imprecise` says whether values that are right to half precision are."""
    if isinstance(outcome, Failed):
        return outcome
    mismatch = compare(outcome.array, answered.expected, answered.tolerance)
    return None if mismatch is not None and mismatch.imprecise and imprecise == "right" else mismatch


def _found(
    group: Group, index: int, outcome: Returned | Failed, fault: Fault, seen: Mapping[int, Returned | Failed], *, again: bool = False
) -> Finding:
    answered, count = group.cases[index], len(group.cases)
    failing = sum(_fault(each, group.cases[place], group.imprecise) is not None for place, each in seen.items())
    if isinstance(fault, Failed):
        step, sentence, detail, mismatch = "call", fault.cause, fault.detail, None
    else:
        step, sentence, detail, mismatch = fault.step, fault.sentence, fault.sample, fault
    if again:
        step, sentence = "inconsistent", sentence + " The same call was right before: the answer depends on earlier calls."
    expected = [Expected(each.expected, each.tolerance, each.case.sizes) for each in group.cases]
    diagnosis = None if again or (mismatch is not None and mismatch.imprecise) else diagnose(seen, expected, group.known)
    actual = outcome.array if isinstance(outcome, Returned) else None
    return Finding(answered, index, count, step, sentence, detail, failing, actual, mismatch, diagnosis)


def described(value: Value) -> str:
    """An argument in a few words, for messages: the number itself, or an array's type and shape."""
    if value.kind in ("jax", "numpy"):
        return f"a {'JAX' if value.kind == 'jax' else 'NumPy'} array of shape {value.data.shape}"
    number = float(value.data) if "float" in value.kind else int(value.data)
    return f"{value.kind}({number})" if "." in value.kind else str(number)
