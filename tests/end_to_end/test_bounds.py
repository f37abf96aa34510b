"""What a submission gives to the tests of plain Otter must not keep them busy for ever: each test
ends, with a cause in its row, and the others are graded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import nbformat
import pytest
from roads import by_otter, by_the_zip, in_a_class
from shared import PLUGIN

from autograder.assignment.built import BuiltAssignment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the layers are those of Linux"),
]

QUESTIONS = {
    "numbers": ("numbers = range(10)", "assert sum(numbers) == 45"),
    "n": ("n = 5", "assert sum(range(n)) == 10"),
    "text": ("text = 'ab'", "import re\nassert re.fullmatch('(a|b|ab)*', text)"),
    "steps": ("steps = 3", "i = 0\nwhile i < steps:\n    i += 1\nassert i == steps"),
    "f": ("def f(x):\n    return x + 1", "assert f(1) == 2"),
}
LIMITS = {"seconds_per_cell": 4, "seconds_per_call": 4, "seconds_per_submission": 60}


def master() -> nbformat.NotebookNode:
    v4 = nbformat.v4
    settings = "".join(f"\n        {name}: {value}" for name, value in LIMITS.items())
    cells = [
        v4.new_raw_cell(
            "# ASSIGNMENT CONFIG\nname: plain\ninit_cell: false\nexport_cell: false\ntests:\n"
            f"    files: true\n    ok_format: false\nplugins:\n    - {PLUGIN}:{settings}\n"
        )
    ]
    for name, (answer, test) in QUESTIONS.items():
        body = "\n".join(f"    {line}" for line in test.splitlines())
        cells += [
            v4.new_raw_cell(f"# BEGIN QUESTION\nname: {name}\npoints: 1"),
            v4.new_raw_cell("# BEGIN SOLUTION"),
            v4.new_code_cell(f"# BEGIN SOLUTION\n{answer}\n# END SOLUTION"),
            v4.new_raw_cell("# END SOLUTION"),
            v4.new_raw_cell("# BEGIN TESTS"),
            v4.new_code_cell(f"def test_it({name}):\n{body}\n\ntest_it({name})"),
            v4.new_raw_cell("# END TESTS"),
            v4.new_raw_cell("# END QUESTION"),
        ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": spec})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltAssignment:
    folder = tmp_path_factory.mktemp("plain")
    nbformat.write(master(), folder / "master.ipynb")
    assign = [sys.executable, "-m", "otter", "assign", "--no-run-tests"]
    done = subprocess.run(
        [*assign, str(folder / "master.ipynb"), str(folder / "built")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OTTER_ARRAYS_SECRET": "s"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return BuiltAssignment(folder / "built")


def submission(answers: Mapping[str, str], more: int = 0) -> nbformat.NotebookNode:
    v4 = nbformat.v4
    known = {name: answer for name, (answer, _) in QUESTIONS.items()} | dict(answers)
    cells = [v4.new_code_cell(answer) for answer in known.values()]
    cells += [v4.new_code_cell("x = 1") for _ in range(more)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    named = {"kernelspec": spec, "otter": {"assignment_name": "plain"}}
    return v4.new_notebook(cells=cells, metadata=named)


def told(rows: list[dict[str, object]]) -> dict[str, tuple[object, str]]:
    return {
        str(row["name"]): (row.get("score"), str(row["output"]))
        for row in rows
        if row["name"] in QUESTIONS
    }


FOR_LONG = "it ran for more than 4 seconds on what the submission returned"
HUNG = "it was stopped, because it ran too long on what the submission returned"
FAILED = "This test could not finish: "

ATTACKS = {
    "a sum that nothing ends": ({"n": "n = 10**13"}, {"n": FAILED + HUNG}),
    "a range without end": ({"numbers": "numbers = range(10**15)"}, {"numbers": ""}),
    "a loop, and a pattern": (
        {"steps": "steps = 10**12", "text": "text = 'ab' * 40 + 'c'"},
        {"steps": f"{FAILED}TookTooLong: {FOR_LONG}", "text": f"{FAILED}TookTooLong: {FOR_LONG}"},
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("road", ["otter", "zip", "class"])
def test_a_test_that_would_never_end_is_ended_and_the_others_are_graded(
    attack: str, road: str, built: BuiltAssignment, tmp_path: Path
) -> None:
    answers, expected = ATTACKS[attack]
    notebook = submission(answers)
    started = time.monotonic()
    rows = (
        by_otter(notebook, built)
        if road == "otter"
        else by_the_zip(notebook, built, tmp_path / "root")
        if road == "zip"
        else in_a_class({"one": notebook}, built)["one"]
    )
    assert time.monotonic() - started < 150  # with two processors that others use too
    found = told(rows)
    assert {name: score for name, (score, _) in found.items()} == {
        name: 0 if name in expected else 1 for name in QUESTIONS
    }
    for name, sentence in expected.items():
        assert sentence in found[name][1]


def test_the_right_answers_have_all_points(built: BuiltAssignment) -> None:
    found = told(by_otter(submission({}, more=400), built))
    assert {score for score, _ in found.values()} == {1}
    assert set(found) == set(QUESTIONS)
