"""The solution is graded with the zip that was built, and what it does not pass is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from shared import ROOT

from autograder.assignment import solution
from autograder.assignment.built import BuiltAssignment
from autograder.errors import BuildError

MASTER = ROOT / "assignments" / "nnx-vmap-over-batch" / "nnx-vmap-over-batch.ipynb"

TOLD = """\
the solution does not pass all tests of the assignment. A student who submits it would read:
vmap_over_batch: the cases in the notebook:
  vmap_over_batch returned None. Is a `return` missing?"""


@pytest.fixture
def spoilt(one_assignment: BuiltAssignment, tmp_path: Path) -> BuiltAssignment:
    """An assignment whose solution returns nothing."""
    shutil.copytree(one_assignment.folder, tmp_path / "built")
    built = BuiltAssignment(tmp_path / "built")
    notebook = nbformat.read(built.solution, as_version=4)
    (cell,) = (cell for cell in notebook.cells if "def vmap_over_batch" in cell.source)
    cell.source += "\n\ndef vmap_over_batch(*given):\n    pass"
    nbformat.write(notebook, built.solution)
    return built


def master(folder: Path, *lines: str) -> Path:
    """The master, with more lines in its configuration."""
    notebook = nbformat.read(MASTER, as_version=4)
    notebook.cells[0].source = "\n".join([notebook.cells[0].source, *lines])
    path = folder / MASTER.name
    nbformat.write(notebook, path)
    return path


def test_a_solution_that_does_not_pass_stops_the_build(
    spoilt: BuiltAssignment, tmp_path: Path
) -> None:
    with pytest.raises(BuildError) as caught:
        solution.check(spoilt, master(tmp_path), twice=False)
    assert str(caught.value).startswith(TOLD)


def test_a_master_may_ask_for_no_test_of_its_solution(
    spoilt: BuiltAssignment, tmp_path: Path
) -> None:
    solution.check(spoilt, master(tmp_path, "run_tests: false"), twice=False)
