"""Hold the reference to what a student's answer must do besides returning the right values."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.bank.groups import CONTRACT_GROUPS
from autograder.bank.records import Group
from autograder.build.answered_cases import arguments_of
from autograder.errors import BuildError
from autograder.questions.question import Question
from autograder.verdicts import examine


def check_contract(question: Question, reference: object, groups: Mapping[str, Group]) -> None:
    """Refuse a reference that a student could not submit because it changes its arguments."""
    for name in CONTRACT_GROUPS:
        finding = examine.examine(reference, groups[name]) if name in groups else None
        if finding is None:
            continue
        advice = ""
        if finding.step == "arguments":
            written = finding.sentence.split()[3]
            advice = (
                " If the function may change it, declare the question with "
                f"may_change=({written!r},). If the task is to change it, declare "
                f"changed=({written!r},)"
            )
        raise BuildError(
            f"question {question.name!r}: the solution is refused in cases={name!r}: with "
            f"{arguments_of(finding.answered.case)} it {finding.sentence}{advice}"
        )
