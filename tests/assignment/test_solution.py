"""The solution is graded with the zip that was built, and what it does not pass is told.

Covers too: `assignment.builds`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from shared import ROOT

from autograder.assignment import builds, solution
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.image import LEAN

MASTER = ROOT / "assignments" / "nnx-vmap-over-batch" / "nnx-vmap-over-batch.ipynb"

TOLD = f"""\
{MASTER.name}: the solution does not pass all tests of the assignment. A student who submits \
it would read:
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
    folder.mkdir(exist_ok=True)
    path = folder / MASTER.name
    nbformat.write(notebook, path)
    return path


def test_a_solution_that_does_not_pass_is_a_fault(spoilt: BuiltAssignment, tmp_path: Path) -> None:
    asked, relaxed = master(tmp_path), master(tmp_path / "relaxed", "run_tests: false")
    assert solution.gradings(asked, spoilt, twice=False) == [solution.WITH_ALL]
    rows = solution.rows(spoilt, solution.WITH_ALL)
    assert solution.fault(asked, with_all=rows, without=None).startswith(TOLD)
    assert solution.gradings(relaxed, spoilt, twice=False) == []
    assert solution.fault(relaxed, with_all=rows, without=rows) == ""
    assert solution.fault(relaxed, with_all=None, without=None) == ""


def test_an_ungraded_solution_does_not_pass(tmp_path: Path) -> None:
    row = {"name": "q", "max_score": 2, "output": "Ungraded: why"}
    assert solution.fault(master(tmp_path), with_all=[row], without=[row]).endswith(
        "would read:\nq:\n  Ungraded: why"
    )


def test_of_a_test_of_plain_otter_what_failed_is_told(tmp_path: Path) -> None:
    output = (
        "q1 results:\n    q1 - 1 result:\n        ✅ Test case passed\n\n"
        "    q1 - 2 result:\n        ❌ Test case failed\n        Trying:\n            x == 1\n"
    )
    row = {"name": "q1", "score": 0, "max_score": 2, "output": output}
    told = solution.fault(master(tmp_path), with_all=[row], without=None)
    assert told.endswith("would read:\nq1 - 2:\n  Trying:\n      x == 1"), told


def test_two_gradings_that_differ_are_a_fault(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    row = {"name": "q", "score": 2, "max_score": 2, "output": "All calls are right."}
    other = {**row, "score": 0, "output": "wrong"}
    assert solution.gradings(master(tmp_path), one_assignment, twice=True) == [
        solution.WITHOUT,
        solution.WITH_ALL,
    ]
    assert solution.fault(master(tmp_path), with_all=[row], without=[row]) == ""
    told = solution.fault(master(tmp_path), with_all=[row], without=[other])
    assert told.startswith(
        f"{MASTER.name}: {MASTER.name} gets different results with and without shortcuts.\n"
        "With shortcuts: q: 2 of 2 points. All calls are right.\n"
        "Without: q: 0 of 2 points. wrong\n"
    )


def test_an_assignment_without_tests_needs_no_grading(tmp_path: Path) -> None:
    """Otter cannot run one whose questions are all graded by hand."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        cells=[
            nbformat.v4.new_raw_cell(
                "# ASSIGNMENT CONFIG\nplugins:\n  - autograder.otter_plugin.ArraysPlugin"
            ),
            nbformat.v4.new_raw_cell("# BEGIN QUESTION\nname: q1\nmanual: true\npoints: 2"),
            nbformat.v4.new_markdown_cell("Explain `nnx.vmap`."),
            nbformat.v4.new_raw_cell("# BEGIN SOLUTION"),
            nbformat.v4.new_markdown_cell("It maps."),
            nbformat.v4.new_raw_cell("# END SOLUTION"),
            nbformat.v4.new_raw_cell("# END QUESTION"),
        ],
    )
    nbformat.write(notebook, tmp_path / "essay.ipynb")
    (ended,) = builds.build([tmp_path / "essay.ipynb"], tmp_path / "dist", LEAN, twice=True)
    assert ended.fault == ""
