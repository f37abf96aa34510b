"""Read the file in Gradescope's "Export submissions" that says to whom each folder belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from autograder.classroom.people import Person
from autograder.errors import BuildError

METADATA = "submission_metadata.yml"
"""The file in Gradescope's "Export submissions" that describes the submissions beside it."""


LONGEST = 200
"""The most characters in the name of a submission's folder; file systems allow little more."""


class NoSubmissions(BuildError):
    """The folder has no submissions, or cannot be read as a folder of submissions. The text says
    what was looked for.
    """


def is_export(folder: Path) -> bool:
    """Whether a folder has Gradescope's file about the submissions beside it."""
    path = folder / METADATA
    return path.is_file() and not path.is_symlink()


def people_of(folder: Path) -> dict[str, tuple[Person, ...]]:
    """Who submitted, by the name of the submission's folder, which may be missing, or by another
    name, which `can_be_a_folder` recognises. Raises `NoSubmissions`.
    """
    try:
        content = yaml.load((folder / METADATA).read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, ValueError) as fault:
        raise NoSubmissions(
            f"{folder / METADATA} cannot be read: {str(fault).splitlines()[0]}. Export the "
            "submissions again."
        ) from None
    if not isinstance(content, dict):
        raise NoSubmissions(
            f"{folder / METADATA} is not from Gradescope: it names no submissions. Export them "
            "again."
        )
    found = {
        str(name): tuple(_submitters(noted))
        for name, noted in sorted(content.items(), key=lambda item: str(item[0]))
    }
    if not any(can_be_a_folder(name) and (folder / name).is_dir() for name in found):
        raise NoSubmissions(
            f"{folder / METADATA} names {len(content)} submissions, but none of their folders is "
            "beside it. Unpack the whole export."
        )
    return found


def can_be_a_folder(name: str) -> bool:
    """Whether a name in the metadata can belong to a folder of the export, and to no other
    place.
    """
    return len(name) <= LONGEST and bool(re.fullmatch(r"\w[\w.-]*", name))


def _submitters(noted: Any) -> Iterator[Person]:
    people = noted.get(":submitters") if isinstance(noted, dict) else None
    for person in people if isinstance(people, list) else []:
        if isinstance(person, dict):
            known = (person.get(f":{name}") for name in ("name", "email", "sid"))
            # a list that contains itself many times would become endless text
            yield Person(
                *(str(each) if each and isinstance(each, str | bool) else "" for each in known)
            )


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Read Ruby's YAML, ignoring Ruby's tags."""


def _without_tag(loader: Any, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!ruby", _without_tag)
for _tag in ("timestamp", "int", "float"):  # a number with a leading zero stays as it is
    _Loader.add_constructor(
        f"tag:yaml.org,2002:{_tag}", lambda loader, node: loader.construct_scalar(node)
    )
