"""Check what unpacking a submitted zip would do, then read it; and make submitted names safe to
repeat.
"""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from autograder.errors import Refused
from autograder.sandbox.files import MAX_FILES, MAX_TOTAL, printable

LONGEST_PART, LONGEST = 255, 1000
"""The most bytes of one name and of a path: the limits of every Linux file system below a temporary
folder.
"""

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    ValueError,
    IndexError,
    NotImplementedError,
    EOFError,
)


def files(path: Path) -> Iterator[tuple[str, bytes]]:
    """The path and content of each file in a zip. Raises `Refused`.

    All paths are relative. None leads out of the folder or is a parent of another. `zipfile`
    unpacks no more of an entry than its declared size.
    """
    name = printable(path.name)
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(name, entries)
            for entry in entries:
                yield _place(entry).as_posix(), archive.read(entry)
    except _DAMAGED:
        raise Refused(
            f"{name} is damaged or not a zip file. Make it again and submit it."
        ) from None


def _check(name: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    check_size(name, len(entries), sum(entry.file_size for entry in entries))
    check_places(name, [(_place(entry), entry.filename) for entry in entries])
    for entry in entries:
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Refused(
                f"{name} has a link in it: {printable(entry.filename)}. Put the file itself into "
                "the zip."
            )
        if entry.flag_bits & 1:
            raise Refused(f"{name} is encrypted. Make it again without a password.")
        if not _place(entry).parts:
            raise zipfile.BadZipFile("a file without a name")


def check_size(name: str, count: int, size: int) -> None:
    """Refuse an archive that unpacks to too much. Raises `Refused`."""
    if count > MAX_FILES or size > MAX_TOTAL:
        raise Refused(
            f"{name} unpacks to more than {MAX_TOTAL // 2**20} MB or {MAX_FILES} files. Submit "
            "only what was asked for."
        )


def check_places(name: str, entries: Sequence[tuple[PurePosixPath, str]]) -> None:
    """Refuse an archive with a path that leads out of its folder, is too long, or is both a file
    and a folder. `entries` are pairs of a path and its name in the archive. Raises `Refused`.
    """
    folders = {above for place, _ in entries for above in place.parents}
    for place, filename in entries:
        called = printable(filename)
        if place.is_absolute() or ".." in place.parts:
            raise Refused(
                f"{name} has an entry outside its folder: {called}. Make it again without such "
                "names."
            )
        if len(str(place).encode()) > LONGEST or any(
            len(part.encode()) > LONGEST_PART for part in place.parts
        ):
            raise Refused(
                f"{name} has an entry whose name is too long: {called}. Make it again with shorter "
                "names."
            )
        if place.parts and place in folders:
            raise Refused(
                f"{name} has a file and a folder with the same name: {called}. Make it again "
                "without the file."
            )


def _place(entry: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(entry.filename.replace("\\", "/"))
