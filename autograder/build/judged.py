"""Prepare questions whose answers are judged by a residual or by samples, not by comparing
numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.bank.records import ExpectedCase, Group
from autograder.build.alternatives import refuse_wrong
from autograder.build.answered_cases import arguments_of
from autograder.build.measured import Answers, Plans
from autograder.build.residuals import with_residuals
from autograder.build.samples import with_samples
from autograder.build.tolerance import Noise, Noises
from autograder.calls.outputs import ALONE, Output
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.laws import says
from autograder.questions.question import Question
from autograder.sameness.words import samples_of
from autograder.verdicts import examine


def groups(
    question: Question, reference: object, plans: Plans, answered: Answers
) -> tuple[dict[str, Group], Noises]:
    """The groups with what each case is judged by, and the noise of the residuals, if there are
    any. Raises `BuildError` for a reference or an alternative that is refused.
    """
    cases, noise = cases_of(
        question, reference, [pair for each in answered.values() for pair in each]
    )
    found = {}
    for name, (planned, _) in plans.items():
        count = len(answered[name])
        found[name], cases = Group(name, cases[:count], planned.calls), cases[count:]
    for name, group in found.items():
        finding = examine.examine(reference, group)
        if finding is not None and name in question.laws:
            raise BuildError(
                f"question {question.name!r}: the law {name!r} cannot be used: with "
                f"{arguments_of(finding.answered.case)} ({finding.answered.case.label}) the law "
                f"does not hold for the reference: {says(name)}"
            )
        if finding is not None:
            raise BuildError(
                f"question {question.name!r}: the reference itself is refused: with "
                f"{arguments_of(finding.answered.case)} ({finding.answered.case.label}) it "
                f"{finding.sentence}\n{finding.detail}".rstrip()
            )
    for function in question.alternatives:
        for group in found.values():
            refuse_wrong(question, function, group, {})
    return found, {ALONE: noise}


def cases_of(
    question: Question, reference: object, answered: Sequence[tuple[Case, Output]]
) -> tuple[tuple[ExpectedCase, ...], Noise]:
    """Answered cases with what each is judged by, and the noise of their residuals."""
    cases = [
        ExpectedCase(case, output, dict.fromkeys(output, 0.0), same=question.words)
        for case, output in answered
    ]
    if samples_of(question.words):
        return tuple(with_samples(question, reference, cases)), Noise()
    allowing, noise = with_residuals(question, reference, cases)
    return tuple(allowing), Noise(nudged=noise)
