"""The same submission gets the same rows, word for word, with every shortcut, without any, and in a
class that is graded by a warm grader."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from attack_files import ATTACKS, SHORT, with_answer
from shared import NAMES, Builds, reconfigured

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.classroom.station import Station
from autograder.runtime import switches

pytestmark = pytest.mark.slow

TIMED = {"# slow", "# short"}
"""Attacks whose rows say how long something took."""

BY_CHANCE = "# by chance"
"""Marks attacks that do another thing each time, as alarms and watchers come: their scores are the
same on every road, and their sentences are not."""


def answers(built: BuiltAssignment) -> Iterator[tuple[str, nbformat.NotebookNode]]:
    """The solution, the untouched notebook, and everything that the author has declared."""
    yield "solution", nbformat.read(built.solution, as_version=4)
    yield "untouched", nbformat.read(built.untouched, as_version=4)
    for question in built.record().questions:
        for name, source in built.alternatives(question).items():
            yield f"alternative {name}", built.answered({question: source})
        for name, known in built.misconceptions(question).items():
            yield f"misconception {name}", built.answered({question: known.source})


def rows(results: dict[str, Any] | None) -> list[dict[str, Any]]:
    assert results is not None
    found: list[dict[str, Any]] = results["tests"]
    return found


def scores(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != "output"} for row in rows]


def differing(
    archive: Path,
    submissions: Iterator[tuple[str, nbformat.NotebookNode]],
    by_chance: Collection[str] = (),
) -> dict[str, list[str]]:
    """The submissions whose rows differ by the road, and on which roads; of those named in
    `by_chance`, what rows have beside their sentences."""
    without = {**os.environ, switches.VARIABLE: ",".join(switches.SHORTCUTS)}
    station, found = Station(archive), {}
    try:
        for name, notebook in submissions:
            by_road = {
                "with every shortcut": rows(otter_run(notebook, archive).results),
                "without": rows(otter_run(notebook, archive, env=without).results),
                "in a class": rows(
                    station.grade({"submission.ipynb": nbformat.writes(notebook).encode()}).results
                ),
            }
            said = {
                road: json.dumps(scores(each) if name in by_chance else each, sort_keys=True)
                for road, each in by_road.items()
            }
            if len(set(said.values())) > 1:
                found[name] = [f"{road}: {text[:2000]}" for road, text in said.items()]
    finally:
        station.close()
    return found


@pytest.mark.parametrize("name", NAMES)
def test_answers_get_the_same_on_every_road(dist: Builds, name: str) -> None:
    built = BuiltAssignment(dist / name)
    assert differing(built.zip, answers(built)) == {}


@pytest.mark.parametrize("group", sorted({path.parent.name for path in ATTACKS}))
def test_attacks_get_the_same_on_every_road(
    one_assignment: BuiltAssignment, tmp_path: Path, group: str
) -> None:
    sources = {
        path.stem: path.read_text(encoding="utf-8") for path in ATTACKS if path.parent.name == group
    }
    quick = [
        (name, with_answer(one_assignment, source))
        for name, source in sources.items()
        if not TIMED & set(source.splitlines()[:3])
    ]
    assert quick
    archive = reconfigured(one_assignment.zip, tmp_path / "short.zip", **SHORT)
    by_chance = {name for name, source in sources.items() if BY_CHANCE in source.splitlines()[:3]}
    assert differing(archive, iter(quick), by_chance) == {}
