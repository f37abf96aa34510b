"""Assignments in each of Otter's own formats are graded with the plugin as without it."""

from __future__ import annotations

import csv
import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from otter_formats import FORMATS
from shared import PLUGIN

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import GradedSample, otter_run
from autograder.grading.results import CELLS
from autograder.sandbox.files import lay_out

QUICK = ("doctests in the notebook",)


@functools.cache
def built(name: str, folder: Path, plugin: bool) -> BuiltAssignment:
    """The master built by stock `otter assign`, with this plugin in its config or without any;
    nothing else is changed."""
    form, place = FORMATS[name], folder / name.replace(" ", "-") / ("ours" if plugin else "stock")
    (place / "master").mkdir(parents=True)
    lay_out({file: content.encode() for file, content in form.files.items()}, place / "master")
    nbformat.write(
        form.notebook(f"plugins:\n    - {PLUGIN}\n" if plugin else ""),
        place / "master" / "master.ipynb",
    )
    command = [
        sys.executable,
        "-m",
        "otter",
        "assign",
        "--no-run-tests",
        str(place / "master" / "master.ipynb"),
        str(place / "built"),
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OTTER_ARRAYS_SECRET": "s"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return BuiltAssignment(place / "built")


@pytest.fixture(
    params=[pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in FORMATS]
)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formats")


def seen(graded: GradedSample) -> Any:
    """What a student and an instructor read, but for times and addresses, and the lines on the way
    to an exception, which go through a stand-in."""
    assert graded.results is not None, graded.printed[-3000:]
    kept = {
        name: value
        for name, value in graded.results.items()
        if name not in ("extra_data", "execution_time")
    }
    # A row of ours without points, about cells that stopped: here they call `grader`, which no cell
    # of an assignment with `init_cell: false` defines.
    told = [row for row in kept["tests"] if row["name"] == CELLS]
    assert all("NameError: name 'grader'" in row["output"] and "score" not in row for row in told)
    kept["tests"] = [row for row in kept["tests"] if row["name"] != CELLS]
    text = re.sub(r"0x[0-9a-f]{6,}", "0x…", json.dumps(kept, indent=1).replace("\\n", "\n"))
    return re.sub(r"(?m)^ *(File \\?\".*\n.*\n|[~^]+\n)", "", text)


def agreed(
    submission: Path | nbformat.NotebookNode, stock: BuiltAssignment, ours: BuiltAssignment
) -> float | None:
    """Grade it with both zips; the rows are the same. Returns the share of the points."""
    # Otter reads the tests of a notebook's metadata in the file that the notebook names.
    expected, found = (
        otter_run(submission, assignment.zip, name="master.ipynb") for assignment in (stock, ours)
    )
    assert seen(found) == seen(expected)
    return found.share


def test_half_right_answers_get_the_same_rows(name: str, folder: Path) -> None:
    stock, ours = built(name, folder, False), built(name, folder, True)
    share = agreed(
        FORMATS[name].half_right(nbformat.read(ours.untouched, as_version=4)), stock, ours
    )
    assert share is not None
    assert 0 < share < 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["solution", "untouched"])
def test_the_solution_and_the_untouched_notebook_get_the_same_rows(
    name: str, folder: Path, kind: str
) -> None:
    stock, ours = built(name, folder, False), built(name, folder, True)
    assert agreed(getattr(ours, kind), stock, ours) == (1 if kind == "solution" else 0)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["doctests in the notebook", "doctests in files"])
def test_in_a_class_doctests_get_the_same_points(form: str, folder: Path, tmp_path: Path) -> None:
    """There Otter's kernel is a fork of a fork of a grader that is kept warm."""
    ours = built(form, folder, True)
    half = FORMATS[form].half_right(nbformat.read(ours.untouched, as_version=4))
    (tmp_path / "class").mkdir()
    nbformat.write(half, tmp_path / "class" / "half.ipynb")
    nbformat.write(nbformat.read(ours.solution, as_version=4), tmp_path / "class" / "right.ipynb")
    command = [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        "class",
        "--autograder",
        str(ours.zip),
        "--out",
        "graded",
        "--quiet",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "graded" / "final_grades.csv").open(encoding="utf-8") as lines:
        shares = {row["file"]: float(row["percent_correct"]) for row in csv.DictReader(lines)}
    assert shares["right.ipynb"] == 1
    share = otter_run(half, ours.zip, name="master.ipynb").share
    assert share is not None
    assert shares["half.ipynb"] == pytest.approx(share)
