"""A submission's process ends with its grader, however the grader dies, and its folder is removed
too.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import at_each_level
import pytest

from autograder.sandbox.guard import Guard, began

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

OUTLIVE = """
import ctypes, os, signal, time

for number in range(1, 65):
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
for detached in (False, True):
    try:
        if os.fork() == 0:
            if detached:
                os.setsid()
                if os.fork():
                    os._exit(0)
            time.sleep(300)
            os._exit(0)
    except OSError:
        pass
"""

LAST = "import threading; threading.Thread(target=time.sleep, args=(300,)).start()"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for the temporary files of one grader, which every user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="otter-guarded-"))
    folder.chmod(0o1777)
    yield folder
    for pid in working_in(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)  # guards may be removing the same files


def working_in(folder: Path) -> list[int]:
    """The processes with this folder, or one below it, in their environment or as their current
    folder.
    """
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
            named = (process / "environ").read_bytes() + os.fsencode((process / "cwd").readlink())
        except OSError:
            continue
        if state != "Z" and os.fsencode(folder) in named and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize(
    ("user", "leave_out"),
    [
        ("own", ()),
        ("own", ("landlock", "seccomp", "parent_death")),
        ("same", ()),
        ("same", ("landlock", "parent_death")),
        ("ordinary", ()),
        ("ordinary", ("landlock", "parent_death")),
    ],
)
@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_nothing_outlives_its_grader(
    user: str, leave_out: tuple[str, ...], number: signal.Signals, folder: Path
) -> None:
    grader = at_each_level.begin(user, OUTLIVE, LAST, leave_out=leave_out, folder=folder)
    found = at_each_level.said(grader)
    assert "died" not in found
    assert Path(f"/proc/{found['pid']}").exists()
    grader.send_signal(number)
    grader.wait()
    assert wait_until(lambda: not working_in(folder)), working_in(folder)
    assert wait_until(lambda: list(folder.iterdir()) == []), list(folder.iterdir())
    at_each_level.end(grader)


@pytest.mark.parametrize("user", at_each_level.USERS)
def test_without_its_guard_a_submission_ends_with_its_grader_too(user: str, folder: Path) -> None:
    grader = at_each_level.begin(user, OUTLIVE, LAST, leave_out=("landlock",), folder=folder)
    found = at_each_level.said(grader)
    for child in Path(f"/proc/{grader.pid}/task/{grader.pid}/children").read_text().split():
        if int(child) != found["pid"]:
            os.kill(int(child), signal.SIGKILL)
    grader.kill()
    grader.wait()
    assert wait_until(lambda: not working_in(folder)), working_in(folder)
    at_each_level.end(grader)


def test_a_guard_that_is_dismissed_does_nothing(tmp_path: Path) -> None:
    sleeping = subprocess.Popen(["sleep", "300"], start_new_session=True)
    guard = Guard(sleeping.pid, None, tmp_path)
    guard.dismiss()
    guard.dismiss()
    assert sleeping.poll() is None
    assert tmp_path.exists()
    sleeping.kill()
    sleeping.wait()


def test_a_guard_kills_no_process_that_has_got_the_number_of_another(tmp_path: Path) -> None:
    sleeping = subprocess.Popen(["sleep", "300"], start_new_session=True)
    guard = Guard(sleeping.pid, None, tmp_path)
    waiting = guard._waiting
    assert waiting is not None
    place = waiting.args.index(began(sleeping.pid))  # type: ignore[union-attr]
    guard.dismiss()
    command = [*waiting.args]  # type: ignore[misc]
    command[place] = "1"
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
    assert sleeping.poll() is None
    assert not tmp_path.exists()
    sleeping.kill()
    sleeping.wait()
