"""Limit what a trusted process may import to what is installed, and nothing beside a submission.
Standard library only.

Python and its libraries import modules late, under names that a submission's files may have.
"""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

DISTRIBUTION = "otter-arrays"
"""The name under which this package is installed."""

_PACKAGES = ("site-packages", "dist-packages")


def import_only_that(*closed: Path) -> None:
    """Remove from this process's import path all folders but those of the standard library and of
    installed packages, and those that `.pth` files or `PYTHONPATH` add.

    Of the added ones, it also removes folders in `closed`, folders that the command line names, and
    folders of files that it names, because submissions may lie there. A new process has its own
    path.
    """
    solid, added = {*_resolve(_python_folders())}, {*_resolve(_added_folders())}
    outside = {*_command_line_folders()}
    within = [*_resolve(map(str, closed))]
    kept = []
    for entry in dict.fromkeys(sys.path):
        for path in _resolve([entry]):
            closed_off = path in outside or any(path.is_relative_to(each) for each in within)
            if path in solid or (path in added and not closed_off):
                kept.append(entry)
    sys.path[:] = kept
    sys.path_importer_cache.clear()


def _python_folders() -> Iterator[str]:
    stdlib = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
    yield from stdlib
    yield from (str(Path(path, "lib-dynload")) for path in stdlib)
    yield from (str(Path(path).parent / f"python{_version()}.zip") for path in stdlib)
    yield from (sysconfig.get_path(name) for name in ("purelib", "platlib"))
    yield from site.getsitepackages()
    yield site.getusersitepackages()


def _version() -> str:
    return f"{sys.version_info.major}{sys.version_info.minor}"


def _added_folders() -> Iterator[str]:
    if not sys.flags.ignore_environment:
        yield from os.environ.get("PYTHONPATH", "").split(os.pathsep)
    for folder in sys.path:
        if Path(folder).name in _PACKAGES:
            yield folder
            for file in sorted(Path(folder).glob("*.pth")):
                yield from _folders_in(file)


def _folders_in(file: Path) -> Iterator[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in map(str.strip, lines):
        if line and not line.startswith(("#", "import ", "import\t")):
            yield str(file.parent / line)


def _command_line_folders() -> Iterator[Path]:
    """The folders that the command line names, and the folders of the files that it names."""
    for path in map(Path, sys.argv[1:]):
        try:
            if path.exists():
                yield (path if path.is_dir() else path.parent).resolve()
        except (OSError, ValueError):
            continue


def _resolve(entries: Iterable[str]) -> Iterator[Path]:
    """Entries with their links resolved. Relative ones are skipped, because they mean a different
    folder each time.
    """
    for entry in entries:
        try:
            if os.path.isabs(entry):  # noqa: PTH117 - "" is no path
                yield Path(entry).resolve()
        except (OSError, ValueError, RuntimeError):
            continue
