"""The program that Gradescope starts in a fresh container. It writes a valid result first, has the
submission graded, and reports if the grader dies.

Standard library only, so that it keeps working when little else does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol

from autograder.grading import results
from autograder.grading.settings import settings_of
from autograder.runtime import machine, system

PATIENCE = 80.0
"""Seconds beyond the submission's own, for Otter to start, compare, and report."""

OUTSIDE = "--outside-of-a-container"

OUTPUT = "output.txt"
"""The file, beside the results, for Otter's output in a warm grader."""

SECONDS = 500.0
"""The seconds for a submission if its configuration does not set them."""


class Grader(Protocol):
    """The process that grades, in its own process group, with the part of the `subprocess.Popen`
    interface that we use.
    """

    pid: int
    returncode: int | None

    def wait(self, timeout: float | None = None) -> int: ...


def main(
    root: Path, *, container: bool = True, start: Callable[[Path, bool], Grader] | None = None
) -> bool:
    """Grade the submission in `root`. Afterwards `results/results.json` exists and is valid,
    whatever happened.

    Returns False if the grader died or ended with an error of its own: another attempt at the same
    submission may produce a result.

    `start` starts the process that grades; by default it is a new interpreter. In a `container`,
    which is thrown away afterwards, isolation is required and the interpreter is made reachable for
    the submission's user. Elsewhere both are as in `otter run`.
    """
    file = root / "results" / "results.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    results.write(file, results.begun())
    _give_metadata(root / "submission_metadata.json")
    seconds, before, started = (
        seconds_of(root) + PATIENCE,
        machine.kills_for_memory(),
        time.monotonic(),
    )
    grader = (start or new_interpreter)(root, container)
    late = False
    with machine.Peak(grader.pid) as peak:
        try:
            grader.wait(seconds)
        except (subprocess.TimeoutExpired, TimeoutError):
            late = True
        finally:
            system.end_group(grader.pid)
            grader.wait()
    found, died = _read(file), False
    if found is None or results.lacks_a_cause(found):
        died = not late
        cause = (
            f"grading took longer than {seconds:g} seconds"
            if late
            else _cause(grader.returncode or 0, machine.kills_for_memory() - before)
        )
        found = results.unfinished(f"{cause}.")
        print(f"Not graded: {cause}.", file=sys.stderr)
    taken = {
        "seconds": round(time.monotonic() - started, 1),
        "peak_memory_mb": peak.bytes // 2**20,
        "cpus": machine.cpus(),
    }
    extra = found.get("extra_data")
    results.write(
        file,
        {**found, "extra_data": {**(extra if isinstance(extra, dict) else {}), "container": taken}},
    )
    print(
        f"Graded in {taken['seconds']} s using up to {taken['peak_memory_mb']} MB of memory and "
        f"{taken['cpus']} processors."
    )
    return not died


def _cause(returncode: int, killed_for_memory: int) -> str:
    if killed_for_memory:
        limit = machine.memory_limit()
        return (
            f"the container ran out of its {limit // 2**20 if limit else '?'} MB of memory; the "
            "instructor can choose a larger container"
        )
    if returncode < 0:
        return f"the grader was killed (signal {-returncode})"
    return f"the grader ended with an error (status {returncode}); see its output"


def new_interpreter(root: Path, container: bool, output: IO[str] | None = None) -> Grader:
    """Start a new interpreter that grades, and prints to `output` if given."""
    command = [
        sys.executable,
        "-I",
        "-X",
        "utf8",
        "-m",
        "autograder.container.runner",
        str(root),
        *([] if container else [OUTSIDE]),
    ]
    return subprocess.Popen(
        command,
        cwd=root,
        env=environment(),
        stdout=output,
        stderr=output,
        **system.new_session(),
    )


def environment() -> dict[str, str]:
    """This process's environment variables, with thread pools sized for the container's processors.

    Otherwise libraries size them, and the memory of each thread, for the machine's processors.
    """
    threads = str(machine.cpus())
    return {
        **os.environ,
        **system.UTF8,
        "NPROC": threads,
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
    }


def _give_metadata(path: Path) -> None:
    """Write an empty metadata file unless there is a readable one.

    Otter reads this file for every plugin, and `otter grade` leaves it empty.
    """
    if _read(path) is None:
        path.write_text("{}", encoding="utf-8")


def seconds_of(root: Path) -> float:
    """The seconds for a submission from the plugin's configuration; the default if that is not
    valid, which the plugin will report.
    """
    settings = settings_of(_read(root / "source" / "otter_config.json") or {}) or {}
    seconds = settings.get("seconds_per_submission")
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else SECONDS


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), container=OUTSIDE not in sys.argv)
