"""Make the instructor's row from a finding."""

from __future__ import annotations

from dataclasses import replace

from autograder.checks.row import CheckRow, WrongArray
from autograder.verdicts.arrays import comparable
from autograder.verdicts.examine import Finding
from autograder.verdicts.sketch import sketch
from autograder.verdicts.words import shape_in_words


def row_of(question: str, cases: str, finding: Finding | None, seconds: float) -> CheckRow:
    """The row of a check of a group of cases that took `seconds`."""
    row = CheckRow(question, cases, seconds=round(seconds, 3))
    if finding is None:
        return row
    row = replace(
        row,
        verdict=finding.verdict,
        step=finding.step,
        failing=finding.failing,
        of=finding.cases,
        refused_on=finding.refused_on,
    )
    if finding.diagnosis is not None:
        row = replace(
            row,
            diagnosis=finding.diagnosis.name,
            diagnosis_by=finding.diagnosis.by,
            hint=finding.diagnosis.hint,
        )
    if finding.actual is not None and comparable(finding.actual, finding.expected):
        array = shape_in_words(finding.actual, finding.expected)
        row = replace(
            row, returned=WrongArray(finding.case, finding.part, array, sketch(finding.actual))
        )
    if finding.mismatch is not None and finding.step == "values":
        # To two digits, as in the sentence: if the answer is all zeros, the error is an expected
        # value.
        row = replace(
            row,
            error=float(f"{finding.mismatch.error:.2g}"),
            allowed=float(f"{finding.allowed:.2g}"),
        )
    return row
