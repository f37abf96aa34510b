"""What an author asks of conda, in the master's `environment:`.

Our image has no conda: of such a file it has what pip installs. Otter's own image has all of it.
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
    """Take the lines for pip out of an environment file, and return them; none if there is no such
    file. Raises `BuildError`.

    They belong among the requirements: in this file they would replace our pins of the same
    packages.
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
    """The entries for conda of an environment file, without those of Otter, and without packages
    that an image has from pip. `in_image` are their canonical names.
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
    """The package of an entry such as `conda-forge::ffmpeg>=6`."""
    name = entry.split("::")[-1]
    for sign in "=<>!~ [":
        name = name.split(sign)[0]
    return name.lower()
