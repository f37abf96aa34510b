"""What tests share: the five assignments, built once, and small questions that need no notebook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings

from autograder import Array, Dim, Question, Seed
from autograder.assignment.built import BuiltAssignment
from autograder.questions.question import declared_inside

ROOT = Path(__file__).parent.parent
MASTERS = sorted((ROOT / "assignments").glob("*/*.ipynb"))
NAMES = [master.stem for master in MASTERS]
SECRET = "the secret of the tests"

os.environ["JAX_PLATFORMS"] = "cpu"

settings.register_profile("tests", deadline=None)  # a busy machine is no fault
settings.load_profile("tests")

PLUGIN = "autograder.otter_plugin.ArraysPlugin"


def reconfigured(archive: Path, target: Path, **settings: Any) -> Path:
    """A copy of an autograder zip with other plugin settings."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "otter_config.json":
                config = json.loads(content)
                config["plugins"] = [{PLUGIN: {**entry[PLUGIN], **settings}} for entry in config["plugins"]]
                content = json.dumps(config).encode()
            new.writestr(old.getinfo(name), content)
    return target


def built_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str, name: str, masters: list[Path]) -> Path:
    """Build `masters` with the command line, once for all processes of a parallel test run; returns the output folder."""
    base = tmp_path_factory.getbasetemp()
    out = (base if worker_id == "master" else base.parent) / name
    with FileLock(f"{out}.lock"):
        if not (out / "complete").exists():
            command = [sys.executable, "-m", "autograder", "build", *map(str, masters), "--out", str(out), "--quick"]
            done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "OTTER_ARRAYS_SECRET": SECRET})
            assert done.returncode == 0, done.stdout + done.stderr
            (out / "complete").touch()
    return out


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder into which the five masters are built."""
    return built_once(tmp_path_factory, worker_id, "dist", MASTERS)


@pytest.fixture(params=NAMES)
def assignment(request: pytest.FixtureRequest, dist: Path) -> BuiltAssignment:
    """Each of the five assignments in turn, built."""
    return BuiltAssignment(dist / request.param)


@pytest.fixture
def one_assignment(dist: Path) -> BuiltAssignment:
    """One assignment, for what does not depend on which."""
    return BuiltAssignment(dist / "nnx-vmap-over-batch")


@pytest.fixture(autouse=True)
def no_question_left_declared() -> Iterator[None]:
    """Questions that a test declares are forgotten after it."""
    with declared_inside():
        yield


@pytest.fixture
def scale_question() -> Question:
    """`scale_rows(seed, x, factor)`: two dimensions, numbers handed over as floats."""
    return Question(
        "scale_rows",
        arguments={"seed": Seed(as_float=True), "x": Array("B", "D"), "factor": Dim("F", as_float=True)},
        dims={"B": (1, 9), "D": (1, 9), "F": (1, 9)},
    )
