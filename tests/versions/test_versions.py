"""A right answer is right with any supported versions, a wrong one wrong, and a rule on the method
is never said to be unmet only because of a version.

Each set of versions gets an environment of its own, which uv installs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from packaging.requirements import Requirement
from shared import NAMES, ROOT, Builds
from versions.combinations import OFTEN, SELDOM

from autograder.assignment import student_folder
from autograder.assignment.built import BuiltAssignment
from autograder.bank import storage
from autograder.bank.filenames import PUBLIC_FILE
from autograder.runtime.installed import DISTRIBUTION

UV = Path(sys.executable).with_name("uv")

FOUR = ("flax", "jax", "jaxlib", "numpy")

WHAT_A_CHECK_NEEDS = [
    line for line in student_folder.ranges([], DISTRIBUTION) if Requirement(line).name not in FOUR
]
"""What the student folder's `requirements.txt` has besides."""


SILENT = ["passed", ""]


@pytest.fixture
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The interpreter of an environment with the versions of this test."""
    python, jax, flax, numpy = request.param
    folder = tmp_path / "environment"
    for command in (
        ["venv", "--quiet", "--python", python, str(folder)],
        [
            *("pip", "install", "--quiet", "--python", str(folder / "bin" / "python")),
            *(f"jax=={jax}", f"jaxlib=={jax}", f"flax=={flax}", f"numpy=={numpy}"),
            *WHAT_A_CHECK_NEEDS,
        ],
    ):
        done = subprocess.run([UV, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return folder / "bin" / "python"


def notebook(built: BuiltAssignment, answers: dict[str, str] | None = None) -> dict[str, Any]:
    """What `checked.py` needs of a notebook: the solution's, or a student's with `answers`."""
    cells = (
        nbformat.read(built.solution, as_version=4) if answers is None else built.answered(answers)
    ).cells
    bank = storage.load(built.untouched.parent / PUBLIC_FILE)
    checks = [
        (question, rule)
        for question in bank.groups
        for rule in (
            None,
            *(
                each.name
                for each in (bank.methods[question].rules if question in bank.methods else ())
            ),
        )
    ]
    return {
        "folder": str(built.untouched.parent),
        "cells": [
            cell.source
            for cell in cells
            if cell.cell_type == "code"
            and "otter" not in cell.source
            and "grader" not in cell.source
        ],
        "checks": checks,
    }


def told(python: Path, notebooks: list[dict[str, Any]]) -> list[list[list[str]]]:
    """What each check of each notebook said."""
    done = subprocess.run(
        [python, ROOT / "tests" / "versions" / "checked.py"],
        input=json.dumps(notebooks),
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu", "MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stderr
    found: list[list[list[str]]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        *OFTEN,
        *(pytest.param(each, marks=pytest.mark.versions) for each in SELDOM),
    ],
    indirect=True,
    ids="-".join,
)
def test_right_is_right_and_wrong_is_wrong(environment: Path, dist: Builds) -> None:
    built = [BuiltAssignment(dist / name) for name in NAMES]
    wrong = [
        (each, question, known)
        for each in built
        for question in each.record().questions
        for known in each.misconceptions(question).values()
    ]
    found = told(
        environment,
        [
            *map(notebook, built),
            *(notebook(each, {question: known.source}) for each, question, known in wrong),
        ],
    )
    # Also each rule was seen to be met: nothing was left to grading.
    assert [said for checks in found[: len(built)] for said in checks if said != SILENT] == []
    for (_, question, known), checks in zip(wrong, found[len(built) :], strict=True):
        values, *rules = checks
        if known.told_by == "method":
            assert values == SILENT, (question, known.name, values)
            # Not met, or left to grading with a sentence that says so.
            assert [said for said in rules if said != SILENT], (question, known.name, rules)
            continue
        assert values[0] in ("CheckFailed", "passed"), (question, known.name, values)
        public = "public" in known.refused_in
        assert (values[0] == "CheckFailed") == public, (question, known.name, values)


def test_the_ranges_that_students_are_told_hold_what_is_tested_and_no_later_release() -> None:
    ranges = {
        Requirement(line).name: Requirement(line).specifier
        for line in student_folder.ranges([], DISTRIBUTION)
    }
    for _, jax, flax, numpy in (*OFTEN, *SELDOM):
        for name, version in (("jax", jax), ("jaxlib", jax), ("flax", flax), ("numpy", numpy)):
            assert version in ranges[name]
    untried = {"jax": "0.12.0", "jaxlib": "0.12.0", "flax": "0.13.0", "numpy": "2.6.0"}
    assert not [name for name, version in untried.items() if version in ranges[name]]
