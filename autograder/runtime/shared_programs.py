"""A folder of compiled programs that builds on one machine share, so that a program is compiled by
one of them only.

The programs may contain values of hidden cases as constants, so only the builds' user may read the
folder. JAX's keys are digests of a program, the compiler's flags and the releases, so a program
that is found is the one that would have been compiled.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.runtime.compiled_programs import ENDING

FOLDER = "OTTER_ARRAYS_PROGRAMS"
"""The environment variable that names the folder to the processes of a build."""


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """The folder that the environment names, or one that is deleted at the end of the block."""
    named = os.environ.get(FOLDER)
    if named:
        yield Path(named)
    else:
        with tempfile.TemporaryDirectory() as own:
            yield Path(own)


class SharedPrograms:
    """The programs in a folder that several processes read and add to at the same time."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def find(self, key: str) -> bytes | None:
        """The program with JAX's key `key`, or None."""
        with contextlib.suppress(OSError):
            return self._path(key).read_bytes()
        return None

    def keep(self, key: str, program: bytes) -> None:
        """Add a program, or do nothing if the folder cannot be written."""
        with contextlib.suppress(OSError):
            write_whole(self._path(key), program)

    def _path(self, key: str) -> Path:
        return self._place / f"{key}{ENDING}"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that other processes see whole or not at all, even if this one dies."""
    part = path.with_name(f"{path.name}.{os.getpid()}.partial")
    part.write_bytes(content)
    part.replace(path)
