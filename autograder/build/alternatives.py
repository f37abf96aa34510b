"""Judge the author's alternatives. What a right alternative differs by counts as noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.bank.records import ExpectedCase, Group
from autograder.build import advice, noises, same, tolerance
from autograder.build.answered_cases import arguments_of
from autograder.build.float64 import in_float64
from autograder.build.tolerance import Noises, Scales
from autograder.calls.call import Failed, Returned, call
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Question
from autograder.verdicts import examine
from autograder.verdicts.arrays import magnitude, widen

AGREE = 2.0**-10
"""If two answers differ by rounding alone, their difference in float64 is at most this share of
their difference in float32.
"""

Judging = Callable[[Noises], Mapping[str, Group]]
"""Returns the groups, with the tolerances that follow from a given noise."""


def noise(
    question: Question,
    reference: object,
    function: Callable[..., Any],
    groups_with: Judging,
    sizes: Mapping[str, Sequence[Scales]],
    before: Noises,
) -> Noises:
    """The noise, enlarged by the differences between an alternative and the reference. Raises
    `BuildError` for an alternative that is not right.

    An alternative that differs by more than is allowed in float32, but not in float64, is right:
    its float32 difference is rounding. It is still refused if that difference is too large to be
    told from a mistake.
    """
    found, doubts = before, {}
    for name, group in groups_with(before).items():
        seen: dict[int, Returned | Failed] = {}
        finding = examine.examine(function, group, seen=seen)
        if finding is not None:
            told = _by_rounding(question, reference, function, group, finding, seen)
            if not told:
                raise refusal(question, function, group, finding, seen)
            doubts[name] = told
        for index, outcome in seen.items():
            answered = group.cases[index]
            if isinstance(outcome, Returned) and not answered.case.way.law:
                added = noises.of_alternative(outcome, answered.expected, sizes[name][index])
                found = tolerance.larger(found, added)
    for name, told in doubts.items():
        seen = {}
        group = groups_with(found)[name]
        finding = examine.examine(function, group, seen=seen)
        if finding is not None:
            raise refusal(question, function, group, finding, seen, told)
    return found


def _by_rounding(
    question: Question,
    reference: object,
    function: Callable[..., Any],
    group: Group,
    finding: examine.Finding,
    seen: Mapping[int, Returned | Failed],
) -> str:
    """A sentence that says whether the alternative or the reference loses digits, if an alternative
    is refused on some cases but agrees with the reference there in float64. "" if it does not
    agree.
    """
    if finding.step != "values":
        return ""
    further = {True: 0.0, False: 0.0}
    for index in finding.refused_on:
        answered, outcome = group.cases[index], seen[index]
        if isinstance(outcome, Failed) or answered.case.way.law:
            return ""
        wide = [_wide(question, each, answered) for each in (reference, function)]
        for part, desired in answered.expected.items():
            arrays = [outcome.output.get(part), *(each.get(part) for each in wide)]
            if any(array is None or array.shape != desired.shape for array in arrays):
                return ""
            actual, right, other = (widen(array) for array in arrays if array is not None)
            finite = np.isfinite(right)
            if not all(np.array_equal(finite, np.isfinite(each)) for each in (desired, actual)):
                return ""
            apart = np.max(np.abs(actual - desired)[finite], initial=0.0)
            if not np.max(np.abs(other - right)[finite], initial=0.0) <= AGREE * apart:
                return ""
            for own, array in ((True, widen(desired)), (False, actual)):
                error = float(np.max(np.abs(array - right)[finite], initial=0.0))
                further[own] = max(further[own], error / (magnitude(desired) or 1.0))
    whose = "the reference" if further[True] > further[False] else "the alternative"
    return (
        f"In float64 both return the same: {whose} loses digits, and its error is "
        f"{max(further.values()):.2g} of the largest number. {advice.to_keep_digits(question)}"
    )


def _wide(question: Question, function: object, answered: ExpectedCase) -> Output:
    """The output of a function in float64; empty if the function fails."""
    towards = same.towards(question, function, answered.case, answered.expected)

    def evaluate(case: Case) -> Returned | Failed:
        return call(towards, case.arguments, case.way)

    outcome = in_float64(evaluate, answered.case)
    return outcome.output if isinstance(outcome, Returned) else {}


def refuse_wrong(
    question: Question,
    function: Callable[..., Any],
    group: Group,
    seen: dict[int, Returned | Failed],
) -> None:
    """Refuse an alternative that is not right in a group. The error names the word that would make
    it right, if there is one. Fills `seen` with the alternative's outcomes. Raises `BuildError`.
    """
    finding = examine.examine(function, group, seen=seen)
    if finding is not None:
        raise refusal(question, function, group, finding, seen)


def refusal(
    question: Question,
    function: Callable[..., Any],
    group: Group,
    finding: examine.Finding,
    seen: Mapping[int, Returned | Failed],
    further: str = "",
) -> BuildError:
    """The error for an alternative that is refused. It adds the word that would make the
    alternative right, if there is one, and the sentence `further`.
    """
    outcome = seen.get(finding.case)
    word = (
        same.missing_word(outcome.output, finding.answered) if isinstance(outcome, Returned) else ""
    )
    told = "\n".join(
        part for part in (same.hint_of(word) if word else "", further, finding.detail) if part
    )
    return BuildError(
        (
            f"question {question.name!r}: the alternative {function.__name__} is refused "
            f"in cases={group.name!r}: with {arguments_of(finding.answered.case)} it "
            f"{finding.sentence}{advice.about_alternative(question, finding)}\n"
            f"{told}"
        ).rstrip()
    )
