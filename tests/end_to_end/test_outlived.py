"""A submission that does all it can to live on ends with the grader, on every road: whichever
process of the grading is killed or interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from attack_files import with_answer
from sandbox.test_guard import LAST, OUTLIVE, folder, wait_until, working_in

from autograder.assignment.built import BuiltAssignment

__all__ = ["folder"]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
    pytest.mark.slow,
]

STATION = (
    "import sys; from pathlib import Path; from autograder.classroom.station import Station; "
    "Station(Path(sys.argv[1])).grade({'a.ipynb': Path(sys.argv[2]).read_bytes()})"
)


def start(road: str, built: BuiltAssignment, folder: Path) -> subprocess.Popen[bytes]:
    """Begin to grade a submission that ignores every signal and then sleeps."""
    file = folder / "answer.ipynb"
    sleeping = f"{OUTLIVE}\n{LAST}\nopen('sleeps', 'w').close()\ntime.sleep(300)"
    nbformat.write(with_answer(built, sleeping), file)
    if road == "otter run":
        command = ["-m", "otter", "run", "-a", str(built.zip), str(file)]
    elif road == "the zip's launcher":
        for name in ("submission", "results"):
            (folder / "root" / name).mkdir(parents=True)
        with zipfile.ZipFile(built.zip) as packed:
            packed.extractall(folder / "root" / "source")
        nbformat.write(nbformat.read(file, 4), folder / "root" / "submission" / "answer.ipynb")
        module = "autograder.container.launcher"
        command = ["-m", module, str(folder / "root"), "--outside-of-a-container"]
    else:
        command = ["-c", STATION, str(built.zip), str(file)]
    return subprocess.Popen(
        [sys.executable, "-P", *command],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder), "JAX_PLATFORMS": "cpu"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def sleeping_in(folder: Path) -> int:
    """The submission's process, once it sleeps; else 0."""
    for pid in working_in(folder):
        try:
            if Path(f"/proc/{pid}/cwd/sleeps").exists():
                return pid
        except OSError:
            continue
    return 0


def above(pid: int) -> list[int]:
    """The processes that started this one, each started by the next."""
    found: list[int] = []
    while pid > 1:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        found.append(pid)
    return found


CASES = [
    *(("otter run", place, "SIGKILL") for place in (0, -1)),
    ("otter run", -1, "SIGINT"),
    *(("the zip's launcher", place, "SIGKILL") for place in (0, 1, -1)),
    ("the zip's launcher", -1, "SIGTERM"),
    *(("a class", place, "SIGKILL") for place in (0, 1, 2, -1)),
    ("a class", -1, "SIGINT"),
]
"""The road; which process is hit: 0 is the submission's parent, -1 the one that was typed; how."""


@pytest.mark.parametrize(("road", "place", "how"), CASES)
def test_the_submission_ends_with_the_process_that_is_hit(
    one_assignment: BuiltAssignment, folder: Path, road: str, place: int, how: str
) -> None:
    typed = start(road, one_assignment, folder)
    try:
        assert wait_until(lambda: bool(sleeping_in(folder)), 90), "the submission never slept"
        submission = sleeping_in(folder)
        began = Path(f"/proc/{submission}/stat").read_text().rsplit(")", 1)[1].split()[19]
        started_by = [
            pid for pid in above(submission) if pid == typed.pid or pid in working_in(folder)
        ]
        if road == "a class":  # the nursery has started it, and the class has started that
            started_by = [*started_by[:-1], *warm(typed.pid, started_by), typed.pid]
        hit = started_by[place]
        os.kill(hit, signal.Signals[how])

        def gone() -> bool:
            try:
                text = Path(f"/proc/{submission}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                return True
            return text[0] == "Z" or text[19] != began

        assert wait_until(gone), "the submission's process lives on"
    finally:
        typed.kill()
        typed.wait()
    assert wait_until(lambda: not working_in(folder), 30), json.dumps(
        {pid: Path(f"/proc/{pid}/cmdline").read_text()[:200] for pid in working_in(folder)}
    )


def warm(top: int, known: list[int]) -> list[int]:
    """The other trusted processes below `top` that grade: the kernel's, and the grader's."""
    found: list[int] = []
    waiting = [top]
    while waiting:
        pid = waiting.pop()
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            continue
        for child in map(int, children):
            name = Path(f"/proc/{child}/comm").read_text().strip()
            if child not in known and name in ("otter-kernel", "otter-grader"):
                found.append(child)
            waiting.append(child)
    return found
