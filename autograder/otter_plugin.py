"""The Otter plugin: Otter's events become calls of the other modules. Named in a master's config as
`autograder.otter_plugin.ArraysPlugin`."""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import nbformat
from otter.assign import Assignment
from otter.plugins import AbstractOtterPlugin
from otter.run import AutograderConfig
from otter.test_files import GradingResults

from autograder import bank, delivery, gradescope, master

SECRET_VARIABLE = "OTTER_ARRAYS_SECRET"
"""Set it to the secret in a build record to draw the same cases again."""


class ArraysPlugin(AbstractOtterPlugin):
    """Builds the banks during `otter assign`, and during grading tells the tests where the hidden one is."""

    def during_assign(self, assignment: Assignment) -> None:
        """Both output folders exist, the zip does not yet: add banks, wheel and requirements, and have them zipped."""
        autograder_folder, student_folder = Path(assignment.get_ag_path()).resolve(), Path(assignment.get_stu_path()).resolve()
        secret = os.environ.get(SECRET_VARIABLE) or secrets.token_hex(16)
        name = assignment.name or Path(assignment.master).stem
        record = master.build_from(Path(assignment.master), name, secret, autograder_folder, Path(assignment.generate_tests_dir))
        (autograder_folder / bank.PUBLIC_FILE).rename(student_folder / bank.PUBLIC_FILE)
        (autograder_folder / master.RECORD_FILE).write_text(json.dumps(record, indent=1), encoding="utf-8")
        self._deliver(assignment, autograder_folder, student_folder)

    def _deliver(self, assignment: Assignment, autograder_folder: Path, student_folder: Path) -> None:
        own = autograder_folder / "requirements.txt"
        author_lines = (
            [line for line in own.read_text(encoding="utf-8").splitlines() if line.strip() and not line.strip().startswith("#")]
            if own.exists()
            else []
        )
        wheel = delivery.write_wheel(autograder_folder)
        delivery.write_wheel(student_folder)
        grading_folder = assignment.generate.autograder_dir
        own.write_text(delivery.requirements(author_lines, [f"{grading_folder}/source/files/{wheel.name}"]), encoding="utf-8")
        found = ["--find-links .", f"{delivery.DISTRIBUTION}=={delivery.wheel_version(wheel)}"]
        (student_folder / "requirements.txt").write_text(delivery.requirements(author_lines, found), encoding="utf-8")
        # Otter reads these after this event: `files` names what it zips from the autograder folder.
        assignment.requirements = str(own)
        assignment.files = [*assignment.files, bank.HIDDEN_FILE, wheel.name]
        if assignment.python_version is None:
            assignment.python_version = f"{sys.version_info.major}.{sys.version_info.minor}"

    def during_generate(self, otter_config: dict[str, Any], assignment: Assignment | None) -> None:
        """Otter answers another assignment's notebook by ending without a result for any question; `before_execution` answers it in each."""
        otter_config.pop("assignment_name", None)

    def before_grading(self, config: AutograderConfig) -> None:
        """Nothing to change yet: Otter's configuration holds as the instructor wrote it."""

    def before_execution(self, submission: Any) -> Any:
        """Put a first cell into the submission that tells `check` where the hidden bank is."""
        path = Path("..", "source", "files", bank.HIDDEN_FILE).resolve()
        notebook = submission
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        call = f"from autograder.checks import begin_grading\nbegin_grading({str(path)!r}, {_refusal(notebook, path)!r})"
        notebook.cells.insert(0, nbformat.v4.new_code_cell(call))
        return notebook

    def after_grading(self, results: GradingResults) -> None:
        """A question without a verdict is not a question with no points."""
        self._ungraded = gradescope.mark_ungraded(results)

    def generate_report(self) -> str:
        """For the instructor: what could not be graded."""
        if not self._ungraded:
            return "Every question was graded."
        return f"Not graded: {', '.join(self._ungraded)}. The cause stands in each question's row."


def _refusal(notebook: nbformat.NotebookNode, path: Path) -> str | None:
    """A sentence if this is another assignment's notebook; None if it is this one's, or does not say."""
    try:
        wanted = bank.load(path).assignment
    except bank.BankError:
        return None  # each check will say so, as ungraded
    submitted = notebook.metadata.get("otter", {}).get("assignment_name")
    if submitted is None or submitted == wanted:
        return None
    return f"this is the notebook of the assignment {submitted!r}, and {wanted!r} was expected: submit {wanted}.ipynb."
