"""Fixtures that tests share: the five assignments, built once, and small questions that need no
notebook.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from shared import MASTERS, NAMES, built_once

from autograder import Array, Dim, Question, Seed
from autograder.assignment.built import BuiltAssignment
from autograder.questions.question import declared_inside

os.environ["JAX_PLATFORMS"] = "cpu"

settings.register_profile("tests", deadline=None)  # a busy machine must not fail a test
settings.load_profile("tests")


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder into which the five masters are built."""
    return built_once(tmp_path_factory, worker_id, "dist", MASTERS)


@pytest.fixture(params=NAMES)
def assignment(request: pytest.FixtureRequest, dist: Path) -> BuiltAssignment:
    """Each of the five built assignments in turn."""
    return BuiltAssignment(dist / request.param)


@pytest.fixture
def one_assignment(dist: Path) -> BuiltAssignment:
    """One built assignment, for tests that do not depend on which."""
    return BuiltAssignment(dist / "nnx-vmap-over-batch")


@pytest.fixture(autouse=True)
def no_question_left_declared() -> Iterator[None]:
    """Forget the questions that a test declares once it has ended."""
    with declared_inside():
        yield


@pytest.fixture
def scale_question() -> Question:
    """`scale_rows(seed, x, factor)`: two dimensions, numbers passed as floats."""
    return Question(
        "scale_rows",
        arguments={"seed": Seed(as_float=True), "x": Array("B", "D"), "factor": Dim("F", as_float=True)},
        dims={"B": (1, 9), "D": (1, 9), "F": (1, 9)},
    )
