"""Find the submissions in a folder: notebooks and zips side by side, or Gradescope's export with a
folder for each.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from autograder.container import zips
from autograder.container.zips import printable
from autograder.errors import BuildError, Refused
from autograder.sandbox.files import MAX_DEPTH, MAX_FILE, MAX_FILES, MAX_TOTAL

METADATA = "submission_metadata.yml"
"""The file in Gradescope's "Export submissions" that describes the submissions beside it."""

_ANSWERS = (".ipynb", ".py", ".zip", ".ipynb.txt", ".ipynb.json")


class NoSubmissions(BuildError):
    """The folder has no submissions, or cannot be read as a folder of them; the text says what was
    looked for.
    """


@dataclass(frozen=True)
class SubmittedFiles:
    """One submission. `key` is unique and can be the name of a folder. `path` is a file, or a
    folder of Gradescope's export. `submitters` have `name`, `email`, `sid`.
    """

    key: str
    path: Path
    submitters: Sequence[dict[str, str]] = field(default_factory=tuple)

    @property
    def names(self) -> str:
        """The submitters, as far as they are known."""
        return ", ".join(
            person.get("name") or person.get("email") or person.get("sid") or "?"
            for person in self.submitters
        )

    def files(self) -> dict[str, bytes]:
        """The content of every file in the submission, by path. A zip is unpacked; links and other
        special files in a folder are left out. Raises `Refused`.
        """
        if self.path.is_dir():
            return _of_folder(self.path)
        if self.path.suffix.lower() == ".zip":
            return dict(zips.files(self.path))
        if self.path.stat().st_size > MAX_FILE:
            raise Refused(f"{printable(self.path.name)} is larger than {MAX_FILE // 2**20} MB.")
        return {self.path.name: self.path.read_bytes()}


def find(folder: Path) -> list[SubmittedFiles]:
    """The submissions in `folder`, by name. Raises `NoSubmissions`."""
    if (folder / METADATA).is_file():
        return _exported(folder)
    folders = sorted(
        path
        for path in folder.iterdir()
        if path.is_dir() and re.fullmatch(r"submission_\d+", path.name)
    )
    if folders:
        return [SubmittedFiles(path.name, path) for path in folders]
    found = sorted(
        path
        for path in folder.iterdir()
        if path.name.lower().endswith(_ANSWERS) and path.is_file() and not path.name.startswith(".")
    )
    if not found:
        raise NoSubmissions(
            f"{folder} has no submissions: no "
            f"{', '.join('*' + suffix for suffix in _ANSWERS[:3])}, and no {METADATA} of "
            "Gradescope's export. Name the folder in which they lie."
        )
    return [SubmittedFiles(key, path) for key, path in zip(_keys(found), found, strict=True)]


def digest(files: dict[str, bytes]) -> str:
    """A hash, as hex digits, of the content of a submission or of any other set of files."""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(f"{len(name.encode())} {name} {len(content)} ".encode() + content)
    return total.hexdigest()


def _keys(paths: Sequence[Path]) -> Iterator[str]:
    """A unique key for each path: the file's name in characters that can name a folder, without its
    suffix if no other file has the same stem.
    """
    taken: set[str] = set()
    stems = [path.stem for path in paths]
    for path in paths:
        wanted = (
            re.sub(r"[^\w.-]", "_", path.stem if stems.count(path.stem) == 1 else path.name).strip(
                "."
            )
            or "submission"
        )
        key, number = wanted[:100], 1
        while key.lower() in taken:  # unique also on file systems that ignore case
            number += 1
            key = f"{wanted[:90]}_{number}"
        taken.add(key.lower())
        yield key


def _exported(folder: Path) -> list[SubmittedFiles]:
    try:
        content = yaml.load((folder / METADATA).read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, ValueError) as fault:
        raise NoSubmissions(
            f"{folder / METADATA} cannot be read: {str(fault).splitlines()[0]}. Export the "
            "submissions again."
        ) from None
    if not isinstance(content, dict):
        raise NoSubmissions(
            f"{folder / METADATA} is not Gradescope's: it names no submissions. Export them again."
        )
    found = [
        SubmittedFiles(str(name), folder / str(name), tuple(_submitters(noted)))
        for name, noted in sorted(content.items(), key=lambda item: str(item[0]))
        if re.fullmatch(r"[\w.-]+", str(name)) and (folder / str(name)).is_dir()
    ]
    if not found:
        raise NoSubmissions(
            f"{folder / METADATA} names {len(content)} submissions, and none of their folders is "
            "beside it. Unpack the whole export."
        )
    return found


def _submitters(noted: Any) -> Iterator[dict[str, str]]:
    people = noted.get(":submitters") if isinstance(noted, dict) else None
    for person in people if isinstance(people, list) else []:
        if isinstance(person, dict):
            yield {
                name: str(person[f":{name}"])
                for name in ("name", "sid", "email")
                if person.get(f":{name}")
            }


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads Ruby's YAML, ignoring Ruby's tags."""


def _without_tag(loader: Any, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!ruby", _without_tag)
_Loader.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
)


def _of_folder(folder: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    total = 0
    for above, folders, names in os.walk(folder):
        place = Path(above).relative_to(folder)
        folders[:] = [] if len(place.parts) >= MAX_DEPTH else sorted(folders)
        for name in sorted(names):
            path = Path(above, name)
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                total += status.st_size
                if total > MAX_TOTAL or len(files) >= MAX_FILES:
                    raise Refused(
                        f"it has more than {MAX_TOTAL // 2**20} MB or {MAX_FILES} files. Leave out "
                        "what was not asked for."
                    )
                files[(place / name).as_posix()] = path.read_bytes()
    return files
