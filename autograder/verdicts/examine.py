"""Judge a function by one group of cases.

This module judges every answer, in the notebook and in grading: a student's, and the author's own
alternatives and misconceptions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from autograder.bank.groups import CONTRACT_GROUPS
from autograder.bank.records import ExpectedCase, Group, Tolerance
from autograder.calls.call import Failed, Returned, call
from autograder.calls.outputs import ALONE
from autograder.verdicts.arrays import small
from autograder.verdicts.diagnosis import Diagnosis, diagnose
from autograder.verdicts.faults import Fault, confirm, fault_of, only_imprecise
from autograder.verdicts.in_place import about, about_structure, forbidden, is_untouched
from autograder.verdicts.judging import Judged, expected_of, judge
from autograder.verdicts.mismatch import MEASURED, Mismatch


@dataclass(frozen=True)
class Finding:
    """The reason why a function does not pass a group.

    `answered` is case number `case` of the `cases` in the group: the first of the `failing` ones
    that failed. `step` is "call", "shape", "dtype", "structure", "finite", "values", "residual",
    "samples", "inconsistent" or "arguments". `sentence` continues the function's name and tells
    nothing hidden; `detail` contains values, or text from the function. `part` names the array of
    the output that the finding is about; `actual` and `mismatch` are set if that array is wrong.
    `verdict` is "wrong", "imprecise" (every failing case is right to half precision) or
    "inconsistent". `worth` is the share of the group's points. `refused_on` lists the failing
    cases. `untried` is the number of cases that were not called because the function had stopped
    answering.
    """

    answered: ExpectedCase
    case: int
    cases: int
    step: str
    sentence: str
    detail: str = ""
    part: str = ALONE
    failing: int = 1
    actual: np.ndarray | None = None
    mismatch: Mismatch | None = None
    diagnosis: Diagnosis | None = None
    verdict: str = "wrong"
    worth: float = 0.0
    refused_on: tuple[int, ...] = ()
    untried: int = 0

    @property
    def expected(self) -> np.ndarray:
        """The expected value of the reported array."""
        return self.answered.expected[self.part]

    @property
    def allowed(self) -> float:
        """The error allowed in the worst element of the reported array."""
        if self.mismatch is not None and self.mismatch.step in MEASURED:
            return self.mismatch.allowed
        return float(np.max(self.answered.tolerances[self.part], initial=0.0))

    @property
    def tolerance(self) -> Tolerance:
        """The error allowed in each element of the reported array."""
        return self.answered.tolerances[self.part]


def outcomes(function: object, group: Group) -> dict[int, Returned | Failed]:
    """The outcome of `function` on each case of a group, by index of the case."""
    return {index: _call_case(function, answered) for index, answered in enumerate(group.cases)}


def diagnosis_of(group: Group, seen: Mapping[int, Returned | Failed]) -> Diagnosis | None:
    """The mistake behind a function's outcomes on the cases of a group, or None. `seen` is by index
    of the case.
    """
    return diagnose(
        seen,
        [expected_of(each, seen.get(index)) for index, each in enumerate(group.cases)],
        group.known,
    )


def examine(
    function: object,
    group: Group,
    *,
    interruptible: bool = True,
    show: Callable[[str], object] | None = None,
    seen: dict[int, Returned | Failed] | None = None,
) -> Finding | None:
    """None if `function` gives the expected output at every call of `group`, otherwise the finding
    at the first call where it does not.

    In the groups of `CONTRACT_GROUPS` the function must also leave its arguments unchanged. After a
    fault, each remaining case is called once for the diagnosis, unless the function has stopped
    answering. `show` receives what the function prints, up to a limit. `seen` collects the outcome
    of each case.
    """
    seen = {} if seen is None else seen

    for index in group.calls:
        outcome = _call_case(function, group.cases[index], interruptible=interruptible)
        if show and outcome.printed:
            show(outcome.printed)
        fault = fault_of(outcome, group.cases[index])
        if group.imprecise == 1 and fault is not None and only_imprecise(fault):
            fault = confirm(function, outcome, group.cases[index], fault, interruptible)
            fault = None if only_imprecise(fault) else fault
        if fault is not None and index in seen:
            return _finding_of(group, index, {index: outcome}, {index: fault}, again=True)
        seen[index] = outcome
        if fault is not None:
            for other in range(len(group.cases)):
                if isinstance(outcome, Failed) and outcome.lost:
                    break
                if other not in seen:
                    outcome = seen[other] = _call_case(
                        function, group.cases[other], interruptible=interruptible
                    )
            faults = {
                other: found
                for other, outcome in seen.items()
                if (found := fault_of(outcome, group.cases[other])) is not None
            }
            if all(map(only_imprecise, faults.values())):
                for other, found in faults.items():
                    answered = group.cases[other]
                    faults[other] = confirm(function, seen[other], answered, found, interruptible)
                    if not only_imprecise(faults[other]):
                        break
            if group.imprecise == 1:
                faults = {other: each for other, each in faults.items() if not only_imprecise(each)}
            return _finding_of(group, index, seen, faults)
        # Only these groups check this: the values are right, and every call gets its own copies.
        written = forbidden(outcome, group.cases[index].case.way)
        if group.name in CONTRACT_GROUPS and written:
            sentence = (
                f"changed its argument {written[0]} in place; leave the arguments unchanged "
                "and return a new array."
            )
            return Finding(group.cases[index], index, len(group.cases), "arguments", sentence)
    return None


def _call_case(
    function: object, answered: ExpectedCase, *, interruptible: bool = True
) -> Returned | Failed:
    """The outcome of one call.

    Of a large array where none or a small one is expected, only the shape and dtype are kept: a
    group has many cases, and the grader may have little memory.
    """
    outcome = judge(
        call(function, answered.case.arguments, answered.case.way, interruptible=interruptible),
        answered,
    )
    if isinstance(outcome, Failed | Judged):
        return outcome
    bulky = {
        part: array
        for part, array in outcome.output.items()
        if not small(array, answered.expected.get(part))
    }
    thin = {
        part: np.broadcast_to(np.zeros((), array.dtype), array.shape)
        for part, array in bulky.items()
    }
    return replace(outcome, output={**outcome.output, **thin}) if bulky else outcome


def _finding_of(
    group: Group,
    begun: int,
    seen: Mapping[int, Returned | Failed],
    faults: Mapping[int, Fault],
    *,
    again: bool = False,
) -> Finding:
    """The finding of the first case that failed, or of the first that is more than imprecise."""
    plain = [index for index, fault in faults.items() if not only_imprecise(fault)]
    index = begun if not plain or begun in plain else min(plain)
    fault, outcome, answered = faults[index], seen[index], group.cases[index]
    if isinstance(fault, Failed):
        step, part, sentence, detail, mismatch = (
            "call",
            next(iter(answered.expected)),
            fault.cause,
            fault.detail,
            None,
        )
    else:
        part, mismatch = fault
        step, sentence, detail = mismatch.step, mismatch.sentence, mismatch.sample
        whole = step in ("residual", "samples") and not mismatch.size
        if part != ALONE and not whole:
            tell = about_structure if step == "structure" else about
            sentence = tell(part, sentence, outcome, answered.case.way)
    verdict = "wrong" if plain else "imprecise"
    diagnosis = None if again else diagnosis_of(group, seen)
    # Lost digits are no general mistake; only the author can name their cause.
    if (
        diagnosis
        and diagnosis.by == "general"
        and (verdict == "imprecise" or is_untouched(part, outcome, answered.case.way))
    ):
        diagnosis = None
    if again:
        step, verdict, sentence = (
            "inconsistent",
            "inconsistent",
            sentence + " The same call was right before, so the answer depends on earlier calls.",
        )
    return Finding(
        answered,
        index,
        len(group.cases),
        step,
        sentence,
        detail,
        part,
        failing=len(faults),
        refused_on=tuple(sorted(faults)),
        actual=outcome.output.get(part) if isinstance(outcome, Returned) else None,
        mismatch=mismatch,
        diagnosis=diagnosis,
        verdict=verdict,
        worth=group.imprecise if verdict == "imprecise" else 0.0,
        untried=0 if again else len(group.cases) - len(seen),
    )
