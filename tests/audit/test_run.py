"""The five masters pass the audit, and the audit notices what makes tests worse.

Covers too: `audit.declarations`, `audit.grader`, `audit.records`, `audit.report`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import nbformat
import numpy as np
import pytest
from click.testing import CliRunner
from shared import MASTERS, Builds

from autograder import Array, Function, Number, Question
from autograder.audit import report
from autograder.audit.answers import Answer
from autograder.audit.declarations import make_here
from autograder.audit.records import Audited, Verdict, from_json, to_json
from autograder.audit.run import main as audit_one
from autograder.audit.run import sample
from autograder.build.record import ToleranceRecord
from autograder.build.tolerance import Noise
from autograder.cli import main


@pytest.mark.slow
@pytest.mark.parametrize("master", MASTERS, ids=lambda master: master.stem)
def test_of_each_master_a_sample_passes(master: Path, dist: Builds, tmp_path: Path) -> None:
    target = tmp_path / "found.json"
    audit_one(str(dist / master.stem), str(master), str(target), "4")
    (audited,) = from_json(target.read_text())
    assert audited.faults == []
    assert sum(verdict.right for verdict in audited.verdicts) >= 6
    assert not any(
        verdict.full for verdict in audited.verdicts if not verdict.right and not verdict.equivalent
    )


@pytest.mark.slow
def test_the_five_masters_pass_in_full(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["audit", *map(str, MASTERS), "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    found = {each.assignment: each for each in from_json((tmp_path / "audit.json").read_text())}
    for audited in found.values():
        assert sum(not verdict.right for verdict in audited.verdicts) >= 25
    # Without any of these groups, some wrong answer would have every point.
    needed = {
        verdict.failed[0]
        for verdict in found["nnx-vmap-over-batch"].verdicts
        if not verdict.right and len(verdict.failed) == 1
    }
    assert {"corners", "repeated", "types"} <= needed
    assert (
        "Every right answer got every point, and no wrong one did."
        in (tmp_path / "audit.html").read_text()
    )


def test_answers_are_made_where_the_functions_of_a_declaration_are(tmp_path: Path) -> None:
    Question(
        "apply",
        arguments={
            "f": Function(shifted=lambda x: x + 1, doubled=lambda x: 2 * x),
            "x": Array("N"),
            "y": Number(0.5, 2.0),
        },
        dims={"N": (1, 4)},
        where=lambda sizes: sizes["N"] != 3,
    )
    cell = nbformat.v4.new_code_cell(
        "def apply(f, x, y):\n    if x[0] > y:\n        return y * f(x)\n    return f(x) * y"
    )
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "solution.ipynb")
    namespace: dict[str, Any] = {}
    exec(cell.source, namespace)
    make_here(namespace, str(tmp_path / "solution.ipynb"), str(tmp_path / "made.json"))
    (made,) = json.loads((tmp_path / "made.json").read_text())
    assert (made["question"], made["note"]) == ("apply", "")
    # jax.jit of a function that looks at a truth value is not a right answer
    assert [each["name"] for each in made["right"] if each["kind"] == "compiled"] == []
    assert len(made["right"]) >= 5
    for each in (*made["right"], *made["wrong"]):
        exec(each["source"], namespace)  # each is called where the arguments have its own names
        if each["name"] in ("called from another function", "negated"):
            found = namespace["apply"](lambda x: x + 1, jnp.ones(2), 1.5)
            np.testing.assert_allclose(found, [3, 3] if each in made["right"] else [-3, -3])


def test_a_solution_of_which_no_answers_can_be_made_is_noted(
    scale_question: Question, tmp_path: Path
) -> None:
    cell = nbformat.v4.new_code_cell("scale_rows = lambda seed, x, factor: x")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "solution.ipynb")
    make_here({}, str(tmp_path / "solution.ipynb"), str(tmp_path / "made.json"))
    assert json.loads((tmp_path / "made.json").read_text()) == [
        {
            "question": "scale_rows",
            "reference": cell.source,
            "right": [],
            "wrong": [],
            "note": (
                "scale_rows: no mutants were made: the solution defines neither a function nor a "
                "class scale_rows at the top of a cell"
            ),
        }
    ]


RULES = ("test-method-mapped", "test-method-shared")


def without_the_tests(*identifiers: str) -> Callable[[nbformat.NotebookNode], None]:
    def change(notebook: nbformat.NotebookNode) -> None:
        notebook.cells = [cell for cell in notebook.cells if cell.id not in identifiers]

    return change


def with_a_wide_tolerance(notebook: nbformat.NotebookNode) -> None:
    declaration = next(cell for cell in notebook.cells if cell.id == "declaration")
    declaration.source = declaration.source.replace(
        '    see="Pitfalls",\n', '    see="Pitfalls",\n    rtol=7.6e-3,\n'
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "noticed"),
    [
        (without_the_tests("test-corners"), "special case, wrong where B is 1"),
        # What is wrong in `random` breaks every rule, too.
        (
            without_the_tests("test-random", *RULES),
            "special case, wrong between small sizes and the largest",
        ),
        (without_the_tests(*RULES), "misconception, a loop over the rows in Python"),
        (with_a_wide_tolerance, "precision, "),
    ],
    ids=["corners", "random", "method", "tolerance"],
)
def test_worse_tests_are_noticed(
    change: Callable[[nbformat.NotebookNode], None], noticed: str, tmp_path: Path
) -> None:
    """For the groups `repeated` and `types` see the test of all five masters."""
    master = next(master for master in MASTERS if master.stem == "nnx-vmap-over-batch")
    notebook = nbformat.read(master, as_version=4)
    change(notebook)
    nbformat.write(notebook, tmp_path / master.name)
    done = CliRunner().invoke(main, ["audit", str(tmp_path / master.name), "--out", str(tmp_path)])
    assert done.exit_code == 1
    said = " ".join(done.output.split())  # lines are folded between words
    assert re.search(f"a wrong answer gets full marks: (?:{noticed})", said), said


def verdict(right: bool, score: float, **more: Any) -> Verdict:
    given = {
        "kind": "seed",
        "name": "seed + 1",
        "source": "def f(x):\n    return x + 1",
        "failed": () if score == 10 else ("random",),
        **more,
    }
    return Verdict("f", right, score=score, possible=10.0, **given)


def audited(*verdicts: Verdict) -> Audited:
    groups = {"random": {"cases": 3, "shapes": 1, "seconds": 0.5}, "method": {"seconds": 0.1}}
    tolerance = ToleranceRecord(Noise(nudged=1e-7), 7.6e-6)
    return Audited("a", "f", "def f(x):\n    return x", verdicts, groups, tolerance)


def test_faults_are_refused_right_answers_and_wrong_ones_with_every_point() -> None:
    sound = audited(verdict(True, 10), verdict(False, 3), verdict(False, 10, equivalent=True))
    assert sound.faults == []
    assert audited(verdict(True, 9), verdict(False, 10)).faults == [
        "f: a right answer is refused: seed, seed + 1 (in random)",
        "f: a wrong answer gets full marks: seed, seed + 1",
    ]


def test_what_was_found_can_be_kept() -> None:
    found = [
        audited(
            verdict(True, 10),
            verdict(False, 3, refused_on={"random": [0, 2]}, distance=51.0, diagnosis="reversed"),
        )
    ]
    assert from_json(to_json(found)) == found


def test_a_sample_is_spread_evenly() -> None:
    answers = [Answer("seed", str(number), "") for number in range(10)]
    assert [answer.name for answer in sample(answers, 4)] == ["0", "3", "6", "9"]
    assert sample(answers, None) == sample(answers, 99) == answers
    assert [answer.name for answer in sample(answers, 1)] == ["0"]


def test_the_report_shows_what_an_author_needs() -> None:
    survivor = verdict(False, 10, name="a <seed>")
    page = report.page(
        [
            audited(
                verdict(True, 10),
                survivor,
                verdict(
                    False,
                    4,
                    kind="constant",
                    name="zeros",
                    distance=1e5,
                    refused_on={"random": [1, 2]},
                ),
            )
        ]
    )
    assert "The audit graded 1 right answer and 2 wrong answers with the tests" in page
    assert "f: a wrong answer gets full marks: seed, a &lt;seed&gt;" in page
    assert '<span class="plus">+    return x + 1</span>' in page
    assert "The best of 1 such answers returns zeros and gets 4 of 10 points." in page
    assert (
        "the noise of right answers is 1.0e-07 and the tolerance is 7.6e-06, and the nearest wrong "
        "answer (zeros) is 7.6e-01 away"
    ) in page
    assert "2 (1), 3 (1)" in page
    assert not re.search(r'(?:src|href)="(?!#)', page), "nothing is loaded from elsewhere"
