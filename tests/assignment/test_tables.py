"""The tables that a build shows: which row, and which table, is whose."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.tables import table_of_builds, tables_of_cases
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
