"""The first cell of a notebook that needs no other file: write the files that it brings, have what
is missing installed, and say what is ready.

This file is run before any other of the package is there, so it imports the standard library only.
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
"""Holds the assignment's name, its tests, and the packages that it needs."""

MARK = "brought_by_notebook.json"
"""Beside the package: the assignment and the files of the notebook that wrote it."""

IN_GRADING = (f"{PACKAGE}.sandbox.", f"{PACKAGE}.grading.", f"{PACKAGE}.checks.in_grading")
"""Modules that are loaded where a submission is graded, which has all of this."""

ASIDE = "checks-of-another-assignment"


class Stopped(Exception):
    """The cell cannot do its work; the text says why, and what to do."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this. A traceback would show the cell, which holds 60,000 letters.
        return [str(self)]


def bring(files: Mapping[str, bytes]) -> None:
    """Make everything ready in the current folder. Raises `Stopped`."""
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
    here = installing.installed()
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
    """Write what is not there yet, and move aside what is there and not of this assignment. Returns
    sentences about that.
    """
    mark = folder / PACKAGE / MARK
    before = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else {}
    ours = {*before.get("files", ())}
    same = before.get("assignment") == assignment
    for name in ours - {*brought}:
        if same or name.startswith(f"{PACKAGE}/"):
            (folder / name).unlink(missing_ok=True)
    told = []
    foreign = [*_of_others(folder, brought, ours if same else set())]
    foreign += [name for name in ours - {*brought} if (folder / name).exists()]
    if foreign:
        aside = _aside(folder, before.get("assignment", ""), foreign)
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


def _of_others(folder: Path, brought: Mapping[str, bytes], ours: set[str]) -> Iterable[str]:
    """The files at the places of ours that are not of this assignment, and other tests."""
    for name, content in brought.items():
        path = folder / name
        if name.startswith(f"{PACKAGE}/") or name in ours or not path.is_file():
            continue
        if path.read_bytes() != content:
            yield name
    for path in folder.glob("tests/*.py"):
        if f"tests/{path.name}" not in brought:
            yield f"tests/{path.name}"


def _aside(folder: Path, assignment: str, names: Iterable[str]) -> Path:
    """Move files into a folder of their own."""
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
    """Have Python import the package that is written here, whatever it imported before."""
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]
    if str(folder) in sys.path:
        sys.path.remove(str(folder))
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
