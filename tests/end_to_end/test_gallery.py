"""The gallery: questions that real courses ask, each as a complete master in `docs/gallery`. Each
builds without a tolerance of its author's, and right answers get every point on every road."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from roads import by_notebook, by_otter, by_otter_check, by_the_zip, in_a_class
from shared import ROOT, built_once

from autograder.assignment.built import BuiltAssignment, solution_of
from autograder.runtime import switches

GALLERY = sorted((ROOT / "docs" / "gallery").glob("*/*.ipynb"))

OFTEN = ("padded-batch",)
"""Built and graded in every run of the tests: it compiles next to nothing. The others in the slow
ones.
"""


@pytest.fixture(
    params=[
        pytest.param(master, id=master.stem, marks=() if master.stem in OFTEN else pytest.mark.slow)
        for master in GALLERY
    ]
)
def master(request: pytest.FixtureRequest) -> Path:
    """Each master in turn."""
    found: Path = request.param
    return found


@pytest.fixture
def built(
    master: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> BuiltAssignment:
    name = f"gallery-{master.stem}"
    return BuiltAssignment(built_once(tmp_path_factory, worker_id, name, [master]) / master.stem)


def given(master: Path, kind: str) -> dict[str, str]:
    """The answers beside a master that are right, or wrong, by name."""
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((master.parent / "answers").glob(f"{kind}_*.py"))
    }


def one_question(built: BuiltAssignment) -> str:
    (question,) = built.record().questions
    return question


def points(rows: list[dict[str, object]]) -> tuple[float, float]:
    counted = [row for row in rows if row["name"] != "Public Tests"]
    return (
        sum(float(str(row["score"])) for row in counted),
        sum(float(str(row["max_score"])) for row in counted),
    )


def test_every_master_has_what_the_gallery_asks_of_it() -> None:
    assert len(GALLERY) >= 16
    for master in GALLERY:
        notebook = nbformat.read(master, as_version=4)
        nbformat.validate(notebook)
        text = "\n".join(cell.source for cell in notebook.cells)
        assert not re.search(r"\b[ar]tol=", text), master
        assert text.count(".alternative\n") >= 2, master
        assert text.count(".misconception(") >= 3, master
        assert len(given(master, "right")) >= 2, master
        assert len(given(master, "wrong")) >= 3, master
        assert all(
            not cell.get("outputs") and cell.get("execution_count") is None
            for cell in notebook.cells
        ), master


def test_right_answers_get_every_point_and_wrong_ones_lose_some_with_a_hint(
    built: BuiltAssignment, master: Path
) -> None:
    question = one_question(built)
    right = {**given(master, "right"), **built.alternatives(question)}
    wrong = given(master, "wrong")
    known = built.misconceptions(question)
    notebooks = {
        "solution": nbformat.read(built.solution, as_version=4),
        **{name: built.answered({question: source}) for name, source in right.items()},
        **{name: built.answered({question: source}) for name, source in wrong.items()},
        **{name: built.answered({question: each.source}) for name, each in known.items()},
    }
    rows = in_a_class(notebooks, built)
    said = {name: "\n".join(str(row["output"]) for row in each) for name, each in rows.items()}
    earned = {name: points(each) for name, each in rows.items()}
    assert {
        name: said[name][:1500]
        for name in ("solution", *right)
        if earned[name][0] != earned[name][1]
    } == {}
    assert [name for name in (*wrong, *known) if earned[name][0] == earned[name][1]] == []
    assert [
        name
        for name, each in known.items()
        if each.told_by == "values" and f"Looks like: {each.name}." not in said[name]
    ] == []


@pytest.mark.slow
def test_every_road_says_the_same(built: BuiltAssignment, master: Path, tmp_path: Path) -> None:
    question = one_question(built)
    answers = {
        "right": solution_of(built.solution, question),
        "wrong": next(iter(given(master, "wrong").values())),
    }
    for name, source in answers.items():
        notebook = built.answered({question: source})
        usual = by_otter(notebook, built)
        assert in_a_class({name: notebook}, built)[name] == usual
        assert by_the_zip(notebook, built, tmp_path / f"{name}-zip") == usual
        without = ",".join(switches.SHORTCUTS)
        assert by_otter(notebook, built, **{switches.VARIABLE: without}) == usual
        earned, possible = points(usual)
        assert (earned == possible) == (name == "right")
        checked = by_otter_check(notebook, built, tmp_path / f"{name}-check")
        shown = by_notebook(notebook, built, tmp_path / f"{name}-notebook")
        if name == "right":
            assert checked == "All tests passed!\n"
            assert all("passed" in text for text in shown.values()), shown
        else:
            failed = "CheckFailed" in "".join(shown.values())
            assert failed == (checked != "All tests passed!\n"), checked


@pytest.mark.slow
def test_the_audit_finds_no_survivor_and_no_false_alarm(master: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "autograder",
        "audit",
        str(master),
        "--out",
        str(tmp_path / "dist"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]


def test_the_page_of_the_gallery_names_every_master() -> None:
    page = (ROOT / "docs" / "gallery" / "README.md").read_text(encoding="utf-8")
    assert [master.stem for master in GALLERY if f"`{master.stem}`" not in page] == []
    named = re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE)[2:]
    listed = [name for row in named for name in re.findall(r"`([\w-]+)`", row)]
    assert sorted(listed) == sorted(master.stem for master in GALLERY)
