"""Read what a submission holds: files side by side or in a folder, zips and tar archives."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from autograder.container import choice, tars, zips
from autograder.errors import Refused
from autograder.sandbox.files import MAX_DEPTH, MAX_FILE, MAX_FILES, MAX_TOTAL, printable

SCRIPT = ".py"

_FOLDERS = {
    "__MACOSX",
    "__pycache__",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".svn",
    ".venv",
    ".vscode",
    ".idea",
}
_FILES = {".DS_Store", ".localized", "Thumbs.db", "desktop.ini", "Icon\r"}


def of_system(path: Path) -> bool:
    """Whether a system, an editor or Git added a file or folder, rather than a person."""
    return path.name.startswith("._") or path.name in (_FOLDERS if path.is_dir() else _FILES)


def escape(name: str) -> str:
    """A file's name in a form that can be written and printed. Characters that were unpacked in
    another encoding, or that no person types, are replaced.
    """
    known = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in known)


def is_archive(name: str) -> bool:
    """Whether a file is, by its name, an archive that can be read."""
    return name.lower().endswith(".zip") or bool(tars.ENDING.search(name))


def without_ending(name: str) -> str:
    """The name of a file that can be graded, without the ending that tells its kind."""
    return re.sub(r"\.(py|zip)$", "", tars.ENDING.sub("", choice.ENDING.sub("", name)), flags=re.I)


def is_answer(path: Path) -> bool:
    """Whether a plain file can be graded: a notebook, a script or an archive."""
    return path.suffix.lower() == SCRIPT or is_archive(path.name) or choice.is_notebook(path)


def of_archive(path: Path) -> dict[str, bytes]:
    """The files of a zip or tar archive, by path. Raises `Refused`."""
    read = tars.files if tars.ENDING.search(path.name) else zips.files
    return {
        name: content
        for name, content in read(path)
        if not any(_is_added(part) for part in PurePosixPath(name).parts)
    }


def names_in(path: Path) -> list[str]:
    """The paths in an archive, without reading its content; none if it cannot be read, or if it is
    a tar archive, which would have to be unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def of_files(parts: Mapping[str, Path]) -> dict[str, bytes]:
    """The content of every part, by the names of `parts`. A part is a file, or a folder with all
    its plain files.

    If there is one archive, and nothing else that could be the answer, it is unpacked. Raises
    `Refused`.
    """
    paths: dict[str, Path] = {}
    parts = {escape(name): path for name, path in parts.items()}
    for name, path in parts.items():
        if path.is_dir():
            paths |= {
                (PurePosixPath(name) / place).as_posix(): file
                for place, file in _of_folder(path).items()
            }
        else:
            paths[name] = path
    total = sum(path.stat().st_size for path in paths.values())
    if total > MAX_TOTAL or len(paths) > MAX_FILES:
        raise Refused(
            f"it has more than {MAX_TOTAL // 2**20} MB or {MAX_FILES} files. Submit only what was "
            "asked for."
        )
    archives = [name for name in paths if is_archive(name)]
    if len(archives) == 1 and not any(
        name not in archives and is_answer(path) for name, path in paths.items()
    ):
        inside = of_archive(paths.pop(archives[0]))
        above = PurePosixPath(archives[0]).parent
        return {name: path.read_bytes() for name, path in paths.items()} | {
            (above / name).as_posix(): content for name, content in inside.items()
        }
    if len(paths) == 1:
        (only,) = paths.values()
        if only.stat().st_size > MAX_FILE:
            raise Refused(f"{printable(only.name)} is larger than {MAX_FILE // 2**20} MB.")
    return {name: path.read_bytes() for name, path in paths.items()}


def digest(files: Mapping[str, bytes]) -> str:
    """A hash, in hex digits, of the content of a submission or any other set of files."""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        path = name.encode("utf-8", "surrogateescape")
        total.update(b"%d %b %d " % (len(path), path, len(content)) + content)
    return total.hexdigest()


def plain_files(folder: Path) -> list[Path]:
    """The plain files of a folder and its subfolders, without links and what systems add."""
    return list(_of_folder(folder).values())


def is_folder(path: Path) -> bool:
    """Whether a path is itself a folder, and not a link to one."""
    return path.is_dir() and not path.is_symlink()


def _of_folder(folder: Path) -> dict[str, Path]:
    files: dict[str, Path] = {}
    if folder.is_symlink():
        return files  # below the top, `os.walk` follows no links
    for above, folders, names in os.walk(folder):
        place = Path(above).relative_to(folder)
        folders[:] = (
            []
            if len(place.parts) >= MAX_DEPTH
            else sorted(name for name in folders if not _is_added(name))
        )
        for name in sorted(names):
            path = Path(above, name)
            if not _is_added(name) and stat.S_ISREG(path.lstat().st_mode):
                files[escape((place / name).as_posix())] = path
    return files


def _is_added(name: str) -> bool:
    return name.startswith("._") or name in _FOLDERS or name in _FILES
