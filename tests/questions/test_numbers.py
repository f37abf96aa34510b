"""Numbers and choices: which values are drawn, in which types, and which declarations are
refused.
"""

from __future__ import annotations

import re
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, Choice, DeclarationError, Number, Question
from autograder.build.banks import build
from autograder.calls.inputs import Value, describe
from autograder.calls.passed import to_python as all_to_python
from autograder.questions.argument import Drawing
from autograder.verdicts.examine import examine


def to_python(value: Value) -> Any:
    return all_to_python({"a": value})["a"]


def test_a_number_is_one_value_in_three_types() -> None:
    number, rng = Number(1e-3, 1.0), np.random.default_rng(0)
    for kind, expected in (("float", float), ("numpy.float32", np.float32), ("jax", jnp.ndarray)):
        value = number.draw(rng, Drawing({}, kind=kind))
        made = to_python(value)
        assert isinstance(made, expected)
        assert np.shape(made) == ()
        assert float(made) == float(value.data)


def test_a_number_stays_in_its_range_and_a_wide_one_visits_each_power_of_ten() -> None:
    rng = np.random.default_rng(0)
    wide = [float(Number(1e-4, 1.0).draw(rng, Drawing({})).data) for _ in range(400)]
    assert all(1e-4 <= value <= 1.0 for value in wide)
    assert 60 < sum(value < 1e-3 for value in wide) < 140
    narrow = [float(Number(-1, 2).draw(rng, Drawing({})).data) for _ in range(400)]
    assert all(-1 <= value <= 2 for value in narrow)
    assert sum(value < 0 for value in narrow) > 80


def test_a_number_is_shown_with_the_digits_it_has() -> None:
    value = Number(0.1, 0.2).draw(np.random.default_rng(0), Drawing({}, kind="float"))
    assert len(describe(value)) <= 11


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (
            Number(1, 1),
            "the range from 1 to 1 is empty; write the smaller number first, or Choice for one "
            "value",
        ),
        (
            Number("a", 2),  # type: ignore[arg-type]
            "low='a' is not a finite number; write the smallest and the largest value, as in "
            "Number(0.1, 2.0)",
        ),
        (
            Number(0, float("inf")),
            "high=inf is not a finite number; write the smallest and the largest value, as in "
            "Number(0.1, 2.0)",
        ),
        (Choice(), "a Choice needs at least one constant, as in Choice(True, False)"),
        (Choice(1, 1), "a Choice has the same constant twice; write each constant once"),
        (
            Choice([1]),
            "[1] (type=list) is not a constant; write strings, numbers, True, False, None or "
            "tuples of these",
        ),
    ],
)
def test_a_description_that_cannot_be_drawn_is_refused(
    argument: Number | Choice, message: str
) -> None:
    with pytest.raises(DeclarationError, match=re.escape(message)):
        Question("f", arguments={"a": argument})


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (0.1, "write Number(low, high) for a real number, or Choice(0.1) for this one"),
        (True, "write Choice(True, False)"),
        ("SAME", "write Choice('SAME', …) with all possible strings"),
        ({"w": 1}, "write Tree(name=Array(…), …)"),
        ([1.5], "write Tuple(Array(…), …), or List(Array(…), length='L')"),
        (("SAME", "VALID"), "write Choice('SAME', 'VALID') for one of these"),
        (Array, "write Array(…)"),
        (None, "write an Array, a Number, a Choice, a Dim, a Seed, a Key or a Tree"),
    ],
)
def test_a_value_in_the_place_of_a_description_is_told_the_word_for_it(
    written: object, message: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        Question("f", arguments={"a": written})  # type: ignore[dict-item]
    assert str(caught.value).endswith(f"does not describe an argument; {message}")


def momentum(w: object, lr: float, order: int | None, mode: str) -> object:
    step = jnp.asarray(w) * lr
    return step ** (order or 1) if mode == "power" else step * (order or 7)


def test_options_and_numbers_are_judged() -> None:
    question = Question(
        "momentum",
        arguments={
            "w": Array("N"),
            "lr": Number(0.01, 0.5),
            "order": Choice(None, 2, 3),
            "mode": Choice("power", "times"),
        },
        dims={"N": (2, 6)},
    )
    built = build("t", [question], {"momentum": momentum}, "s")

    def refused(answer: object) -> int:
        return sum(
            examine(answer, group) is not None for group in built.hidden.groups["momentum"].values()
        )

    groups = len(built.hidden.groups["momentum"])
    assert refused(momentum) == 0
    assert refused(lambda w, lr, order, mode: momentum(w, lr, order, "power")) == groups
    assert refused(lambda w, lr, order, mode: momentum(w, lr, None, mode)) == groups
    assert refused(lambda w, lr, order, mode: momentum(w, 0.1, order, mode)) == groups
    assert refused(lambda w, lr, order, mode: momentum(w, lr, order or 2, mode)) >= groups - 1
