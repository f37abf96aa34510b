"""The command `autograder grade`, a submission of each kind to give it, and the files that it
writes.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import check_results

KILLS_ITSELF = (
    "def f(seed, x_batch, features):\n"
    "    import os, signal\n"
    "    os.kill(os.getpid(), signal.SIGSEGV)"
)

EXPORT = """\
---
submission_7:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1815'
    :email: ada@example.org
  - :name: Charles Babbage
    :email: charles@example.org
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-11-20 10:00:00.000000000 Z
  :score: 3.0
  :status: processed
  :history: []
submission_12:
  :submitters:
  - :email: 2026-11-20
  :created_at: 2026-11-20 10:00:00.000000000 Z
submission_13:
  :submitters: []
"""
"""The metadata of an export from Gradescope."""


def answers(built: BuiltAssignment) -> dict[str, nbformat.NotebookNode]:
    """Submissions of several kinds, by name."""
    (question,) = built.record().questions
    known = {
        each.name: each.source
        for each in built.misconceptions(question).values()
        if each.told_by == "values"
    }
    return {
        "solution": nbformat.read(built.solution, as_version=4),
        "untouched": nbformat.read(built.untouched, as_version=4),
        "alternative": built.answered(
            {question: next(iter(built.alternatives(question).values()))}
        ),
        "flattened": built.answered({question: known["flattened feature by feature"]}),
        "flattened_too": built.answered({question: known["flattened feature by feature"]}),
    }


def kills_itself(built: BuiltAssignment) -> nbformat.NotebookNode:
    """A submission that ends its process in each call."""
    (question,) = built.record().questions
    return built.answered({question: KILLS_ITSELF})


def command(folder: Path, archive: Path, out: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        str(folder),
        "--autograder",
        str(archive),
        "--out",
        str(out),
        *more,
    ]


def stoppable(arguments: list[str]) -> list[str]:
    """The command with Ctrl-C enabled.

    A shell makes its background jobs ignore Ctrl-C. Their children inherit that, and so would the
    command under test. `preexec_fn` is not used because it forks this process, in which JAX's
    threads may run by then, and JAX warns about that.
    """
    return ["env", "--default-signal=INT", *arguments]


def graded(*given: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*given), capture_output=True, text=True, check=False, timeout=500)


def rows_of(results: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = results["tests"]
    return rows


def kept(out: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of every graded submission, by key."""
    found = {
        path.parent.name: json.loads(path.read_text())
        for path in (out / "submissions").glob("*/results.json")
    }
    for results in found.values():
        check_results(results)
    return {key: rows_of(results) for key, results in found.items()}


def table(out: Path) -> dict[str, dict[str, str]]:
    with (out / "final_grades.csv").open(newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
