"""The words of a row about hidden cases, and how much a hostile answer can tell through them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.bank.records import ExpectedCase, Group
from autograder.calls.call import Failed
from autograder.calls.causes import COMMON_EXCEPTIONS, OPEN_EXCEPTIONS, coarse
from autograder.calls.inputs import Value
from autograder.calls.outputs import alone
from autograder.calls.spec import CallSpec, Case
from autograder.checks import messages
from autograder.checks.guarded import failing, guard
from autograder.verdicts.examine import Finding, examine

B, F = 3, 2
EXPECTED = np.arange(1.0, 7.0, dtype=np.float32).reshape(B, F)
CASE = ExpectedCase(
    Case("by hand", {"B": B, "F": F}, {"x": Value("numpy", EXPECTED)}), alone(EXPECTED), {"": 1e-5}
)


def finding(function: Callable[..., Any], cases: int = 1) -> Finding:
    found = examine(function, Group("random", (CASE,) * cases, tuple(range(cases))))
    assert found is not None
    return found


def off_by(number: float, count: int = 1, at: int = 0) -> Callable[..., Any]:
    def answer(x: Any) -> Any:
        wrong = np.array(x, np.float64).ravel()
        wrong[at : at + count] += number
        return wrong.reshape(B, F).astype(np.float32)

    return answer


WORDS: tuple[tuple[Callable[..., Any], str], ...] = (
    (
        off_by(0.0123),
        "returned wrong values in fewer than half of the elements; the largest error is of "
        "the order of 1e-2 (allowed: 1e-05).",
    ),
    (
        off_by(87.0, 3),
        "returned wrong values in at least half of the elements; the largest error is of the "
        "order of 1e1 (allowed: 1e-05).",
    ),
    (
        off_by(87654.0, 6),
        "returned wrong values in all of the elements; the largest error is more than 100 times "
        "the largest expected value (allowed: 1e-05).",
    ),
    (
        lambda x: x.T,
        "returned shape (F, B); expected shape (3, 2), which is (B, F), with the same "
        "number of elements.",
    ),
    (
        lambda x: np.zeros((3, 12345), np.float32),
        "returned shape (B, ?); expected shape (3, 2), which is (B, F).",
    ),
    (
        lambda x: x.ravel(),
        "returned an array with 1 axis instead of 2 axes; expected shape (3, 2), with the "
        "same number of elements.",
    ),
    (
        lambda x: np.zeros((1,) * 9, np.float32),
        "returned an array with more than 5 axes instead of 2 axes; expected shape (3, 2).",
    ),
    (
        lambda x: x.astype(np.int16),
        "returned integers; expected floating-point numbers, such as dtype float32.",
    ),
    (
        lambda x: np.where(x == 4, np.nan, x).astype(np.float32),
        "returned NaN instead of a finite number in fewer than half of the elements.",
    ),
    (lambda x: [1] * 77, "returned a list; it must return one array."),
)


@pytest.mark.parametrize(("answer", "words"), WORDS)
def test_a_hidden_row_has_no_number_of_the_answer_s(answer: Callable[..., Any], words: str) -> None:
    told = messages.in_grading("f", finding(answer), False, hidden=True)
    assert told.split("\n")[0] == f"f {words} [case 1 of 1: by hand]"


@pytest.mark.parametrize(("count", "words"), [(1, "fewer"), (5, "more"), (999, "more")])
def test_arrays_are_counted_to_three(count: int, words: str) -> None:
    case = Case("by hand", {}, {"x": Value("numpy", EXPECTED)}, CallSpec(several=True))
    two = ExpectedCase(case, {"a": EXPECTED, "b": EXPECTED}, {"a": 1e-5, "b": 1e-5})
    found = examine(
        lambda x: {f"n{each}": x for each in range(count)}, Group("random", (two,), (0,))
    )
    assert found is not None
    assert guard(found) == f"returned {words} arrays; expected 2 arrays: [a], [b]."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda x: np.zeros((3, 12345), np.float32),
            "returned shape (B, ?) in [a]; expected shape (3, 2), which is (B, F).",
        ),
        (
            lambda x: np.zeros(12345, np.float32),
            "returned an array with 1 axis instead of 2 axes in [a]; expected shape (3, 2).",
        ),
        (
            lambda x: x.astype(np.int16),
            "returned integers in [a]; expected floating-point numbers, such as dtype float32.",
        ),
        (
            off_by(0.0123, 2),
            "returned wrong values in fewer than half of the elements of [a]; the largest error is "
            "of the order of 1e-2 (allowed: 1e-05).",
        ),
    ],
)
def test_neither_has_one_about_an_array_among_several(
    answer: Callable[..., Any], words: str
) -> None:
    case = Case("by hand", CASE.case.sizes, CASE.case.arguments, CallSpec(several=True))
    two = ExpectedCase(case, {"a": EXPECTED, "b": EXPECTED}, {"a": 1e-5, "b": 1e-5})
    found = examine(lambda x: {"a": answer(x), "b": x}, Group("random", (two,), (0,)))
    assert found is not None
    assert guard(found) == words


CAUSES = (
    ("raised ValueError.", "raised ValueError."),
    ("raised BrokenPipeError.", "raised an exception."),
    ("raised a custom exception.", "raised an exception."),
    ("its method `step` raised EOFError.", "its method `step` raised an exception."),
    ("returned a tuple of length 4711; it must", "returned a tuple; it must"),
    (
        "takes 42 positional arguments; the question calls it with 2: (x, y).",
        "takes a different number of positional arguments; the question calls it with 2: (x, y).",
    ),
    ("is not a function; its type is abcdefgh.", "is not a function."),
    (
        "returned a JAX array whose values cannot be read (seedIsFive); was it deleted or donated?",
        "returned a JAX array whose values cannot be read; was it deleted or donated?",
    ),
    ("took longer than 5 seconds.", "took longer than 5 seconds."),
)


@pytest.mark.parametrize(("cause", "told"), CAUSES)
def test_a_cause_has_no_number_or_name_that_a_process_could_choose(cause: str, told: str) -> None:
    assert coarse(cause) == told


def test_usual_exceptions_are_named() -> None:
    for name in OPEN_EXCEPTIONS:
        told = coarse(f"raised {name}.")
        assert told == (f"raised {name}." if name in COMMON_EXCEPTIONS else "raised an exception.")


@pytest.mark.parametrize(
    ("cases", "wrong", "told"),
    [
        (1, {0}, ""),
        (9, {0}, "The other 8 cases are right."),
        (9, {0, 5}, "Other cases fail too."),
        (9, {0, 1, 2, 3, 4, 5, 6, 7}, "Other cases fail too."),
        (9, set(range(9)), "All cases fail."),
    ],
)
def test_failing_cases_are_counted_to_three(cases: int, wrong: set[int], told: str) -> None:
    number = itertools.count()
    found = finding(lambda x: x + 1 if next(number) in wrong else x, cases)
    assert failing(found) == told


def test_an_answer_that_depends_on_earlier_calls_tells_no_more() -> None:
    number = itertools.count()

    def answer(x: Any) -> Any:
        return [0] * 77 if next(number) else x

    found = examine(answer, Group("repeated", (CASE,), (0, 0)))
    assert found is not None
    assert guard(found) == (
        "returned a list; it must return one array. The same call was right before, so the "
        "answer depends on earlier calls."
    )


def hostile() -> list[Callable[..., Any]]:
    """Answers that differ in everything that an answer can choose."""
    answers: list[Callable[..., Any]] = [
        off_by(number * 10.0**power, count, at)
        for power in range(-4, 9)
        for number in (1.0, 2.5, 7.7)
        for count, at in ((1, 0), (1, 4), (2, 1), (3, 0), (5, 1), (6, 0))
    ]
    sizes = (0, 1, 2, 3, 4, 6, 7, 11)
    answers += [
        (lambda x, shape=shape: np.zeros(shape, np.float32))  # type: ignore[misc]
        for axes in range(6)
        for shape in itertools.product(sizes if axes < 4 else (1, 2), repeat=axes)
    ]
    kinds = ("?", "b", "u1", "i2", "u4", "i8", "e", "d", "F", "D", "S3", "U9", "O", "M8[s]")
    answers += [
        (lambda x, kind=kind: np.zeros((B, F)).astype(kind))
        for kind in kinds  # type: ignore[misc]
    ]
    for value in (np.nan, np.inf, -np.inf):
        answers += [off_by(value, count, at) for count in range(1, 7) for at in range(7 - count)]
    answers += [
        (lambda x, length=length, kind=kind: kind([0] * length))  # type: ignore[misc]
        for length in (0, 1, 2, 50, 999, 5000)
        for kind in (list, tuple, set, str, dict.fromkeys)
    ]
    answers += [
        (lambda x, count=count: {str(each): x for each in range(count)})  # type: ignore[misc]
        for count in (1, 2, 3, 77)
    ]
    return answers


MOST = 160
"""The most sentences that one case of two dimensions can get, apart from those about exceptions:
7.3 bits.
"""


def test_a_hidden_row_tells_few_bits() -> None:
    told = {guard(finding(answer)) for answer in hostile()}
    causes = {coarse(f"raised {name}.") for name in OPEN_EXCEPTIONS}
    assert len(told) <= MOST
    assert len(causes) == 1 + len(COMMON_EXCEPTIONS) <= 17
    assert math.log2(len(told) + len(causes)) < 7.5
    plain = {finding(answer).sentence for answer in hostile()}
    assert len(plain) > 3 * len(told)


def test_a_failure_stays_one_of_a_known_form() -> None:
    assert isinstance(finding(lambda x: None), Finding)
    assert coarse(Failed("raised TypeError.").cause) == "raised TypeError."
