"""The zip in a container like Gradescope's: Ubuntu 22.04, its own scripts as root, registries for
the setup, no network for grading.

Python itself comes from Ubuntu's archive where the place that uv downloads it from cannot be
reached; everything else is the real thing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from shared import NAMES, Builds
from ubuntu import Image, Ran, bootstrapped, missing

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import check_results

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing()), reason=missing() or "a container can be made"),
]

SMALL = {"memory": 768 * 2**20, "cpus": 0.5}
"""Gradescope's default container."""

MARKER = "/autograder/results/forged"

HOSTILE = f"""
import os, pathlib, socket, subprocess, sys, threading
forged = '{{"score": 100, "tests": [{{"name": "mine", "score": 100, "max_score": 100}}]}}'
source = "/autograder/source"
for path in ("/autograder/results/results.json", "{MARKER}", f"{{source}}/otter_config.json"):
    try:
        pathlib.Path(path).write_text(forged)
    except OSError as fault:
        print(type(fault).__name__)
try:
    print(os.listdir("/autograder/source/files"))
except OSError as fault:
    print(type(fault).__name__)
try:
    subprocess.run(["sh", "-c", "sleep 3; touch {MARKER}"])
except OSError as fault:
    print(type(fault).__name__)
"""


class Images(dict[str, Image]):
    """The image of each assignment, made when it is first asked for."""

    def __init__(self, dist: Builds, folder: Path) -> None:
        self._dist, self._folder = dist, folder
        self._tree = bootstrapped(folder)

    def __missing__(self, name: str) -> Image:
        self[name] = Image(self._tree, self._folder, BuiltAssignment(self._dist / name).zip)
        return self[name]


@pytest.fixture(scope="session")
def images(dist: Builds, tmp_path_factory: pytest.TempPathFactory) -> Images:
    base = tmp_path_factory.getbasetemp() / "containers"
    base.mkdir(exist_ok=True)
    return Images(dist, base)


def graded(ran: Ran) -> dict[str, Any]:
    assert ran.results is not None, ran.printed
    check_results(ran.results)
    return ran.results


def points(found: dict[str, Any]) -> list[float]:
    return [row["score"] for row in found["tests"]]


def hostile(built: BuiltAssignment) -> bytes:
    notebook = nbformat.read(built.untouched, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(HOSTILE))
    return nbformat.writes(notebook).encode()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_set_up_and_says_that_it_is_ready(images: Images, name: str) -> None:
    setup = images[name].setup
    assert setup.code == 0, setup.printed
    assert f"otter-arrays ready: {name}: public cases of " in setup.printed
    assert images[name].size() < 1.6e9


@pytest.mark.parametrize("name", NAMES)
def test_in_the_default_container_the_solution_gets_every_point(
    images: Images, dist: Builds, name: str
) -> None:
    ran = images[name].grade({"answer.ipynb": BuiltAssignment(dist / name).solution}, **SMALL)
    found = graded(ran)
    assert [row["score"] for row in found["tests"]] == [row["max_score"] for row in found["tests"]]
    assert found["extra_data"]["container"]["peak_memory_mb"] <= 560
    assert found["extra_data"]["container"]["cpus"] == 1
    assert found["extra_data"]["isolation"]["open"] == []
    assert ran.peak is None or ran.peak <= SMALL["memory"]


@pytest.mark.parametrize("name", NAMES)
def test_the_untouched_a_wrong_and_a_hostile_notebook_get_what_they_deserve(
    images: Images, dist: Builds, name: str
) -> None:
    built = BuiltAssignment(dist / name)
    (question,) = built.record().questions
    assert sum(points(graded(images[name].grade({"answer.ipynb": built.untouched})))) == 0
    told = next(
        known for known in built.misconceptions(question).values() if known.told_by == "values"
    )
    wrong = nbformat.writes(built.answered({question: told.source})).encode()
    assert sum(points(graded(images[name].grade({"answer.ipynb": wrong})))) < 10
    found = graded(images[name].grade({"answer.ipynb": hostile(built)}))
    assert sum(points(found)) == 0
    assert found["extra_data"]["isolation"]["user"] == "own"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"answer.ipynb": b"{"}, "answer.ipynb is not a notebook: it is not valid JSON"),
        ({}, "Nothing was submitted."),
        (
            {"a.ipynb": b"{}", "b.ipynb": b"{ }"},
            "2 notebooks were submitted: a.ipynb, b.ipynb. Submit one.",
        ),
        ({"answer.pdf": b"%PDF"}, "No notebook was submitted, only answer.pdf."),
    ],
    ids=["no-json", "nothing", "two", "another-file"],
)
def test_a_broken_submission_gets_one_clear_row(
    images: Images, files: dict[str, bytes | Path], said: str
) -> None:
    found = graded(images["nnx-vmap-over-batch"].grade(files))
    (row,) = found["tests"]
    assert row["output"].startswith(said)
    assert found["score"] == 0


METADATA = {
    "one": {
        "users": [{"id": 1, "name": "A", "email": "a@example.edu", "sid": "1"}],
        "previous_submissions": [],
    },
    "group": {
        "users": [{"id": n, "name": str(n), "email": f"{n}@example.edu"} for n in range(3)],
        "previous_submissions": [],
    },
    "late again": {
        "users": [{"id": 1, "email": "a@example.edu", "name": "A"}],
        "created_at": "2026-03-05T23:59:59.000000-08:00",
        "assignment": {
            "due_date": "2026-03-01T00:00:00.000000-08:00",
            "late_due_date": "2026-03-07T00:00:00.000000-08:00",
            "total_points": "10.0",
        },
        "previous_submissions": [
            {
                "submission_time": "2026-03-01T00:00:00.000000-08:00",
                "score": 3.0,
                "results": {"tests": [], "score": 3.0},
            }
        ],
    },
}


def test_who_submits_when_changes_no_point(images: Images, dist: Builds) -> None:
    solution = BuiltAssignment(dist / "nnx-vmap-over-batch").solution
    common = {
        "id": 123456,
        "created_at": "2026-02-28T12:00:00.000000-08:00",
        "submission_method": "upload",
        "assignment": {"id": 1, "title": "HW"},
    }
    seen = set()
    for metadata in METADATA.values():
        found = graded(
            images["nnx-vmap-over-batch"].grade(
                {"answer.ipynb": solution}, metadata={**common, **metadata}
            )
        )
        seen.add(json.dumps([(row["name"], row["score"], row["output"]) for row in found["tests"]]))
    assert len(seen) == 1


def answered(built: BuiltAssignment, body: str) -> bytes:
    (question,) = built.record().questions
    return nbformat.writes(built.answered({question: f"def f(*arguments):\n    {body}\n"})).encode()


def test_a_submission_that_takes_all_memory_reads_a_sentence(images: Images, dist: Builds) -> None:
    built = BuiltAssignment(dist / "nnx-vmap-over-batch")
    files = {
        "answer.ipynb": answered(built, "return [bytearray(b'x' * 10_000_000) for _ in range(500)]")
    }
    found = graded(images["nnx-vmap-over-batch"].grade(files, **SMALL))
    assert sum(points(found)) == 0
    assert "memory" in found["tests"][0]["output"]
    assert "Killed" not in json.dumps(found)


def test_near_the_end_of_the_time_what_is_finished_is_written(images: Images, dist: Builds) -> None:
    notebook = nbformat.read(BuiltAssignment(dist / "nnx-vmap-over-batch").solution, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import time\ntime.sleep(1000)"))
    files = {"answer.ipynb": nbformat.writes(notebook).encode()}
    found = graded(
        images["nnx-vmap-over-batch"].grade(files, settings={"seconds_per_submission": 60})
    )
    *rows, told = found["tests"]
    assert [row["score"] for row in rows] == [row["max_score"] for row in rows]
    assert "took longer than" in told["output"]
    assert found["execution_time"] < 120


def test_the_image_of_otter_grade_gets_the_files_after_its_setup(
    images: Images, dist: Builds
) -> None:
    built = BuiltAssignment(dist / "nnx-vmap-over-batch")
    image = images[built.name].set_up_without_files(built.zip)
    assert image.setup.code == 0, image.setup.printed
    assert "otter-arrays ready" not in image.setup.printed
    found = graded(image.grade({"answer.ipynb": built.solution}))
    assert [row["score"] for row in found["tests"]] == [row["max_score"] for row in found["tests"]]
