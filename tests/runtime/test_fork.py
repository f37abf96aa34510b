"""A forked child: what its parent learns of it, and what it does not do. Covers too:
`runtime.linux`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.runtime import system
from autograder.runtime.fork import Forked

pytestmark = pytest.mark.skipif(not system.FORKS, reason="forks on Linux only")


@pytest.mark.parametrize(
    ("work", "status"),
    [
        (lambda: None, 0),
        (lambda: sys.exit(7), 7),
        (lambda: sys.exit("told"), 1),
        (lambda: sys.exit(None), 0),
        (lambda: 1 / 0, 1),
    ],
    ids=["returns", "exits", "exits with a text", "exits with nothing", "raises"],
)
def test_its_status_is_told(work: object, status: int) -> None:
    child = Forked(work, "a child")  # type: ignore[arg-type]
    assert child.wait(10) == status
    assert (child.poll(), child.returncode) == (status, status)


def test_it_has_a_name_and_a_session_of_its_own_and_can_be_killed() -> None:
    child = Forked(lambda: time.sleep(60), "a long name for a process")
    while Path(f"/proc/{child.pid}/comm").read_text() != "a long name for\n":
        time.sleep(0.01)
    assert (child.poll(), os.getsid(child.pid)) == (None, child.pid)
    with pytest.raises(TimeoutError, match="has not ended after"):
        child.wait(0.05)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    child.terminate()  # the child has ended, so nothing happens


def test_what_was_printed_before_is_printed_once() -> None:
    code = (
        "from autograder.runtime.fork import Forked\n"
        "print('once', end='')\n"
        "Forked(lambda: None, 'x').wait()\n"
        "print(' parent')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "once parent\n"


def test_what_it_says_of_its_error_arrives_where_it_was_sent(tmp_path: Path) -> None:
    code = """\
import contextlib, sys
from autograder.runtime.fork import Forked
with open(sys.argv[1], "w") as output, contextlib.redirect_stderr(output):
    Forked(lambda: 1 / 0, "x").wait()
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "output.txt")], check=True)
    assert (tmp_path / "output.txt").read_text().endswith("ZeroDivisionError: division by zero\n")
