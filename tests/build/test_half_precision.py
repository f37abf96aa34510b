"""Half precision is told from a wrong formula by what it does, not by how small its error is.

Covers too: `verdicts.half_precision`, `verdicts.faults`, `calls.nudges`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import pytest

from autograder import Array, Question
from autograder.bank.records import Group
from autograder.build.banks import build
from autograder.verdicts.examine import examine

NORMAL = {"x": Array("B", "D", families=("normal",))}
TWO = {**NORMAL, "y": Array("D", "F", families=("normal",))}

Function = Callable[..., Any]


def gelu(x: Any) -> Any:
    return 0.5 * x * (1 + jax.lax.erf(x / jnp.sqrt(2.0).astype(x.dtype)))


def layer_norm(x: Any, epsilon: float = 1e-5) -> Any:
    centred = x - x.mean(1, keepdims=True)
    return centred / jnp.sqrt((centred**2).mean(1, keepdims=True) + epsilon)


def softmax(x: Any) -> Any:
    return jax.nn.softmax(x, axis=1)


def variance(x: Any) -> Any:
    return jnp.var(x, axis=1, ddof=1)


def table(x: Any) -> Any:
    return jnp.sin(jnp.arange(x.shape[0])[:, None] * jnp.arange(1, x.shape[1] + 1) / 7.0)


QUESTIONS: dict[str, tuple[Function, dict[str, Any], tuple[int, int], dict[str, Function]]] = {
    "gelu": (
        gelu,
        NORMAL,
        (4, 8),
        {
            "by tanh": lambda x: jax.nn.gelu(x),
            "by 1 %": lambda x: 1.01 * gelu(x),
            "by 1 per mille": lambda x: 1.001 * gelu(x),
        },
    ),
    "variance": (variance, NORMAL, (40, 64), {"n": lambda x: jnp.var(x, axis=1)}),
    "layer_norm": (
        layer_norm,
        {"x": Array("B", "D")},
        (8, 12),
        {"no epsilon": lambda x: layer_norm(x, 0.0), "epsilon": lambda x: layer_norm(x, 1e-3)},
    ),
    "softmax": (softmax, NORMAL, (4, 8), {"by 1 %": lambda x: softmax(1.01 * x)}),
    "matmul": (
        jnp.matmul,
        TWO,
        (32, 64),
        {"by 1 %": lambda x, y: 1.01 * (x @ y), "plus 1 %": lambda x, y: x @ y + 0.01},
    ),
    "table": (table, NORMAL, (4, 8), {"by 1 %": lambda x: 1.01 * table(x)}),
}


def groups_of(name: str) -> dict[str, Group]:
    function, arguments, sizes, _ = QUESTIONS[name]
    dims = {"B": (2, 5), "D": sizes, **({"F": (2, 4)} if "y" in arguments else {})}
    question = Question(name, arguments=arguments, dims=dims, shapes=1, seeds=2, imprecise=0.5)
    reference = {name: lambda *given: function(*map(jnp.asarray, given))}
    return dict(build("t", [question], reference, "a").hidden.groups[name])


def in_dtype(function: Function, dtype: Any, returned: Any) -> Function:
    return lambda *given: (
        function(*[jnp.asarray(each).astype(dtype) for each in given])
        .astype(dtype)
        .astype(returned)
    )


OFTEN = ("variance", "table")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in OFTEN else pytest.mark.slow) for name in QUESTIONS],
)
def test_half_precision_is_imprecise_and_another_formula_wrong(name: str) -> None:
    function, *_, others = QUESTIONS[name]
    groups = groups_of(name)
    for dtype in (jnp.bfloat16, jnp.float16):
        for returned in (dtype, jnp.float32):
            for label, group in groups.items():
                if name == "layer_norm" and dtype == jnp.float16:
                    continue  # in the tiny family, its squares vanish in float16
                finding = examine(in_dtype(function, dtype, returned), group)
                assert finding is not None
                assert (finding.verdict, finding.worth) == ("imprecise", 0.5), (label, dtype)
    for formula, other in others.items():
        for label, group in groups.items():
            finding = examine(lambda *given, f=other: f(*map(jnp.asarray, given)), group)
            assert finding is not None
            assert (finding.verdict, finding.worth) == ("wrong", 0.0), (formula, label)
            assert " wrong value" in finding.sentence
            assert "half precision" not in finding.sentence


def test_inside_too_and_where_it_is_worth_every_point() -> None:
    group = groups_of("matmul")["random"]

    def tensor_cores(x: Any, y: Any) -> Any:
        narrow = [jnp.asarray(each).astype(jnp.bfloat16) for each in (x, y)]
        return jnp.matmul(*narrow, preferred_element_type=jnp.float32)

    finding = examine(tensor_cores, group)
    assert finding is not None
    assert finding.verdict == "imprecise"
    whole = replace(group, imprecise=1.0)
    assert examine(tensor_cores, whole) is None
    wrong = examine(lambda x, y: 1.001 * jnp.matmul(x, y), whole)
    assert wrong is not None
    assert wrong.verdict == "wrong"
