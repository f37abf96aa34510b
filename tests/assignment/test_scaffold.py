"""A new assignment works as it is written, and overwrites nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import scaffold
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run


def autograder(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_new_master_builds_and_grades_and_tells_a_wrong_answer_what_is_wrong(
    tmp_path: Path,
) -> None:
    assert autograder("new", "row-sums", folder=tmp_path).returncode == 0
    master = tmp_path / "assignments" / "row-sums" / "row-sums.ipynb"
    cells = nbformat.read(master, as_version=4).cells
    assert len({cell.id for cell in cells}) == len(cells)
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in cells)
    done = autograder("build", str(master), "--out", "dist", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    built = BuiltAssignment(tmp_path / "dist" / "row-sums")
    known = built.misconceptions("row_sums")
    graded = otter_run(built.answered({"row_sums": known["centres_the_columns"].source}), built.zip)
    assert (graded.score, graded.possible) == (0.0, 10.0)
    assert graded.results is not None
    assert (
        "**Looks like: the columns are centred, not the rows.** The mean is taken along axis 1, "
        "within each row. See “Pitfalls” in the notebook."
    ) in (graded.results["tests"][0]["output"])
    assert otter_run(built.solution, built.zip).share == 1.0
    student = built.untouched.read_text(encoding="utf-8")
    assert "misconception" not in student
    assert "preview" not in student


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = scaffold.write("a-name", tmp_path)
    path.write_text("edited")
    with pytest.raises(
        scaffold.CannotStart, match="already exists; choose another name, or edit it"
    ):
        scaffold.write("a-name", tmp_path)
    assert path.read_text() == "edited"


@pytest.mark.parametrize("name", ["", "1st", "class", "../a", "a b", "a.b", "-a"])
def test_a_name_that_cannot_be_a_functions_is_told(tmp_path: Path, name: str) -> None:
    done = autograder("new", "--in", str(tmp_path / "x"), "--", name, folder=tmp_path)
    assert done.returncode == 1
    assert (
        f"{name!r} is not a name for an assignment: write letters, digits and hyphens, beginning "
        "with a letter, such as centred-rows"
    ) in " ".join(done.stderr.split())
    assert not (tmp_path / "x").exists()
