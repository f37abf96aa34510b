"""Grade the same submission with all shortcuts and with none. If a shortcut changes the verdict,
the verdict cannot be relied on.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.assignment.samples import otter_run
from autograder.errors import BuildError
from autograder.grading.results import question_rows
from autograder.runtime import switches

Row = dict[str, Any]
"""A row of results.json."""


class Disagreement(BuildError):
    """A submission gets other rows without shortcuts. The text names the first row that differs,
    and what it says either way.
    """


def check(archive: Path, submission: Path) -> int:
    """Grade `submission` twice with the zip `archive`, and return its number of rows. Raises
    `Disagreement` if any row differs.
    """
    with_all = rows(archive, submission)
    compare(submission.name, with_all, rows(archive, submission, tuple(switches.SHORTCUTS)))
    return len(with_all)


def compare(name: str, with_all: Sequence[Row], without: Sequence[Row]) -> None:
    """Raise `Disagreement` if the rows of the submission `name` differ."""
    for one, other in itertools.zip_longest(with_all, without):
        if one != other:
            raise Disagreement(
                f"{name} gets different results with and without shortcuts.\n"
                f"With shortcuts: {_text_of(one)}\n"
                f"Without: {_text_of(other)}\n"
                "If rounding decides the answer (a comparison, a floor, the sign of a vector), "
                "change the question. Otherwise this is a fault of otter-arrays: report it, and "
                f"grade with {switches.VARIABLE}={','.join(switches.SHORTCUTS)} until it is fixed"
            )


def rows(archive: Path, submission: Path, left_out: Sequence[str] = ()) -> list[Row]:
    """The rows of the questions of `submission`, without the shortcuts that `left_out` names. If
    there are no results, one row says so.
    """
    without = ",".join(dict.fromkeys((*switches.left_out(), *left_out)))
    graded = otter_run(submission, archive, env={**os.environ, switches.VARIABLE: without})
    if graded.results is None:
        return [
            {
                "name": "no results.json",
                "output": (
                    f"otter run ended with status {graded.exit_code}\n{graded.printed[-2000:]}"
                ),
            }
        ]
    return question_rows(graded.results)


def _text_of(row: Row | None) -> str:
    if row is None:
        return "no such row"
    points = (
        f"{row['score']:g} of {row['max_score']:g} points. "
        if "score" in row and "max_score" in row
        else ""
    )
    return f"{row['name']}: {points}{row.get('output', '')}".strip()
