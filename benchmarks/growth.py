"""`make growth`: how grading grows with the questions of a notebook, with the submissions of a
class, and with the elements of an array. Draws `docs/pictures/growth.png`.

    python -m benchmarks.growth [--question 1 …] [--class 1 …] [--simulated 1 …] [--elements 100 …]

A straight line, `a + b · n`, is fitted to the first points of each kind. What grows faster than
with the first power of the size, between its last two points, bends.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import nbformat
import numpy as np
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table
from scipy.optimize import nnls

from autograder.assignment.built import BuiltAssignment
from autograder.runtime import machine
from benchmarks import twins
from benchmarks.timing import median, timed

ROOT = Path(__file__).parent.parent

QUESTION = "centred_rows"
"""The question that `autograder new` writes; its copies have numbers behind the name."""

FITTED = 4
"""A line is fitted to so many of the first points."""


@dataclass(frozen=True)
class Line:
    """What one line of a panel shows: the seconds by size."""

    name: str
    seconds: Mapping[int, float]

    def straight(self) -> tuple[float, float]:
        """`a` and `b`, neither of them negative, of the line through the first points, by the least
        relative error.
        """
        sizes = sorted(self.seconds)[:FITTED]
        taken = np.array([self.seconds[size] for size in sizes])
        terms = np.array([[1.0, size] for size in sizes]) / taken[:, None]
        start, each = nnls(terms, np.ones(len(sizes)))[0]
        return float(start), float(each)

    def power(self) -> float:
        """Between the last two points the seconds grow as this power of the size: what is straight
        has at most 1.
        """
        *_, before, last = sorted(self.seconds)
        grown = self.seconds[last] / self.seconds[before]
        return float(np.log(grown) / np.log(last / before))


@dataclass(frozen=True)
class Panel:
    """One plot: what grows, and its lines."""

    grows: str
    lines: Sequence[Line]


def notebook_of(count: int, folder: Path) -> Path:
    """A master with so many copies of the question that `autograder new` writes."""
    name = f"{QUESTION.replace('_', '-')}"
    command = [sys.executable, "-m", "autograder", "new", name, "--in", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    whole = nbformat.read(folder / name / f"{name}.ipynb", as_version=4)
    places = [place for place, cell in enumerate(whole.cells) if "QUESTION" in cell.source]
    begin, end = places[0], places[-1] + 1
    copies = []
    for number in range(1, count + 1):
        for cell in whole.cells[begin:end]:
            copy = nbformat.from_dict(cell)
            copy.source = re.sub(rf"\b{QUESTION}\b", f"{QUESTION}_{number}", copy.source)
            copy.source = copy.source.replace("name: q1", f"name: q{number}")
            copy.id = f"{number}-{cell.id}"
            copies.append(copy)
    whole.cells = [*whole.cells[:begin], *copies, *whole.cells[end:]]
    master = folder / name / f"growth-{count}.ipynb"
    whole.cells[0].source = whole.cells[0].source.replace(f"name: {name}", f"name: {master.stem}")
    nbformat.write(whole, master)
    return master


def by_questions(sizes: Sequence[int], pairs: int, scratch: Path) -> tuple[Panel, BuiltAssignment]:
    """The seconds of a build, and of `otter run`, by the number of questions; and the first
    assignment.
    """
    building, grading, built = {}, {}, []
    for size in sizes:
        folder = scratch / f"questions-{size}"
        folder.mkdir()
        command = [sys.executable, "-m", "autograder", "build", str(notebook_of(size, folder))]
        building[size] = timed([*command, "--quick", "--out", str(folder / "dist")], folder).wall
        built.append(BuiltAssignment(folder / "dist" / f"growth-{size}"))
        run = twins.otter_run(built[-1].zip, built[-1].solution, folder / "results")
        grading[size] = median([timed(run, folder) for _ in range(pairs)], "wall")
        rows = json.loads((folder / "results" / "results.json").read_text())["tests"]
        assert all(row.get("score") == row.get("max_score") for row in rows), rows
    lines = [Line("otter run", grading), Line("autograder build --quick", building)]
    return Panel("questions in a notebook", lines), built[0]


def by_class(
    built: BuiltAssignment, sizes: Sequence[int], simulated: Sequence[int], scratch: Path
) -> Panel:
    """The seconds of `autograder grade` by the number of submissions, graded and simulated."""
    real, ready = {}, {}
    for size in sizes:
        folder = twins.class_of(built, scratch / f"class-{size}", size)
        command = twins.grade(folder, built.zip, scratch / f"graded-{size}")
        real[size] = timed(command, scratch, every=2).wall
    (results,) = (scratch / f"graded-{min(sizes)}" / "submissions").glob("000*/results.json")
    for size in simulated:
        folder = twins.class_of(built, scratch / f"simulated-{size}", size)
        python, _, _, *command = twins.grade(folder, built.zip, scratch / f"simulated-out-{size}")
        answers = [python, "-m", "benchmarks.simulated", str(results), *command]
        ready[size] = timed(answers, ROOT, every=2).wall
    lines = [Line("autograder grade", real), Line("the same, answers at hand", ready)]
    return Panel("submissions in a class", lines)


def by_elements(sizes: Sequence[int], repeats: int) -> tuple[Panel, dict[int, float]]:
    """The seconds of a judged call by the elements of its array, and the bytes of memory."""
    found = {}
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.large_arrays", str(size), str(repeats)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        found[size] = json.loads(done.stdout.splitlines()[-1])
    lines = [
        Line(name, {size: each[key] for size, each in found.items()})
        for key, name in (
            ("right", "a call of a right answer"),
            ("wrong", "a call of a wrong answer, diagnosed"),
            ("drawn", "a question is drawn"),
        )
    ]
    return Panel("elements of an array", lines), {
        size: each["memory"] for size, each in found.items()
    }


def draw(panels: Sequence[Panel], target: Path) -> None:
    """Write one picture: a plot for each panel, both axes logarithmic, with the fitted lines."""
    figure = Figure(figsize=(12, 4), layout="constrained")
    for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
        for line, colour in zip(panel.lines, ("C0", "C1", "C2"), strict=False):
            sizes = sorted(line.seconds)
            axes.plot(sizes, [line.seconds[size] for size in sizes], "o", c=colour, label=line.name)
            start, each = line.straight()
            smooth = np.geomspace(sizes[0], sizes[-1], 100)
            axes.plot(smooth, np.maximum(start + each * smooth, 1e-6), "-", c=colour, lw=1)
        axes.set(xscale="log", yscale="log", xlabel=panel.grows, ylabel="seconds")
        axes.grid(visible=True, which="major", alpha=0.3)
        axes.legend(fontsize="small", loc="lower left", bbox_to_anchor=(0, 1))
    figure.savefig(target, dpi=110)


def numbers(*default: int) -> dict[str, object]:
    """The settings of an option that may be given several times."""
    return {"multiple": True, "type": click.IntRange(1), "default": default, "show_default": True}


@click.command()
@click.option("--question", "questions", **numbers(1, 5, 10, 20, 40), help="Questions.")
@click.option("--class", "classes", **numbers(1, 5, 20, 60), help="Submissions, graded.")
@click.option("--simulated", **numbers(1, 10, 100, 1000, 4000), help="Submissions, simulated.")
@click.option(
    "--elements",
    **numbers(10**2, 10**3, 10**4, 10**5, 10**6, 10**7),
    help="Elements.",
)
@click.option("--pairs", default=3, type=click.IntRange(1), help="Measurements of each.")
@click.option(
    "--out",
    default=ROOT / "dist" / "growth.json",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the numbers go.",
)
@click.option(
    "--picture",
    default=ROOT / "docs" / "pictures" / "growth.png",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the picture goes.",
)
def main(
    questions: tuple[int, ...],
    classes: tuple[int, ...],
    simulated: tuple[int, ...],
    elements: tuple[int, ...],
    pairs: int,
    out: Path,
    picture: Path,
) -> None:
    """Measure how grading grows, and draw it."""
    with tempfile.TemporaryDirectory() as folder:
        asked, built = by_questions(questions, pairs, Path(folder))
        panels = [asked, by_class(built, classes, simulated, Path(folder))]
    of_arrays, memory = by_elements(elements, pairs)
    panels.append(of_arrays)
    table = Table("", "", "seconds by size", "line", "power at the end")
    for panel in panels:
        for line in panel.lines:
            start, each = line.straight()
            taken = ", ".join(f"{size:,}: {line.seconds[size]:.3g}" for size in line.seconds)
            told = f"{start:.3g} + {each:.3g} n"
            table.add_row(panel.grows, line.name, taken, told, f"{line.power():.2f}")
    found = {
        panel.grows: {
            line.name: {
                "seconds": line.seconds,
                "line": line.straight(),
                "power at the end": line.power(),
            }
            for line in panel.lines
        }
        for panel in panels
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    told = {"cpus": machine.cpus(), "took": found, "memory by elements": memory}
    out.write_text(json.dumps(told, indent=1), encoding="utf-8")
    draw(panels, picture)
    Console(width=None if Console().is_terminal else 160).print(
        table, f"{machine.cpus()} processors. All numbers: {out}. Picture: {picture}"
    )


if __name__ == "__main__":
    main()
