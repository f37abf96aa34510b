"""A miniature hostile submission, as cells for a started worker. The grader's side checks what each
attempt achieves.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.runtime import processes, system
from autograder.sandbox.endings import Died
from autograder.sandbox.files import remove
from autograder.sandbox.host import Worker
from autograder.sandbox.own_process import protect_this_process
from autograder.sandbox.settings import Limits, Settings

_PLACES = tuple(dict.fromkeys(("/dev/shm", "/tmp", "/var/tmp", tempfile.gettempdir())))
_MARK = f".otter-arrays-left-{os.getpid()}"
_THREADS = 1000
_SECONDS = 30.0

_LEAVE = """
import os

for place in {places!r}:
    try:
        os.mkdir(os.path.join(place, {mark!r}))
    except OSError:
        pass
"""

_SIGNAL = """
import fcntl, os

reading, writing = os.pipe()
for command, value in ((8, {grader}), (10, {number}), (4, os.O_ASYNC | os.O_NONBLOCK)):
    try:
        fcntl.fcntl(reading, command, value)
    except (OSError, AttributeError):
        pass
os.write(writing, b"x")
os.close(writing)
os.close(reading)
"""

_THREADS_TOO_MANY = """
import threading, time

threading.stack_size(65536)
waiting = threading.Event()
for _ in range({threads}):
    threading.Thread(target=waiting.wait, args=(20,), daemon=True).start()
time.sleep(0.5)
waiting.set()
print("all of them")
"""

_LIVE_ON = """
import ctypes, os, time

ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
try:
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
except OSError:
    pass
print(os.getcwd())
"""

_GRADER = (
    "import sys; sys.path[:] = {path!r}; from autograder.sandbox.after_the_start import main; "
    "main()"
)


def try_cells(worker: Worker) -> dict[str, bool]:
    """What the cells achieve in a started worker, by name. The worker may be dead afterwards."""
    # without walls, a submission can do this in other ways
    found = {
        "signal the grader through a descriptor": not system.WALLS,
        "run a thousand threads": False,
    }
    _cell(worker, _LEAVE.format(places=_PLACES, mark=_MARK))
    if system.WALLS:
        found["signal the grader through a descriptor"] = _is_signalled(worker)
    said = _cell(worker, _THREADS_TOO_MANY.format(threads=_THREADS))
    found["run a thousand threads"] = said == "all of them\n"
    return found


def left_behind() -> bool:
    """Whether a worker that has ended left behind what `try_cells` made. Removes it."""
    found = [path for place in _PLACES if (path := Path(place, _MARK)).exists()]
    for path in found:
        remove(path)
    return bool(found)


def outlives(settings: Settings) -> bool:
    """Whether any process of a worker survives when its grader, in a process of its own, is
    killed.
    """
    grader = subprocess.Popen(
        [
            sys.executable,
            "-I",
            "-X",
            "utf8",
            "-c",
            _GRADER.format(path=sys.path),
            json.dumps(asdict(settings)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert grader.stdout is not None
    folder = grader.stdout.readline().strip()
    grader.kill()
    grader.communicate()
    until = time.monotonic() + 5
    while (alive := _working_in(folder)) and time.monotonic() < until:
        time.sleep(0.05)
    for process in alive:
        with contextlib.suppress(OSError):
            system.end_process(process)
    return bool(alive)


def main() -> None:
    """Play the grader that is killed: start a worker that tries to survive, print its folder,
    wait.
    """
    given = json.loads(sys.argv[1])
    protect_this_process()
    worker = Worker(Settings(**{**given, "limits": Limits(**given["limits"])}))
    print(_cell(worker, _LIVE_ON).strip(), flush=True)
    sys.stdin.read()
    worker.end()


def _is_signalled(worker: Worker) -> bool:
    """Whether the worker manages to signal this process."""
    seen: list[int] = []
    sent = signal.Signals["SIGUSR1"]
    before = signal.signal(sent, lambda number, _: seen.append(number))
    try:
        _cell(worker, _SIGNAL.format(grader=os.getpid(), number=int(sent)))
        time.sleep(0.2)
        return bool(seen)
    finally:
        signal.signal(sent, before)


def _working_in(folder: str) -> list[int]:
    if not Path(folder).name.startswith("submission-"):
        return []  # it did not say where it works
    return processes.working_in(folder)


def _cell(worker: Worker, source: str) -> str:
    """What a cell printed; "" if it killed the process."""
    try:
        header: Mapping[str, Any] = worker.ask(
            {"do": "cell", "source": source}, {}, _SECONDS
        ).header
    except Died:
        return ""
    return str(header.get("printed", ""))
