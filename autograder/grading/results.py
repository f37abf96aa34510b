"""The results file for Gradescope without a verdict: written before grading, or in place of it.
Standard library only.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CELLS = "Your notebook in grading"
"""The name of the row about cells that did not run to their end. It has no points."""

OTTERS = "Public Tests"
"""The name of Otter's own row without points, which sums up."""

UNGRADED_MARK = " (ungraded)"
"""The end of the name of a row without a verdict, for human readers. Programs recognise such a row
by its missing score.
"""

ROW = "Autograder"
"""The name of the one row of results without a verdict."""


def unfinished(reason: str) -> dict[str, Any]:
    """Results that remain if grading does not finish: no score, and `reason` as a sentence."""
    return _one_row(
        f"Ungraded: {reason} Please tell your instructor; this is no fault of your answers."
    )


def refused(reason: str) -> dict[str, Any]:
    """Results for a submission that cannot be graded as submitted: no points, and `reason`, which
    says what to submit.
    """
    return {**_one_row(reason, status="failed"), "score": 0.0}


def begun() -> dict[str, Any]:
    """Results to write before anything of a submission runs."""
    return unfinished(
        "grading did not come to its end: the grader's process was stopped from outside, or ran "
        "out of memory."
    )


def question_rows(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that belong to a question, which have points or lack them for a reason."""
    return [row for row in results["tests"] if row["name"] not in (OTTERS, CELLS)]


def lacks_a_cause(results: Mapping[str, Any]) -> bool:
    """Whether the results are still those of `begun`, without a verdict or a cause; or those of a
    failure of Otter, which it scores as zero.
    """
    tests = results.get("tests")
    return tests == begun()["tests"] or (
        isinstance(tests, list) and [row.get("name") for row in tests] == ["Autograder Error"]
    )


def has_another(path: Path) -> bool:
    """Whether somebody else, such as another plugin, has written results with a verdict or a cause
    there.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and not lacks_a_cause(found)


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON atomically: a reader, at any time and however this process ends, finds the old
    content or the new one, complete.

    JSON has no NaN and no infinity, and Gradescope shows nothing of a file that contains them: they
    are written as text.
    """
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(_finite(content), file, allow_nan=False)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {
            str(_finite(name)) if isinstance(name, float) else name: _finite(each)
            for name, each in value.items()
        }
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value


def _one_row(output: str, **more: str) -> dict[str, Any]:
    return {"tests": [{"name": ROW, "visibility": "visible", "output": output, **more}]}
