"""Measure how long a student waits in a notebook: for the first check, imports included, compared
with a notebook that only calls the function; and for the next check.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import nbformat
from nbclient import NotebookClient

from autograder.assignment.built import BuiltAssignment
from autograder.bank import filenames, storage
from benchmarks.twins import CALLS, write_cases


@dataclass(frozen=True)
class Waits:
    """Medians, in seconds, of the time until the first check of every question has answered
    (`first`), until the same cells have called the functions on the public cases instead (`floor`),
    and for one more check (`second`). `ratio` is the median of the pairs' ratios of `first` to
    `floor`.
    """

    first: float
    floor: float
    second: float
    ratio: float


def waits(built: BuiltAssignment, folder: Path, pairs: int) -> Waits:
    """The waits in a new student folder whose notebook is the solution, measured in turn with and
    without checks.
    """
    shutil.copytree(built.untouched.parent, folder)
    public = storage.load(folder / filenames.PUBLIC_FILE)
    write_cases(public, folder / "cases.npz")
    groups = [(question, group) for question, of in public.groups.items() for group in of]
    calls = (
        f"{CALLS}\nimport jax\nimport numpy as np\nfor question, group in {groups!r}:\n"
        "    for given in calls(question, group):\n"
        "        jax.tree.map(np.asarray, globals()[question](*given))\n"
    )
    solution = nbformat.read(built.solution, as_version=4)
    cells = [cell.source for cell in solution.cells if cell.cell_type == "code"]
    checks = [cell for cell in cells if "grader.check(" in cell]
    work = [cell for cell in cells if "grader.export" not in cell and "grader.check" not in cell]
    bare = [cell for cell in work if "otter" not in cell and "grader" not in cell]
    first, floor, second = [], [], []
    for _ in range(pairs):
        floor.append(sum(_seconds([*bare, calls], folder)))
        took = _seconds([*work, *checks, *checks], folder)
        again = took[-len(checks) :]
        first.append(sum(took) - sum(again))
        second.append(sum(again) / len(checks))
    ratios = [one / other for one, other in zip(first, floor, strict=True)]
    return Waits(median(first), median(floor), median(second), median(ratios))


def _seconds(cells: list[str], folder: Path) -> list[float]:
    """The seconds that each cell takes, one after another in a kernel of their own."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(
        notebook,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=True,
    ).execute()
    return [
        (_at(cell, "shell.execute_reply") - _at(cell, "iopub.status.busy")).total_seconds()
        for cell in notebook.cells
    ]


def _at(cell: nbformat.NotebookNode, what: str) -> datetime:
    return datetime.fromisoformat(cell.metadata["execution"][what].replace("Z", "+00:00"))
