"""The ways in which a submission gets its verdict: `otter run`, the zip's runner, a class, `otter
check`, and the checks of a notebook.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.classroom.station import Station
from autograder.container import launcher

Rows = list[dict[str, Any]]


def by_otter(
    notebook: nbformat.NotebookNode | Path, built: BuiltAssignment, **variables: str
) -> Rows:
    """The rows of `otter run`."""
    results = otter_run(notebook, built.zip, env={**os.environ, **variables}).results
    assert results is not None
    found: Rows = results["tests"]
    return found


def by_the_zip(notebook: nbformat.NotebookNode, built: BuiltAssignment, root: Path) -> Rows:
    """The rows of the zip's runner in a folder like Gradescope's."""
    for name in ("submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(built.zip) as packed:
        packed.extractall(root / "source")
    nbformat.write(notebook, root / "submission" / "answer.ipynb")
    assert launcher.main(root, container=False)
    found: Rows = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))[
        "tests"
    ]
    return found


def in_a_class(
    notebooks: Mapping[str, nbformat.NotebookNode], built: BuiltAssignment
) -> dict[str, Rows]:
    """The rows that a warm grader gives, one submission after another."""
    station = Station(built.zip)
    try:
        return {
            name: station.grade({"answer.ipynb": nbformat.writes(notebook).encode()}).results[
                "tests"
            ]
            for name, notebook in notebooks.items()
        }
    finally:
        station.close()


def at_the_desk(built: BuiltAssignment, notebook: nbformat.NotebookNode, desk: Path) -> Path:
    """A copy of the student folder with this notebook in it."""
    shutil.copytree(built.untouched.parent, desk)
    nbformat.write(notebook, desk / built.untouched.name)
    return desk


def by_otter_check(notebook: nbformat.NotebookNode, built: BuiltAssignment, desk: Path) -> str:
    """What `otter check` prints in a copy of the student folder."""
    at_the_desk(built, notebook, desk)
    command = [sys.executable, "-m", "otter", "check", built.untouched.name]
    return subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False).stdout


def by_notebook(
    notebook: nbformat.NotebookNode, built: BuiltAssignment, desk: Path
) -> dict[str, str]:
    """What each `grader.check` shows in a copy of the student folder, by question."""
    at_the_desk(built, notebook, desk)
    notebook.cells = [cell for cell in notebook.cells if "grader.export(" not in cell.source]
    NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(desk)}}).execute()
    checks = {
        found[1]: cell
        for cell in notebook.cells
        if (found := re.fullmatch(r'grader\.check\("(\w+)"\)', cell.source.strip()))
    }
    return {
        question: "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
        for question, cell in checks.items()
    }
