"""The assignment's own files, and where a submission finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.grading.given import Given, aside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = tmp_path / "files"
    for name in ("x.csv", "data/x.csv", "data/deep/y.csv", ".handed_out/tools.py", ".env"):
        (files / name).parent.mkdir(parents=True, exist_ok=True)
        (files / name).write_text(f"the assignment's {name}")
    return files


def test_what_lies_aside_is_found_at_its_own_name(folder: Path) -> None:
    given = Given.of(folder)
    assert list(given.places) == [".env", "tools.py", "data/deep/y.csv", "data/x.csv", "x.csv"]
    assert given.copied == {*given.places, ".handed_out/tools.py"}
    assert Given.of(folder / "absent").places == {}


def test_files_are_put_in_the_place_of_whatever_is_there(folder: Path, tmp_path: Path) -> None:
    target, outside = tmp_path / "target", tmp_path / "outside"
    (target / "x.csv").mkdir(parents=True)
    (target / "x.csv" / "mine").write_text("")
    (target / "data").write_text("mine")
    (target / "kept").write_text("mine")
    outside.write_text("outside")
    (target / "tools.py").symlink_to(outside)
    given = Given.of(folder)
    assert given.put(target, given.places) == [
        "data is a file where a folder of the assignment goes",
        "x.csv is a folder where a file of the assignment goes",
    ]
    found = {
        path.relative_to(target).as_posix(): path.read_text()
        for path in target.rglob("*")
        if path.is_file()
    }
    written = {place: path.read_text() for place, path in given.places.items()}
    assert found == {**written, "kept": "mine"}
    assert outside.read_text() == "outside"
    assert not (target / "tools.py").is_symlink()


def test_no_folder_behind_a_link_is_written_to(folder: Path, tmp_path: Path) -> None:
    target, outside = tmp_path / "target", tmp_path / "outside"
    target.mkdir()
    outside.mkdir()
    (target / "data").symlink_to(outside)
    Given.of(folder).put(target, ["data/x.csv"])
    assert (target / "data" / "x.csv").read_text() == "the assignment's data/x.csv"
    assert not list(outside.iterdir())


def test_only_what_otter_would_take_for_a_submission_lies_aside() -> None:
    assert aside("lecture.ipynb")
    assert aside("tools.py")
    assert not any(map(aside, ("data.csv", "course/tools.py", "notes/lecture.ipynb", "py")))
