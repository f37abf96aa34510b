"""The exact words that a student reads, in the notebook and on Gradescope, and the picture.

Covers too: `checks.heatmap`, `verdicts.examine`, `checks.rule_messages`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import matplotlib
import numpy as np
import pytest

from autograder.bank.records import ExpectedCase, Group, KnownMistake, KnownOutcome
from autograder.calls.call import Failed, Returned, StandIn
from autograder.calls.inputs import Value
from autograder.calls.outputs import alone
from autograder.calls.spec import PLAIN, CallSpec, Case
from autograder.checks import heatmap, messages
from autograder.verdicts.examine import Finding, examine

SIZES = ({"B": 2, "F": 3}, {"B": 3, "F": 2}, {"B": 1, "F": 4})


def answered(sizes: dict[str, int]) -> ExpectedCase:
    x = np.arange(1.0, sizes["B"] * sizes["F"] + 1, dtype=np.float32).reshape(
        sizes["B"], sizes["F"]
    )
    return ExpectedCase(
        Case(
            "a case by hand",
            sizes,
            {"x": Value("numpy", x), "factor": Value("float", np.asarray(2))},
        ),
        alone(2 * x.ravel()),
        {"": 1e-5},
    )


CASES = tuple(answered(sizes) for sizes in SIZES)
PLUS_ONE = KnownMistake(
    "one too many",
    "Take the 1 away.",
    tuple(KnownOutcome(alone(each.expected[""] + 1)) for each in CASES),
)
GROUP = Group("random", CASES, (0, 1, 2, 0), known=(PLUS_ONE,))


def doubled(x: Any, factor: float) -> Any:
    return (x * factor).ravel()


def in_half(x: Any, factor: float) -> Any:
    """Off by 1/128, in numbers of float16."""
    return (doubled(x, factor) + 2.0**-7).astype(np.float16)


def found(function: Callable[..., Any]) -> Finding:
    finding = examine(function, GROUP)
    assert finding is not None
    return finding


def raises(x: Any, factor: float) -> Any:
    raise TypeError("no < here")


calls: list[int] = []


def drifts(x: Any, factor: float) -> Any:
    calls.append(1)
    return doubled(x, factor) + (len(calls) > 3)


AT_THE_DESK = [
    (
        lambda x, factor: doubled(x, factor) + 1,
        "f returned wrong values in 6 of 6 elements (100.0%); the largest error is 1 (allowed: "
        "1e-05). [case 1 of 3: a case by hand]\n"
        "Looks like: one too many. Take the 1 away.\n"
        "It was called with x=a NumPy array of shape (2, 3), factor=2.0.\n"
        "3 of 3 cases fail.\n"
        "Errors compared with the largest expected value:\n"
        "       6 at least a hundredth\n"
        "The first 5 wrong elements (folded into rows of 3; rows and columns count from 0):\n"
        "  [0], row 0, column 0: returned 3, expected 2\n"
        "  [1], row 0, column 1: returned 5, expected 4\n"
        "  [2], row 0, column 2: returned 7, expected 6\n"
        "  [3], row 1, column 0: returned 9, expected 8\n"
        "  [4], row 1, column 1: returned 11, expected 10\n"
        "To repeat this call:\n"
        "  from autograder import public_case\n"
        "  f(*public_case('f', 0))",
    ),
    (
        lambda x, factor: doubled(x.T, factor),
        "f returned wrong values in 4 of 6 elements (66.7%); the largest error is 4 (allowed: "
        "1e-05). [case 1 of 3: a case by hand]\n"
        "Looks like: flattened in the wrong order. All numbers are there, but axis B and axis F "
        "are swapped. Check the order of the axes before the result is flattened (`out_axes`, "
        "`.T`, `transpose`).\n"
        "It was called with x=a NumPy array of shape (2, 3), factor=2.0.\n"
        "2 of 3 cases fail.\n"
        "Errors compared with the largest expected value:\n"
        "       4 at least a tenth\n"
        "The wrong elements (folded into rows of 3; rows and columns count from 0):\n"
        "  [1], row 0, column 1: returned 8, expected 4\n"
        "  [4], row 1, column 1: returned 6, expected 10\n"
        "  [2], row 0, column 2: returned 4, expected 6\n"
        "  [3], row 1, column 0: returned 10, expected 8\n"
        "To repeat this call:\n"
        "  from autograder import public_case\n"
        "  f(*public_case('f', 0))",
    ),
    (
        raises,
        "f raised TypeError. [case 1 of 3: a case by hand]\n"
        "It was called with x=a NumPy array of shape (2, 3), factor=2.0.\n"
        "The expected array has shape (6,) and dtype float32.\n"
        "3 of 3 cases fail.\n"
        "TypeError: no ‹ here\n"
        'line LINE: raise TypeError("no ‹ here")\n'
        "To repeat this call:\n"
        "  from autograder import public_case\n"
        "  f(*public_case('f', 0))",
    ),
    (
        lambda x, factor: doubled(x, factor)[1:] if len(x) == 1 else doubled(x, factor),
        "f returned an array with 3 elements and 1 axis; expected shape (4,). [case 3 of 3: a "
        "case by hand]\n"
        "Looks like: wrong where B is 1. Everything is right except where B is 1: is an axis of "
        "size 1 squeezed or broadcast?\n"
        "It was called with x=a NumPy array of shape (1, 4), factor=2.0.\n"
        "The expected array has shape (4,) and dtype float32.\n"
        "The other 2 cases are right.\n"
        "returned shape (3,)\n"
        "To repeat this call:\n"
        "  from autograder import public_case\n"
        "  f(*public_case('f', 2))",
    ),
    (
        drifts,
        "f returned wrong values in 6 of 6 elements (100.0%); the largest error is 1 (allowed: "
        "1e-05). The same call was right before, so the answer depends on earlier calls. [case 1 "
        "of 3: a case by hand]\n"
        "It was called with x=a NumPy array of shape (2, 3), factor=2.0.\n"
        "The first 5 wrong elements (folded into rows of 3; rows and columns count from 0):\n"
        "  [0], row 0, column 0: returned 3, expected 2\n"
        "  [1], row 0, column 1: returned 5, expected 4\n"
        "  [2], row 0, column 2: returned 7, expected 6\n"
        "  [3], row 1, column 0: returned 9, expected 8\n"
        "  [4], row 1, column 1: returned 11, expected 10\n"
        "To repeat this call:\n"
        "  from autograder import public_case\n"
        "  f(*public_case('f', 0))",
    ),
]


@pytest.mark.parametrize(("function", "text"), AT_THE_DESK)
def test_at_the_desk_a_student_reads(function: Any, text: str) -> None:
    calls.clear()
    said = messages.in_notebook("f", found(function))
    assert said == text.replace("LINE", str(raises.__code__.co_firstlineno + 1))


IN_GRADING = [
    (
        lambda x, factor: doubled(x, factor) + 1,
        True,
        "f returned wrong values in 6 of 6 elements (100.0%); the largest error is 1 (allowed: "
        "1e-05). [case 1 of 3: a case by hand]\n\n"
        "3 of 3 cases fail.\n\n"
        "**Looks like: one too many.** Take the 1 away.\n\n"
        "The public cases fail in the same way. Run this question's check in the notebook to see "
        "it with numbers.",
    ),
    (
        raises,
        True,
        "f raised TypeError. [case 1 of 3: a case by hand]\n\n"
        "The expected array has shape (6,) and dtype float32.\n"
        "3 of 3 cases fail.",
    ),
    (
        in_half,
        False,
        "f returned imprecise values in 6 of 6 elements (100.0%); the largest error is 0.0078 "
        "(allowed: 1e-05). Was it computed in half precision (float16, bfloat16, TF32), or by a "
        "formula that loses digits? [case 1 of 3: a case by hand]\n\n"
        "3 of 3 cases fail.",
    ),
    (
        lambda x, factor: doubled(x, factor).astype(int),
        False,
        "f returned dtype int64; expected floating-point numbers, such as dtype float32. [case 1 "
        "of 3: a case by hand]\n\n"
        "The expected array has shape (6,) and dtype float32.\n"
        "3 of 3 cases fail.",
    ),
]


@pytest.mark.parametrize(("function", "in_public", "text"), IN_GRADING)
def test_on_gradescope_a_student_reads(function: Any, in_public: bool, text: str) -> None:
    assert messages.in_grading("f", found(function), in_public) == text


def test_what_an_imprecise_answer_is_worth_is_said() -> None:
    finding = examine(in_half, replace(GROUP, imprecise=0.5))
    assert finding is not None
    assert messages.in_grading("f", finding, False).endswith(
        "3 of 3 cases fail.\n\nAn answer of this precision is worth 50% of the points."
    )


def test_the_picture_shows_rows_as_the_first_dimension_counts_them() -> None:
    finding = found(lambda x, factor: doubled(x, factor) + 1)
    picture = heatmap.draw("f", finding)
    assert [panel.get_title() for panel in picture.axes[:3]] == [
        "expected",
        "returned",
        "error above 1e-05 (grey: right)",
    ]
    assert all(panel.images[0].get_array().shape == (2, 3) for panel in picture.axes[:3])
    assert [panel.get_xlabel() for panel in picture.axes[:3]] == ["column"] * 3
    assert picture.axes[0].get_ylabel() == "row"
    np.testing.assert_allclose(picture.axes[2].images[0].get_array(), 1.0)


def one_off(x: Any, factor: Any) -> Any:
    answer = np.array(doubled(x, factor))
    answer[4] += 1
    return answer


def test_above_the_maps_stands_where_the_largest_error_is_and_how_a_flat_answer_is_folded() -> None:
    assert heatmap.draw("f", found(one_off)).get_suptitle().splitlines() == [
        "f: case 1 of 3, a case by hand",
        "The answer is flat: the maps fold it into rows of 3 elements.",
        "The largest error is at [4], in row 1, column 1.",
    ]


def test_what_a_notebook_sets_for_its_plots_does_not_reach_the_picture() -> None:
    finding = found(one_off)
    expected = heatmap.png("f", finding)
    with matplotlib.rc_context({"text.usetex": True, "figure.facecolor": "black", "font.size": 40}):
        assert heatmap.png("f", finding) == expected


def test_a_picture_that_fails_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=None))
    monkeypatch.setattr("IPython.display.display", shown.append)
    heatmap.show("f", found(one_off))
    assert len(shown) == 1
    monkeypatch.setattr(heatmap, "draw", lambda *_: 1 / 0)
    heatmap.show("f", found(one_off))
    assert len(shown) == 1


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (2, 3, 4)])
def test_any_output_can_be_drawn(shape: tuple[int, ...]) -> None:
    expected = np.ones(shape, np.float32)
    case = ExpectedCase(
        Case("c", {"B": 2}, {"x": Value("numpy", expected)}), alone(expected), {"": 1e-5}
    )
    finding = examine(lambda x: x + 1j if shape == (5,) else x * 3, Group("public", (case,), (0,)))
    assert finding is not None
    if finding.step == "values":
        picture = heatmap.png("f", finding)
        assert picture is not None
        assert picture.startswith(b"\x89PNG")


def test_outside_a_notebook_nothing_is_displayed(capsys: pytest.CaptureFixture[str]) -> None:
    heatmap.show("f", found(lambda x, factor: doubled(x, factor) + 1))
    assert capsys.readouterr().out == ""


class StopsAnswering(StandIn):
    """A function whose process ends at its second call."""

    def __init__(self) -> None:
        self.calls = 0

    def answer(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> Returned | Failed:
        self.calls += 1
        return (
            Returned(alone(doubled(arguments["x"].data, 2)))
            if self.calls == 1
            else Failed("ended the process.", lost=True)
        )


def test_cases_that_could_not_be_tried_are_not_called_right() -> None:
    finding = examine(StopsAnswering(), GROUP)
    assert finding is not None
    assert messages.in_grading("f", finding, True) == (
        "f ended the process. [case 2 of 3: a case by hand]\n\n"
        "The expected array has shape (6,) and dtype float32.\n"
        "1 of 2 cases fail; 1 was not tried."
    )
