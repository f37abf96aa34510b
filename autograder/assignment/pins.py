"""Read the versions that a zip's image will have, and ask whether a package index has them."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from packaging.utils import canonicalize_name

from autograder.assignment import conda
from autograder.assignment.image import LOCK_FILE, UV, locked_versions, python_of
from autograder.assignment.inspection import NOTE, OK, UNKNOWN, WRONG, Inspection
from autograder.runtime.fingerprint import PACKAGES


def pins_of(contents: Mapping[str, bytes]) -> dict[str, set[str]]:
    """The versions that the image will have of the packages in the fingerprint."""
    if LOCK_FILE in contents:
        locked = locked_versions(contents[LOCK_FILE].decode())
    else:
        locked = {}
        for name, version in re.findall(
            r"^ *- ([\w.-]+)(?:\[[\w,]*\])?==(\S+)$",
            contents["environment.yml"].decode(),
            re.MULTILINE,
        ):
            locked.setdefault(canonicalize_name(name), set()).add(version)
    return {package: locked.get(package, set()) for package in PACKAGES}


def not_installed(contents: Mapping[str, bytes]) -> Iterator[Inspection]:
    """What the author asks of conda and our image does not have."""
    if LOCK_FILE not in contents:
        return
    entries = conda.left_out(
        contents["environment.yml"].decode(), set(locked_versions(contents[LOCK_FILE].decode()))
    )
    if entries:
        yield Inspection(
            "environment",
            NOTE,
            "our image does not install conda packages, so answers cannot use these lines of "
            f"`environment:`: {', '.join(entries)}. Name Python packages in `requirements:` "
            "instead, or build with --image stock, whose image has conda",
        )


def resolvable(contents: Mapping[str, bytes]) -> Iterator[Inspection]:
    """Whether a package index has everything that the image is built from."""
    python = python_of(contents)
    if LOCK_FILE not in contents:
        yield Inspection(
            "pins resolvable", UNKNOWN, "Otter's own setup resolves them when the image is built"
        )
        return
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, LOCK_FILE)
        path.write_bytes(contents[LOCK_FILE])
        options = [
            "--dry-run",
            "--quiet",
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--target",
            f"{scratch}/target",
        ]
        platform = ["--python-version", python, "--python-platform", "x86_64-manylinux_2_28"]
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            *options,
            *platform,
            "-r",
            str(path),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
        )
    said = " ".join(done.stderr.split())
    if done.returncode == 0:
        yield Inspection("pins resolvable", OK, f"for Python {python} on Linux")
    elif re.search(
        r"No module named '?uv|error sending request|dns error|Failed to fetch|timed out|Network "
        r"connectivity",
        said,
    ):
        yield Inspection(
            "pins resolvable",
            UNKNOWN,
            f"no package index answered (check the network, or type `pip install uv=={UV}`)",
        )
    else:
        yield Inspection(
            "pins resolvable",
            WRONG,
            f"not resolvable for Python {python} on Linux: {said.removeprefix('error: ')[:400]}",
        )
