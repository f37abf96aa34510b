"""A declaration that cannot work fails at once, naming question, field and value. Covers too:
`questions.declarations`, `questions.faults`, `questions.misconceptions`, `questions.size_faults`.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

import pytest

from autograder import Array, DeclarationError, Dim, Question, Seed
from autograder.questions.question import declared_inside, declared_questions, newest

GOOD: dict[str, Any] = {
    "name": "f",
    "arguments": {"seed": Seed(), "x": Array("B", "D"), "n": Dim("B")},
    "dims": {"B": (1, 4), "D": (2, 4)},
}


def test_a_good_declaration_is_found_by_its_name() -> None:
    question = Question(**GOOD)
    assert newest("f") is question
    assert newest("g") is None


def test_what_is_declared_inside_is_handed_over_and_forgotten() -> None:
    outer = Question(**GOOD)
    with declared_inside() as questions:
        inner = Question(**{**GOOD, "name": "g"})
        assert declared_questions() == (outer, inner)
    assert (questions, declared_questions()) == ([inner], (outer,))


def test_what_is_declared_before_a_fault_is_forgotten_too() -> None:
    with contextlib.suppress(DeclarationError), declared_inside() as questions:
        first = Question(**GOOD)
        Question(**{**GOOD, "name": ""})
    assert (questions, declared_questions()) == ([first], ())


def test_the_newest_declaration_of_a_name_holds_in_a_notebook() -> None:
    Question(**GOOD)
    second = Question(**GOOD)
    assert newest("f") is second


AN_END = (
    "; an end may also be an expression, as in (1, 'N'), and a size that follows from others is "
    "an expression alone, as in 'H * K'"
)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("rtol", -1.0, "question 'f': rtol=-1.0 (type=float) is not a number of at least 0"),
        ("atol", "1e-3", "question 'f': atol='1e-3' (type=str) is not a number of at least 0"),
        ("rtol", float("inf"), "question 'f': rtol=inf (type=float) is not a number of at least 0"),
        (
            "imprecise",
            1.5,
            "question 'f': imprecise=1.5 (type=float) is not a share of the points, from 0 to 1",
        ),
        (
            "imprecise",
            "right",
            "question 'f': imprecise='right' (type=str) is not a share of the points, from 0 to 1",
        ),
        ("see", None, "question 'f': see=None (type=NoneType) is not the text of a heading"),
        (
            "name",
            "two words",
            "question 'two words': name='two words' (type=str) is not the name of a function",
        ),
        ("name", 3, "question 3: name=3 (type=int) is not the name of a function"),
        (
            "name",
            "lambda",
            "question 'lambda': name='lambda' (type=str) is not the name of a function",
        ),
        (
            "dims",
            {"B": (5, 2), "D": (1, 2)},
            "question 'f': dims['B']=(5, 2) (type=tuple) is an empty range; write (smallest, "
            "largest)",
        ),
        (
            "dims",
            {"B": (0, 2), "D": (1, 2)},
            "question 'f': dims['B']=(0, 2) (type=tuple) starts below 1; an array of size 0 has "
            "no value to compare",
        ),
        (
            "dims",
            {"B": 4, "D": (1, 2)},
            "question 'f': dims['B']=4 (type=int) is not a pair of whole numbers (smallest, "
            "largest)" + AN_END,
        ),
        (
            "dims",
            {"B": (1, 2.5), "D": (1, 2)},
            "question 'f': dims['B']=(1, 2.5) (type=tuple) is not a pair of whole numbers "
            "(smallest, largest)" + AN_END,
        ),
        (
            "dims",
            {"B": (True, 2), "D": (1, 2)},
            "question 'f': dims['B']=(True, 2) (type=tuple) is not a pair of whole numbers "
            "(smallest, largest)" + AN_END,
        ),
        (
            "dims",
            {"B": (1, 2), "D": (1, 2), "Z": (1, 2)},
            "question 'f': dims['Z']=(1, 2) (type=tuple) is not used by any argument; remove it",
        ),
        (
            "dims",
            [],
            "question 'f': dims=[] (type=list) is not a dict of ranges such as dict(B=(1, 16))",
        ),
        (
            "arguments",
            {},
            "question 'f': arguments={} (type=dict) is not a dict with at least one argument",
        ),
        (
            "arguments",
            {"x": 3},
            "question 'f': arguments['x']=3 (type=int) does not describe an argument; write "
            "Dim('N') for a size, Seed() for a seed, or Choice(3) for this number",
        ),
        ("shapes", 0, "question 'f': shapes=0 (type=int) is not a whole number of at least 1"),
        ("seeds", 1.5, "question 'f': seeds=1.5 (type=float) is not a whole number of at least 1"),
    ],
)
def test_a_bad_field_is_named_with_its_value(field: str, value: object, message: str) -> None:
    with pytest.raises(DeclarationError, match=f"^{re.escape(message)}$"):
        Question(**{**GOOD, field: value})


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (Array("Z"), "uses the dimension 'Z', which dims does not define; it defines B, D"),
        (
            Array(3.0),  # type: ignore[arg-type]
            "cannot be drawn: the name of a dimension must be a string, not 3.0 (float)",
        ),
        (
            Array("B", dtype="int7"),
            "cannot be drawn: dtype='int7' is not one of float32, float64, float16, bfloat16, "
            "complex64, complex128, int32, bool, int8, int16, int64, uint8, uint16, uint32, uint64",
        ),
        (
            Array("B", families=()),
            "cannot be drawn: families=() is empty; name at least one of normal, large, tiny, "
            "equal",
        ),
        (
            Array("B", families=("odd",)),
            "cannot be drawn: families has 'odd', which is not one of normal, large, tiny, equal",
        ),
        (Dim("Z"), "uses the dimension 'Z', which dims does not define; it defines B, D"),
        (Seed(as_float=1), "cannot be drawn: as_float=1 (type=int) is neither True nor False"),  # type: ignore[arg-type]
    ],
)
def test_a_bad_argument_is_named(argument: object, message: str) -> None:
    with pytest.raises(DeclarationError, match=re.escape(message)) as caught:
        Question(**{**GOOD, "arguments": {**GOOD["arguments"], "bad": argument}})
    assert str(caught.value).startswith("question 'f': arguments['bad']=")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "", "hint": "h"}, "misconception name='' (type=str) is not a sentence"),
        ({"name": "n", "hint": None}, "misconception hint=None (type=NoneType) is not a sentence"),
        (
            {"name": "n", "hint": "h", "told_by": "luck"},
            "misconception told_by='luck' (type=str) is not one of values, method",
        ),
        ({"name": "known", "hint": "h"}, "misconception name='known' (type=str) is declared twice"),
    ],
)
def test_a_bad_misconception_is_named(given: dict[str, Any], message: str) -> None:
    question = Question(**GOOD)
    question.misconception("known", hint="h")(lambda seed, x, n: x)
    with pytest.raises(DeclarationError, match=re.escape(message)):
        question.misconception(**given)


def test_decorators_leave_the_function_as_it_is() -> None:
    question = Question(**GOOD)

    @question.alternative
    def other(seed: int, x: object, n: int) -> object:
        return x

    @question.misconception("wrong", hint="think again")
    def wrong(seed: int, x: object, n: int) -> int:
        return n

    assert other(1, "x", 2) == "x"
    assert wrong(1, "x", 2) == 2
    assert question.alternatives == [other]
    assert [known.function for known in question.misconceptions] == [wrong]


@pytest.mark.parametrize(
    ("dims", "where", "message"),
    [
        (
            {"B": (1, "C"), "D": (1, 2)},
            None,
            "dims['B']=(1, 'C') (type=tuple) uses the dimension 'C', which dims does not define; "
            "it defines B, D",
        ),
        (
            {"B": "D + 1", "D": (1, "B")},
            None,
            "dims['B']='D + 1' (type=str) depends on itself; give it its own range",
        ),
        (
            {"B": "D / 2", "D": (1, 2)},
            None,
            "dims['B']='D / 2' (type=str) is not an expression for a size, because of 'D / 2'; "
            "write whole numbers and names of dimensions with + - * // % min max, such as 'H * "
            "K' or 'min(N, 4)'",
        ),
        (
            {"B": (1, 4), "D": (1, 2)},
            "B <= D",
            "where='B <= D' (type=str) is not a function; write where=lambda sizes: sizes['K'] "
            "<= sizes['N']",
        ),
    ],
)
def test_sizes_that_cannot_be_chosen_are_told(dims: Any, where: Any, message: str) -> None:
    with pytest.raises(DeclarationError, match=f"^question 'f': {re.escape(message)}$"):
        Question("f", arguments={"x": Array("B", "D")}, dims=dims, where=where)


def test_where_that_raises_is_told_with_what_it_gets() -> None:
    with pytest.raises(
        DeclarationError,
        match=re.escape(
            "raised KeyError: 'k'; its argument is a dict of sizes, such as {'B': 1, 'D': 2}"
        ),
    ):
        Question(
            "f",
            arguments={"x": Array("B", "D")},
            dims={"B": (1, 4), "D": (2, 3)},
            where=lambda sizes: sizes["k"] > 1,
        )
