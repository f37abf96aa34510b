"""Set up the grading image of a zip, and what starts in it.

`otter assign` writes a zip whose scripts install Miniforge, a browser and compilers. By default our
scripts replace them: they install the same packages at the same versions, check each against its
hash, and install nothing else. Either way the zip gets our launcher.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from autograder.assignment import plugins
from autograder.errors import BuildError

LEAN, STOCK = "lean", "stock"
IMAGES = (LEAN, STOCK)

LOCK_FILE = "requirements.lock"

PACKAGE = Path(str(resources.files("autograder")))

SHIPPED_LOCK = PACKAGE / "templates" / LOCK_FILE
"""Every package at one version with its hashes, for all Python versions and systems. `make lock`
writes this file from `requirements.txt`.
"""

PLUGINS_LOCK = PACKAGE / "templates" / "requirements-plugins.lock"
"""The same lock with what Otter's own plugins import, which few assignments need."""

UV = "0.13.9"
"""The version of uv that sets up the image."""

LEFT_OUT = "playwright ; sys_platform == 'never'"
"""Otter requires a browser and the package that drives it, which only PDFs made through HTML need.
This line removes them.
"""

_EXTRAS = {"otter-grader": {"grading"}}
"""The extras of the packages in the shipped locks."""

_OTTER_ENV = "otter-env"

_EXECUTABLE = 0o755 << 16
_PLAIN = 0o644 << 16


def dress(archive: Path, requirements: Path, image: str = LEAN) -> str:
    """Give a zip of `otter assign` our launcher and, unless `image` is "stock", our setup.
    `requirements` is the file that the zip was built with.

    Returns the image that the zip gets. It is always Otter's own for PDFs, which need a browser and
    LaTeX. Raises `BuildError`.
    """
    with zipfile.ZipFile(archive) as old:
        entries = {name: old.read(name) for name in old.namelist() if not name.endswith("/")}
    config: dict[str, Any] = json.loads(entries.get("otter_config.json", b"{}"))
    image = STOCK if config.get("pdf") or config.get("token") else image
    values = {
        "autograder_dir": config.get("autograder_dir", "/autograder"),
        "uv": UV,
        "otter_env": _OTTER_ENV,
    }
    values |= {"python": python_of(entries), "stock": image == STOCK}
    entries["run_autograder"] = _render("run_autograder", values)
    if image == LEAN:
        entries["setup.sh"] = _render("setup.sh", values)
        entries[LOCK_FILE] = lock(requirements.read_text(encoding="utf-8").splitlines()).encode()
    part = archive.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = _EXECUTABLE if name in ("setup.sh", "run_autograder") else _PLAIN
            new.writestr(entry, content)
    part.replace(archive)
    return image


def lock(lines: list[str]) -> str:
    """A requirements file with hashes for the packages pinned in `lines`, without the line for our
    wheel.

    This is a shipped lock if one has all the packages at these versions. Otherwise uv makes a lock
    now with a package index. Raises `BuildError`.
    """
    wanted = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    wanted = [line for line in wanted if not re.search(r"(^|/)otter_arrays-[^/]*\.whl$", line)]
    for line in wanted:
        if line.startswith("-") or "/" in line.split("#")[0].split(";")[0].split("@")[0]:
            raise BuildError(
                f"requirements: {line!r} is not the name of a package in a package index, and our "
                "image installs nothing else; name such a package, or build with --image stock"
            )
    for shipped in (SHIPPED_LOCK, PLUGINS_LOCK):
        text = shipped.read_text(encoding="utf-8")
        if _has_all(text, wanted):
            return text
    return made_lock(wanted)


def in_image() -> set[str]:
    """The canonical names of the packages in every image."""
    return set(locked_versions(SHIPPED_LOCK.read_text(encoding="utf-8")))


def made_lock(wanted: list[str], like: Path | None = None) -> str:
    """Resolve requirements with uv, for all systems and for Python 3.11 and newer. Packages in the
    lock file `like` keep their versions. Raises `BuildError`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        source, left_out, target = (
            Path(scratch, "in.txt"),
            Path(scratch, "left_out.txt"),
            Path(scratch, "out.txt"),
        )
        source.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        left_out.write_text(LEFT_OUT + "\n", encoding="utf-8")
        options = [
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
            "--quiet",
        ]
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            *options,
            "--override",
            str(left_out),
            *([] if like is None else ["--constraint", str(like)]),
            "-o",
            str(target),
            str(source),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
        )
        if done.returncode != 0:
            said = done.stderr.strip().removeprefix("error: ")
            raise BuildError(
                f"uv cannot lock the requirements (type `pip install uv=={UV}`, or build with "
                f"--image stock): {said}"
            )
        text = target.read_text(encoding="utf-8")
    without = [
        line
        for line in text.splitlines()
        if line and not line.startswith((" ", "#")) and not line.endswith("\\")
    ]
    if without:
        raise BuildError(
            f"requirements: {without[0]!r} has no hash to check it with; name a release from a "
            "package index, or build with --image stock"
        )
    return text


def write_shipped_locks() -> None:
    """Write the shipped locks from the pins in this repository's `requirements.txt` and, for
    Otter's own plugins, from the installed versions of what they need.
    """
    pins = (PACKAGE.parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
    SHIPPED_LOCK.write_text(made_lock(pins), encoding="utf-8")
    PLUGINS_LOCK.write_text(
        made_lock([*pins, *plugins.pins_of_otters_own()], SHIPPED_LOCK), encoding="utf-8"
    )


def locked_versions(text: str) -> dict[str, set[str]]:
    """The versions of each package in a lock file. There are several if they depend on the system
    or on the version of Python.
    """
    locked: dict[str, set[str]] = {}
    for line in text.splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            name, version = line.split(";")[0].strip(" \\").split("==")
            locked.setdefault(canonicalize_name(name), set()).add(version)
    return locked


def _has_all(text: str, wanted: list[str]) -> bool:
    locked = locked_versions(text)
    for line in wanted:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            return False
        if not requirement.extras <= _EXTRAS.get(canonicalize_name(requirement.name), set()):
            return False
        if not any(
            str(requirement.specifier) == f"=={version}"
            for version in locked.get(canonicalize_name(requirement.name), ())
        ):
            return False
    return True


def python_of(entries: Mapping[str, bytes]) -> str:
    """The minor version of Python that Otter wrote into the zip's environment.yml."""
    lines = entries.get("environment.yml", b"").decode().splitlines()
    found = next(
        (line.split("=", 1)[1] for line in lines if line.strip().startswith("- python=")), ""
    )
    return ".".join(found.split(".")[:2]) or f"{sys.version_info.major}.{sys.version_info.minor}"


def _render(name: str, values: Mapping[str, object]) -> bytes:
    environment = Environment(
        loader=PackageLoader("autograder"),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    )
    return environment.get_template(name).render(values).encode()
