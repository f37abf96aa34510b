"""The commands themselves are killed or interrupted while a submission, a check or a build runs:
none of their processes lives on, and none of their temporary files.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from attack_files import with_answer
from class_commands import command
from sandbox.test_guard import LAST, OUTLIVE, folder, wait_until, working_in
from shared import MASTERS, OFTEN

from autograder.assignment.built import BuiltAssignment

__all__ = ["folder"]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
    pytest.mark.slow,
]

BUSY = {
    "sleeps": "time.sleep(300)",
    "loops in C": "sum(range(10**15))",
    "has threads": "[threading.Thread(target=sum, args=(range(10**15),)).start() for _ in '123']\n"
    "threading.Event().wait()",
}
"""What a submission does once it ignores every signal and has said that it is there."""

HITS: dict[str, Callable[[int], None]] = {
    "kill -9": lambda pid: os.kill(pid, signal.SIGKILL),
    "Ctrl-C": lambda pid: os.killpg(pid, signal.SIGINT),
    "Ctrl-C twice": lambda pid: (  # type: ignore[dict-item]
        os.killpg(pid, signal.SIGINT),
        time.sleep(0.3),
        os.killpg(pid, signal.SIGINT),
    ),
    "SIGTERM": lambda pid: os.kill(pid, signal.SIGTERM),
    "the terminal closes": lambda pid: os.killpg(pid, signal.SIGHUP),
}


def started(arguments: list[str], folder: Path, cwd: Path) -> subprocess.Popen[bytes]:
    """Start a command as a shell does in a terminal: it leads a group, and signals are as usual."""
    usual = ["env", "--default-signal=INT,TERM,HUP", *arguments]
    return subprocess.Popen(
        usual,
        cwd=cwd,
        env={**os.environ, "TMPDIR": str(folder), "JAX_PLATFORMS": "cpu"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def told(folder: Path) -> str:
    found = {}
    for pid in working_in(folder):
        try:
            found[pid] = Path(f"/proc/{pid}/cmdline").read_text()[:200].replace("\0", " ")
        except OSError:
            continue
    return json.dumps(found)


def assert_all_ends(
    typed: subprocess.Popen[bytes], folder: Path, there: Callable[[], bool], hit: str
) -> None:
    """Once `there` holds, the command is hit, and ends with all its processes and files."""
    try:
        assert wait_until(there, 240), f"what is hit never came: {told(folder)}"
        assert len(working_in(folder)) > 1
        HITS[hit](typed.pid)
        assert wait_until(lambda: typed.poll() is not None, 60), "the command goes on"
        assert wait_until(lambda: not working_in(folder), 20), told(folder)
    finally:
        typed.kill()
        typed.wait()


@pytest.mark.parametrize("hit", HITS)
@pytest.mark.parametrize("what", BUSY)
def test_no_submission_outlives_autograder_grade(
    one_assignment: BuiltAssignment, folder: Path, tmp_path: Path, what: str, hit: str
) -> None:
    submissions = tmp_path / "class"
    submissions.mkdir()
    for number in range(3):
        busy = f"import threading\n{OUTLIVE}\n{LAST}\nopen('busy', 'w').close()\n{BUSY[what]}"
        nbformat.write(with_answer(one_assignment, busy), submissions / f"{number}.ipynb")
    given = command(submissions, one_assignment.zip, tmp_path / "out", "--workers", "2")
    typed = started(given, folder, tmp_path)

    def both_are_busy() -> bool:
        found = 0
        for pid in working_in(folder):
            try:
                found += Path(f"/proc/{pid}/cwd/busy").exists()
            except OSError:
                continue
        return found >= 2

    assert_all_ends(typed, folder, both_are_busy, hit)
    assert wait_until(lambda: not list(folder.glob("submission-*"))), "its files are left"


@pytest.mark.parametrize("hit", HITS)
def test_no_notebook_outlives_otter_check(
    one_assignment: BuiltAssignment, folder: Path, tmp_path: Path, hit: str
) -> None:
    """There it is a person's own code in a kernel that Otter starts, and that looks for its parent
    by itself; one that never leaves C does not (docs/isolation.md)."""
    desk, there = tmp_path / "desk", tmp_path / "there"
    shutil.copytree(one_assignment.untouched.parent, desk)
    busy = f"import threading, time\nopen({str(there)!r}, 'w').close()\n{BUSY['sleeps']}"
    nbformat.write(with_answer(one_assignment, busy), desk / one_assignment.untouched.name)
    check = [sys.executable, "-P", "-m", "otter", "check", one_assignment.untouched.name]
    assert_all_ends(started(check, folder, desk), folder, there.exists, hit)


@pytest.mark.parametrize("hit", HITS)
@pytest.mark.parametrize("what", BUSY)
def test_nothing_outlives_autograder_build(
    folder: Path, tmp_path: Path, what: str, hit: str
) -> None:
    there = tmp_path / "there"
    busy = f"import threading, time\nopen({str(there)!r}, 'w').close()\n{BUSY[what]}"
    (path,) = (master for master in MASTERS if master.stem == OFTEN[0])
    master = nbformat.read(path, 4)
    first = next(each for each in master.cells if each.cell_type == "code")
    first.source = f"{first.source}\n{busy}"
    nbformat.write(master, tmp_path / "hw.ipynb")
    build = [sys.executable, "-m", "autograder", "build", "hw.ipynb", "--out", "out", "--quick"]
    assert_all_ends(started(build, folder, tmp_path), folder, there.exists, hit)
