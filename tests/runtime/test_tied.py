"""A program that is tied to the process that starts it ends with it, whatever it ignores."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.runtime.tied import tie

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux ties two processes")

IGNORES = "import signal, time; signal.signal(15, signal.SIG_IGN); print('here', flush=True); "
STARTS = (
    "import subprocess, sys; from autograder.runtime.tied import tie; "
    "started = subprocess.Popen(tie([sys.executable, '-c', sys.argv[1]])); "
    "print(started.pid, flush=True); sys.stdin.read()"
)


def test_it_ends_with_what_started_it() -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS, f"{IGNORES}sum(range(10**15))"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    said = {starter.stdout.readline().strip() for _ in range(2)}
    (pid,) = (int(line) for line in said - {"here"})
    assert Path(f"/proc/{pid}").exists()
    starter.kill()
    starter.communicate()
    until = time.monotonic() + 10
    while (state := _state(pid)) not in ("", "Z") and time.monotonic() < until:
        time.sleep(0.05)
    assert state in ("", "Z")


def test_it_is_the_program_that_was_asked_for_with_its_arguments_and_status() -> None:
    program = [sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(7)", "a b", ""]
    done = subprocess.run(tie(program), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (7, "['a b', '']\n")


def test_it_does_not_begin_when_what_started_it_has_ended() -> None:
    command = tie([sys.executable, "-c", "print('begun')"])
    place = command.index(str(os.getpid()))
    command[place] = "1"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return ""
