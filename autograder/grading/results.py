"""Write the results file for Gradescope if there is no verdict: before grading, or in place of one.
Standard library only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.errors import NOT_YOUR_FAULT
from autograder.grading import plain, schema
from autograder.runtime.file_names import put_in_place

LARGEST = 20_000_000
"""The most characters of results with `extra_data`."""

CELLS = "Your notebook in grading"
"""The name of the row about cells that did not run to their end. It has no points."""

OTTERS = "Public Tests"
"""The name of Otter's own row without points, which sums up."""

UNGRADED_MARK = " (ungraded)"
"""How the name of a row without a verdict ends, for human readers. Programs recognise such a row by
its missing score.
"""

ROW = "Autograder"
"""The name of the one row of results without a verdict."""


def unfinished(reason: str) -> dict[str, Any]:
    """Results that remain if grading does not finish: no score, and `reason` as a sentence."""
    return _one_row(f"Ungraded: {reason} {NOT_YOUR_FAULT}")


def refused(reason: str) -> dict[str, Any]:
    """Results for a submission that cannot be graded as submitted: no points, and `reason`, which
    says what to submit instead.
    """
    return {**_one_row(reason, status="failed"), "score": 0.0}


def begun() -> dict[str, Any]:
    """Results to write before anything of a submission runs."""
    return unfinished(
        "grading did not finish: the grader's process was stopped from outside or ran out of "
        "memory."
    )


def question_rows(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that belong to a question. They have points, or lack them for a reason."""
    return [row for row in results["tests"] if row["name"] not in (OTTERS, CELLS)]


def lacks_a_cause(results: Mapping[str, Any]) -> bool:
    """Whether the results are still those of `begun`, without a verdict or a cause, or those of a
    failure of Otter, which Otter scores as zero.
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
    """Write results in Gradescope's format, as `write_json` does. Results that cannot be converted
    to it are replaced by ones that say so, without a verdict.
    """
    mended = _in_form(plain.of(content))
    if faults := schema.faults(mended):
        mended = unfinished(
            f"the results were not in the form that Gradescope reads ({faults[0]})."
        )
    if len(json.dumps(mended)) > LARGEST and "extra_data" in mended:
        mended["extra_data"] = {"left_out": f"it had more than {LARGEST} characters"}
    _write(path, mended)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON atomically: at any time, and however this process ends, a reader finds either the
    old content or the new one, complete.

    What JSON cannot express becomes text (see `autograder.grading.plain`), because Gradescope shows
    nothing of a file with NaN or infinity in it.
    """
    _write(path, plain.of(content))


def _write(path: Path, content: Any) -> None:
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(content, file, allow_nan=False)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(part, path)


def _in_form(content: dict[str, Any]) -> dict[str, Any]:
    """The results without what Gradescope has no place for: unknown keys move to `extra_data`."""
    found = _with_known_keys(content, "results")
    if isinstance(found.get("tests"), list):
        found["tests"] = [
            _with_known_keys(row, "test") if isinstance(row, dict) else row
            for row in found["tests"]
        ]
    return found


def _with_known_keys(content: dict[str, Any], of: str) -> dict[str, Any]:
    known = schema.known_keys(of)
    others = {key: value for key, value in content.items() if key not in known}
    found = {key: value for key, value in content.items() if key in known}
    if others:
        extra = found.get("extra_data")
        found["extra_data"] = {**(extra if isinstance(extra, dict) else {}), **others}
    return found


def _one_row(output: str, **more: str) -> dict[str, Any]:
    return {"tests": [{"name": ROW, "visibility": "visible", "output": output, **more}]}
