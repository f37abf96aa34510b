"""Check the files that a master's configuration names, and rewrite the list so that Otter can
handle it.

Otter copies single files into the two folders and then looks for each under the same name. A folder
inside a folder, a name that ends in a slash, or a folder named twice ends in a traceback.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from autograder.bank.filenames import ASIDE, PUBLIC_FILE, RECORD_FILE
from autograder.errors import BuildError
from autograder.runtime import compiled_programs, system

LISTS = ("files", "autograder_files")

_BY_THE_BUILD = (PUBLIC_FILE, RECORD_FILE, compiled_programs.FILE, ASIDE, "otter_config.json")
"""What a build writes itself, and would overwrite."""


def prepare(config: Mapping[str, Any], master: Path) -> dict[str, Any]:
    """The configuration, with its files named so that Otter can handle them.

    Raises `BuildError`, which names the key, the entry, and what to do.
    """
    config = dict(config)
    for key in ("requirements", "environment"):
        named = config.get(key)
        if isinstance(named, str) and not (master.parent / named).is_file():
            raise BuildError(f"{key}: there is no file {named!r} in the folder of {master.name}")
    handed_out: list[str] = []
    for key in LISTS:
        if not config.get(key):
            continue
        if not isinstance(config[key], list):
            raise BuildError(
                f"{key}: {config[key]!r} (type={type(config[key]).__name__}) is not a list; write "
                "each file on its own line, after a dash"
            )
        places = {_place(key, entry, master): None for entry in config[key]}
        if key == "files":
            handed_out = list(places)
        else:
            _refuse_handed_out(places, handed_out)
        config[key] = _as_otter_takes_them(list(places), key, master.parent)
    return config


def _place(key: str, entry: Any, master: Path) -> str:
    """The path of an entry, relative to the master's folder. Raises `BuildError`."""
    if not isinstance(entry, str) or not entry.strip():
        raise BuildError(
            f"{key}: {entry!r} (type={type(entry).__name__}) is not the name of a file; if YAML "
            "reads the name as something else, put it in quotes"
        )
    folder = master.parent
    path = _below(folder, entry)
    if path is None:
        raise BuildError(
            f"{key}: {entry!r} is outside the folder of {master.name}; copy it into that folder"
        )
    place = path.as_posix()
    if not path.parts or master == folder / path:
        raise BuildError(
            f"{key}: {entry!r} is the master or its folder, which contain the solution; name the "
            "other files"
        )
    for above in (path, *path.parents):
        if (folder / above).is_symlink():
            raise BuildError(
                f"{key}: {entry!r} goes through a link ({above}); replace the link with what it "
                "points to"
            )
    if not (folder / path).exists():
        pattern = any(sign in place for sign in "*?[")
        raise BuildError(
            f"{key}: there is no {entry!r} in the folder of {master.name}"
            + ("; patterns do not work here: name the files, or their folder" if pattern else "")
        )
    if not ((folder / path).is_file() or (folder / path).is_dir()):
        raise BuildError(f"{key}: {entry!r} is neither a file nor a folder")
    if path.parts[0] == "tests":
        raise BuildError(
            f"{key}: {entry!r} is in the folder tests, where Otter puts the assignment's tests; "
            "use another folder"
        )
    if path.parts[0] in _BY_THE_BUILD:
        raise BuildError(
            f"{key}: {entry!r} has the name of a file that the build writes; rename it"
        )
    return place


def _below(folder: Path, entry: str) -> PurePosixPath | None:
    """An entry's path relative to the folder, without `.` and `..`; None if it leads out of the
    folder.
    """
    parts: list[str] = []
    if system.WINDOWS:
        entry = PureWindowsPath(entry).as_posix()
    for place in dict.fromkeys((folder, folder.resolve())):
        if Path(entry).is_absolute() and Path(entry).is_relative_to(place):
            entry = Path(entry).relative_to(place).as_posix()
    if Path(entry).is_absolute():
        return None
    for part in PurePosixPath(entry).parts:
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePosixPath(*parts)


def _refuse_handed_out(places: Mapping[str, None], handed_out: list[str]) -> None:
    for place in places:
        above = next((each for each in handed_out if _is_below(place, each)), None)
        if above is not None:
            raise BuildError(
                f"autograder_files: students also get {place!r}, through {above!r} in `files`; "
                "remove it from that folder, or from one of the two lists"
            )


def _as_otter_takes_them(places: list[str], key: str, folder: Path) -> list[str]:
    """The same files. Folders stay folders if Otter can handle them; otherwise their files are
    listed.
    """
    plain = all("/" not in place or (folder / place).is_file() for place in places)
    apart = not any(one != other and _is_below(one, other) for one in places for other in places)
    if plain and apart:
        return places
    files: dict[str, None] = {}
    for place in places:
        if (folder / place).is_file():
            files[place] = None
            continue
        for path in sorted((folder / place).rglob("*")):
            if path.is_symlink():
                raise BuildError(
                    f"{key}: {place!r} contains a link ({path.relative_to(folder).as_posix()}); "
                    "replace the link with what it points to"
                )
            if path.is_file():
                files[path.relative_to(folder).as_posix()] = None
    return list(files)


def _is_below(place: str, above: str) -> bool:
    return PurePosixPath(place).is_relative_to(above)
