"""Constants, an argument returned unchanged, and the most frequent answer get no points, or the
build stops with a sentence. The author may accept them in words.
"""

from __future__ import annotations

import re
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, DeclarationError, Dim, Number, Question, Seed, Tree
from autograder.bank.groups import HIDDEN_GROUPS
from autograder.build.banks import build
from autograder.build.record import QuestionRecord
from autograder.build.trivial import groups_passed
from autograder.errors import BuildError
from autograder.verdicts.examine import examine


def record(
    function: Any, arguments: dict[str, Any], dims: dict[str, Any], **more: Any
) -> QuestionRecord:
    question = Question("f", arguments=arguments, dims=dims, **more)
    return build("t", [question], {"f": function}, "a").record.questions["f"]


X = {"x": Array("N")}
SIZES = {"N": (2, 9)}

FAIR: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "double": (lambda x: 2 * x, X, SIZES),
    "relu": (lambda x: jnp.maximum(x, 0), X, SIZES),
    "absolute": (jnp.abs, X, SIZES),
    "is sorted": (
        lambda x: np.all(np.diff(x) >= 0),
        {"x": Array("N", numpy=True)},
        {"N": (3, 9)},
    ),
    "any": (lambda x: jnp.any(x > 1.5), X, SIZES),
    "first of the largest": (lambda x: jnp.argmax(x), X, SIZES),
    "sign": (lambda x: jnp.sign(x).astype(jnp.int32), X, SIZES),
    "two sizes": (
        lambda seed, n, m: jnp.array([n, m, n]),
        {"seed": Seed(), "n": Dim("N"), "m": Dim("M")},
        {"N": (1, 9), "M": (1, 9)},
    ),
    "size": (lambda x: x.shape[0], X, SIZES),
    "sorted": (lambda x: jnp.sort(x), X, SIZES),
    "rank": (lambda x: jnp.argsort(x), X, SIZES),
    "a number": (lambda a, b: a > b, {"a": Number(0.0, 1.0), "b": Number(0.0, 1.0)}, {}),
}


@pytest.mark.parametrize("name", FAIR)
@pytest.mark.parametrize("secret", ["a", "b"])
def test_where_answers_vary_none_of_them_gets_a_group(name: str, secret: str) -> None:
    function, arguments, dims = FAIR[name]
    question = Question("f", arguments=arguments, dims=dims)
    built = build("t", [question], {"f": function}, secret)
    found = built.record.questions["f"].trivial
    assert len(found) >= 3
    assert groups_passed(found) == {}
    for group in HIDDEN_GROUPS:
        cases = built.hidden.groups["f"][group].cases
        for each in cases[:1]:  # returning the answer of one case fails too
            constant = each.expected[""]
            if len({str(other.expected[""].tolist()) for other in cases}) > 1:
                answer = lambda *_, constant=constant: constant  # noqa: E731
                assert examine(answer, built.hidden.groups["f"][group]) is not None


UNFAIR: dict[str, tuple[Any, dict[str, Any], dict[str, Any], str]] = {
    "clip of tiny numbers": (
        lambda x: jnp.clip(x, -1, 1),
        {"x": Array("N", families=("tiny",))},
        SIZES,
        "its argument x",
    ),
    "absolute of positive ones": (
        jnp.abs,
        {"x": Array("N", values="positive")},
        SIZES,
        "its argument x",
    ),
    "an update that changes nothing": (
        lambda params, g: {"w": params["w"] + 0 * g, "b": params["b"]},
        {"params": Tree(w=Array("N"), b=Array("N")), "g": Array("N")},
        SIZES,
        "its argument params",
    ),
    "cast": (
        lambda x: x.astype(jnp.int32),
        {"x": Array("N", dtype="int32")},
        SIZES,
        "its argument x",
    ),
}


@pytest.mark.parametrize("name", UNFAIR)
def test_a_question_that_such_an_answer_meets_stops_the_build(name: str) -> None:
    function, arguments, dims, told = UNFAIR[name]
    several = "params" in arguments
    with pytest.raises(BuildError) as caught:
        record(function, arguments, dims, several=several)
    assert re.sub(r"each of its \d+ cases", "each of its 3 cases", str(caught.value)) == (
        f"question 'f': an answer that always returns {told} gets the points of cases='corners': "
        "each of its 3 cases expects that. Make the cases vary (wider ranges in dims, other "
        "families or values, more shapes and seeds), ask for an output that depends on the "
        "inputs, or accept it with a reason, "
        'as in Question(…, trivial="The mask hides nothing where there is one row.")'
    )
    found = record(function, arguments, dims, several=several, trivial="It is a warm-up.")
    assert groups_passed(found.trivial) == {told: list(HIDDEN_GROUPS)}


def test_a_constant_that_is_right_in_one_group_by_chance_is_drawn_again() -> None:
    """About half of the cases give True, and a group has three."""
    for secret in "abcdefgh":
        question = Question(
            "f", arguments={"x": Array("N", families=("normal",))}, dims={"N": (8, 9)}
        )
        built = build("t", [question], {"f": lambda x: bool(np.sum(x) > 0)}, secret)
        assert groups_passed(built.record.questions["f"].trivial) == {}


def test_words_that_are_none_are_named() -> None:
    with pytest.raises(DeclarationError) as caught:
        Question("f", arguments=X, dims=SIZES, trivial=True)  # type: ignore[arg-type]
    assert str(caught.value) == (
        "question 'f': trivial=True (type=bool) is not a sentence that says why an answer that "
        "needs no understanding may get points"
    )
