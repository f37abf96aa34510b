"""Check that an autograder zip does not contain the solution."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.assignment.built import BuiltAssignment, solution_of
from autograder.assignment.inspection import OK, WRONG, Inspection

_MARKS = re.compile(rb"BEGIN SOLUTION|# ?SOLUTION\b|## Ignore ##|\.misconception\(|\.alternative\b")


def leaks(archive: Path, contents: Mapping[str, bytes]) -> Iterator[Inspection]:
    """Whether the zip contains sources of answers. It may contain answers as numbers only.

    The zip is the instructor's, but students' processes run beside it.
    """
    for name, content in contents.items():
        if name.endswith((".ipynb", "build_record.json")) or (
            not name.endswith((".whl", ".safetensors", ".lock")) and _MARKS.search(content)
        ):
            yield Inspection(
                "no solution inside",
                WRONG,
                f"{name} has the solution, or other answers, in it; take it out of `files` and "
                "`autograder_files`",
            )
            return
    sources = _reference_lines(archive)
    for name, content in contents.items():
        shown = next((line for line in sources if line.encode() in content), None)
        if shown is not None and not name.endswith(".whl"):
            yield Inspection(
                "no solution inside",
                WRONG,
                f"{name} has a line of the solution in it: {shown.strip()!r}; take it out",
            )
            return
    yield Inspection(
        "no solution inside",
        OK,
        "compared with the solution beside the zip"
        if sources
        else "no marks of one; the solution is not beside the zip",
    )


def _reference_lines(archive: Path) -> list[str]:
    """The long lines of the references that students do not have too. Empty unless the zip is where
    it was built.
    """
    built = BuiltAssignment(archive.resolve().parent.parent)
    try:
        record, solution = built.record(), built.solution
        handed_out = built.untouched.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return []
    lines = [
        line
        for question in record.questions
        for line in solution_of(solution, question).splitlines()
    ]
    return [
        line
        for line in lines
        if len(line.strip()) > 30 and json.dumps(line.strip())[1:-1] not in handed_out
    ]
