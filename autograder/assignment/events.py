"""What the plugin does at Otter's events while an assignment is built. Grading needs nothing of it,
so the plugin imports this module only then.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.assignment import delivery, master, otter_assign, plain_signs
from autograder.bank import filenames

if TYPE_CHECKING:
    from otter.assign import Assignment


def during_assign(assignment: Assignment, secret: str) -> dict[str, Any]:
    """Add banks, wheel and requirements to both output folders, and have Otter zip them. At this
    event the folders exist, but not yet the zip. Returns what grading needs from the build, for the
    plugin's own entry in Otter's configuration.
    """
    otter_assign.check_generated(assignment)
    autograder_folder, student_folder = (
        Path(assignment.get_ag_path()).resolve(),
        Path(assignment.get_stu_path()).resolve(),
    )
    name = assignment.name or Path(assignment.master).stem
    made = master.build_from(
        Path(assignment.master),
        name,
        secret,
        autograder_folder,
        Path(assignment.generate_tests_dir),
    )
    shutil.copy(autograder_folder / filenames.PUBLIC_FILE, student_folder)
    plain_signs.write_in_ascii(student_folder / "tests")
    (autograder_folder / filenames.RECORD_FILE).write_text(
        json.dumps(made.record.to_json(), indent=1), encoding="utf-8"
    )
    tests_of_cells = otter_assign.tests_of_cells(
        Path(assignment.get_ag_path(assignment.notebook_basename))
    )
    for note in made.notes:
        print(f"{otter_assign.NOTE}{note}", flush=True)
    public_files = delivery.set_aside(assignment, autograder_folder, Path(assignment.master).parent)
    bank = filenames.hidden_file(secret)
    delivery.deliver(assignment, autograder_folder, student_folder, bank)
    return {
        "bank": bank,
        "tests_of_cells": tests_of_cells,
        "names": made.names,
        "public_files": public_files,
        "checks": made.checks,
        "worth": {name: question.imprecise for name, question in made.record.questions.items()},
        "assignment": name,
    }
