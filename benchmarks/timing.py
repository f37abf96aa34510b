"""What one command and every process below it take: wall, processor time, memory."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.runtime import machine
from autograder.runtime.linux import prctl

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Took:
    """Seconds of wall and of processor time, and bytes at the peak, of one command and all its processes."""

    wall: float
    cpu: float
    memory: int


def timed(command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None, every: float = 0.1) -> Took:
    """Run a command in `folder`, and look at its memory `every` so many seconds, which takes time itself where there are many processes.

    Raises `RuntimeError` with its output if it fails.
    """
    if sys.platform == "linux":
        prctl(_PR_SET_CHILD_SUBREAPER, 1)  # processes that outlive the command end as children of this one, and so are counted
    before, started = os.times(), time.monotonic()
    with tempfile.TemporaryFile() as output:
        environment = {**os.environ, "JAX_PLATFORMS": "cpu", **(variables or {})}
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=environment)
        with machine.Peak(process.pid, every=every) as peak:
            code = process.wait()
        wall = time.monotonic() - started
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        after = os.times()
        if code != 0:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{output.read().decode(errors='replace')[-3000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(wall, cpu, peak.bytes)


def alternately(roads: Mapping[str, Sequence[str]], folder: Path, pairs: int, variables: Mapping[str, Mapping[str, str]]) -> dict[str, list[Took]]:
    """Each road `pairs` times, A B C A B C, so that what else the machine does falls on all alike. `variables` are of the environment, by road."""
    took: dict[str, list[Took]] = {road: [] for road in roads}
    for _ in range(pairs):
        for road, command in roads.items():
            took[road].append(timed(command, folder, variables.get(road)))
    return took


def median(times: Sequence[Took], what: str) -> float:
    """The median of "wall", "cpu" or "memory"."""
    return statistics.median(getattr(each, what) for each in times)


def ratio(took: Mapping[str, Sequence[Took]], road: str, other: str, what: str) -> float:
    """The ratio of two roads' medians."""
    return median(took[road], what) / median(took[other], what)
