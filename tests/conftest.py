"""Fixtures that tests share: the five assignments, built once, and small questions that need no
notebook.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from typing import Any

import jax
import pytest
from hypothesis import settings
from shared import NAMES, OFTEN, Builds, Grade, make_scale_question

from autograder import Question
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.classroom.warm_samples import WarmSamples
from autograder.questions.question import declared_inside
from autograder.runtime import jax_cache, jax_settings
from autograder.runtime.compiler_flags import compiler_flags

pytest_plugins = ["journal"]

os.environ["JAX_PLATFORMS"] = "cpu"


def compile_as_a_build_does() -> None:
    """Let JAX in this process take the settings and the compiler's flags of a build, and compile
    each program once here. Processes that tests start choose for themselves.
    """
    jax_settings.for_tiny_programs()
    programs: dict[str, bytes] = {}
    jax_cache.answer_from(programs.get, programs.__setitem__)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLA_FLAGS", compiler_flags())
        jax.jit(lambda x: x + 1)(1.0)  # XLA reads the flags once


compile_as_a_build_does()

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what is behind an `&` so, and whatever that starts ignores an interrupt too.
    signal.signal(signal.SIGINT, signal.default_int_handler)

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

settings.register_profile("tests", deadline=None)  # a busy machine must not fail a test
settings.load_profile("tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test of a master that is not built in each run is slow. The courses, and most versions, are
    tested where they are asked for, since they are fetched."""
    for marker in ("courses", "versions"):
        if marker not in config.option.markexpr:
            asked_for = [item for item in items if item.get_closest_marker(marker)]
            items[:] = [item for item in items if not item.get_closest_marker(marker)]
            config.hook.pytest_deselected(items=asked_for)
    seldom = tuple(name for name in NAMES if name not in OFTEN)
    for item in items:
        values = (
            item.callspec.params.values()
            if isinstance(item, pytest.Function) and hasattr(item, "callspec")
            else ()
        )
        if "dist" in getattr(item, "fixturenames", ()) and any(
            isinstance(value, str) and value.startswith(seldom) for value in values
        ):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Builds:
    """The five masters, built."""
    return Builds(tmp_path_factory, worker_id)


@pytest.fixture(scope="session", autouse=True)
def built_side_by_side(request: pytest.FixtureRequest, dist: Builds, worker_id: str) -> None:
    """Each process of a parallel run builds a master of its own before its first test. Else all
    would wait for the same one.
    """
    number = int(worker_id.removeprefix("gw")) if worker_id != "master" else len(OFTEN)
    if number < len(OFTEN) and any(
        "one_assignment" in item.fixturenames
        for item in request.session.items
        if isinstance(item, pytest.Function)
    ):
        dist / OFTEN[number]


@pytest.fixture(params=NAMES)
def assignment(request: pytest.FixtureRequest, dist: Builds) -> BuiltAssignment:
    """Each of the five built assignments in turn."""
    return BuiltAssignment(dist / request.param)


@pytest.fixture
def one_assignment(dist: Builds) -> BuiltAssignment:
    """One built assignment, for tests that do not depend on which."""
    return BuiltAssignment(dist / "nnx-vmap-over-batch")


@pytest.fixture(scope="session")
def warm_samples() -> Iterator[WarmSamples]:
    """A grader that is kept warm for the whole run."""
    with WarmSamples(1) as warm:
        yield warm


@pytest.fixture(params=["in a class", pytest.param("by otter run", marks=pytest.mark.slow)])
def grade(request: pytest.FixtureRequest, warm_samples: WarmSamples) -> Grade:
    """Grades a submission with a zip: in each run as one of a class, which gives the verdicts of
    `otter run` (see `tests/classroom/test_command.py`), and in the long run by `otter run`, too.
    """
    return warm_samples.grade if request.param == "in a class" else otter_run


@pytest.fixture(autouse=True)
def no_question_left_declared() -> Iterator[None]:
    """Forget the questions that a test declares once it has ended."""
    with declared_inside():
        yield


@pytest.fixture(scope="module", autouse=True)
def no_question_left_by_a_module() -> Iterator[None]:
    """Forget those that the fixtures of a module declare, before another module's tests."""
    with declared_inside():
        yield


@pytest.fixture
def scale_question() -> Question:
    """See `shared.make_scale_question`."""
    return make_scale_question()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser of Playwright's, started."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
