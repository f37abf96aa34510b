"""Grade the solution with the zip that was built, in place of `otter assign`, which would grade it
once more only to learn whether it passes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from otter.assign.blocks import get_cell_config, is_assignment_config_cell

from autograder.assignment import agreement
from autograder.assignment.agreement import Disagreement, Row
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.otter_assign import failed_tests, not_passed
from autograder.runtime import switches

WITH_ALL: tuple[str, ...] = ()
"""A grading with all shortcuts: the names of those that it leaves out."""

WITHOUT = tuple(switches.SHORTCUTS)
"""A grading without shortcuts."""


def gradings(master: Path, built: BuiltAssignment, *, twice: bool) -> list[tuple[str, ...]]:
    """The gradings that `fault` needs, by the shortcuts that each leaves out. A master with
    `run_tests: false` that is not graded `twice` needs none. Nor does one without tests, such as
    one with manual questions alone, which Otter cannot run.
    """
    with zipfile.ZipFile(built.zip) as archive:
        if not any(name.startswith("tests/") for name in archive.namelist()):
            return []
    if twice:
        return [WITHOUT, WITH_ALL]  # the longer one first
    return [WITH_ALL] if _must_pass(master) else []


def rows(built: BuiltAssignment, left_out: Sequence[str]) -> list[Row]:
    """Grade the solution without these shortcuts."""
    return agreement.rows(built.zip, built.solution, left_out)


def fault(
    master: Path,
    *,
    with_all: Sequence[Row] | None,
    without: Sequence[Row] | None,
) -> str:
    """What is wrong with the rows of a solution, or "". It has to pass all tests, unless its master
    has `run_tests: false`, and both gradings, if there are two, have to agree.
    """
    failed = [said for row in with_all or () if not _full(row) for said in _failures(row)]
    if failed and _must_pass(master):
        return f"{master.name}: {not_passed(failed)}"
    if with_all is not None and without is not None:
        try:
            agreement.compare(master.name, with_all, without)
        except Disagreement as found:
            return f"{master.name}: {found}"
    return ""


def _must_pass(master: Path) -> bool:
    for cell in nbformat.read(master, as_version=4).cells:
        if is_assignment_config_cell(cell):
            return bool((get_cell_config(cell) or {}).get("run_tests", True))
    return True


def _failures(row: Row) -> list[tuple[str, str]]:
    """What the row's tests say. The output of a test of plain Otter names the tests in it."""
    output = str(row.get("output", ""))
    return failed_tests(output) or [(row["name"], output)]


def _full(row: Row) -> bool:
    return "score" in row and row["score"] == row.get("max_score")
