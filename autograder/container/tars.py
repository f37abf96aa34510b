"""Read a submitted tar archive, compressed or not, within the limits of
`autograder.container.zips`.
"""

from __future__ import annotations

import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from autograder.container.zips import check_places, check_size
from autograder.errors import Refused
from autograder.sandbox.files import printable

ENDING = re.compile(r"\.(tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$", re.IGNORECASE)
"""The endings of the archives that can be read."""

_DAMAGED = (tarfile.TarError, zlib.error, lzma.LZMAError, OSError, ValueError, EOFError)


def files(path: Path) -> Iterator[tuple[str, bytes]]:
    """The path and content of each file in a tar archive. Raises `Refused`.

    Entries are read one after the other, so that no more than the limit is ever unpacked. Only
    plain files are read. Links are refused, because `tarfile` would follow them.
    """
    name = printable(path.name)
    found: dict[str, bytes] = {}
    places: list[tuple[PurePosixPath, str]] = []
    size = 0
    try:
        with tarfile.open(path, "r|*") as archive:
            for entry in archive:
                size += entry.size
                check_size(name, len(places), size)
                if entry.isdir():
                    continue
                if not entry.isreg() or entry.issparse():
                    raise Refused(
                        f"{name} has a link or a special file in it: {printable(entry.name)}. Put "
                        "the file itself into the archive."
                    )
                places.append((PurePosixPath(entry.name), entry.name))
                check_size(name, len(places), size)
                content = archive.extractfile(entry)
                assert content is not None  # it is a plain file
                found[PurePosixPath(entry.name).as_posix()] = content.read()
    except _DAMAGED:
        raise Refused(
            f"{name} is damaged or not a tar archive. Make it again and submit it."
        ) from None
    check_places(name, places)
    yield from found.items()
