"""Submitted tar archives: what is read from them, and the sentence for each that must not be
unpacked.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from autograder.container.tars import ENDING, files
from autograder.errors import Refused
from autograder.sandbox.files import MAX_TOTAL


def packed(tmp_path: Path, *entries: tarfile.TarInfo, mode: str = "w:gz") -> Path:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, mode) as archive:
        for entry in entries:
            archive.addfile(entry, io.BytesIO(b"x" * entry.size) if entry.isreg() else None)
    return path


def entry(name: str, size: int = 2, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.size, found.type, found.linkname = size, kind, "/etc/passwd"
    return found


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_plain_files_are_read_by_path(tmp_path: Path, mode: str) -> None:
    path = packed(
        tmp_path,
        entry("folder", 0, tarfile.DIRTYPE),
        entry("folder/hw.ipynb"),
        entry("./x.csv", 0),
        mode=mode,
    )
    assert dict(files(path)) == {"folder/hw.ipynb": b"xx", "x.csv": b""}


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (
            [entry("link.ipynb", 0, tarfile.SYMTYPE)],
            "a.tar.gz has a link or a special file in it: link.ipynb. Put the file itself into the "
            "archive.",
        ),
        (
            [entry("pipe", 0, tarfile.FIFOTYPE)],
            "a.tar.gz has a link or a special file in it: pipe. Put the file itself into the "
            "archive.",
        ),
        (
            [entry("../out.ipynb")],
            "a.tar.gz has an entry outside its folder: ../out.ipynb. Make it again without such "
            "names.",
        ),
        (
            [entry("a"), entry("a/b")],
            "a.tar.gz has a file and a folder with the same name: a. Make it again without the "
            "file.",
        ),
    ],
    ids=["link", "pipe", "outside", "file and folder"],
)
def test_what_must_not_be_unpacked_is_refused(
    tmp_path: Path, entries: list[tarfile.TarInfo], sentence: str
) -> None:
    with pytest.raises(Refused) as told:
        dict(files(packed(tmp_path, *entries)))
    assert str(told.value) == sentence


def test_too_much_is_refused_by_its_head_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(entry("many.bin", MAX_TOTAL + 1).tobuf())
    with pytest.raises(Refused) as told:
        dict(files(tmp_path / "a.tar"))
    assert str(told.value) == (
        "a.tar unpacks to more than 200 MB or 2000 files. Submit only what was asked for."
    )


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "b.tgz").write_bytes(b"no archive")
    with pytest.raises(
        Refused, match=r"^b\.tgz is damaged or not a tar archive\. Make it again and submit it\.$"
    ):
        dict(files(tmp_path / "b.tgz"))


def test_endings() -> None:
    assert all(ENDING.search(name) for name in ("a.tar", "a.TGZ", "a.tar.gz", "a.b.tar.xz"))
    assert not any(ENDING.search(name) for name in ("a.gz", "tar", "a.tar.zst", "a.zip"))
