"""Grade the solution with the zip that was built, in place of `otter assign`, which would grade it
once more only to learn whether it passes.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from otter.assign.blocks import get_cell_config, is_assignment_config_cell

from autograder.assignment import agreement
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.otter_assign import not_passed
from autograder.errors import BuildError
from autograder.runtime import switches


def check(built: BuiltAssignment, master: Path, *, twice: bool) -> None:
    """Grade the solution of `master` with all shortcuts, and with `twice`, without any. Raises
    `BuildError` if it does not pass all tests, unless the master has `run_tests: false`; and
    `autograder.assignment.agreement.Disagreement` if a row differs.
    """
    must_pass = _must_pass(master)
    if not (must_pass or twice):
        return
    rows = agreement.rows(built.zip, built.solution)
    failed = [(row["name"], str(row.get("output", ""))) for row in rows if not _full(row)]
    if must_pass and failed:
        raise BuildError(not_passed(failed))
    if twice:
        without = agreement.rows(built.zip, built.solution, tuple(switches.SHORTCUTS))
        agreement.compare(built.solution.name, rows, without)


def _must_pass(master: Path) -> bool:
    for cell in nbformat.read(master, as_version=4).cells:
        if is_assignment_config_cell(cell):
            return bool((get_cell_config(cell) or {}).get("run_tests", True))
    return True


def _full(row: agreement.Row) -> bool:
    return "score" in row and row["score"] == row.get("max_score")
