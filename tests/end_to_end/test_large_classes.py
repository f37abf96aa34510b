"""Large classes: as large as courses are, with faults injected while they are graded."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import nbformat
import psutil
import pytest
import yaml
from class_commands import answers, command, graded, kept, stoppable, table, wait_for

from autograder.assignment.built import BuiltAssignment
from autograder.runtime import machine

pytestmark = pytest.mark.slow


def exported(built: BuiltAssignment, folder: Path, count: int) -> Path:
    """A folder like Gradescope's export, with every kind of answer in turn; every seventh has no
    notebook, or a broken one."""
    kinds = itertools.cycle(answers(built).items())
    metadata = {}
    for number in range(count):
        place = folder / f"submission_{1000 + number}"
        place.mkdir(parents=True)
        if number % 14 == 6:
            (place / "notes.txt").write_text("no notebook")
        elif number % 14 == 13:
            (place / "answer.ipynb").write_text("{")
        else:
            kind, notebook = next(kinds)
            nbformat.write(notebook, place / "answer.ipynb")
            (place / "kind.txt").write_text(kind)
        metadata[place.name] = {
            ":submitters": [{":name": f"Student {number}", ":sid": str(number)}],
            ":status": "processed",
        }
    (folder / "submission_metadata.yml").write_text(yaml.safe_dump(metadata))
    return folder


def complete(out: Path) -> int:
    return len(list((out / "submissions").glob("*/graded.json")))


def test_200_killed_twice_and_resumed_are_graded_as_undisturbed_ones(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    export = exported(one_assignment, tmp_path / "export", 200)
    out = tmp_path / "out"
    for number, reached in ((signal.SIGKILL, 60), (signal.SIGINT, 130)):
        running = subprocess.Popen(
            stoppable(
                command(
                    export,
                    one_assignment.zip,
                    out,
                    "--quiet",
                    *(["--resume"] if out.exists() else []),
                )
            )
        )
        wait_for(lambda reached=reached: complete(out) >= reached, 900)  # type: ignore[misc]
        running.send_signal(number)
        running.wait(60)
        assert complete(out) < 200
    before = {path: path.stat().st_mtime_ns for path in (out / "submissions").glob("*/graded.json")}
    assert graded(export, one_assignment.zip, out, "--quiet", "--resume").returncode == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert graded(export, one_assignment.zip, tmp_path / "undisturbed", "--quiet").returncode == 0
    assert kept(out) == kept(tmp_path / "undisturbed")
    assert len(kept(out)) == 200
    assert table(out) == table(tmp_path / "undisturbed")


def test_1000_with_processes_that_die(one_assignment: BuiltAssignment, tmp_path: Path) -> None:
    export, out = exported(one_assignment, tmp_path / "export", 1000), tmp_path / "out"
    chance, killed, started = random.Random(3), 0, time.monotonic()
    running = subprocess.Popen(command(export, one_assignment.zip, out, "--quiet"))
    with machine.Peak(running.pid, every=5) as peak:
        while running.poll() is None:
            time.sleep(20)
            below = (
                [
                    process
                    for process in psutil.Process(running.pid).children(recursive=True)
                    if process.is_running()
                ]
                if running.poll() is None
                else []
            )
            victims = [
                process
                for process in below
                if _name(process) in ("otter-grader", "otter-kernel", "otter-worker")
            ]
            if victims:
                with_luck = chance.choice(victims)
                try:
                    os.kill(with_luck.pid, signal.SIGKILL)
                    killed += 1
                except ProcessLookupError:
                    continue
    seconds = time.monotonic() - started
    assert running.returncode == 0
    assert killed > 10
    found = table(out)
    assert len(found) == 1001
    # What a process was killed for is ungraded, or graded again, and never a zero.
    ungraded = [row for row in found.values() if not row["total_points_earned"]]
    assert len(ungraded) <= killed
    points: dict[str, set[str]] = {}
    for kind in export.glob("*/kind.txt"):
        points.setdefault(kind.read_text(), set()).add(
            found[kind.parent.name]["total_points_earned"]
        )
    assert set(points) == set(answers(one_assignment))
    assert all(len(each - {""}) == 1 for each in points.values()), points
    print(
        f"{1000 / seconds * 60:.0f} a minute, {peak.bytes // 2**20} MB, {killed} processes killed, "
        f"{len(ungraded)} ungraded"
    )


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return ""
