"""The tables that a build shows: which row, and which table, is whose."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.tables import sentences_of_idle, table_of_builds, tables_of_cases
from autograder.bank.filenames import RECORD_FILE


def test_questions_of_one_assignment_are_told_apart(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    record = json.loads((one_assignment.folder / "autograder" / RECORD_FILE).read_text())
    (only,) = record["questions"].values()
    record["questions"]["other"] = only
    two = BuiltAssignment(tmp_path / "homework")
    (two.folder / "autograder").mkdir(parents=True)
    (two.folder / "autograder" / RECORD_FILE).write_text(json.dumps(record))
    names = ["nnx-vmap-over-batch", "homework: vmap_over_batch", "homework: other"]
    assert list(table_of_builds([one_assignment, two]).columns[0].cells) == names
    titles = [
        table.columns[0].header for each in (one_assignment, two) for table in tables_of_cases(each)
    ]
    assert titles == [f"{name}: refused on" for name in names]


def test_the_author_reads_which_argument_an_answer_may_ignore(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    record = json.loads((one_assignment.folder / "autograder" / RECORD_FILE).read_text())
    (question,) = record["questions"].values()
    assert question["idle"] == []
    question["idle"] = ["rank"]
    changed = BuiltAssignment(tmp_path / "adapters")
    (changed.folder / "autograder").mkdir(parents=True)
    (changed.folder / "autograder" / RECORD_FILE).write_text(json.dumps(record))
    assert sentences_of_idle([one_assignment, changed]) == [
        "adapters: vmap_over_batch: whatever was passed for rank, the solution returned the same, "
        "so an answer that ignores it may lose no points. If it should matter, widen its range, or "
        "also compare what depends on it, such as a module's state."
    ]
