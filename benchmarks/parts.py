"""The seconds of one grading by part, told by its own processes.

The processes find `benchmarks/told` on PYTHONPATH, which has them note what they do. Nothing of the
package is changed for it, and a run takes a few milliseconds more.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.timing import timed

TOLD = Path(__file__).parent / "told"

PARTS = (
    *("compiling", "lowering", "tracing", "imports", "cells", "calls", "confining", "tests"),
    "the rest",
)
"""Each moment belongs to the first of these that it is in: `compiling` includes the loading of
compiled programs; `calls` and `cells` are what a submission's process does for them besides;
`tests` is what a test does besides, such as comparing; `the rest` is Otter and its kernel.
"""

Interval = tuple[str, float, float]


def of_run(command: Sequence[str], folder: Path) -> dict[str, float]:
    """The seconds of each part of one run of `command`, and under "wall" those of all."""
    note = folder / "told.txt"
    note.unlink(missing_ok=True)
    variables = {"PYTHONPATH": str(TOLD), "OTTER_ARRAYS_TOLD": str(note)}
    begun = time.monotonic()
    timed(command, folder, variables)
    ended = time.monotonic()
    lines = (line.rsplit(" ", 2) for line in note.read_text(encoding="utf-8").splitlines())
    told = [(part, float(first), float(last)) for part, first, last in lines]
    return {"wall": ended - begun, **seconds(told, begun, ended)}


def seconds(told: Iterable[Interval], begun: float, ended: float) -> dict[str, float]:
    """How much of the time from `begun` to `ended` each part takes. Each moment counts once."""
    whole: Interval = (PARTS[-1], begun, ended)
    within = [whole, *((part, max(a, begun), min(b, ended)) for part, a, b in told)]
    edges = sorted({edge for _, *both in within for edge in both})
    taken = dict.fromkeys(PARTS, 0.0)
    order = {part: place for place, part in enumerate(PARTS)}
    for first, last in itertools.pairwise(edges):
        now = [part for part, a, b in within if a <= first and last <= b]
        taken[min(now, key=order.__getitem__)] += last - first
    return taken


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each part."""
    return {part: statistics.median(run[part] for run in runs) for part in runs[0]}
