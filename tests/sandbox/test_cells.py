"""What is said about a cell that stops, and what it still defines, in a real worker.

Covers too: `sandbox.confined.cells`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.calls.call import Returned
from autograder.calls.inputs import Value
from autograder.sandbox import cells
from autograder.sandbox.cells import Stopped
from autograder.sandbox.settings import Limits, Settings
from autograder.sandbox.submission import Submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the layers are those of Linux")

TWICE = "def twice(x):\n    return 2 * x"


@pytest.fixture
def submission(tmp_path: Path) -> Iterator[Submission]:
    for name in ("tests", "hidden"):
        (tmp_path / name).mkdir(mode=0o700)
    (tmp_path / "tests" / "q1.py").write_text("twice")
    made = Submission(
        Settings(hidden=[str(tmp_path / "hidden")], limits=Limits(cell_seconds=4, call_seconds=4)),
        tmp_path / "tests",
    )
    assert made.problem is None
    yield made
    made.close()


def is_right(submission: Submission) -> bool:
    said = submission.functions.judge("twice", {"x": Value("numpy", np.arange(3.0))})
    return isinstance(said, Returned) and [array.tolist() for array in said.output.values()] == [
        [0, 2, 4]
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (
            f"import no_such_package as x\n{TWICE}",
            "Cell 1 (`import no_such_package as x`) stopped at line 1: `ModuleNotFoundError: No "
            "module named 'no_such_package'`. Its later definitions still count: `twice`.",
        ),
        (
            f"\n\nimport numpy as np\n1 / 0\nimport math as m\nN = 3\nclass A: ...\n{TWICE}",
            "Cell 1 (`import numpy as np`) stopped at line 4: `ZeroDivisionError: division by "
            "zero`. Its later definitions still count: `m`, `A`, `twice`.",
        ),
        (
            f"%%time\nundefined\n{TWICE}",
            "Cell 1 (`%%time`) stopped: `NameError: name 'undefined' is not defined`. Its later "
            "definitions still count: `twice`.",
        ),
        (
            f"name = input('Your name: ')\n{TWICE}",
            "Cell 1 (`name = input('Your name: ')`) stopped at line 1: "
            "`StdinNotImplementedError: raw_input was called, but this frontend does not support "
            "input requests`. Its later definitions still count: `twice`.",
        ),
        (
            f"import os\nos._exit(3)\n{TWICE}",
            "Cell 1 (`import os`) ended the process. Its later definitions still count: `os`, "
            "`twice`.",
        ),
        (
            f"while True:\n    pass\n{TWICE}",
            "Cell 1 (`while True:`) took longer than 4 seconds. Its later definitions still "
            "count: `twice`.",
        ),
    ],
    ids=["import", "exception", "cell-magic", "input", "end", "loop"],
)
def test_a_cell_that_stops_keeps_what_it_defines_and_is_told(
    submission: Submission, source: str, told: str
) -> None:
    submission.cell(source)
    assert [stopped.sentence() for stopped in submission.stopped] == [told]
    assert is_right(submission)


def test_only_definitions_are_run_behind_the_line_that_failed(submission: Submission) -> None:
    submission.cell(
        "1 / 0\n"
        "print('run')\n"
        "factor = 3\n"
        "for _ in [1]:\n"
        "    def other(x): return x\n"
        "def twice(x):\n"
        "    return x * (3 if 'factor' in globals() else 2)"
    )
    (stopped,) = submission.stopped
    assert stopped.defined == ("twice",)
    assert is_right(submission)


def test_what_is_there_already_stays_what_it_is(submission: Submission) -> None:
    submission.cell(TWICE)
    submission.cell("1 / 0\ndef twice(x):\n    return 3 * x")
    assert submission.stopped[0].defined == ()
    assert is_right(submission)


def test_a_definition_that_fails_itself_costs_no_other(submission: Submission) -> None:
    submission.cell(f"1 / 0\n@undefined\ndef first(): ...\nimport no_such_package\n{TWICE}")
    assert submission.stopped[0].defined == ("twice",)


def test_cells_that_run_to_their_end_are_not_told(submission: Submission) -> None:
    for source in (
        TWICE,
        "exit()\nx = 1",
        "!ls",
        "%%bash\nfalse",
        "import subprocess\nsubprocess.run(['ls'])",
    ):
        submission.cell(source)
    assert submission.stopped == ()


def test_a_missing_name_is_explained_by_the_cell_that_should_have_defined_it(
    submission: Submission,
) -> None:
    submission.cell("x = 1\ndef Twice(x): ...")
    assert submission.why_undefined("other") == "no cell defines it"
    assert submission.why_undefined("twice") == "no cell defines it, but one defines `Twice`"
    submission.skip_cell()
    submission.cell("import no_such_package\nif True:\n    def twice(x): ...")
    assert (
        submission.why_undefined("twice")
        == "cell 3 stopped at line 1, ModuleNotFoundError: No module named 'no_such_package'"
    )
    submission.cell("twice = lambda x: 2 * x")
    assert (
        submission.why_undefined("twice")
        == "cell 3 stopped at line 1, ModuleNotFoundError: No module named 'no_such_package'"
    )


def test_once_tests_have_asked_a_cell_cannot_say_anything_in_words(submission: Submission) -> None:
    submission.bind("q1", {})
    submission.cell("a = 1\nraise ValueError('the hidden values are 1, 2, 3')")
    submission.cell("class Secret123(Exception): ...\nraise Secret123")
    submission.cell("import no_such_package\ndef hidden_123(): ...")
    assert [stopped.cause for stopped in submission.stopped] == [
        "ValueError",
        "an exception",
        "ModuleNotFoundError: No module named 'no_such_package'",
    ]
    assert [stopped.defined for stopped in submission.stopped] == [(), (), ()]
    assert submission.stopped[0].sentence() == "Cell 1 (`a = 1`) stopped: `ValueError`."
    assert submission.stopped[0].sentence(to_instructor=True) == (
        "Cell 1 (`a = 1`) stopped at line 2: `ValueError`. It said: `ValueError: the hidden values "
        "are 1, 2, 3`."
    )


@pytest.mark.parametrize(
    "claim",
    [
        5,
        [],
        "text",
        {"line": "x", "name": ["a"], "text": {}, "defined": 5},
        {"line": 10**9, "name": "A b", "text": "\x1b[0m\n`<b>", "defined": [5, [], "f"]},
    ],
    ids=str,
)
def test_whatever_the_process_says_is_read_or_left(claim: object) -> None:
    for before in (True, False):
        stopped = cells.from_claim(claim, 1, "f = 1", before_tests=before)
        if isinstance(claim, dict):
            assert stopped is not None
            assert stopped.line == 0
            assert "\x1b" not in stopped.sentence()
            assert stopped.sentence().count("`") == (6 if before and "f" in stopped.defined else 4)
            assert Stopped.from_json(stopped.to_json()) == stopped
        else:
            assert stopped is None


@pytest.mark.parametrize(
    ("source", "alike"),
    [
        ("def vmap_over_batches(x): ...", "vmap_over_batches"),
        ("class VmapOverBatch: ...", "VmapOverBatch"),
        ("    async def vmap_batch(x): ...", "vmap_batch"),
        ("def solve(x): ...\ndef vmap_over(x): ...\ndef vmap_over_bach(x): ...", "vmap_over_bach"),
        ("def solve(x): ...", None),
        ("# def vmap_over_batches(x): ...\nvmap_over_batches(3)", None),
    ],
)
def test_a_misspelt_name_is_found(source: str, alike: str | None) -> None:
    assert cells.defined_alike(["x = 1", source], "vmap_over_batch") == alike


@pytest.mark.parametrize(
    "source",
    [
        "def f(x): ...",
        "class f: ...",
        "  async def f(): ...",
        "f = 1",
        "f: int = 1",
        "import f",
        "from a import b, f",
        "x = 1\nf = 2",
    ],
)
def test_a_cell_that_binds_a_name_is_found(source: str) -> None:
    assert cells.defines(source, "f")


@pytest.mark.parametrize("source", ["f(1)", "f == 1", "def ff(x): ...", "g = f", "# def f"])
def test_a_cell_that_only_uses_a_name_is_not(source: str) -> None:
    assert not cells.defines(source, "f")


def test_blank_lines_without_end_are_searched_in_a_moment() -> None:
    started = time.monotonic()
    for text in ("\n" * 400_000, " " * 400_000, "from\n" * 100_000, "f \n" * 100_000):
        assert not cells.defines(text, "f")
    assert time.monotonic() - started < 10
