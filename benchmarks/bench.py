"""`make bench`: whole processes against plain Otter on the same calls and against the bare floor, alternately, as ratios of medians.

    python -m benchmarks.bench [--pairs 5] [--only NAME …] [--out dist/bench.json]

Each row is one assignment, or all five as one notebook. Wall is the clock, CPU the processor time of the whole tree, memory the largest
proportional set size of the tree. Ours and the others alternate (A B C A B C), so that what else the machine does falls on all alike.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from autograder import machine
from autograder.samples import BuiltAssignment
from benchmarks import twins

ROOT = Path(__file__).parent.parent
MASTERS = sorted((ROOT / "assignments").glob("*/*.ipynb"))
FIVE = "all five in one"


@dataclass(frozen=True)
class Took:
    """Seconds of wall and of processor time, and bytes at the peak, of one command and all its processes."""

    wall: float
    cpu: float
    memory: int


def timed(command: Sequence[str], folder: Path) -> Took:
    """Run a command. Raises `RuntimeError` with its output if it fails."""
    before, started = os.times(), time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, "JAX_PLATFORMS": "cpu"})
        with machine.Peak(process.pid, every=0.1) as peak:
            code = process.wait()
        wall, after = time.monotonic() - started, os.times()
        if code != 0:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with {code}:\n{output.read().decode(errors='replace')[-3000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(wall, cpu, peak.bytes)


def measured(built: BuiltAssignment, scratch: Path, pairs: int) -> dict[str, list[Took]]:
    """Ours, the twin and the floor, each `pairs` times, alternately; every road must give every point."""
    twin = twins.twin(built, scratch / "twin.zip")
    submission = twins.twin_submission(built, scratch / "twin.ipynb")
    roads = {
        "ours": twins.otter_run(built.zip, built.solution, scratch / "ours"),
        "isolation off": twins.otter_run(twins.unconfined(built, scratch / "off.zip"), built.solution, scratch / "off"),
        "twin": twins.otter_run(twin, submission, scratch / "twin"),
        "floor": twins.floor(built, scratch / "floor"),
    }
    took: dict[str, list[Took]] = {road: [] for road in roads}
    for _ in range(pairs):
        for road, command in roads.items():
            took[road].append(timed(command, scratch / "floor"))
    for road in ("ours", "off", "twin"):
        rows = json.loads((scratch / road / "results.json").read_text())["tests"]
        assert all(row.get("score") == row.get("max_score") for row in rows), (built.name, road, rows)
    return took


def ratio(took: dict[str, list[Took]], road: str, other: str, what: str) -> float:
    """The ratio of two roads' medians."""
    return statistics.median(getattr(each, what) for each in took[road]) / statistics.median(getattr(each, what) for each in took[other])


@click.command()
@click.option("--pairs", default=5, show_default=True, type=click.IntRange(1), help="So often is each measured.")
@click.option("--only", multiple=True, help="Names of assignments, or `five`; by default all.")
@click.option("--out", default=ROOT / "dist" / "bench.json", type=click.Path(path_type=Path, dir_okay=False), help="Where the numbers go.")
def main(pairs: int, only: tuple[str, ...], out: Path) -> None:
    """Time whole processes against plain Otter on the same calls."""
    table = Table("", "ours, s", "twin, s", "wall/twin", "CPU/twin", "memory/twin", "isolation off, wall/twin", "wall/floor")
    found = {}
    with tempfile.TemporaryDirectory() as scratch:
        masters = [master for master in MASTERS if not only or master.stem in only]
        if not only or "five" in only:
            masters.append(twins.five(MASTERS, Path(scratch, "five.ipynb")))
        twins.build(masters, Path(scratch, "dist"))
        for master in masters:
            name = FIVE if master.stem == "five" else master.stem
            folder = Path(scratch, master.stem)
            folder.mkdir()
            took = measured(BuiltAssignment(Path(scratch, "dist", master.stem)), folder, pairs)
            found[name] = {road: [asdict(each) for each in times] for road, times in took.items()}
            medians = [f"{statistics.median(each.wall for each in took[road]):.1f}" for road in ("ours", "twin")]
            ratios = [ratio(took, "ours", "twin", what) for what in ("wall", "cpu", "memory")]
            ratios += [ratio(took, "isolation off", "twin", "wall"), ratio(took, "ours", "floor", "wall")]
            table.add_row(name, *medians, *(f"{each:.2f}" for each in ratios))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"pairs": pairs, "cpus": machine.cpus(), "took": found}, indent=1), encoding="utf-8")
    Console(width=None if Console().is_terminal else 160).print(table, f"Medians of {pairs}; {machine.cpus()} processors. All numbers: {out}")


if __name__ == "__main__":
    main()
