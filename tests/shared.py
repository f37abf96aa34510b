"""What tests and their fixtures import: paths, the five masters, and zips with changed content."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from filelock import FileLock

from autograder import Array, Dim, Question, Seed
from autograder.assignment.samples import GradedSample

ROOT = Path(__file__).parent.parent
MASTERS = sorted((ROOT / "assignments").glob("*/*.ipynb"))
NAMES = [master.stem for master in MASTERS]
OFTEN = ("nnx-vmap-over-batch", "nn-vmap-shared-params")
"""The masters that are built and graded in each test run; with the others, `make test-all` does the
same."""

SECRET = "the secret of the tests"

PLUGIN = "autograder.otter_plugin.ArraysPlugin"

Contents = dict[str, bytes]

Grade = Callable[[nbformat.NotebookNode | Path, Path], GradedSample]
"""Grades a submission with an autograder zip."""


def make_scale_question() -> Question:
    """`scale_rows(seed, x, factor)`: two dimensions, numbers passed as floats."""
    return Question(
        "scale_rows",
        arguments={
            "seed": Seed(as_float=True),
            "x": Array("B", "D"),
            "factor": Dim("F", as_float=True),
        },
        dims={"B": (1, 9), "D": (1, 9), "F": (1, 9)},
    )


def reconfigured(archive: Path, target: Path, **settings: Any) -> Path:
    """A copy of an autograder zip with other plugin settings."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "otter_config.json":
                config = json.loads(content)
                config["plugins"] = [
                    {PLUGIN: {**entry[PLUGIN], **settings}} for entry in config["plugins"]
                ]
                content = json.dumps(config).encode()
            new.writestr(old.getinfo(name), content)
    return target


def built_once(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str, name: str, masters: list[Path]
) -> Path:
    """Build `masters` with the command line, once for all processes of a parallel test run. Returns
    the output folder.
    """
    base = tmp_path_factory.getbasetemp()
    out = (base if worker_id == "master" else base.parent) / name
    with FileLock(f"{out}.lock"):
        if not (out / "complete").exists():
            command = [
                sys.executable,
                "-m",
                "autograder",
                "build",
                *map(str, masters),
                "--out",
                str(out),
                "--quick",
            ]
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "OTTER_ARRAYS_SECRET": SECRET},
            )
            assert done.returncode == 0, done.stdout + done.stderr
            (out / "complete").touch()
    return out


class Builds:
    """The masters, each built when it is first asked for: `builds / "nnx-batched-init"` is its
    folder."""

    def __init__(self, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> None:
        self._factory, self._worker = tmp_path_factory, worker_id

    def __truediv__(self, name: str) -> Path:
        (master,) = (master for master in MASTERS if master.stem == name)
        return built_once(self._factory, self._worker, f"dist-{name}", [master]) / name


def contents(archive: Path) -> Contents:
    with zipfile.ZipFile(archive) as packed:
        return {name: packed.read(name) for name in packed.namelist() if not name.endswith("/")}


def repacked(
    archive: Path, target: Path, change: Callable[[Contents], None], mode: int = 0o755
) -> Path:
    changed = contents(archive)
    change(changed)
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in changed.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            packed.writestr(entry, content)
    return target
