"""Infinities and NaN that a formula rightly gives are values. Those from overflow, or from 0 / 0,
stop the build.
"""

from __future__ import annotations

import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, DeclarationError, Key, Question
from autograder.build.banks import build
from autograder.errors import BuildError
from autograder.verdicts.examine import examine

NORMAL = Array("B", "D", families=("normal",))


def asked(arguments: dict[str, Any] | None = None, **options: Any) -> Question:
    return Question(
        "f",
        arguments=arguments or {"x": NORMAL},
        dims={"B": (2, 5), "D": options.pop("D", (2, 5))},
        shapes=1,
        seeds=2,
        **options,
    )


def window(x: Any) -> Any:
    x = jnp.asarray(x)
    return jnp.concatenate([jnp.full_like(x[:, :1], jnp.nan), (x[:, 1:] + x[:, :-1]) / 2], axis=1)


@pytest.mark.parametrize(
    ("question", "function", "instead"),
    [
        (
            lambda: asked({"c": Array("B", "D", dtype="int32")}),
            lambda c: jnp.log(jnp.abs(c).astype(jnp.float32)),
            lambda c: jnp.log(jnp.abs(c) + 1e-30),
        ),
        (
            lambda: asked({"x": Array("B", "D"), "m": Array("B", "D", dtype="bool")}),
            lambda x, m: jnp.max(jnp.where(m, x, -jnp.inf), axis=1),
            lambda x, m: jnp.max(jnp.where(m, x, -1e30), axis=1),
        ),
        (asked, window, lambda x: jnp.nan_to_num(window(x))),
        (
            lambda: asked({"key": Key(), "x": NORMAL}),
            lambda key, x: jnp.where(jnp.arange(x.shape[1]) > 0, x, jnp.inf),
            lambda key, x: jnp.where(jnp.arange(x.shape[1]) > 0, x, -jnp.inf),
        ),
        (
            lambda: asked(D=(5, 8), nan=True),
            lambda x: jnp.log(jnp.asarray(x)),
            lambda x: jnp.log(jnp.abs(jnp.asarray(x))),
        ),
    ],
)
def test_by_right_they_are_values_like_others(question: Any, function: Any, instead: Any) -> None:
    groups = build("t", [question()], {"f": function}, "a").hidden.groups["f"]
    assert all(examine(function, group) is None for group in groups.values())
    findings = [examine(instead, group) for group in groups.values()]
    assert any(finding is not None and finding.step == "finite" for finding in findings)


@pytest.mark.parametrize(
    ("question", "function", "why"),
    [
        (
            lambda: asked({"x": Array("B", "D")}),
            lambda x: jnp.exp(x) / jnp.exp(x).sum(axis=1, keepdims=True),
            "float64 returns a finite number instead of NaN at some places: numbers overflow or "
            "are lost on the way",
        ),
        (
            lambda: asked(D=(1, 5)),
            lambda x: (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True),
            "none of its elements is finite, for example because numbers are divided by a spread "
            "or a sum of 0. Narrow the ranges in dims",
        ),
        (
            lambda: asked(D=(5, 8)),
            lambda x: jnp.log(jnp.asarray(x)),
            "it has NaN at places that depend on the drawn numbers, for example from 0 / 0 or "
            "the logarithm of a negative number; if NaN is the right answer there, declare the "
            "question with "
            'nonfinite="expected"',
        ),
        (
            asked,
            lambda x: jnp.asarray(x).at[0, 0].set(jnp.where(_last_bit(x), jnp.inf, 1.0)),
            "",
        ),
    ],
)
def test_what_nobody_wants_stops_the_build(question: Any, function: Any, why: str) -> None:
    if not why:  # it comes and goes, so a draw without it is used
        groups = build("t", [question()], {"f": function}, "a").hidden.groups["f"]
        assert all(
            np.isfinite(case.expected[""]).all()
            for group in groups.values()
            for case in group.cases
        )
        return
    with pytest.raises(BuildError) as stopped:
        build("t", [question()], {"f": function}, "a")
    told = re.sub(
        r"in \d+ of \d+ elements \([\d.]+%\), (?:first )?in row \d, column \d",
        "at some places",
        str(stopped.value),
    )
    assert f"the reference never returned an output that tests anything: {why}" in told


def _last_bit(x: Any) -> Any:
    return jnp.asarray(x)[0, 0].view(jnp.int32) % 2 == 0


def test_nan_is_said_by_true_or_false() -> None:
    with pytest.raises(DeclarationError, match=r"nan='yes' \(type=str\) is neither True nor False"):
        asked(nan="yes")


def masked_softmax(s: Any, m: Any) -> Any:
    return jax.nn.softmax(jnp.where(jnp.asarray(m), jnp.asarray(s), -jnp.inf), axis=-1)


def masked(s: Any, m: Any) -> Any:
    return jnp.where(jnp.asarray(m), jnp.asarray(s), -jnp.inf)


@pytest.mark.parametrize(
    "options", [{"nonfinite": "expected"}, pytest.param({"nan": True}, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    ("function", "instead"),
    [
        (masked_softmax, lambda s, m: jnp.nan_to_num(masked_softmax(s, m))),
        pytest.param(
            masked_softmax,
            lambda s, m: jax.nn.softmax(jnp.where(m, s, -1e9), axis=-1),
            marks=pytest.mark.slow,
        ),
        (masked, lambda s, m: jnp.where(m, s, -1e9)),
        (masked, lambda s, m: jnp.where(m, s, jnp.nan)),
    ],
)
def test_rows_and_cases_without_a_finite_number_are_values(
    options: dict[str, Any], function: Any, instead: Any
) -> None:
    square = {"s": Array("T", "T"), "m": Array("T", "T", dtype="bool")}
    question = Question("f", arguments=square, dims={"T": (3, 9)}, **options)
    groups = build("t", [question], {"f": function}, "a").hidden.groups["f"]
    rows = [
        np.isfinite(row).any()
        for group in groups.values()
        for case in group.cases
        for row in case.expected[""]
    ]
    assert False in rows
    assert all(examine(function, group) is None for group in groups.values())
    assert all(examine(instead, groups[name]) is not None for name in ("random", "repeated"))


@pytest.mark.parametrize("secret", ["s2", pytest.param("s4", marks=pytest.mark.slow)])
def test_each_kind_of_argument_has_a_case_with_finite_numbers(secret: str) -> None:
    """Else an answer that is NaN, or anything else, for NumPy arrays would be right."""
    question = Question(
        "f",
        arguments={"s": Array("T", "T"), "m": Array("T", dtype="bool")},
        dims={"T": (2, 7)},
        nonfinite="expected",
    )
    groups = build("t", [question], {"f": masked_softmax}, secret).hidden.groups["f"]
    finite = [
        case.case.arguments["s"].kind
        for case in groups["types"].cases
        if np.isfinite(case.expected[""]).any()
    ]
    assert {"jax", "numpy"} <= set(finite)


def test_a_case_without_a_finite_number_is_drawn_again_if_others_have_some() -> None:
    question = Question(
        "f",
        arguments={"s": Array("T", "T"), "m": Array("T", "T", dtype="bool")},
        dims={"T": (2, 3)},
        nonfinite="expected",
    )
    hidden = build("t", [question], {"f": lambda s, m: masked(s, m)[:1]}, "a").hidden
    groups = hidden.groups["f"].values()
    finite = [np.isfinite(each.expected[""]).any() for group in groups for each in group.cases]
    assert np.mean(finite) > 0.9
    # one number is NaN or not, which is all that the question asks
    question = Question(
        "g",
        arguments={"s": Array("T"), "m": Array("T", dtype="bool")},
        dims={"T": (2, 3)},
        nonfinite="expected",
    )
    only = {"g": lambda s, m: jnp.where(m[0], jnp.nan, s.sum())}
    groups = build("t", [question], only, "a").hidden.groups["g"].values()
    finite = [np.isfinite(each.expected[""]) for group in groups for each in group.cases]
    assert 0.2 < np.mean(finite) < 0.8
