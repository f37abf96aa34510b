"""One master of a course goes through stock `otter assign` and `otter run` with the plugin and
without it, and the rows are set side by side.

For one master, with the table printed:

    python -m courses.both_ways ucbds-infra/otter-grader docs/tutorial/demo.ipynb
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import jupytext
import nbformat
from courses.fetch import lay_out
from courses.masters import MASTERS, Master
from nbclient import NotebookClient

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.grading.results import CELLS

PLUGIN = "autograder.otter_plugin.ArraysPlugin"
CONFIG = "# ASSIGNMENT CONFIG"
SUBMISSIONS = ("solution", "untouched")
SIDES = ("Otter", "plugin")
LONGEST = 1200
"""Seconds for one command."""

ABSENT = ("–", "")


@dataclass(frozen=True)
class Row:
    """One row of the results of a submission, from both sides: "score/max_score status", and what
    the row says."""

    submission: str
    name: str
    stock: str
    ours: str
    says: tuple[str, str] = ("", "")

    @property
    def equal(self) -> bool:
        return self.stock == self.ours


@dataclass(frozen=True)
class Graded:
    """The rows by name, each with what it says, and what was printed where there are none, or no
    build."""

    rows: dict[str, tuple[str, str]]
    printed: str


def both_ways(master: Master, folder: Path) -> tuple[list[Row], str]:
    """The rows of each submission from both sides, and what was printed where a side gave none.
    Raises `fetch.NotFetchedError`.
    """
    sides = [_graded(master, folder / side, plugin=side == "plugin") for side in SIDES]
    found = []
    for submission in sides[0]:
        stock, ours = (side[submission].rows for side in sides)
        found += [
            Row(submission, name, stock_row[0], our_row[0], (stock_row[1], our_row[1]))
            for name in dict.fromkeys((*stock, *ours))
            for stock_row, our_row in ((stock.get(name, ABSENT), ours.get(name, ABSENT)),)
        ]
    printed = [
        f"--- {side}, {submission} ---\n{graded.printed}"
        for side, of_side in zip(SIDES, sides, strict=True)
        for submission, graded in of_side.items()
        if graded.printed
    ]
    return found, "\n".join(printed)


def with_plugin(
    notebook: nbformat.NotebookNode, settings: Sequence[str] = ()
) -> nbformat.NotebookNode:
    """The master with the plugin and its settings in its config cell, and nothing else changed."""
    (cell,) = (
        cell
        for cell in notebook.cells
        if cell.cell_type in ("raw", "markdown")
        and CONFIG in (line.strip() for line in cell.source.splitlines()[:2])
    )
    assert "plugins:" not in cell.source, f"the config has plugins already:\n{cell.source}"
    lines = [
        f"    - {PLUGIN}{':' if settings else ''}",
        *(f"          {line}" for line in settings),
    ]
    cell.source = cell.source.replace(CONFIG, "\n".join([CONFIG, "plugins:", *lines]), 1)
    return notebook


def _graded(master: Master, folder: Path, plugin: bool) -> dict[str, Graded]:
    names = (*SUBMISSIONS, *(PurePosixPath(path).stem for path in master.submissions))
    lay_out(master.repository, master.commit, master.paths, folder / "course")
    path = folder / "course" / master.path
    if path.suffix == ".md":
        path = path.with_suffix(".ipynb")
        jupytext.write(jupytext.read(path.with_suffix(".md")), path)
    if master.run_first:
        NotebookClient(
            notebook := nbformat.read(path, as_version=4),
            resources={"metadata": {"path": str(path.parent)}},
        ).execute()
        nbformat.write(notebook, path)
    if plugin:
        nbformat.write(with_plugin(nbformat.read(path, as_version=4), master.settings), path)
    done = _otter("assign", "--no-run-tests", "--no-pdfs", path.name, folder / "built", at=path)
    if done.returncode:
        failed = Graded({"(build)": ("fails", "")}, (done.stdout + done.stderr)[-6000:])
        return dict.fromkeys(names, failed)
    built = BuiltAssignment(folder / "built")
    if not any((built.folder / "autograder").glob("*.zip")):
        return dict.fromkeys(names, Graded({"(build)": ("no autograder zip", "")}, ""))
    submissions = [built.solution, built.untouched]
    submissions += [folder / "course" / path for path in master.submissions]
    return {name: _run(path, built.zip) for name, path in zip(names, submissions, strict=True)}


def _otter(*arguments: object, at: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "otter", *map(str, arguments)],
        cwd=at.parent,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=LONGEST,
        env={**os.environ, "OTTER_ARRAYS_SECRET": "courses", "MPLBACKEND": "agg"},
    )


def _run(submission: Path, archive: Path) -> Graded:
    graded = otter_run(submission, archive, timeout=LONGEST)
    if graded.results is None:
        return Graded({"(results)": ("none", "")}, graded.printed[-6000:])
    rows = {
        row["name"]: (_shown(row), row.get("output", ""))
        for row in graded.results["tests"]
        if row["name"] != CELLS  # the plugin's own, without points: which cells stopped
    }
    failed = [row for row in graded.results["tests"] if "Autograder Failed" in row["name"]]
    return Graded(rows, graded.printed[-6000:] if failed else "")


def _shown(row: dict[str, Any]) -> str:
    points = "/".join(str(row[key]) for key in ("score", "max_score") if row.get(key) is not None)
    return " ".join(filter(None, (points, row.get("status")))) or "no points"


def points(rows: list[Row]) -> tuple[float, float]:
    """What Otter alone gives the solution, and what is possible."""
    of_solution = [
        re.fullmatch(r"([\d.]+)/([\d.]+)(?: .*)?", row.stock)
        for row in rows
        if row.submission == SUBMISSIONS[0]
    ]
    given = [tuple(map(float, found.groups())) for found in of_solution if found]
    return sum(score for score, _ in given), sum(possible for _, possible in given)


def table(rows: list[Row]) -> str:
    """The rows that differ, with what they say, then one a line, and how many are equal."""
    differ = [row for row in rows if not row.equal]
    lines = [
        f"--- {row.submission}, {row.name}: {side} says ---\n{says}"
        for row in differ
        for side, says in zip(SIDES, row.says, strict=True)
        if says
    ]
    lines += [
        f"{row.submission:10} {row.name:40} Otter: {row.stock:28} plugin: {row.ours}"
        for row in differ
    ]
    equal = sum(row.equal for row in rows)
    score, possible = points(rows)
    return "\n".join(
        [
            *lines,
            f"{equal} of {len(rows)} rows are equal; Otter alone gives the solution {score:g} of "
            f"{possible:g} points",
        ]
    )


def main(repository: str, path: str) -> int:
    found = [master for master in MASTERS if (master.repository, master.path) == (repository, path)]
    if not found:
        known = "\n".join(f"  {master.repository} {master.path}" for master in MASTERS)
        sys.exit(f"{path} of {repository} is not in tests/courses/masters.py, which has\n{known}")
    with tempfile.TemporaryDirectory() as folder:
        rows, printed = both_ways(found[0], Path(folder))
    print(printed)
    print(table(rows))
    return int(not all(row.equal for row in rows))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
