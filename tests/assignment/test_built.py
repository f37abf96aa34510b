"""The folders that a build wrote, including ones with other zips and notebooks in them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from autograder.assignment.built import BuiltAssignment

ARCHIVE = "m-autograder_2026_01_01T00_00_00_000000.zip"


@pytest.fixture
def built(tmp_path: Path) -> BuiltAssignment:
    for side in ("autograder", "student"):
        (tmp_path / side).mkdir()
        for name in ("a_lecture.ipynb", "m.ipynb", "z_lecture.ipynb"):
            (tmp_path / side / name).write_text("{}")
    with zipfile.ZipFile(tmp_path / "autograder" / ARCHIVE, "w") as packed:
        for name in ("otter_config.json", "run_autograder"):
            packed.writestr(name, "")
    return BuiltAssignment(tmp_path)


@pytest.mark.parametrize("name", ["weights.zip", "zz.zip", "a.zip"])
def test_a_zip_of_data_is_not_taken_for_the_autograders(built: BuiltAssignment, name: str) -> None:
    with zipfile.ZipFile(built.folder / "autograder" / name, "w") as packed:
        packed.writestr("w.csv", "1,2")
    (built.folder / "autograder" / f"no_{name}").write_text("no zip")
    assert built.zip.name == ARCHIVE
    built.zip.unlink()
    with pytest.raises(FileNotFoundError, match=r"has no autograder zip; build the assignment"):
        built.zip  # noqa: B018


def test_a_lecture_is_not_taken_for_the_assignment(built: BuiltAssignment) -> None:
    assert built.solution.name == built.untouched.name == "m.ipynb"
