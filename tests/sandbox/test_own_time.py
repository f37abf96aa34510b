"""A test ends if it takes too long by itself; the time of what it asks of the submission does not
count.

What ends the whole process is tested in separate processes.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.sandbox import own_time
from autograder.sandbox.own_time import TookTooLong, answering, asking, limit, limited_memory

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def compute(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            sum(range(1000))
        except Exception:  # noqa: BLE001 - as a test may
            continue


def test_one_that_computes_for_too_long_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()
    with (
        pytest.raises(
            TookTooLong,
            match=r"^it ran for more than 0\.3 seconds on what the submission returned$",
        ),
        limit(0.3, tmp_path / "mark"),
    ):
        compute(20)
    assert time.monotonic() - started < 5
    assert (tmp_path / "mark").read_text() == ""


def test_one_that_goes_on_is_ended_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_time, "AGAIN", 0.2)
    ended = 0
    with limit(0.1, tmp_path / "mark"):
        for _ in range(3):
            try:
                compute(20)
            except TookTooLong:
                ended += 1
    assert ended == 3


def test_only_its_own_time_is_counted(tmp_path: Path) -> None:
    with limit(0.5, tmp_path / "mark"):
        for _ in range(4):
            compute(0.02)
            with asking():
                compute(0.3)
    with pytest.raises(TookTooLong), limit(0.5, tmp_path / "mark"):
        _ask()


def _ask() -> None:
    with asking():
        compute(0.6)
        with answering():
            compute(20)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGALRM)
    with limit(0.2, tmp_path / "mark"):
        pass
    compute(0.4)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    with asking(), answering():
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="as Linux counts it")
def test_memory_without_end_is_an_error_of_the_test() -> None:
    with limited_memory(500 * 2**20):
        assert len(bytearray(300 * 2**20)) == 300 * 2**20
        with pytest.raises(MemoryError):
            bytearray(600 * 2**20)
        with pytest.raises(MemoryError):
            list(range(10**8))
    assert len(bytearray(600 * 2**20)) == 600 * 2**20


def test_a_step_that_nothing_ends_takes_its_process_with_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from autograder.sandbox import own_time; "
        "own_time.AGAIN = 0.5\n"
        "with own_time.limit(0.3, Path(sys.argv[1])): sum(range(10**15))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "mark")], check=False, timeout=60
    )
    assert done.returncode == 1
    assert "Timeout" in (tmp_path / "mark").read_text()
