"""What counts as a submission in a folder, and what is in it."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from class_commands import EXPORT

from autograder.classroom.submissions import METADATA, NoSubmissions, SubmittedFiles, digest, find
from autograder.errors import Refused


def test_notebooks_scripts_and_zips_side_by_side(tmp_path: Path) -> None:
    for name in ("b.ipynb", "a.zip", "c.py", "notes.txt", ".hidden.ipynb"):
        (tmp_path / name).write_bytes(b"")
    assert [(found.key, found.path.name, found.names) for found in find(tmp_path)] == [
        ("a", "a.zip", ""),
        ("b", "b.ipynb", ""),
        ("c", "c.py", ""),
    ]


def test_keys_can_name_folders_and_are_unique(tmp_path: Path) -> None:
    for name in (
        "a.ipynb",
        "a.zip",
        "A b.ipynb",
        "A?b.ipynb",
        "=x.ipynb",
        f"{'x' * 150}.ipynb",
        "ä.ipynb",
    ):
        (tmp_path / name).write_bytes(b"")
    keys = [found.key for found in find(tmp_path)]
    assert len({key.lower() for key in keys}) == len(keys) == 7
    assert all(
        key and len(key) <= 100 and "/" not in key and key not in (".", "..") for key in keys
    )
    assert {"a.ipynb", "a.zip", "A_b", "A_b_2", "ä", "_x"} <= set(keys)


def test_gradescopes_export(tmp_path: Path) -> None:
    (tmp_path / METADATA).write_text(EXPORT)
    for name in ("submission_7", "submission_12", "submission_99"):
        (tmp_path / name).mkdir()
    (tmp_path / "submission_7" / "answer.ipynb").write_bytes(b"{}")
    first, second = find(tmp_path)
    assert (first.key, first.names) == ("submission_12", "2026-11-20")
    assert (second.key, second.names) == ("submission_7", "Ada Lovelace, Charles Babbage")
    assert second.submitters[0] == {
        "name": "Ada Lovelace",
        "sid": "1815",
        "email": "ada@example.org",
    }
    assert second.files() == {"answer.ipynb": b"{}"}


def test_an_export_without_its_metadata_is_told_by_its_folders(tmp_path: Path) -> None:
    (tmp_path / "submission_3").mkdir()
    (tmp_path / "other").mkdir()
    assert [found.key for found in find(tmp_path)] == ["submission_3"]


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        (
            None,
            "has no submissions: no *.ipynb, *.py, *.zip, and no submission_metadata.yml of "
            "Gradescope's export. Name the folder in which they lie.",
        ),
        (
            "submission_1: [",
            "cannot be read: while parsing a flow node. Export the submissions again.",
        ),
        ("just a text", "is not Gradescope's: it names no submissions. Export them again."),
        (
            "submission_1: {}\nsubmission_2: {}",
            "names 2 submissions, and none of their folders is beside it. Unpack the whole export.",
        ),
        (
            "../outside: {}",
            "names 1 submissions, and none of their folders is beside it. Unpack the whole export.",
        ),
    ],
    ids=["nothing", "not YAML", "no mapping", "no folders", "outside"],
)
def test_a_folder_without_submissions_says_what_was_looked_for(
    tmp_path: Path, metadata: str | None, sentence: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "outside").mkdir()
    if metadata is not None:
        (tmp_path / "folder" / METADATA).write_text(metadata)
    with pytest.raises(NoSubmissions) as told:
        find(tmp_path / "folder")
    assert str(told.value).endswith(sentence)


def test_nothing_in_the_metadata_is_run(tmp_path: Path) -> None:
    (tmp_path / METADATA).write_text(
        f"submission_1: !!python/object/apply:os.system ['touch {tmp_path}/ran']\n"
    )
    (tmp_path / "submission_1").mkdir()
    with pytest.raises(NoSubmissions, match="cannot be read"):
        find(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_of_a_folder_plain_files_are_taken_and_links_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "submission_1"
    (folder / "data").mkdir(parents=True)
    (folder / "answer.ipynb").write_bytes(b"{}")
    (folder / "data" / "x.csv").write_bytes(b"1")
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "link.py").symlink_to(tmp_path / "secret")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    assert SubmittedFiles("submission_1", folder).files() == {
        "answer.ipynb": b"{}",
        "data/x.csv": b"1",
    }


def submitted(tmp_path: Path, content: bytes) -> SubmittedFiles:
    (tmp_path / "a.zip").write_bytes(content)
    return SubmittedFiles("a", tmp_path / "a.zip")


def test_a_zip_is_unpacked(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.ipynb", b"{}")
        archive.writestr("folder/x.csv", b"1")
    assert submitted(tmp_path, content.getvalue()).files() == {
        "a.ipynb": b"{}",
        "folder/x.csv": b"1",
    }


def test_what_is_no_zip_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(
        Refused, match=r"^a\.zip is not a zip file, or damaged\. Make it again and submit it\.$"
    ):
        submitted(tmp_path, b"no zip").files()


def test_the_digest_is_of_names_and_contents() -> None:
    files = {"a": b"1", "b": b"2"}
    assert digest(files) == digest(dict(reversed(files.items())))
    assert (
        len(
            {
                digest(each)
                for each in (
                    files,
                    {"a": b"2", "b": b"1"},
                    {"a": b"1"},
                    {"a": b"1", "b": b"2", "c": b""},
                    {"ab": b"12"},
                )
            }
        )
        == 5
    )
