"""The table "To change …" of docs/CONTRIBUTING.md: what it names exists, and a change of each kind
needs no more.

`tests/questions/test_arguments.py` adds a kind of argument.
"""

from __future__ import annotations

import ast
import contextlib
import re
import socket
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from jinja2 import DictLoader
from shared import ROOT

from autograder import Array, Question, Seed
from autograder.assignment import image
from autograder.audit import mutants
from autograder.audit.answers import traces
from autograder.build.reference import draw
from autograder.calls import call, causes, transforms
from autograder.calls.call import Returned
from autograder.checks.messages import in_grading
from autograder.classroom import cluster, gradebook, grading, layouts, report, roster
from autograder.classroom.grades import of_results
from autograder.classroom.joining import join
from autograder.classroom.ledger import Entry, Ledger
from autograder.classroom.people import Person
from autograder.classroom.station import GradedSubmission
from autograder.classroom.submissions import SubmittedFiles, find
from autograder.errors import DeclarationError
from autograder.grading import results
from autograder.questions import laws, values
from autograder.runtime import log_server, switches
from autograder.sandbox.confined.probe import HOLES
from autograder.verdicts import array_mistakes, compare, diagnosis, mismatch
from autograder.verdicts.examine import examine

PACKAGE = ROOT / "autograder"

TABLE = (
    (ROOT / "docs" / "CONTRIBUTING.md")
    .read_text(encoding="utf-8")
    .partition("## To change …")[2]
    .partition("\n## ")[0]
)

ROWS = dict(
    re.findall(r"^\| ([^|`]+) \| (.*) \|$", TABLE.partition("| --- | --- |")[2], re.MULTILINE)
)
"""What to change, and what the table says to open."""

PATHS = {what: re.findall(r"`([\w./]+(?:\.\w+|/))`", names) for what, names in ROWS.items()}


def place_of(name: str) -> Path:
    """Names are relative to the package or to the repository."""
    return next(path for path in (PACKAGE / name, ROOT / name) if path.exists())


def test_the_table_is_read() -> None:
    assert len(ROWS) == TABLE.count("\n| ") - 2  # without the header and the line below it
    assert all(PATHS.values())


@pytest.mark.parametrize(
    ("what", "name"), [(what, name) for what, names in PATHS.items() for name in names]
)
def test_what_the_table_names_is_there(what: str, name: str) -> None:
    assert place_of(name).is_dir() == name.endswith("/")


def knows_otter(source: str) -> bool:
    """Whether a module imports Otter, or mentions the name of one of its modules."""
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        names += (
            [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
        )
        if any(re.fullmatch(r"otter(\.\w+)*", name) for name in names):
            return True
    return False


def test_another_otter_concerns_no_other_module() -> None:
    named = [place_of(name) for name in PATHS["another Otter"]]
    known = [
        path for path in PACKAGE.rglob("*.py") if knows_otter(path.read_text(encoding="utf-8"))
    ]
    assert len(known) >= 10
    assert [
        str(path) for path in known if not any(path.is_relative_to(each) for each in named)
    ] == []


def test_what_students_read_of_a_shape_and_of_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        compare, "_shape", lambda *_: mismatch.Mismatch("shape", "has another shape.")
    )
    found = compare.compare(np.zeros(2), np.zeros(3), 0.0)
    assert found is not None
    assert found.sentence == "has another shape."
    monkeypatch.setitem(vars(causes.NOTHING), "template", "gave nothing.")
    failed = call.call(lambda: None, {})
    assert isinstance(failed, call.Failed)
    assert failed.cause == causes.known_cause(failed.cause, ()) == "gave nothing."


def test_the_image(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(image, "UV", "9.8.7")
    monkeypatch.setattr(
        image,
        "PackageLoader",
        lambda _: DictLoader({"setup.sh": "uv {{ uv }}", "run_autograder": "{{ python }}"}),
    )
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("environment.yml", "- python=3.12")
    (tmp_path / "requirements.txt").touch()
    image.dress(tmp_path / "a.zip", tmp_path / "requirements.txt")
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert (packed.read("setup.sh"), packed.read("run_autograder")) == (b"uv 9.8.7", b"3.12")


def test_what_the_probe_tries_each_shortcut_and_each_law_are_in_the_documents() -> None:
    isolation, speed, manual = (
        (ROOT / "docs" / name).read_text(encoding="utf-8")
        for name in ("isolation.md", "speed.md", "manual.md")
    )
    assert [hole for hole in HOLES if f"\n| {hole} |" not in isolation] == []
    assert [name for name in switches.SHORTCUTS if f"\n| `{name}` |" not in speed] == []
    assert [law for law in laws.LAWS if f'\n| `"{law}' not in manual] == []


def test_a_mutant(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = mutants._wrong_around
    monkeypatch.setattr(
        mutants,
        "_wrong_around",
        lambda question: [
            *usual(question),
            ("order", "halves exchanged", "return _reference(x)[::2]"),
        ],
    )
    question = Question("f", arguments={"x": Array("B")}, dims={"B": (2, 6)})
    made = {
        answer.name: answer.source
        for answer in mutants.mutants("def f(x):\n    return x", question)
    }
    assert "return _reference(x)[::2]" in made["halves exchanged"]


def test_a_mistake_that_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    squared = array_mistakes.Mistake(
        "squared", "Every number is squared.", lambda scene: scene.same(scene.expected**2)
    )
    usual = array_mistakes._of_elements
    expected = [
        diagnosis.Expected({"": np.array([2.0, -3.0, 5.0]) + case}, {"": 1e-6}, {"B": 3})
        for case in range(3)
    ]
    answers = {case: Returned({"": each.output[""] ** 2}) for case, each in enumerate(expected)}
    assert diagnosis.diagnose(answers, expected, []) is None
    monkeypatch.setattr(array_mistakes, "_of_elements", lambda: [*usual(), squared])
    assert diagnosis.diagnose(answers, expected, []) == diagnosis.Diagnosis(
        "squared", "Every number is squared.", "general"
    )


def test_a_column_of_the_class_report(monkeypatch: pytest.MonkeyPatch) -> None:
    usual, text = report._row, (PACKAGE / "templates" / "class.html").read_text(encoding="utf-8")
    cell = '<td class="number">{{ row.seconds }}</td><td class="text">{{ (row.mistakes'
    assert text.count(cell) == 1
    changed = text.replace(cell, f'<td class="number">{{{{ row.stopped }}}} cells</td>{cell}')
    monkeypatch.setattr(report, "PackageLoader", lambda _: DictLoader({"class.html": changed}))
    monkeypatch.setattr(
        report,
        "_row",
        lambda key, entry, *more: (
            usual(key, entry, *more) | {"stopped": len(entry.results["extra_data"]["cells"])}
        ),
    )
    found = {
        "tests": [{"name": "f: a", "score": 1.0, "max_score": 2.0}],
        "extra_data": {"cells": [{"cause": "a"}, {"cause": "b"}]},
    }
    page = report.page(
        "A", {"k": Entry("k", "", "", found, 1.0)}, {"k": of_results(found)}, {"k": "submission 1"}
    )
    assert '<td class="number">2 cells</td><td class="number">1.0</td>' in page


def test_a_platform_that_classes_come_from_and_that_grades_go_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    usual = layouts.of_folder

    def of_folder(name: str) -> layouts.Named | None:
        found = re.fullmatch(r"upload (\d+) by (\w+)", name)
        return (
            layouts.Named("Campus", found[2], Person(login=found[2]), "", (int(found[1]),))
            if found
            else usual(name)
        )

    monkeypatch.setattr(layouts, "of_folder", of_folder)
    monkeypatch.setitem(roster._COLUMNS, "login", ("campus name",))
    monkeypatch.setattr(gradebook, "PLATFORMS", (*gradebook.PLATFORMS, "campus"))
    monkeypatch.setitem(
        vars(gradebook)["_TABLES"],
        "campus",
        lambda assignment, rows, worth: pd.DataFrame(
            {"campus name": [each.student.person.login for each in rows]}
        ),
    )
    for number in (1, 2):
        (tmp_path / "class" / f"upload {number} by ada").mkdir(parents=True)
        (tmp_path / "class" / f"upload {number} by ada" / "hw.ipynb").write_text(f"{number}")
    (tmp_path / "roster.csv").write_text("Campus Name\nada\n")
    known = roster.read(tmp_path / "roster.csv")
    joined = join(find(tmp_path / "class").submissions, known)
    assert joined.keys == [["ada"]]
    assert joined.submissions[0].files() == {"hw.ipynb": b"2"}
    target = gradebook.target_of("campus.csv", tmp_path)
    gradebook.write(target, "hw", [gradebook.Row(known.students[0], [])], {})
    assert (tmp_path / "campus.csv").read_text() == "campus name\nada\n"


def test_what_elements_an_array_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    even = values.Structure(lambda rng, shape, numbers: 2 * numbers(rng, shape), kinds="i")
    monkeypatch.setattr(values, "STRUCTURES", {**values.STRUCTURES, "even": even})
    question = Question(
        "f",
        arguments={"x": Array("B", dtype="int32", values="even")},
        dims={"B": (2, 6)},
        shapes=1,
    )
    cases = draw(question, jnp.tanh, ("random",), "a", "s").groups["random"].cases
    assert all(np.all(each.case.arguments["x"].data % 2 == 0) for each in cases)


def test_a_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tables list it. Its inputs and its right answer are those of the plain call."""
    monkeypatch.setitem(
        laws.LAWS,
        "checkpoint",
        "`jax.checkpoint` of the function returns what the function returns",
    )
    monkeypatch.setattr(
        transforms,
        "_TRANSFORMS",
        {**transforms._TRANSFORMS, "checkpoint": transforms._under("checkpoint")},
    )
    question = Question(
        "f",
        arguments={"x": Array("B", families=("normal",))},
        dims={"B": (2, 6)},
        laws=("checkpoint",),
        shapes=1,
    )
    group = draw(question, jnp.tanh, ("checkpoint",), "a", "s").groups["checkpoint"]
    assert examine(jnp.tanh, group) is None
    finding = examine(lambda x: np.tanh(np.asarray(x)), group)
    assert finding is not None
    first, second, *_ = in_grading("f", finding, False).split("\n\n")
    assert first.startswith("jax.checkpoint of f raised TracerArrayConversionError. [case 2 of ")
    assert second == (
        "This breaks a law: `jax.checkpoint` of the function returns what the function returns. "
        "The plain call is right."
    )
    assert traces(question)
    with pytest.raises(
        DeclarationError, match=r"needs an argument that JAX can trace: an Array, a Tree or a Key$"
    ):
        replace(question, arguments={"s": Seed()}, dims={})


def test_every_law_of_a_transform_has_one() -> None:
    assert transforms._TRANSFORMS.keys() == laws.of_transforms()


def test_a_shortcut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code that takes it asks for it by name."""
    monkeypatch.setitem(switches.SHORTCUTS, "woken", "Otter's log server called at the end")
    usual, called = log_server.wake, list[bool]()
    monkeypatch.setattr(
        log_server,
        "wake",
        lambda host, port: usual(host, port) if switches.is_enabled("woken") else None,
    )
    for without in ("compiled", "woken"):
        monkeypatch.setenv(switches.VARIABLE, without)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            log_server.wake(*server.getsockname())
            try:
                server.accept()[0].close()
                called.append(True)
            except TimeoutError:
                called.append(False)
    assert called == [True, False]


def test_another_scheduler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It has the two functions of `classroom.cluster`, and may pass whatever it likes from one to
    the other.
    """

    @contextlib.contextmanager
    def connect(scheduler: str | None, workers: int | None) -> Iterator[str]:
        yield f"{scheduler} {workers}"

    def grade(
        client: str, archive: bytes, parcels: Iterable[tuple[str, cluster.Files]]
    ) -> Iterator[tuple[str, GradedSubmission]]:
        for key, files in parcels:
            yield (
                key,
                GradedSubmission(
                    results.refused(f"{client} {archive!r} {sorted(files())}"), "", 0.0
                ),
            )

    monkeypatch.setattr(cluster, "connect", connect)
    monkeypatch.setattr(cluster, "grade", grade)
    (tmp_path / "a.ipynb").write_text("{}")
    ledger = Ledger(tmp_path / "out")
    todo = grading.plan([SubmittedFiles("a", tmp_path / "a.ipynb")], b"zip", ledger, resume=False)
    (entry,) = grading.grade(todo, b"zip", ledger, "here", 2)
    told: dict[str, Any] = entry.results["tests"][0]
    assert told["output"] == "here 2 b'zip' ['a.ipynb']"
    assert set(ledger.read()) == {"a"}
