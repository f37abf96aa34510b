"""`make bench`: time whole processes against plain Otter on the same calls, and against bare
floors, in turn; reported as ratios of medians.

    python -m benchmarks.bench [--pairs 5] [--only NAME …] [--class 60] [--out dist/bench.json]

Wall is wall-clock time, CPU the processor time of all processes, memory the largest proportional
set size of the process tree. Ends with 1 if one of ours takes longer than its twin.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from autograder.assignment.built import BuiltAssignment
from autograder.runtime import compiled_programs, machine, switches
from benchmarks import parts, twins
from benchmarks.timing import Took, alternately, median, ratio, timed
from benchmarks.waits import waits

ROOT = Path(__file__).parent.parent
MASTERS = sorted((ROOT / "assignments").glob("*/*.ipynb"))
GALLERY = [
    ROOT / "docs" / "gallery" / name / f"{name}.ipynb"
    for name in ("ridge", "conv2d", "training-loop")
]
"""Linear algebra, convolutions, and 200 steps of training."""

FIVE = "all five in one"

TWINS = "twin's cpu"

EVERY, CLASS, SMALL_CLASS = "every shortcut", "class of 12", 12

LOOPS = 3
"""The gradings of the twin for each processor, for comparison with a class."""


def grading(
    built: BuiltAssignment, scratch: Path, pairs: int, *, off: bool
) -> dict[str, list[Took]]:
    """The times of our `otter run`, with `off` also without isolation, of the twin, and of the
    floor with a warm cache of compiled programs; then of the commands in a student's folder.
    """
    desk = twins.desk(built, scratch / "desk")
    roads = {"ours": twins.otter_run(built.zip, built.solution, scratch / "ours")}
    if off:
        unconfined = twins.unconfined(built, scratch / "off.zip")
        roads["isolation off"] = twins.otter_run(unconfined, built.solution, scratch / "off")
    roads |= {
        "twin": twins.otter_run(
            twins.twin(built, scratch / "twin.zip"),
            twins.twin_submission(built, scratch / "twin.ipynb"),
            scratch / "twin",
        ),
        "floor": twins.floor(built, scratch / "floor"),
    }
    warm = scratch / "cache"
    warm.mkdir()
    timed(roads["floor"], scratch / "floor", compiled_programs.warming(warm))
    took = alternately(roads, scratch / "floor", pairs, {"floor": compiled_programs.reading(warm)})
    for road in ("ours", "twin", *(["off"] if off else [])):
        rows = json.loads((scratch / road / "results.json").read_text())["tests"]
        assert all(row.get("score") == row.get("max_score") for row in rows), (
            built.name,
            road,
            rows,
        )
    return {**took, **alternately(desk, scratch / "desk", pairs, {})}


def whole_class(built: BuiltAssignment, scratch: Path, count: int) -> dict[str, float]:
    """Processor seconds for each of `count` submissions in `autograder grade`, and for each `otter
    run` of the twin in a loop, both with every processor busy.
    """
    cpus = machine.cpus()
    runs = LOOPS * cpus
    stock = timed(
        twins.loop(scratch / "twin.zip", scratch / "twin.ipynb", scratch / "loop", runs, cpus),
        scratch,
        every=2,
    )
    submissions = twins.class_of(built, scratch / "class", count)
    command = twins.grade(submissions, built.zip, scratch / "graded")
    took = timed(command, scratch, every=2)
    assert len(list((scratch / "graded" / "submissions").iterdir())) == count
    return {
        "submissions": count,
        "cpu": took.cpu / count,
        TWINS: stock.cpu / runs,
        "wall": took.wall,
        "memory": took.memory,
    }


def told_by_part(built: BuiltAssignment, scratch: Path, pairs: int) -> dict[str, dict[str, float]]:
    """The seconds of each part of `otter run` of ours and of the twin, in turn."""
    roads = {
        "ours": twins.otter_run(built.zip, built.solution, scratch / "told"),
        "twin": twins.otter_run(
            scratch / "twin.zip", scratch / "twin.ipynb", scratch / "twin told"
        ),
    }
    runs: dict[str, list[dict[str, float]]] = {road: [] for road in roads}
    for _ in range(pairs):
        for road, command in roads.items():
            runs[road].append(parts.of_run(command, scratch))
    return {road: parts.medians(each) for road, each in runs.items()}


def growth(built: BuiltAssignment, scratch: Path, pairs: int) -> list[dict[str, float]]:
    """Seconds by number of shapes and cases, measured with copies of the zip that have fewer of
    them.
    """
    roads, sizes = {}, {}
    for shapes, cases in ((1, 1), (2, 1), (4, 1), (99, 1), (99, 99)):
        archive, calls = twins.shortened(
            built, scratch / f"{shapes}-{cases}.zip", shapes=shapes, cases=cases
        )
        road = f"{shapes} {cases}"
        roads[road] = twins.otter_run(archive, built.solution, scratch / road)
        sizes[road] = {
            "shapes in a group, at most": shapes,
            "cases of a shape, at most": cases,
            "calls": calls,
        }
    took = alternately(roads, scratch, pairs, {})
    return [
        {**sizes[road], "wall": median(times, "wall"), "cpu": median(times, "cpu")}
        for road, times in took.items()
    ]


def savings(built: BuiltAssignment, scratch: Path, pairs: int) -> dict[str, list[Took]]:
    """The times of `otter run` with every shortcut, without each one, and without any; and of a
    small class with and without forks of a warm process.
    """
    alone = [name for name in switches.SHORTCUTS if name != "warm"]
    without = {
        EVERY: "",
        **{f"without {name}": name for name in alone},
        "without any": ",".join(alone),
    }
    command = twins.otter_run(built.zip, built.solution, scratch / "shortcuts")
    took = alternately(
        dict.fromkeys(without, command),
        scratch,
        pairs,
        {road: {switches.VARIABLE: names} for road, names in without.items()},
    )
    submissions = twins.class_of(built, scratch / "small class", SMALL_CLASS)
    for road, names in ((CLASS, ""), (f"{CLASS}, without warm", "warm")):
        took[road] = []
        for attempt in range(pairs):
            grade = twins.grade(submissions, built.zip, scratch / f"{road} {attempt}")
            took[road].append(timed(grade, scratch, {switches.VARIABLE: names}, every=2))
    return took


@click.command()
@click.option(
    "--pairs",
    default=5,
    show_default=True,
    type=click.IntRange(1),
    help="Number of measurements of each.",
)
@click.option("--only", multiple=True, help="Names of assignments, or `five`; by default all.")
@click.option(
    "--class",
    "count",
    default=60,
    show_default=True,
    type=click.IntRange(0),
    help="Submissions of the class; 0 for none.",
)
@click.option(
    "--out",
    default=ROOT / "dist" / "bench.json",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the numbers go.",
)
def main(pairs: int, only: tuple[str, ...], count: int, out: Path) -> None:
    """Time whole processes against plain Otter on the same calls."""
    titles = (
        "ours, s",
        "twin, s",
        "wall/twin",
        "CPU/twin",
        "memory/twin",
        "ours, MB",
        "wall/floor",
        "check/calls",
        "check/desk floor",
        "class, CPU twin/ours",
    )
    table, grown = (
        Table("", *titles),
        Table("", "shapes in a group", "cases of a shape", "calls", "wall, s", "CPU, s"),
    )
    saved = Table("", "wall, s", "CPU, s", "more wall", "more CPU")
    told = Table("seconds by part", "wall", *parts.PARTS)
    at_the_desk = Table("in a notebook", "first check/calls", "next check, s")
    slower = []
    found: dict[str, object] = {}
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        masters = [each for each in (*MASTERS, *GALLERY) if not only or each.stem in only]
        if not only or "five" in only:
            masters.append(twins.five(MASTERS, Path(scratch, "five.ipynb")))
        twins.build(masters, Path(scratch, "dist"))
        for master in masters:
            name = FIVE if master.stem == "five" else master.stem
            folder = Path(scratch, master.stem)
            folder.mkdir()
            built = BuiltAssignment(Path(scratch, "dist", master.stem))
            took = grading(built, folder, pairs, off=master.stem == "five")
            noted: dict[str, object] = {
                road: [asdict(each) for each in times] for road, times in took.items()
            }
            ratios = [ratio(took, "ours", "twin", what) for what in ("wall", "cpu", "memory")]
            others = [ratio(took, "ours", "floor", "wall")]
            others += [
                ratio(took, "otter check", other, "wall")
                for other in ("check that calls", "desk floor")
            ]
            cells = [f"{median(took[road], 'wall'):.1f}" for road in ("ours", "twin")]
            cells += [f"{each:.2f}" for each in ratios]
            cells.append(f"{median(took['ours'], 'memory') / 1e6:.0f}")
            cells += [f"{each:.2f}" for each in others]
            if master == masters[0]:
                waited = waits(built, folder / "waits", pairs)
                noted["waits"] = asdict(waited)
                at_the_desk.add_row(name, f"{waited.ratio:.2f}", f"{waited.second:.2f}")
            if only or master in GALLERY or master.stem == "five":
                noted["parts"] = by_part = told_by_part(built, folder, 1)
                for road, found_parts in by_part.items():
                    seconds = (f"{found_parts[part]:.2f}" for part in ("wall", *parts.PARTS))
                    told.add_row(f"{name}, {road}", *seconds)
            slower += [name] if ratios[0] > 1 else []
            if count and master not in GALLERY:
                noted["class"] = took_class = whole_class(built, folder, count)
                cells.append(f"{took_class[TWINS] / took_class['cpu']:.1f}")
            table.add_row(name, *cells)
            if master.stem == "five":
                took = savings(built, folder, pairs)
                noted["shortcuts"] = {
                    road: [asdict(each) for each in times] for road, times in took.items()
                }
                for road in took:
                    base = CLASS if road.startswith(CLASS) else EVERY
                    wall, cpu = median(took[road], "wall"), median(took[road], "cpu")
                    more = [f"{ratio(took, road, base, what):.2f}" for what in ("wall", "cpu")]
                    saved.add_row(f"{name}, {road}", f"{wall:.1f}", f"{cpu:.1f}", *more)
                noted["growth"] = growth(built, folder, pairs)
                for row in noted["growth"]:  # type: ignore[attr-defined]
                    grown.add_row(
                        name,
                        *(
                            f"{value:.1f}"
                            if isinstance(value, float)
                            else "all"
                            if value == 99
                            else str(value)
                            for value in row.values()
                        ),
                    )
            found[name] = noted
            out.write_text(  # at once, because a run takes an hour
                json.dumps({"pairs": pairs, "cpus": machine.cpus(), "took": found}, indent=1),
                encoding="utf-8",
            )
    console = Console(width=None if Console().is_terminal else 180)
    console.print(
        table,
        *(each for each in (told, at_the_desk, saved, grown) if each.row_count),
        f"Slower than the twin: {', '.join(slower) or 'none'}.",
        f"Medians of {pairs}; {machine.cpus()} processors. All numbers: {out}",
    )
    sys.exit(1 if slower else 0)


if __name__ == "__main__":
    main()
