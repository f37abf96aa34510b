"""The attacks, which are files in tests/attacks, and submissions whose answer cell holds arbitrary
code.
"""

from __future__ import annotations

from pathlib import Path

import nbformat

from autograder.assignment.built import BuiltAssignment

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*/*.py"))
INVADED = Path("/tmp/otter-arrays-invaded")
"""The file that an attack creates if it gets code to run in the grader."""

QUESTION = "vmap_over_batch"

SHORT = {
    "seconds_per_cell": 8,
    "seconds_per_call": 5,
    "seconds_per_submission": 60,
    "memory_mb": 1500,
}


def with_answer(built: BuiltAssignment, source: str) -> nbformat.NotebookNode:
    """The student notebook with the whole answer cell replaced."""
    notebook = nbformat.read(built.untouched, as_version=4)
    cell = next(
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and f"def {QUESTION}(" in cell.source
    )
    cell.source = source
    return notebook
