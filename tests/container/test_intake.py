"""What is done to a submission before Otter reads it: what would make Otter fail gets one sentence,
and what does not belong there is removed.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.container.intake import screen
from autograder.errors import Refused
from autograder.grading.notebook_bounds import CLEAR
from autograder.sandbox.files import printable, remove

NOTEBOOK = nbformat.writes(
    nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
).encode()
AGAIN = "In Jupyter, choose File → Save, then submit the .ipynb file itself."


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "data.csv").write_text("1,2\n")
    return folder


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    folder = tmp_path / "submission"
    folder.mkdir()
    return folder


def test_a_notebook_is_taken_as_it_is(submission: Path, given: Path) -> None:
    (submission / "answer.ipynb").write_bytes(NOTEBOOK)
    (submission / "notes.txt").write_text("mine")
    assert screen(submission, given) == []
    assert sorted(path.name for path in submission.iterdir()) == ["answer.ipynb", "notes.txt"]


def test_a_mark_that_editors_put_before_the_text_is_taken_away(
    submission: Path, given: Path
) -> None:
    (submission / "answer.ipynb").write_bytes(b"\xef\xbb\xbf" + NOTEBOOK)
    assert screen(submission, given) == []
    assert (submission / "answer.ipynb").read_bytes() == NOTEBOOK


def test_a_script_is_taken_too(submission: Path, given: Path) -> None:
    (submission / "answer.py").write_text("1 + 1\n")
    assert screen(submission, given) == []


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, f"Nothing was submitted. {AGAIN}"),
        (
            {"answer.pdf": b"%PDF", "notes.txt": b""},
            f"No notebook was submitted, only answer.pdf, notes.txt. {AGAIN}",
        ),
        (
            {f"{n}.txt": b"" for n in range(9)},
            "No notebook was submitted, only 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 4 more. "
            f"{AGAIN}",
        ),
        (
            {"a.ipynb": NOTEBOOK, "hw/b.ipynb": NOTEBOOK + b"\n"},
            "2 notebooks were submitted: a.ipynb, hw/b.ipynb. Submit one.",
        ),
        (
            {"a.py": b"", "b.py": b""},
            "2 Python files and no notebook were submitted: a.py, b.py. Submit the notebook.",
        ),
        ({"a.ipynb": b""}, f"a.ipynb is empty. {AGAIN}"),
        (
            {"a.ipynb": b"<!DOCTYPE html><html>"},
            f"a.ipynb is a web page, not the notebook. {AGAIN}",
        ),
        ({"a.ipynb": b"\xff\xfe1"}, f"a.ipynb is not text in UTF-8 (byte 0). {AGAIN}"),
        ({"a.py": b"x = '\xff'"}, f"a.py is not text in UTF-8 (byte 5). {AGAIN}"),
        (
            {"a.ipynb": b'{"cells": ['},
            "a.ipynb is not a notebook: it is not valid JSON (line 1, column 12: Expecting "
            f"value). {AGAIN}",
        ),
        (
            {"a.ipynb": b"[" * 100_000},
            "a.ipynb is too large for grading: it has 100,000 levels of nested lists and objects "
            f"(at most 100). {CLEAR} If that does not help, copy your answers into a new copy of "
            "the assignment's notebook.",
        ),
        (
            {"a.ipynb": b'{"nbformat": ' + b"9" * 10_000 + b"}"},
            f"a.ipynb is not a notebook: its JSON cannot be read. {AGAIN}",
        ),
    ],
    ids=[
        "nothing",
        "another-file",
        "many-files",
        "two",
        "two-scripts",
        "empty",
        "html",
        "utf-16",
        "latin-script",
        "cut",
        "deep",
        "digits",
    ],
)
def test_what_is_no_single_notebook_is_told(
    submission: Path, given: Path, files: dict[str, bytes], sentence: str
) -> None:
    for name, content in files.items():
        (submission / name).parent.mkdir(exist_ok=True)
        (submission / name).write_bytes(content)
    with pytest.raises(Refused) as refusal:
        screen(submission, given)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "content",
    [
        [],
        5,
        None,
        "text",
        {},
        {"nbformat": 9, "cells": []},
        {"nbformat": "4", "cells": []},
        {"nbformat": 4, "metadata": {"otter": {"tests": 5}}},
    ],
    ids=str,
)
def test_json_that_is_no_notebook_is_told(submission: Path, given: Path, content: object) -> None:
    (submission / "a.ipynb").write_text(json.dumps(content))
    with pytest.raises(
        Refused,
        match=(
            rf"^a\.ipynb cannot be read as a notebook \(\w+\)\. {AGAIN}$|^a\.ipynb cannot be "
            r"read as a notebook: it has"
        ),
    ):
        screen(submission, given)


def test_a_notebook_larger_than_the_limit_is_told_how_to_shrink(
    submission: Path, given: Path
) -> None:
    with (submission / "a.ipynb").open("wb") as file:
        file.truncate(51 * 2**20)
    with pytest.raises(
        Refused,
        match=(
            r"^a\.ipynb is larger than 50 MB\. Clear its outputs \(Kernel → Restart Kernel and "
            r"Clear Outputs\), save it, and"
        ),
    ):
        screen(submission, given)


@pytest.mark.parametrize("name", ["data.csv", "tests", "__init__.py", "anything"])
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), "is a link"),
        (lambda path: path.symlink_to("/etc"), "is a link"),
        (lambda path: os.mkfifo(path), "is not a plain file"),
    ],
    ids=["link", "link-to-a-folder", "fifo"],
)
def test_links_and_pipes_are_taken_away(
    submission: Path, given: Path, name: str, make: Callable[[Path], None], why: str
) -> None:
    (submission / "answer.ipynb").write_bytes(NOTEBOOK)
    make(submission / name)
    assert screen(submission, given) == [f"{name} {why}"]
    assert not os.path.lexists(submission / name)
    assert stat.S_ISREG(Path("/etc/passwd").stat().st_mode)


@pytest.mark.parametrize(
    ("name", "why"),
    [("data.csv", "is a folder where a file of the assignment goes"), ("old.py", "is a folder")],
)
def test_a_folder_where_a_file_goes_is_taken_away(
    submission: Path, given: Path, name: str, why: str
) -> None:
    (submission / "answer.ipynb").write_bytes(NOTEBOOK)
    (submission / name / "inner").mkdir(parents=True)
    assert screen(submission, given) == [f"{name} {why}"]


def test_a_folder_of_the_assignments_may_be_handed_in_and_a_file_of_its_name_may_not(
    submission: Path, given: Path
) -> None:
    (given / "tables").mkdir()
    (given / "tables" / "x.csv").write_text("1")
    (submission / "answer.ipynb").write_bytes(NOTEBOOK)
    (submission / "tables").mkdir()
    (submission / "tables" / "mine.csv").write_text("mine")
    assert screen(submission, given) == []
    assert (submission / "tables" / "mine.csv").read_text() == "mine"
    remove(submission / "tables")
    (submission / "tables").write_text("mine")
    assert screen(submission, given) == ["tables is a file where a folder of the assignment goes"]


def test_lectures_and_scripts_that_were_handed_out_are_not_taken_for_the_answer(
    submission: Path, given: Path
) -> None:
    (given / ".handed_out").mkdir()
    for name in ("a_lecture.ipynb", "tools.py"):
        (given / ".handed_out" / name).write_bytes(NOTEBOOK)
        (submission / name).write_bytes(NOTEBOOK + b"\n")
    (submission / "answer.ipynb").write_bytes(NOTEBOOK)
    assert screen(submission, given) == []
    assert [path.name for path in submission.iterdir()] == ["answer.ipynb"]
    (submission / "answer.ipynb").rename(submission / "answer.py")
    (submission / "tools.py").write_text("x = 1\n")
    assert screen(submission, given) == []
    assert [path.name for path in submission.iterdir()] == ["answer.py"]


def test_an_answer_that_has_the_name_of_a_file_of_the_assignment_stays(
    submission: Path, given: Path
) -> None:
    (given / "tools.py").write_text("x = 1\n")
    (submission / "tools.py").write_text("x = 1\n")
    assert screen(submission, given) == []
    assert (submission / "tools.py").exists()


def test_a_file_where_the_tests_go_is_taken_away(submission: Path, given: Path) -> None:
    (submission / "answer.ipynb").write_bytes(NOTEBOOK)
    (submission / "tests").write_text("")
    assert screen(submission, given) == ["tests is a file where the assignment's tests go"]


def test_a_notebook_that_is_a_link_or_a_folder_is_refused(submission: Path, given: Path) -> None:
    (submission / "answer.ipynb").symlink_to("/etc/passwd")
    with pytest.raises(Refused, match=r"^answer\.ipynb is a link, not a notebook\."):
        screen(submission, given)
    (submission / "answer.ipynb").unlink()
    (submission / "answer.ipynb").mkdir()
    with pytest.raises(Refused, match=r"^answer\.ipynb is a folder, not a notebook\."):
        screen(submission, given)


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK nonsense", "hw.zip is damaged or not a zip file. Make it again and submit it."),
        (
            zipped({"a.ipynb": NOTEBOOK, "../x": b""}),
            "hw.zip has an entry outside its folder: ../x. Make it again without such names.",
        ),
        (
            zipped({"a.ipynb": NOTEBOOK, "b.zip": b""}),
            "hw.zip has a zip file in it: b.zip. Put the files themselves into the zip.",
        ),
        (
            zipped({"a.ipynb": b"{"}),
            "a.ipynb is not a notebook: it is not valid JSON (line 1, column 2: Expecting "
            f"property name enclosed in double quotes). {AGAIN}",
        ),
        (zipped({"a.txt": b""}), f"No notebook was submitted, only a.txt. {AGAIN}"),
    ],
    ids=["damaged", "up", "zip", "no-json", "no-notebook"],
)
def test_a_zip_is_looked_at_before_it_is_unpacked(
    submission: Path, given: Path, content: bytes, sentence: str
) -> None:
    (submission / "hw.zip").write_bytes(content)
    with pytest.raises(Refused) as refusal:
        screen(submission, given, zips=True)
    assert str(refusal.value) == sentence


def test_a_zip_with_a_notebook_is_unpacked_and_otter_gets_an_empty_one(
    submission: Path, given: Path
) -> None:
    entries = {"a.ipynb": codecs.BOM_UTF8 + NOTEBOOK, "data/x.csv": b"1"}
    (submission / "hw.zip").write_bytes(zipped(entries))
    (submission / "data").symlink_to(given)
    assert screen(submission, given, zips=True) == ["data is beside the zip file"]
    assert not list(given.glob("x.csv"))
    assert (submission / "data" / "x.csv").read_bytes() == b"1"
    assert (submission / "a.ipynb").read_bytes() == NOTEBOOK
    with zipfile.ZipFile(submission / "submission.zip") as left:
        assert left.namelist() == []


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ((), "No zip files were submitted"),
        (("hw.zip", "other.zip"), "2 zip files were submitted: hw.zip, other.zip"),
    ],
)
def test_one_zip_is_asked_for(
    submission: Path, given: Path, names: tuple[str, ...], told: str
) -> None:
    for name in names:
        (submission / name).write_bytes(zipped({"a.ipynb": NOTEBOOK}))
    with pytest.raises(Refused) as refusal:
        screen(submission, given, zips=True)
    assert str(refusal.value) == f"{told}. Submit one zip file with your notebook."


def test_a_name_is_repeated_without_what_a_page_would_read() -> None:
    assert printable("<script>alert('x')</script>\n.ipynb") == "?script?alert(?x?)?/script??.ipynb"
    assert printable("a" * 100) == "a" * 59 + "…"
