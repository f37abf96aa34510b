"""Mutants that look at a part of their arguments, are wrong in a region, or just miss a formula do
what their names say, and no group of cases lets them through.

Covers too: `audit.kinds`, `audit.near_misses`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from autograder import Array, Function, Key, Number, Question, Seed
from autograder.audit.answers import Answer
from autograder.audit.kinds import kinds
from autograder.audit.mutants import mutants
from autograder.audit.records import Audited, Verdict
from autograder.bank.groups import HIDDEN_GROUPS
from autograder.build.banks import build
from autograder.build.record import ToleranceRecord
from autograder.build.tolerance import Noise
from autograder.calls import given
from autograder.same import samples
from autograder.verdicts.examine import examine

SOURCE = """
def formula(seed, x, rate):
    n = x.shape[0]
    noise = jnp.float32(int(seed) % 17)
    spread = jnp.var(x, axis=0) / (n - 1 + 1e-3)
    y = jnp.abs(x - 1) * jnp.pi + jax.nn.gelu(x) + spread
    return jnp.where(x > 0, y, jnp.tanh(x)) * (rate + 0.25) + noise
"""

SCOPE: dict[str, Any] = {"jax": jax, "jnp": jnp, "np": np}

NEW = ("cached", "falsy zero", "rounding", "region", "formula", "constant")


def of_formula() -> tuple[Question, Any, list[Answer]]:
    question = Question(
        "formula",
        arguments={
            "seed": Seed(as_float=True, fractions=True),
            "x": Array("B", "D"),
            "rate": Number(0.0, 2.0),
        },
        dims={"B": (2, 9), "D": (2, 9)},
    )
    scope = dict(SCOPE)
    exec(SOURCE, scope)
    outputs = [{"": np.asarray(scope["formula"](1.0, np.ones((2, 2), np.float32), 1.0))}]
    return question, scope["formula"], mutants(SOURCE, question, outputs)


def test_there_are_mutants_of_every_kind_and_none_gets_all_groups() -> None:
    question, function, made = of_formula()
    groups = build("t", [question], {"formula": function}, "a").hidden.groups["formula"]
    counts = Counter(answer.kind for answer in made)
    assert all(counts[kind] for kind in NEW)
    survivors = []
    for answer in made:
        if answer.kind not in NEW:
            continue
        scope = dict(SCOPE)
        exec(answer.source, scope)
        if all(examine(scope["formula"], groups[name]) is None for name in HIDDEN_GROUPS):
            survivors.append(answer.name.partition(" (line")[0])
    assert survivors == ["x >= 0 for x > 0"]  # no drawn number is 0


def named(answers: list[Answer], start: str) -> str:
    return next(answer.source for answer in answers if answer.name.startswith(start))


def test_each_changes_what_its_name_says() -> None:
    _, _, made = of_formula()
    assert "* 3.14 +" in named(made, "3.14 for pi")
    assert "(n + 0.001)" in named(made, "n for n - 1")
    assert "/ (n - 1)" in named(made, "n - 1 for n - 1 + 0.001, a small constant")
    assert "jnp.var(x, axis=0, ddof=1)" in named(made, "jnp.var(x, axis=0) with ddof=1")
    assert "gelu(x, approximate=False)" in named(made, "jax.nn.gelu(x) with approximate=False")
    assert "(x - 1) * jnp.pi" in named(made, "without abs around x - 1")
    assert "jnp.arctan(x)" in named(made, "arctan for jnp.tanh(x)")
    assert "_reference(seed or 1, x, rate)" in named(made, "seed or 1")
    assert "_reference(seed, x, rate or 1)" in named(made, "rate or 1")
    assert "_reference(int(round(float(seed))), x, rate)" in named(made, "seed = int(round")
    assert "return x\n" in named(made, "its argument x")
    constant = named(made, "the answer that is most frequent in the notebook's cases")
    scope = dict(SCOPE)
    exec(constant, scope)
    assert scope["formula"](0, np.zeros((3, 3)), 1.0).shape == (2, 2)


def test_a_region_is_off_and_the_rest_is_not() -> None:
    _, function, made = of_formula()
    x = np.random.default_rng(0).standard_normal((6, 4)).astype(np.float32)
    right = np.asarray(function(3.0, x, 1.0))
    for name, places in (
        ("the last row is", np.arange(6)[:, None] == 5),
        ("a block in the corner is", (np.arange(6)[:, None] < 2) & (np.arange(4) < 1)),
        ("everything above the median is", np.abs(right) > np.median(np.abs(right))),
    ):
        scope = dict(SCOPE)
        exec(named(made, name), scope)
        found = np.asarray(scope["formula"](3.0, x, 1.0))
        wanted = np.where(np.broadcast_to(places, right.shape), 1.05 * right, right)
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_where_the_distribution_is_judged_a_region_is_off_by_more_than_samples_allow() -> None:
    question = Question(
        "noisy", arguments={"key": Key(), "x": Array("N")}, dims={"N": (3, 9)}, same=samples(2_000)
    )
    source = "def noisy(key, x):\n    return x + jax.random.normal(key, x.shape)"
    scope = dict(SCOPE)
    exec(source, scope)
    right = scope["noisy"](jax.random.key(0), jnp.arange(3.0))
    exec(named(mutants(source, question), "the last row is twice as large"), scope)
    found = scope["noisy"](jax.random.key(0), jnp.arange(3.0))
    assert found.tolist() == (right * jnp.array([1, 1, 2])).tolist()


def test_integers_and_truth_values_are_off_in_a_region_too() -> None:
    question = Question("ranks", arguments={"x": Array("N")}, dims={"N": (3, 9)}, several=True)
    source = "def ranks(x):\n    return {'order': jnp.argsort(x), 'large': x > 0}"
    scope = dict(SCOPE)
    exec(named(mutants(source, question), "the last row is 5% off"), scope)
    found = scope["ranks"](jnp.array([3.0, 1.0, 2.0]))
    assert found["order"].tolist() == [1, 2, 1]
    assert found["large"].tolist() == [True, True, False]


def test_the_table_says_which_group_refuses_which_kind() -> None:
    def verdict(kind: str, *failed: str, equivalent: bool = False) -> Verdict:
        return Verdict("f", False, kind, "n", "", 1.0, 2.0, failed, equivalent=equivalent)

    audited = Audited(
        "a",
        "f",
        "",
        (
            verdict("cached", "repeated"),
            verdict("cached", "corners", "repeated"),
            verdict("region", "corners", "a rule"),
            verdict("region", equivalent=True),
        ),
        {"corners": {}, "repeated": {}, "method": {}},
        ToleranceRecord(Noise(), 0.0),
    )
    assert kinds(audited) == [
        {"kind": "cached", "count": 2, "groups": [1, 2, 0]},
        {"kind": "region", "count": 1, "groups": [1, 0, 1]},
    ]


MAKES = """
def f(loss, rate):
    return loss(rate)
"""


def test_a_result_is_cached_by_what_a_function_does_and_not_by_where_it_lies() -> None:
    """A submission gets a new function for each call, perhaps at the address of one before."""
    losses = {"square": lambda x: x**2, "cube": lambda x: x**3}
    question = Question(
        "f", arguments={"loss": Function(**losses), "rate": Number(0.0, 2.0)}, dims={}
    )
    texts = Function(**losses).texts

    def made(name: str) -> Any:
        return given.function(texts[name])

    (cached,) = (
        answer
        for answer in mutants(MAKES, question)
        if (answer.kind, answer.name) == ("cached", "under the first argument")
    )
    scope = dict(SCOPE)
    exec(cached.source, scope)
    results = [
        scope["f"](made(name), rate)
        for name, rate in [("square", 3.0), ("cube", 3.0), ("square", 2.0), ("cube", 2.0)]
    ]
    assert results == [9.0, 27.0, 9.0, 27.0]
