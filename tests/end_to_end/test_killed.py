"""Kill -9 of the worker, of Otter's kernel, of the runner, at random moments: a valid results.json
is there and says what happened."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment.built import BuiltAssignment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

TARGETS = {
    "worker": b"autograder.sandbox.confined.worker",
    "kernel": b"otter-kernel",
    "runner": b"run_autograder",
}

STOPPED = (
    "Ungraded: grading did not finish: the grader's process was stopped from outside or ran out "
    "of memory. This is not your fault; please tell your instructor."
)


def processes(mark: bytes, folder: Path) -> list[int]:
    """Processes with `mark` in their command line or name that work for the grading in `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (
                mark in (process / "cmdline").read_bytes() + (process / "comm").read_bytes()
                and os.fsencode(folder) in (process / "environ").read_bytes()
            ):
                found.append(int(process.name))
        except OSError:
            continue
    return found


class Grading:
    """The solution being graded in folders like Gradescope's, by the function that Gradescope's
    runner calls."""

    def __init__(self, built: BuiltAssignment) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="otter-killed-"))
        self.folder.chmod(0o711)
        for name in ("source", "submission", "results", "tmp"):
            (self.folder / name).mkdir()
        (self.folder / "tmp").chmod(0o711)
        with zipfile.ZipFile(built.zip) as archive:
            archive.extractall(self.folder / "source")
        shutil.copy(built.solution, self.folder / "submission")
        (self.folder / "submission_metadata.json").write_text("{}")
        command = (
            "import sys; from otter.run.run_autograder import main; main(sys.argv[1], "
            "otter_run=True)"
        )
        self.runner = subprocess.Popen(
            [sys.executable, "-c", command, str(self.folder)],
            cwd=self.folder,
            env={**os.environ, "TMPDIR": str(self.folder / "tmp"), "JAX_PLATFORMS": "cpu"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def results_file(self) -> Path:
        return self.folder / "results" / "results.json"

    def results(self) -> dict[str, Any]:
        results: dict[str, Any] = json.loads(self.results_file.read_text())
        return results

    def wait_for(self, condition: Callable[[], object]) -> float:
        """Seconds until `condition` holds or the runner has ended."""
        started = time.monotonic()
        while self.runner.poll() is None and not condition():
            time.sleep(0.01)
        return time.monotonic() - started

    def close(self) -> None:
        self.runner.kill()
        self.runner.wait()
        for mark in TARGETS.values():
            for pid in processes(mark, self.folder):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def grading(one_assignment: BuiltAssignment) -> Iterator[Callable[[], Grading]]:
    started: list[Grading] = []

    def start() -> Grading:
        started.append(Grading(one_assignment))
        return started[-1]

    yield start
    for each in started:
        each.close()


def begin(grading: Grading, target: str) -> list[int]:
    """Wait until the target lives (the runner: until the plugin has been called, before which no
    result can be there)."""
    grading.wait_for(grading.results_file.exists)
    if target == "runner":
        return [grading.runner.pid]
    grading.wait_for(lambda: processes(TARGETS[target], grading.folder))
    return processes(TARGETS[target], grading.folder)


def killed_at(grading: Grading, target: str, moment: float) -> dict[str, Any]:
    """The results after the target was killed `moment` seconds into its life."""
    pids = begin(grading, target)
    assert pids, f"no {target} was seen"
    deadline = time.monotonic() + moment
    grading.wait_for(lambda: time.monotonic() > deadline)
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            assert moment > 0, "the process was gone before it could be killed"
    grading.runner.wait(timeout=120)
    results = grading.results()
    grading.close()
    return results


def verdict(results: dict[str, Any]) -> str:
    """ "full", "stopped", "cause" (points lost where the worker died, and the row says so), or what
    else stands there."""
    rows = results["tests"]
    if (
        [row["output"] for row in rows] == [STOPPED]
        and "score" not in rows[0]
        and "score" not in results
    ):
        return "stopped"
    if [row.get("max_score") for row in rows] == [1, 2, 1, 2, 2, 1, 1] and all(
        "score" in row for row in rows
    ):
        lost = [row for row in rows if row["score"] < row["max_score"]]
        if all("vmap_over_batch was killed (SIGKILL). [" in row["output"] for row in lost):
            return "cause" if lost else "full"
    return json.dumps(results)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param("worker", "full", marks=pytest.mark.slow),
        ("kernel", "stopped"),
        ("runner", "stopped"),
    ],
)
def test_a_result_after_a_kill_at_the_start_says_what_happened(
    grading: Callable[[], Grading], target: str, expected: str
) -> None:
    assert verdict(killed_at(grading(), target, 0.0)) == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("worker", {"full", "cause"}),
        ("kernel", {"full", "stopped"}),
        ("runner", {"full", "stopped"}),
    ],
    ids=TARGETS,
)
def test_whenever_it_is_killed_a_valid_result_says_what_happened(
    grading: Callable[[], Grading], target: str, allowed: set[str]
) -> None:
    undisturbed = grading()
    begin(undisturbed, target)
    life = undisturbed.wait_for(
        lambda: target != "runner" and not processes(TARGETS[target], undisturbed.folder)
    )
    assert undisturbed.runner.wait(timeout=120) == 0
    assert verdict(undisturbed.results()) == "full"
    undisturbed.close()
    chance = random.Random(target)
    # On a machine that is busier than before, all of these may come before the end of a life.
    moments = [*(chance.uniform(0, life) for _ in range(49)), 5 * life]
    verdicts = [verdict(killed_at(grading(), target, moment)) for moment in moments]
    assert "full" in verdicts
    assert set(verdicts) <= allowed, verdicts
    print({each: verdicts.count(each) for each in allowed})
