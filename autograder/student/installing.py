"""Install what a student's notebook needs and lacks. Every installed package stays as it is."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograder.student import places

TRIED = (*places.SHOWN, "otter-grader")
"""The packages whose versions a check may depend on."""


class NotInstalled(Exception):
    """A package could not be installed. The text says why, and what to do."""


def install(needs: Sequence[str], alone: Sequence[str]) -> list[str]:
    """Install the packages among the requirements `needs` that are missing.

    Packages named in `alone` come without their own requirements, which `needs` lists too. Returns
    sentences about packages with versions that were not tested. Raises `NotInstalled`.
    """
    here = installed_versions()
    missing = [need for need in needs if canonical(need) not in here]
    if missing:
        print(f"Installing {', '.join(map(canonical, missing))} …", flush=True)
        with tempfile.TemporaryDirectory() as scratch:
            kept = Path(scratch, "kept.txt")
            kept.write_text(
                "".join(
                    f"{name}=={version}\n"
                    for name, version in here.items()
                    if re.fullmatch(r"[\w.!+]+", version)
                ),
                encoding="utf-8",
            )
            rest = [need for need in missing if canonical(need) not in alone]
            first = [need for need in missing if canonical(need) in alone]
            if rest:
                _pip("--constraint", str(kept), *rest)
            if first:
                _pip("--no-deps", *first)
        importlib.invalidate_caches()
    return _warnings([need for need in needs if canonical(need) in TRIED], here)


def installed_versions() -> dict[str, str]:
    """The versions of the installed packages, by canonical name."""
    found: dict[str, str] = {}
    for each in importlib.metadata.distributions():
        name = each.metadata["Name"]
        if name and each.version:
            found.setdefault(canonical(name), each.version)
    return found


def canonical(requirement: str) -> str:
    """The canonical name of a requirement's package."""
    found = re.match(r"[\w.-]+", requirement)
    return re.sub(r"[-_.]+", "-", found[0] if found else requirement).lower()


def _warnings(needs: Sequence[str], here: dict[str, str]) -> list[str]:
    """A sentence for each package whose version was not tested with this assignment."""
    try:
        from packaging.requirements import Requirement
    except ImportError:
        return []
    return [
        f"{name} {here[name]} is installed; this assignment was tested with {need}. If a check "
        f'stops or cannot tell, type: %pip install "{need}"   and restart.'
        for need in needs
        if (name := canonical(need)) in here
        and not Requirement(need).specifier.contains(here[name], prereleases=True)
    ]


def _pip(*arguments: str) -> None:
    """Run pip's install command, or uv's where there is no pip. Raises `NotInstalled`."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    uv = shutil.which("uv")
    if importlib.util.find_spec("pip") is None and uv:
        command = [uv, "pip", "install", "--quiet", "--python", sys.executable]
    done = subprocess.run(
        [*command, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return
    lines = [line.strip() for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
    faults = [line for line in lines if "error" in line.lower()]
    said = (faults or lines or ["pip gave no reason."])[-1]
    names = ", ".join(
        canonical(each) for each in arguments if not each.startswith(("-", os.sep, "kept"))
    )
    raise NotInstalled(
        f"{names} could not be installed: {said} Is this machine connected to the Internet? "
        f"{places.here().internet}Then run this cell again."
    )
