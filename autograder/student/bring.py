"""The first cell of a notebook that needs no other file. It writes the files that it brings, has
missing packages installed, and says what is ready.

This file runs before any other of the package exists, so it imports the standard library only.
"""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

PACKAGE = "autograder"
FACTS = "facts.json"
"""The file with the assignment's name, its tests, and the packages that it needs."""

MARK = "brought_by_notebook.json"
"""The file beside the package that names the assignment and the files of the notebook that wrote
it.
"""

IN_GRADING = (f"{PACKAGE}.sandbox.", f"{PACKAGE}.grading.", f"{PACKAGE}.checks.in_grading")
"""Modules that are loaded where a submission is graded. Everything is in place there."""

ASIDE = "checks-of-another-assignment"


class Stopped(Exception):
    """The cell cannot do its work. The text says why, and what to do."""

    def _render_traceback_(self) -> list[str]:
        # IPython calls this. A traceback would show the cell, which holds 60,000 letters.
        return [str(self)]


def bring(files: Mapping[str, bytes]) -> None:
    """Prepare everything in the current folder. Raises `Stopped`."""
    if any(name.startswith(IN_GRADING) for name in sys.modules):
        return
    facts = json.loads(files[FACTS])
    folder = Path.cwd()
    _refuse_foreign_package(folder)
    brought = {name: content for name, content in files.items() if name != FACTS}
    try:
        told = _write(folder, facts["assignment"], brought)
    except OSError as fault:
        raise Stopped(
            f"This cell cannot write the checks into the folder {folder} ({fault.strerror}). Type "
            "in a cell above: %cd ~   Then run this cell again."
        ) from None
    _import_from(folder)
    installing = importlib.import_module(f"{PACKAGE}.student.installing")
    try:
        told += installing.install(facts["needs"], facts["alone"])
    except installing.NotInstalled as fault:
        raise Stopped(str(fault)) from None
    for sentence in told:
        print(sentence)
    here = installing.installed_versions()
    places = importlib.import_module(f"{PACKAGE}.student.places")
    versions = ", ".join(f"{name} {here[name]}" for name in places.SHOWN if name in here)
    tests = ", ".join(facts["tests"])
    print(f"Ready: {tests} of {facts['assignment']} can be checked here, with {versions}.")


def _refuse_foreign_package(folder: Path) -> None:
    for path in (folder / PACKAGE, folder / f"{PACKAGE}.py"):
        if path.exists() and not (path / MARK).exists():
            raise Stopped(
                f"{path} does not belong to this notebook, which needs that name. Rename it, or "
                "move the notebook to its own folder, and run this cell again."
            )


def _write(folder: Path, assignment: str, brought: Mapping[str, bytes]) -> list[str]:
    """Write the missing files, and move aside those of another assignment. Returns sentences about
    the files moved.
    """
    mark = folder / PACKAGE / MARK
    before = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else {}
    ours = {*before.get("files", ())}
    same = before.get("assignment") == assignment
    for name in ours - {*brought}:
        if same or name.startswith(f"{PACKAGE}/"):
            (folder / name).unlink(missing_ok=True)
    told = []
    foreign = [*_foreign_files(folder, brought, ours if same else set())]
    foreign += [name for name in ours - {*brought} if (folder / name).exists()]
    if foreign:
        aside = _move_aside(folder, before.get("assignment", ""), foreign)
        whose = before.get("assignment") or "another assignment"
        told = [
            f"This folder had the checks of {whose}. They are in {aside.name} now; the first cell "
            "of that notebook brings them back."
        ]
    for name, content in brought.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    noted = {"assignment": assignment, "files": [*brought]}
    mark.write_text(json.dumps(noted), encoding="utf-8")
    return told


def _foreign_files(folder: Path, brought: Mapping[str, bytes], ours: set[str]) -> Iterable[str]:
    """The files in the places of ours that belong to something else, and other tests."""
    for name, content in brought.items():
        path = folder / name
        if name.startswith(f"{PACKAGE}/") or name in ours or not path.is_file():
            continue
        if path.read_bytes() != content:
            yield name
    for path in folder.glob("tests/*.py"):
        if f"tests/{path.name}" not in brought:
            yield f"tests/{path.name}"


def _move_aside(folder: Path, assignment: str, names: Iterable[str]) -> Path:
    """Move files into a new folder, and return it."""
    stem = f"checks-of-{assignment}" if assignment else ASIDE
    target, number = folder / stem, 1
    while target.exists():
        number += 1
        target = folder / f"{stem}-{number}"
    for name in {*names}:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / name, target / name)
    return target


def _import_from(folder: Path) -> None:
    """Make Python import the package that is written here, whatever it imported before."""
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]
    if str(folder) in sys.path:
        sys.path.remove(str(folder))
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
