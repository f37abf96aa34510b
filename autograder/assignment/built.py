"""The folders built from one master."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.bank.filenames import RECORD_FILE
from autograder.build.record import BuildRecord, MisconceptionRecord
from autograder.errors import BuildError
from autograder.questions.sources import defines, rename


@dataclass(frozen=True)
class BuiltAssignment:
    """The two folders that `otter assign` wrote for one master."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def zip(self) -> Path:
        """The autograder zip. Raises `FileNotFoundError` if the folder has none.

        Other zips beside it are files of the assignment.
        """
        found = sorted(filter(is_autograder, (self.folder / "autograder").glob("*.zip")))
        if not found:
            raise FileNotFoundError(
                f"{self.folder / 'autograder'} has no autograder zip; build the assignment first"
            )
        return found[-1]

    @property
    def hidden_bank(self) -> Path:
        (found,) = (self.folder / "autograder").glob("hidden_bank_*.safetensors")
        return found

    @property
    def solution(self) -> Path:
        return self._notebook("autograder")

    @property
    def untouched(self) -> Path:
        return self._notebook("student")

    def _notebook(self, side: str) -> Path:
        found = sorted((self.folder / side).glob("*.ipynb"))
        if not found:
            raise FileNotFoundError(
                f"{self.folder / side} has no notebook; build the assignment first"
            )
        if len(found) > 1:  # the others belong to the assignment; Otter's zip has the name
            stem = self.zip.name.partition("-autograder_")[0]
            found = [path for path in found if path.stem == stem] or found
        return found[0]

    def record(self) -> BuildRecord:
        """The private record of the build."""
        return BuildRecord.from_json(
            json.loads((self.folder / "autograder" / RECORD_FILE).read_text(encoding="utf-8"))
        )

    def answered(self, answers: Mapping[str, str]) -> nbformat.NotebookNode:
        """The student notebook with each question's function replaced by the source in `answers`,
        keyed by question. Raises `BuildError` if no cell defines one.
        """
        notebook = nbformat.read(self.untouched, as_version=4)
        for question, source in answers.items():
            cell = next(
                (
                    cell
                    for cell in notebook.cells
                    if cell.cell_type == "code" and defines(cell.source, question)
                ),
                None,
            )
            if cell is None:
                raise BuildError(
                    f"question {question!r}: no cell of {self.untouched.name} defines {question}; "
                    "write the solution as a function, a class, or an assignment to that name"
                )
            cell.source = rename(source, question)
        return notebook

    def alternatives(self, question: str) -> dict[str, str]:
        """Sources of the answers that must be accepted, by function name."""
        return dict(self.record().questions[question].alternatives)

    def misconceptions(self, question: str) -> dict[str, MisconceptionRecord]:
        """The known wrong answers, by function name."""
        return dict(self.record().questions[question].misconceptions)


def is_autograder(path: Path) -> bool:
    """Whether a zip is an autograder, and not data of an assignment."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {"otter_config.json", "run_autograder"} <= set(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return False


def solution_of(notebook: Path, question: str) -> str:
    """The source of the cell that defines a question's function by `def`, `class`, or an
    assignment; "" if no cell defines that name, for example because it is imported.
    """
    cells = nbformat.read(notebook, as_version=4).cells
    return next(
        (
            str(cell.source)
            for cell in cells
            if cell.cell_type == "code" and defines(cell.source, question)
        ),
        "",
    )
