"""Workers forked from one process have the same layers, give the same answers, and leave nothing
behind.

Covers too: `sandbox.confined.nursery_process`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.calls.call import Failed, Returned
from autograder.calls.inputs import Value
from autograder.runtime import system
from autograder.sandbox import endings, nursery, surroundings
from autograder.sandbox.host import Worker
from autograder.sandbox.settings import Limits, Settings
from autograder.sandbox.submission import Submission

pytestmark = [
    pytest.mark.skipif(not system.FORKS, reason="forks on Linux only"),
    pytest.mark.anew,  # each test says itself which workers are forked
]

CELL = "import os, jax.numpy as jnp\ndef f(x):\n    return jnp.cumsum(x) + 1"


@pytest.fixture(scope="module")
def requests() -> Iterator[int]:
    found = nursery.Nursery(surroundings.import_path(), surroundings.variables("/"))
    yield found.requests
    found.close()


@pytest.fixture
def settings(requests: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(nursery.VARIABLE, str(requests))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "q1.py").write_text("f(1)")
    return Settings(
        hidden=[str(tmp_path)], level="best", limits=Limits(start_seconds=60, call_seconds=20)
    )


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_a_worker_is_a_fork_of_the_nursery_with_every_layer_of_one_that_was_started_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    forked = Worker(settings)
    monkeypatch.delenv(nursery.VARIABLE)
    started = Worker(settings)
    try:
        assert (type(forked._process), type(started._process)) == (nursery.Child, subprocess.Popen)
        assert parent_of(forked._process.pid) != os.getpid()
        assert Path(f"/proc/{forked._process.pid}/comm").read_text() == "otter-worker\n"
        assert (forked.started.active, forked.started.missing, forked.started.open_holes) == (
            started.started.active,
            started.started.missing,
            started.started.open_holes,
        )
        assert forked.started.environment == started.started.environment
        seen = [
            {
                name: str(Path(f"/proc/{worker._process.pid}/fd/{name}").readlink())
                for name in (0, 1, 2)
            }
            for worker in (forked, started)
        ]
        assert seen[0] == seen[1]
    finally:
        forked.end()
        started.end()


def test_it_answers_and_is_gone_afterwards(settings: Settings, tmp_path: Path) -> None:
    submission = Submission(settings, tmp_path / "tests")
    submission.cell(CELL)
    outcome = submission.functions.judge("f", {"x": Value("jax", np.arange(3.0, dtype=np.float32))})
    assert isinstance(outcome, Returned)
    assert outcome.array.tolist() == [1, 2, 4]
    assert submission._worker._worker is not None
    process, scratch = submission._worker._worker._process.pid, submission._worker._worker._scratch
    submission.close()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{process}").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{process}").exists()  # nor a zombie
    assert not scratch.exists()


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("os.kill(os.getpid(), 11)", "was killed (SIGSEGV)."),
        ("os._exit(3)", "ended the process."),
        ("os.kill(os.getpid(), 9)", "was killed (SIGKILL)."),
        ("[0 for _ in iter(int, 1)]", "took longer than 1 seconds."),
        ("bytearray(2**40)", "raised MemoryError."),
    ],
)
def test_causes_are_told_as_of_any_worker(
    settings: Settings, tmp_path: Path, body: str, cause: str
) -> None:
    import dataclasses

    settings = dataclasses.replace(
        settings, limits=Limits(call_seconds=1 if "longer" in cause else 30)
    )
    submission = Submission(settings, tmp_path / "tests")
    submission.cell(f"import os\ndef f(x):\n    {body}")
    outcome = submission.functions.judge("f", {"x": Value("jax", np.zeros(1, np.float32))})
    submission.close()
    assert isinstance(outcome, Failed)
    assert outcome.cause == cause


def test_two_workers_know_nothing_of_each_other_and_draw_other_numbers(settings: Settings) -> None:
    first, second = Worker(settings), Worker(settings)
    try:
        drawn = []
        for worker in (first, second):
            source = (
                "import numpy as np, random, os\n"
                "print(np.random.rand(), random.random(), sorted(map(int, "
                "os.listdir('/proc/self/fd'))))"
            )
            drawn.append(
                worker.ask({"do": "cell", "source": source, "seed": None}, {}, 30)
                .header["printed"]
                .split(" ", 2)
            )
        assert drawn[0][0] != drawn[1][0]
        assert drawn[0][1] != drawn[1][1]
        # Its own two pipes, /dev/null, and what it opened itself.
        assert len(eval(drawn[0][2])) <= 8, drawn
    finally:
        first.end()
        second.end()


def test_what_a_worker_leaves_running_ends_with_it(settings: Settings) -> None:
    worker = Worker(settings)
    source = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    time.sleep(600)\n"
        "    os._exit(0)\n"
        "print(os.getpid())"
    )
    worker.ask({"do": "cell", "source": source, "seed": None}, {}, 30)
    group = worker._process.pid
    worker.end()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError("somebody of the worker's process group is left")


def test_without_a_nursery_that_answers_workers_are_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()
    monkeypatch.setenv(nursery.VARIABLE, str(ours.fileno()))
    worker = Worker(Settings(hidden=[str(tmp_path)], level="best"))
    assert isinstance(worker._process, subprocess.Popen)
    worker.end()
    ours.close()


def test_the_death_of_the_nursery_is_told_as_being_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers = nursery.Nursery(surroundings.import_path(), surroundings.variables("/"))
    monkeypatch.setenv(nursery.VARIABLE, str(workers.requests))
    worker = Worker(Settings(hidden=[str(tmp_path)], level="best"))
    os.kill(parent_of(worker._process.pid), signal.SIGKILL)
    assert worker._process.wait(20) == -signal.SIGKILL
    deadline = time.monotonic() + 20
    while Path(f"/proc/{worker._process.pid}").exists() and time.monotonic() < deadline:
        # The system ends it as soon as its parent has ended, which this process sees a little
        # earlier.
        time.sleep(0.01)
    with pytest.raises(endings.Died, match=r"was killed \(SIGKILL\)"):
        worker.ask({"do": "names", "names": []}, {}, 20)
    worker.end()
    workers.close()


def test_a_worker_that_another_thread_has_ended_is_told_as_ended() -> None:
    """Watchers ask from threads of their own."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    child = nursery.Child.__new__(nursery.Child)
    child.returncode, child._answers, child.pid = None, ours, 0
    found: list[int] = []
    waiting = threading.Thread(target=lambda: found.append(child.wait(5.0)))
    with theirs:
        assert child.poll() is None
        child.close()
        waiting.start()
        waiting.join(10)
    assert found == [-signal.SIGKILL]


def test_a_worker_that_is_ended_while_its_end_is_read_is_told_as_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    child = nursery.Child.__new__(nursery.Child)
    child.returncode, child._answers, child.pid = None, ours, 0

    def and_closes(*_: object) -> tuple[list[socket.socket], list[int], list[int]]:
        child.close()
        return [ours], [], []

    with theirs:
        theirs.send(b"0")
        monkeypatch.setattr("select.select", and_closes)
        assert child.poll() == -signal.SIGKILL
