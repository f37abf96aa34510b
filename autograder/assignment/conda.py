"""Handle what an author asks of conda in the master's `environment:`.

Our image has no conda and installs only the pip lines of such a file. Otter's own image installs
all of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name

from autograder.errors import BuildError

FILE = "environment.yml"

_OTTERS = ("python", "pip", "jupyter_server")
"""What Otter itself asks of conda."""


def take_pip_lines(path: Path) -> list[str]:
    """Remove the lines for pip from an environment file and return them; an empty list if there is
    no such file. Raises `BuildError`.

    These lines belong among the requirements. In the environment file they would replace our pins
    of the same packages.
    """
    if not path.exists():
        return []
    found = _read(path.read_text(encoding="utf-8"))
    lines = [
        str(line).strip()
        for entry in found["dependencies"]
        if isinstance(entry, dict)
        for line in entry.get("pip") or []
    ]
    if lines:
        found["dependencies"] = [
            entry for entry in found["dependencies"] if not isinstance(entry, dict)
        ]
        path.write_text(yaml.safe_dump(found, sort_keys=False), encoding="utf-8")
    return lines


def left_out(text: str, in_image: set[str]) -> list[str]:
    """The conda entries of an environment file, without those that Otter itself writes and without
    packages that an image gets from pip. `in_image` holds their canonical names.
    """
    return [
        entry
        for entry in _read(text)["dependencies"]
        if isinstance(entry, str)
        and _name(entry) not in _OTTERS
        and canonicalize_name(_name(entry)) not in in_image
    ]


def _read(text: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise BuildError(f"environment: the file is not YAML: {fault}") from None
    if not isinstance(found, dict) or not isinstance(found.get("dependencies"), list):
        raise BuildError("environment: the file has no list of `dependencies`")
    return found


def _name(entry: str) -> str:
    """The package that an entry such as `conda-forge::ffmpeg>=6` names."""
    name = entry.split("::")[-1]
    for sign in "=<>!~ [":
        name = name.split(sign)[0]
    return name.lower()
