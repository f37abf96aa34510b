"""A transform counts only if its function does the work that it does in the author's own answers.
Passing on what was computed elsewhere does not meet the rule. Covers too: `evidence.numbers`,
`evidence.transform`, `evidence.work`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from flax import nnx

from autograder import Array, Dim, Question, Seed
from autograder.bank.records import RuleChecks
from autograder.build.rule_cases import draw_method
from autograder.evidence.requirements import Rule
from autograder.evidence.stored_requirements import from_json, to_json
from autograder.questions.question import declared_inside
from autograder.rules import every, transform
from autograder.verdicts.rules import judge

Answer = Callable[[Any, Any, Any], Any]


def layer(seed: Any, x: Any, features: Any) -> nnx.Linear:
    return nnx.Linear(x.shape[-1], int(features), rngs=nnx.Rngs(int(seed)))


def solution(seed: Any, x: Any, features: Any) -> Any:
    return nnx.vmap(lambda model, row: model(row), in_axes=(None, 0))(layer(seed, x, features), x)


def plainly(seed: Any, x: Any, features: Any) -> Any:
    return layer(seed, x, features)(x)


def checks(
    *alternatives: Answer,
    rule: Any = None,
    reference: Answer = solution,
    names: tuple[str, ...] = ("nnx.vmap", "jax.vmap"),
) -> RuleChecks:
    with declared_inside():
        question = Question(
            "rows",
            arguments={"seed": Seed(), "x": Array("B", "D"), "features": Dim("F")},
            dims={"B": (2, 9), "D": (2, 9), "F": (2, 9)},
            shapes=2,
        )
        question.requires(
            "rows are mapped",
            transform(*names, lanes="B", gives_answer=True) if rule is None else rule,
            otherwise="does not map its rows.",
            misconception="not mapped",
            hint="Map.",
        )
        for each in alternatives:
            question.alternative(each)
    return draw_method(question, reference, ("random",), "t", "a").method


@pytest.fixture(scope="module")
def method() -> RuleChecks:
    return checks()


def merged(seed: Any, x: Any, features: Any) -> Any:
    graph, state = nnx.split(layer(seed, x, features))
    return jax.vmap(lambda s, row: nnx.merge(graph, s)(row), in_axes=(None, 0))(state, x)


def by_hand(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)
    kernel, bias = model.kernel[...], model.bias[...]
    return jax.vmap(lambda row: jnp.sum(row[:, None] * kernel, axis=0) + bias)(x)


def by_loop_inside(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)

    def one(row: Any) -> Any:
        total = model.bias[...]
        for place in range(row.shape[0]):
            total = total + row[place] * model.kernel[...][place]
        return total

    return jax.vmap(one)(x)


def by_scan_inside(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)

    def step(total: Any, pair: Any) -> Any:
        return total + pair[0] * pair[1], None

    def one(row: Any) -> Any:
        return jax.lax.scan(step, model.bias[...], (row, model.kernel[...]))[0]

    return jax.vmap(one)(x)


def compiled_inside(seed: Any, x: Any, features: Any) -> Any:
    return nnx.vmap(nnx.jit(lambda model, row: model(row)), in_axes=(None, 0))(
        layer(seed, x, features), x
    )


def compiled_around(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)
    return nnx.jit(lambda m, rows: nnx.vmap(lambda n, row: n(row), in_axes=(None, 0))(m, rows))(
        model, x
    )


def through_einsum(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)
    return jax.vmap(lambda row: jnp.einsum("d,df->f", row, model.kernel[...]) + model.bias[...])(x)


def as_numpy(seed: Any, x: Any, features: Any) -> Any:
    return np.asarray(solution(seed, x, features))


def in_two_parts(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)
    halves = jax.vmap(lambda row: row @ model.kernel[...] / 2)(x)
    return jax.vmap(lambda row: 2 * row + model.bias[...])(halves)


def product(row: Any, kernel: Any) -> Any:
    return row @ kernel


def tangent(values: Any, tangents: Any) -> Any:
    return jax.jvp(product, values, tangents)


with_its_vjp = jax.custom_vjp(product)
with_its_vjp.defvjp(lambda row, kernel: (row @ kernel, None), lambda _, given: (given, given))
with_its_jvp = jax.custom_jvp(product)
with_its_jvp.defjvp(tangent)


def by_a_vjp_of_its_own(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)
    rows = jax.jit(jax.vmap(with_its_vjp, in_axes=(0, None)))
    return rows(x, model.kernel[...]) + model.bias[...]


def by_a_jvp_of_its_own(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)
    return jax.vmap(lambda row: with_its_jvp(row, model.kernel[...]) + model.bias[...])(x)


def in_numpy(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)
    kernel, shape = np.asarray(model.kernel[...]), jax.ShapeDtypeStruct((int(features),), x.dtype)

    def one(row: Any) -> Any:
        return jax.pure_callback(
            lambda row: np.asarray(row) @ kernel, shape, row, vmap_method="sequential"
        )

    return jax.vmap(one)(x)


RIGHT = (
    by_a_vjp_of_its_own,
    by_a_jvp_of_its_own,
    in_numpy,
    merged,
    by_hand,
    by_loop_inside,
    by_scan_inside,
    compiled_inside,
    compiled_around,
    through_einsum,
    as_numpy,
)


@pytest.mark.parametrize("answer", RIGHT)
def test_whatever_does_the_work_inside_counts(method: RuleChecks, answer: Answer) -> None:
    judged = judge(answer, method)
    assert judged.failed is None
    assert judged.unmet == (), judged.seen


def passed_on(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)
    return nnx.vmap(lambda m, row: row, in_axes=(None, 0))(model, model(x))


def plus_nothing(seed: Any, x: Any, features: Any) -> Any:
    return jax.vmap(lambda row: row * 1.0 + 0.0)(plainly(seed, x, features))


def picked(seed: Any, x: Any, features: Any) -> Any:
    y = plainly(seed, x, features)
    return jax.vmap(lambda place: y[place])(jnp.arange(x.shape[0]))


def through_the_identity(seed: Any, x: Any, features: Any) -> Any:
    y = plainly(seed, x, features)
    return jax.vmap(lambda row: row @ jnp.eye(y.shape[-1]))(y)


def with_a_decoy(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)
    return nnx.vmap(lambda m, row, out: out + 0 * m(row).sum(), in_axes=(None, 0, 0))(
        model, x, model(x)
    )


def halved_before(seed: Any, x: Any, features: Any) -> Any:
    return jax.vmap(lambda row: 2 * row + 0)(plainly(seed, x, features) / 2)


def compiled_and_passed_on(seed: Any, x: Any, features: Any) -> Any:
    model = layer(seed, x, features)
    return nnx.jit(lambda m, rows: jax.vmap(lambda row: row)(m(rows)))(model, x)


FAKES = {
    passed_on: "nnx.vmap over B lanes of a function that sums no products",
    plus_nothing: "jax.vmap over B lanes of a function that sums no products",
    picked: "jax.vmap over B lanes of a function that sums no products",
    through_the_identity: "jax.vmap over B lanes of a function that returns what it was given",
    with_a_decoy: "nnx.vmap over B lanes of a function that returns what it was given",
    halved_before: "jax.vmap over B lanes of a function that sums no products",
    compiled_and_passed_on: "jax.vmap over B lanes of a function that sums no products inside",
}


@pytest.mark.parametrize("answer", FAKES)
def test_what_is_only_passed_through_does_not(method: RuleChecks, answer: Answer) -> None:
    judged = judge(answer, method)
    assert judged.failed is None
    assert judged.unmet == ("rows are mapped",), judged.seen
    assert FAKES[answer] in judged.seen


def test_the_build_asks_for_no_more_than_every_answer_of_the_author_does() -> None:
    (rule,) = checks(merged).rules
    assert (rule.requirement.work, rule.requirement.fresh) == (("product", "arithmetic"), True)  # type: ignore[union-attr]
    assert str(rule.requirement) == (
        "nnx.vmap or jax.vmap over B lanes that gives the answer of a function that sums products "
        "and returns other numbers than it was given"
    )
    (rule,) = checks(in_two_parts).rules
    assert (rule.requirement.work, rule.requirement.fresh) == (("arithmetic",), True)  # type: ignore[union-attr]


def test_what_was_learned_is_stored_and_other_rules_are_stored_as_before() -> None:
    plain = transform("nnx.vmap", lanes="B")
    assert "work" not in to_json(plain)
    assert "fresh" not in to_json(plain)
    both = every(plain, transform("nnx.vmap", "jax.vmap", lanes="B", gives_answer=True))
    (rule,) = checks(rule=both).rules
    assert isinstance(rule, Rule)
    assert from_json(to_json(rule.requirement)) == rule.requirement
    assert to_json(rule.requirement)["of"][1]["work"] == ("product", "arithmetic")
    assert to_json(rule.requirement)["of"][0] == to_json(plain)


class Dense(nn.Module):
    features: int

    @nn.compact
    def __call__(self, row: Any) -> Any:
        return nn.Dense(self.features)(row)


def test_of_linen_the_same_is_asked() -> None:
    def lifted(seed: Any, x: Any, features: Any) -> Any:
        rows = nn.vmap(
            Dense,
            in_axes=0,
            out_axes=0,
            variable_axes={"params": None},
            split_rngs={"params": False},
        )(int(features))
        return rows.init_with_output(jax.random.key(int(seed)), x)[0]

    def passed(seed: Any, x: Any, features: Any) -> Any:
        class Same(nn.Module):
            @nn.compact
            def __call__(self, row: Any) -> Any:
                return row

        y = Dense(int(features)).init_with_output(jax.random.key(int(seed)), x)[0]
        rows = nn.vmap(Same, in_axes=0, out_axes=0, variable_axes={}, split_rngs={})()
        return rows.apply({}, y)

    method = checks(reference=lifted, names=("nn.vmap",))
    assert judge(lifted, method).unmet == ()
    judged = judge(passed, method)
    assert judged.unmet == ("rows are mapped",)
    assert "nn.vmap over B lanes of a function that sums no products" in judged.seen
