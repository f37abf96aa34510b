"""The arguments that change no expected output, which the build tells an author of."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import pytest
from flax import nnx

from autograder import Array, Choice, Dim, Number, Question, Rngs, Seed
from autograder.build.banks import build
from autograder.rules import constant_trace

ROWS = Array("B", "D")


def idle(reference: Any, arguments: dict[str, Any], **options: Any) -> tuple[str, ...]:
    question = Question(
        "f",
        arguments=arguments,
        dims={"B": (1, 4), "D": (1, 4), **options.pop("dims", {})},
        shapes=1,
        seeds=2,
        **options,
    )
    return build("t", [question], {"f": reference}, "secret").record.questions["f"].idle


class Adapted(nnx.Module):
    """A linear layer beside one of low rank, whose second matrix begins with zeros."""

    def __init__(self, size: int, rank: int, *, rngs: nnx.Rngs) -> None:
        self.whole = nnx.Linear(size, 3, use_bias=False, rngs=rngs)
        self.thin = nnx.LoRA(size, rank, 3, rngs=rngs)

    def __call__(self, x: Any) -> Any:
        return self.whole(x) + self.thin(x)


def test_the_rank_of_an_adapter_that_begins_with_zeros_is_idle() -> None:
    found = idle(
        Adapted,
        {"size": Dim("D"), "rank": Dim("R"), "rngs": Rngs(), "x": ROWS},
        dims={"R": (1, 3)},
        constructor=("size", "rank", "rngs"),
        keywords=("rngs",),
    )
    assert found == ("rank",)


@pytest.mark.parametrize(
    ("reference", "arguments", "found"),
    [
        (
            lambda x, y, low: jnp.abs(x) + 0 * y,
            {"x": ROWS, "y": Array("B", "D", dtype="int32"), "low": Number(0.1, 2.0)},
            ("y", "low"),
        ),
        (
            lambda x, axis, mode: jnp.sum(x, axis=axis),
            {"x": ROWS, "axis": Choice(0, -1), "mode": Choice("a", "b")},
            ("mode",),
        ),
        # The limit shows in some cases only.
        (lambda x, low: 2 * jnp.maximum(x, low), {"x": ROWS, "low": Number(-9.0, -3.0)}, ()),
        # Nobody can change the number of rows alone, and a seed need not show.
        (lambda seed, x, rows: x.sum(1), {"seed": Seed(), "x": ROWS, "rows": Dim("B")}, ()),
    ],
)
def test_what_never_changes_the_output_is_idle_and_what_changes_any_is_not(
    reference: Any, arguments: dict[str, Any], found: tuple[str, ...]
) -> None:
    assert idle(reference, arguments) == found


def test_what_a_rule_may_judge_is_not_told() -> None:
    question = Question(
        "f", arguments={"x": ROWS, "mode": Choice("a", "b")}, dims={"B": (1, 4), "D": (1, 4)}
    )
    question.requires(
        "no loop", constant_trace("D"), otherwise="loops.", misconception="a loop", hint="None."
    )
    built = build("t", [question], {"f": lambda x, mode: x.sum(1)}, "secret")
    assert built.record.questions["f"].idle == ()
