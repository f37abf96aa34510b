"""When workers die, the slow way decides, and no question pays for the deaths of another.

Covers too: `sandbox.budget`, `sandbox.draws`, `sandbox.mended`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.assignment.built import BuiltAssignment, solution_of
from autograder.assignment.samples import otter_run
from autograder.calls.call import Failed, Returned
from autograder.calls.inputs import Value
from autograder.calls.spec import PLAIN
from autograder.runtime import switches
from autograder.sandbox.budget import MAX_DEATHS
from autograder.sandbox.endings import Died
from autograder.sandbox.host import Worker
from autograder.sandbox.settings import Limits, Settings
from autograder.sandbox.submission import Submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are those of Linux")

ARGUMENTS = {"x": Value("jax", np.arange(3, dtype=np.float32))}

UNLESS = """\
import os, signal, time

def without(shortcut):
    return shortcut in os.environ["OTTER_ARRAYS_WITHOUT"].split(",")

"""

Start = Callable[..., Submission]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a submission whose tests mention f0, f1, … (or the names given), one in each test."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "hidden").mkdir(mode=0o700)
    started: list[Submission] = []

    def begin(*sources: str, names: tuple[str, ...] = ("f0", "f1"), **limits: float) -> Submission:
        for name in names:
            (tmp_path / "tests" / f"{name}.py").write_text(f"def test({name}):\n    pass\n")
        settings = Settings(
            hidden=[str(tmp_path / "hidden")],
            limits=Limits(**{"cell_seconds": 5, "call_seconds": 5, **limits}),
        )
        submission = Submission(settings, tmp_path / "tests")
        started.append(submission)
        assert submission.problem is None
        for source in sources:
            submission.cell(source)
        return submission

    yield begin
    for submission in started:
        submission.close()


def answer(submission: Submission, name: str) -> Returned | Failed:
    namespace: dict[str, Any] = {}
    submission.bind(name, namespace)
    outcome: Returned | Failed = namespace[name].answer(ARGUMENTS)
    return outcome


DEATHS = {
    "os.kill(os.getpid(), signal.SIGSEGV)": "was killed (SIGSEGV)",
    "os._exit(1)": "ended the process",
    "time.sleep(1000)": "took longer than 5 seconds",
}


@pytest.mark.anew
@pytest.mark.parametrize(
    ("death", "cause", "shortcut"),
    [
        pytest.param(death, cause, shortcut, marks=() if number == other == 1 else pytest.mark.slow)
        for number, (death, cause) in enumerate(DEATHS.items())
        for other, shortcut in enumerate(("compiled", "unoptimised", "tuned"))
    ],
)
def test_what_dies_with_a_shortcut_is_asked_again_without_any_and_the_instructor_reads_which(
    start: Start, shortcut: str, death: str, cause: str
) -> None:
    submission = start(
        f"{UNLESS}def f0(x):\n    if not without({shortcut!r}):\n        {death}\n    return x + 1"
    )
    outcome = answer(submission, "f0")
    assert isinstance(outcome, Returned)
    np.testing.assert_array_equal(outcome.array, [1.0, 2.0, 3.0])
    submission.close()
    assert submission.mended() == (
        f"f0 {cause} with the shortcuts compiled, unoptimised, tuned. Without them it gave an "
        f"answer, which was graded; it fails again with {shortcut} alone"
    )


def test_a_process_that_does_not_start_with_shortcuts_starts_without(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Worker.begin

    def with_difficulty(worker: Worker) -> None:
        begin(worker)
        if worker.settings.takes("tuned"):
            worker.end()
            raise Died("was killed (SIGSEGV)")

    monkeypatch.setattr(Worker, "begin", with_difficulty)
    assert isinstance(answer(start("def f0(x):\n    return x"), "f0"), Returned)


def test_a_cell_that_dies_with_a_shortcut_runs_without(start: Start) -> None:
    submission = start(
        f"{UNLESS}if not without('tuned'):\n    os.abort()\ndef f0(x):\n    return x"
    )
    assert isinstance(answer(submission, "f0"), Returned)
    submission.close()
    assert submission.mended().startswith("a cell was killed (SIGABRT) with the shortcuts")


def test_what_was_killed_from_outside_is_no_fault_of_a_shortcut(start: Start) -> None:
    submission = start("import time\ndef f0(x):\n    time.sleep(2)\n    return x")
    assert submission._worker._worker is not None
    threading.Timer(1, os.kill, (submission._worker._worker._process.pid, signal.SIGKILL)).start()
    assert isinstance(answer(submission, "f0"), Returned)
    submission.close()
    assert submission.mended() == ""


def test_what_dies_either_way_is_its_own_doing(start: Start) -> None:
    submission = start("import os\ndef f0(x):\n    os._exit(0)\ndef f1(x):\n    return x")
    assert answer(submission, "f0") == Failed("ended the process.", lost=True)
    assert isinstance(answer(submission, "f1"), Returned)
    submission.close()
    assert submission.mended() == ""


@pytest.mark.parametrize(("without", "workers"), [("", 2), (",".join(switches.SHORTCUTS), 1)])
def test_without_shortcuts_nothing_is_asked_twice(
    start: Start, monkeypatch: pytest.MonkeyPatch, without: str, workers: int
) -> None:
    monkeypatch.setenv(switches.VARIABLE, without)
    started, begin = [], Worker.begin

    def counted(worker: Worker) -> None:
        started.append(worker)
        begin(worker)

    monkeypatch.setattr(Worker, "begin", counted)
    assert answer(start("import os\ndef f0(x):\n    os._exit(0)"), "f0") == Failed(
        "ended the process.", lost=True
    )
    assert len(started) == workers


def test_a_question_that_ends_every_process_is_called_a_few_times_and_the_others_always(
    start: Start,
) -> None:
    submission = start("import os\ndef f0(x):\n    os._exit(0)\ndef f1(x):\n    return x")
    for _ in range(MAX_DEATHS):
        assert answer(submission, "f0") == Failed("ended the process.", lost=True)
        assert isinstance(answer(submission, "f1"), Returned)
    for _ in range(3):
        assert answer(submission, "f0") == Failed(
            "was not called again, because earlier it ended the process.", lost=True
        )
    assert isinstance(answer(submission, "f1"), Returned)


def test_a_call_that_hangs_is_waited_for_once(start: Start) -> None:
    submission = start("def f0(x):\n    while True: pass\ndef f1(x):\n    return x", call_seconds=3)
    assert answer(submission, "f0") == Failed("took longer than 3 seconds.", lost=True)
    assert answer(submission, "f0") == Failed(
        "was not called again, because earlier it took longer than 3 seconds.", lost=True
    )
    assert isinstance(answer(submission, "f1"), Returned)


def test_looking_at_how_an_answer_comes_about_may_die_and_the_answer_counts(start: Start) -> None:
    source = (
        "import jax\n"
        "def f0(x):\n"
        "    if isinstance(x + 1, jax.core.Tracer):\n"
        "        while True: pass\n"
        "    return x"
    )
    submission = start(source, call_seconds=4)
    assert submission.functions.equations("f0", ARGUMENTS, PLAIN) is None
    assert submission.functions.equations("f0", ARGUMENTS, PLAIN) is None
    assert isinstance(answer(submission, "f0"), Returned)


@pytest.mark.slow
def test_however_many_questions_hang_there_is_time_for_the_last_one(start: Start) -> None:
    names = tuple(f"f{number}" for number in range(8))
    sources = [f"def {name}(x):\n    while True: pass" for name in names[:-1]] + [
        f"def {names[-1]}(x):\n    return x"
    ]
    submission = start(*sources, names=names, call_seconds=20, submission_seconds=120)
    for name in names[:-1]:
        outcome = answer(submission, name)
        assert isinstance(outcome, Failed)
        assert "took longer than" in outcome.cause
    assert isinstance(answer(submission, names[-1]), Returned)


@pytest.mark.slow
@pytest.mark.anew  # as `otter run` starts its worker where no class is graded
def test_a_right_answer_that_dies_with_a_shortcut_gets_every_point(
    one_assignment: BuiltAssignment,
) -> None:
    source = solution_of(one_assignment.solution, "vmap_over_batch")
    head, body = source.split(":\n", 1)
    dies = (
        "import os\n\n"
        f"{head}:\n"
        '    if "tuned" not in os.environ["OTTER_ARRAYS_WITHOUT"].split(","):\n'
        "        os.abort()\n"
        f"{body}"
    )
    graded = otter_run(one_assignment.answered({"vmap_over_batch": dies}), one_assignment.zip)
    assert graded.share == 1.0, graded.results
    assert graded.results is not None
    told = (
        "vmap_over_batch was killed (SIGABRT) with the shortcuts compiled, unoptimised, tuned. "
        "Without them it gave an answer, which was graded; it fails again with tuned alone"
    )
    assert graded.results["extra_data"]["isolation"]["mended"] == told
    assert (
        f"A shortcut failed: {told}. Please report this: it is a fault of otter-arrays."
        in graded.printed
    )
