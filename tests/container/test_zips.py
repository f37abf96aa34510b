"""Submitted zips: what is read from them, and the sentence for each that must not be unpacked."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from autograder.container.zips import files
from autograder.errors import Refused
from autograder.sandbox.files import lay_out


def packed(
    entries: dict[str, bytes], *, mode: int = 0, compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, data, compression)
    return content.getvalue()


def lying() -> bytes:
    """A zip whose entry is larger than it says."""
    content = bytearray(packed({"a.ipynb": b"0" * 5000}))
    real, small = (5000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    return bytes(content.replace(real, small))


def damaged(compression: int) -> bytes:
    """A zip in which some bytes of an entry's content are changed."""
    content = bytearray(packed({"a.ipynb": bytes(range(256)) * 40}, compression=compression))
    content[86:106] = b"\xff" * 20
    return bytes(content)


def short() -> bytes:
    """A zip that claims more bytes for an entry than the whole zip has."""
    content = bytearray(packed({"a.ipynb": b"0" * 100}, compression=zipfile.ZIP_STORED))
    sizes = content.index(b"PK\x01\x02") + 20
    content[sizes : sizes + 8] = 2 * (5000).to_bytes(4, "little")
    return bytes(content)


def flagged(bit: int) -> bytes:
    """A zip whose entry has one more flag, in both of its headers."""
    content = bytearray(packed({"a.ipynb": b"{}"}, compression=zipfile.ZIP_STORED))
    content[6] |= bit
    content[content.index(b"PK\x01\x02") + 8] |= bit
    return bytes(content)


def archive_of(tmp_path: Path, content: bytes) -> Path:
    (tmp_path / "a.zip").write_bytes(content)
    return tmp_path / "a.zip"


def test_files_come_by_path_and_folders_do_not(tmp_path: Path) -> None:
    entries = {"a.ipynb": b"{}", "data/": b"", "data/x.csv": b"1", "./y": b"2", "win\\z.py": b"3"}
    found = dict(files(archive_of(tmp_path, packed(entries))))
    assert found == {"a.ipynb": b"{}", "data/x.csv": b"1", "y": b"2", "win/z.py": b"3"}
    lay_out(found, tmp_path / "out")
    assert (tmp_path / "out" / "win" / "z.py").read_bytes() == b"3"


DAMAGED = "a.zip is damaged or not a zip file. Make it again and submit it."
TOO_MUCH = "a.zip unpacks to more than 200 MB or 2000 files. Submit only what was asked for."


def of_version(number: int) -> bytes:
    """A zip that requires a later version of the program, in tenths."""
    content = bytearray(packed({"a.ipynb": b"{}"}))
    content[content.index(b"PK\x01\x02") + 6] = number
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no zip", DAMAGED),
        (packed({"a.ipynb": bytes(1000)})[:-200], DAMAGED),
        (damaged(zipfile.ZIP_STORED), DAMAGED),
        (damaged(zipfile.ZIP_DEFLATED), DAMAGED),
        (damaged(zipfile.ZIP_BZIP2), DAMAGED),
        (damaged(zipfile.ZIP_LZMA), DAMAGED),
        (lying(), DAMAGED),
        (short(), DAMAGED),
        (packed({"": b"1"}), DAMAGED),
        (packed({"ä": b"1"}).replace("ä".encode(), b"\xff\xff"), DAMAGED),
        (of_version(177), DAMAGED),
        (
            packed({"../a.ipynb": b""}),
            "a.zip has an entry outside its folder: ../a.ipynb. Make it again without such names.",
        ),
        (
            packed({"..\\a.ipynb": b""}),
            "a.zip has an entry outside its folder: ..?a.ipynb. Make it again without such names.",
        ),
        (
            packed({"/a.ipynb": b""}),
            "a.zip has an entry outside its folder: /a.ipynb. Make it again without such names.",
        ),
        (
            packed({"data.csv": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777),
            "a.zip has a link in it: data.csv. Put the file itself into the zip.",
        ),
        (packed({f"{number}.txt": b"" for number in range(2001)}), TOO_MUCH),
        (packed({"zeros": bytes(201 * 2**20)}), TOO_MUCH),
        (flagged(1), "a.zip is encrypted. Make it again without a password."),
        (
            packed({"x": b"1", "x/y": b"2"}),
            "a.zip has a file and a folder with the same name: x. Make it again without the file.",
        ),
        (packed({".": b"1"}), DAMAGED),
        (
            packed({"ä" * 128: b""}),
            f"a.zip has an entry whose name is too long: {'ä' * 59}…. Make it again with shorter "
            "names.",
        ),
        (
            packed({"ab/" * 400 + "c": b""}),
            f"a.zip has an entry whose name is too long: {('ab/' * 400)[:59]}…. Make it again "
            "with shorter names.",
        ),
    ],
    ids=[
        *(
            "no zip",
            "cut off",
            "stored",
            "deflated",
            "bzip2",
            "lzma",
            "lying",
            "short",
            "no name",
            "no text",
            "version",
            "above",
            "above as Windows has it",
            "absolute",
            "link",
        ),
        *("many", "bomb", "encrypted", "file and folder", "no file", "long name", "long path"),
    ],
)
def test_what_must_not_be_unpacked_is_refused_by_name(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(Refused) as told:
        dict(files(archive_of(tmp_path, content)))
    assert str(told.value) == sentence
