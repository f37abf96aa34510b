"""Measure the wall time, processor time and memory of one command and every process below it."""

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
    """Seconds of wall time and of processor time, and the peak memory in bytes, of one command and
    all its processes.
    """

    wall: float
    cpu: float
    memory: int


def timed(
    command: Sequence[str],
    folder: Path,
    variables: Mapping[str, str] | None = None,
    every: float = 0.1,
) -> Took:
    """Run a command in `folder` and measure it. Memory is sampled every `every` seconds, which
    itself takes time if there are many processes.

    Raises `RuntimeError` with the command's output if it fails.
    """
    if sys.platform == "linux":
        # Processes that outlive the command become children of this one, so they are counted too.
        prctl(_PR_SET_CHILD_SUBREAPER, 1)
    before, started = os.times(), time.monotonic()
    with tempfile.TemporaryFile() as output:
        environment = {**os.environ, "JAX_PLATFORMS": "cpu", **(variables or {})}
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        with machine.Peak(process.pid, every=every) as peak:
            code = process.wait()
        wall = time.monotonic() - started
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        after = os.times()
        if code != 0:
            output.seek(0)
            raise RuntimeError(
                f"{' '.join(command)} ended with {code}:\n"
                f"{output.read().decode(errors='replace')[-3000:]}"
            )
    cpu = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    return Took(wall, cpu, peak.bytes)


def alternately(
    roads: Mapping[str, Sequence[str]],
    folder: Path,
    pairs: int,
    variables: Mapping[str, Mapping[str, str]],
) -> dict[str, list[Took]]:
    """Time each command `pairs` times in the order A B C A B C, so that other load on the machine
    affects all alike.

    `roads` holds the commands by name, and `variables` their environment variables.
    """
    took: dict[str, list[Took]] = {road: [] for road in roads}
    for _ in range(pairs):
        for road, command in roads.items():
            took[road].append(timed(command, folder, variables.get(road)))
    return took


def median(times: Sequence[Took], what: str) -> float:
    """The median of "wall", "cpu" or "memory"."""
    return statistics.median(getattr(each, what) for each in times)


def ratio(took: Mapping[str, Sequence[Took]], road: str, other: str, what: str) -> float:
    """The ratio of the medians of `road` and `other`."""
    return median(took[road], what) / median(took[other], what)
