"""Build the banks and the compiled programs of a master notebook, of which each cell runs once."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from otter.assign.blocks import (
    BlockType,
    extract_all_fenced_otter_cells,
    get_cell_config,
    is_block_boundary_cell,
)

from autograder.assignment.needed import own_names
from autograder.assignment.notebook import KernelDied, run_after_cells, sources
from autograder.build.record import BuildRecord
from autograder.errors import BuildError
from autograder.runtime import compiled_programs, switches
from autograder.runtime.compiler_flags import own_compiler_flags

_OUTCOME_FILE = "outcome.json"


@dataclass(frozen=True)
class Made:
    """What a build made besides the banks: its record, what each test case checks (see
    `autograder.assignment.test_files.checks_of_cases`), notes for the author, and what the solution
    binds names to (see `autograder.sandbox.expected_names`).
    """

    record: BuildRecord
    checks: dict[str, list[list[str] | None]]
    notes: Sequence[str]
    names: dict[str, Any]


def build_from(master: Path, assignment: str, secret: str, folder: Path, tests: Path) -> Made:
    """Run the master's code cells, except tests, in a separate kernel, and write both banks of its
    questions into `folder`, with the programs that grading will need (see
    `autograder.runtime.compiled_programs`).

    `tests` is the folder where Otter wrote the test files of the same master. Raises `BuildError`,
    which names the cell or the question at fault.
    """
    _refuse_double_questions(nbformat.read(master, as_version=4), master)
    with tempfile.TemporaryDirectory() as scratch:
        outcome_file, programs = Path(scratch) / _OUTCOME_FILE, Path(scratch) / "programs"
        programs.mkdir()
        call = (
            "from autograder.assignment.in_kernel import build_here\n"
            f"build_here(globals(), {assignment!r}, {secret!r}, {str(folder)!r}, {str(tests)!r}, "
            f"{str(outcome_file)!r}, {str(programs)!r}, {_headings(master)!r}, "
            f"{tuple(own_names(sources(master)))!r})"
        )
        notes = _run_slowly_on_doubt(master, call, outcome_file, programs)
        outcome = json.loads(outcome_file.read_text(encoding="utf-8"))
        if "error" in outcome:
            raise BuildError(f"{master.name}: {outcome['error']}")
        compiled_programs.pack(programs, folder / compiled_programs.FILE)
    record = BuildRecord.from_json(outcome["record"])
    return Made(record, outcome["checks"], notes, outcome["names"])


def _run_slowly_on_doubt(
    master: Path, call: str, outcome_file: Path, programs: Path
) -> Sequence[str]:
    """Run the master's cells and `call`. If the process dies before `call` has written its outcome,
    run them once more without shortcuts. Returns notes for the author.

    If it dies later, while it compiles what grading will need, the zip has the programs that it
    finished.
    """
    try:
        return run_after_cells(master, call, compiled_programs.warming(programs))
    except KernelDied as died:
        if outcome_file.exists():
            return died.passed_over
        return run_after_cells(
            master,
            call,
            {switches.VARIABLE: ",".join(switches.SHORTCUTS), "XLA_FLAGS": own_compiler_flags()},
        )


def _headings(master: Path) -> list[str]:
    """The texts of the notebook's headings."""
    cells = [
        cell.source
        for cell in nbformat.read(master, as_version=4).cells
        if cell.cell_type == "markdown"
    ]
    return [
        found.strip()
        for source in cells
        for found in re.findall(r"^#+ +(.+?)#*$", source, re.MULTILINE)
    ]


def _refuse_double_questions(notebook: nbformat.NotebookNode, master: Path) -> None:
    """Raise `BuildError` if two questions have the same name, because Otter would merge them
    silently.
    """
    seen: set[str] = set()
    for cell in extract_all_fenced_otter_cells(notebook.cells):
        if is_block_boundary_cell(cell, BlockType.QUESTION):
            name = str(get_cell_config(cell).get("name"))
            if name in seen:
                raise BuildError(
                    f"{master.name}: two questions have the name {name!r}; give each `# BEGIN "
                    "QUESTION` its own name"
                )
            seen.add(name)
