"""In each of Otter's test files, every test case has a result, whatever its test does."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from otter import Notebook
from otter.execute import Checker

from autograder.grading.hangs import Journal
from autograder.grading.kernel import NotebookGrading
from autograder.grading.outcomes import outcome_of
from autograder.grading.test_file import FAILED, HIDDEN_TEXT, run_test
from autograder.sandbox.settings import Limits, Settings
from autograder.sandbox.submission import Submission

CASE = "@test_case(points=1, hidden={hidden})\ndef {name}({arguments}):\n    {body}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    Notebook.init_grading_mode("./tests")
    (tmp_path / "tests").mkdir()
    yield tmp_path / "tests"
    Notebook._grading_mode, Notebook._tests_dir_override = False, None
    Checker.clear_results()
    Checker.disable_tracking()


def results(folder: Path, cases: list[str], namespace: dict[str, Any]) -> list[tuple[bool, str]]:
    head = "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\n"
    (folder / "q1.py").write_text(head + "".join(cases))
    texts = [("ValueError", "the argument was 42")]
    run_test(folder / "q1.py", namespace, lambda: texts)
    (file,) = Checker.get_results()
    # so that Otter sees at the end that it has run
    Checker.check_if_not_already_checked("./tests/q1.py")
    assert len(Checker.get_results()) == 1
    return [(each.passed, each.message or "") for each in file.test_case_results]


def case(name: str, body: str, *, arguments: str = "", hidden: bool = False) -> str:
    return CASE.format(name=name, body=body, arguments=arguments, hidden=hidden)


def test_a_test_that_ends_the_process_fails_by_itself(folder: Path) -> None:
    found = results(
        folder,
        [
            case("before", "assert x == 1", arguments="x"),
            case("ends", "raise SystemExit(3)"),
            case("behind", "assert x == 2", arguments="x"),
        ],
        {"x": 1},
    )
    assert [passed for passed, _ in found] == [True, False, False]
    assert found[1][1] == FAILED.format(fault="SystemExit: 3")
    assert "assert x == 2" in found[2][1]


def test_an_exception_whose_text_cannot_be_read_fails_its_test_only(folder: Path) -> None:
    class Dumb:
        def __str__(self) -> str:
            raise RuntimeError("f took longer than 40 seconds")

    found = results(
        folder,
        [case("dumb", "raise ValueError(x)", arguments="x"), case("fine", "pass")],
        {"x": Dumb()},
    )
    assert found == [
        (False, FAILED.format(fault="RuntimeError: f took longer than 40 seconds")),
        (True, "✅ Test case passed"),
    ]


@pytest.mark.parametrize("death", ["os.kill(os.getpid(), signal.SIGSEGV)", "time.sleep(1000)"])
def test_a_test_whose_object_died_with_a_shortcut_runs_again_without_any(
    folder: Path, tmp_path: Path, death: str
) -> None:
    head = "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'q1'\n"
    body = case("twice", "assert C(3).twice() == 6", arguments="C")
    (folder / "q1.py").write_text(head + body)
    (tmp_path / "hidden").mkdir(mode=0o700)
    limits = Limits(cell_seconds=20, call_seconds=5)
    settings = Settings(hidden=[str(tmp_path / "hidden")], limits=limits)
    grading = NotebookGrading(Submission(settings, folder), folder, None, Journal(tmp_path))
    source = (
        "import os, signal, time\n"
        "class C:\n"
        "    def __init__(self, x): self.x = x\n"
        "    def twice(self):\n"
        "        if 'tuned' not in os.environ['OTTER_ARRAYS_WITHOUT'].split(','):\n"
        f"            {death}\n"
        "        return 2 * self.x"
    )
    grading.cell(source, ["q1"], {})
    (file,) = Checker.get_results()
    assert [(each.passed, each.message) for each in file.test_case_results] == [
        (True, "✅ Test case passed")
    ]
    grading.end({})


@pytest.mark.parametrize("hidden", [True, False])
def test_the_text_of_an_exception_is_not_repeated_for_a_hidden_test(
    folder: Path, hidden: bool
) -> None:
    def f() -> None:
        raise ValueError("the argument was 42")

    ((passed, message),) = results(
        folder, [case("raises", "f()", arguments="f", hidden=hidden)], {"f": f}
    )
    assert not passed
    assert ("42" in message) is not hidden
    assert message.endswith(f"ValueError: {HIDDEN_TEXT}") is hidden


@pytest.mark.parametrize("hidden", [False, True])
def test_what_a_submission_says_is_no_verdict(folder: Path, hidden: bool) -> None:
    """The text of the exception reads like one of our verdicts."""
    says = "Ungraded: a fault of the grader\\nautograder.checks.verdict.Ungraded: x"
    missing = "ModuleNotFoundError: No module named 'autograder'"
    found = results(
        folder,
        [
            case("own", f"raise ValueError('x\\n{says}')", hidden=hidden),
            case("missing", f'raise ValueError("x\\n{missing}")', hidden=hidden),
            case("half", "raise ValueError('x\\nImprecise: f loses digits.')", hidden=hidden),
            case(
                "real",
                "\n    ".join(
                    [
                        "from autograder.checks.in_grading import note_verdict",
                        "from autograder import Ungraded",
                        "with note_verdict(): raise Ungraded('the grader failed.')",
                    ]
                ),
                hidden=hidden,
            ),
        ],
        {},
    )
    outcomes = [
        outcome_of(types.SimpleNamespace(passed=passed, message=message))
        for passed, message in found
    ]
    assert outcomes == ["failed", "failed", "failed", "ungraded"]
    assert "(said) Ungraded: a fault of the grader" in found[0][1]
