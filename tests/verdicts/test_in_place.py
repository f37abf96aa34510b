"""What a function does to its arguments: it may write into some, must write into others, and must
leave the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder import Array, Question, Tree
from autograder.bank.records import Group
from autograder.build.banks import build
from autograder.verdicts.examine import Finding, examine


def groups_of(question: Question, function: Any) -> dict[str, Group]:
    return dict(build("t", [question], {"f": function}, "a").hidden.groups["f"])


def findings(groups: dict[str, Group], answer: Any) -> dict[str, Finding]:
    return {
        name: found
        for name, group in groups.items()
        if (found := examine(answer, group)) is not None
    }


def momentum(w: Any, dw: Any, config: Any) -> Any:
    config["velocity"] = 0.9 * config["velocity"] - 0.01 * dw
    return w + config["velocity"], config


def pure_momentum(w: Any, dw: Any, config: Any) -> Any:
    velocity = 0.9 * config["velocity"] - 0.01 * dw
    return w + velocity, {"velocity": velocity}


def not_updated(w: Any, dw: Any, config: Any) -> Any:
    return w + 0.9 * config["velocity"] - 0.01 * dw, config


def writes_elsewhere(w: Any, dw: Any, config: Any) -> Any:
    answer = momentum(w, dw, config)
    if isinstance(dw, np.ndarray):
        dw *= 2
    return answer


def test_an_argument_that_may_change_costs_nothing() -> None:
    question = Question(
        "f",
        arguments={"w": Array("D"), "dw": Array("D"), "config": Tree(velocity=Array("D"))},
        dims={"D": (2, 9)},
        several=True,
        may_change=("config",),
    )
    groups = groups_of(question, momentum)
    assert not findings(groups, momentum)
    assert not findings(groups, pure_momentum)
    assert findings(groups, not_updated).keys() == groups.keys()
    found = findings(groups, writes_elsewhere)
    assert [*found] == ["types"]
    assert found["types"].sentence == (
        "changed its argument dw in place; leave the arguments unchanged and return a new array."
    )


def centre(x: Any) -> None:
    x -= x.mean(axis=1, keepdims=True)


def by_rows(x: Any) -> Any:
    for row in x:
        row[:] = row - row.mean()
    return x


def anew(x: Any) -> Any:
    return x - x.mean(axis=1, keepdims=True)


def rebound(x: Any) -> None:
    x = x - x.mean(axis=1, keepdims=True)


def columns(x: Any) -> None:
    x -= x.mean(axis=0)


def in_place(**options: Any) -> Question:
    return Question(
        "f",
        arguments={"x": Array("N", "D", numpy=True)},
        dims={"N": (1, 9), "D": (2, 5)},
        changed=("x",),
        **options,
    )


def test_an_argument_that_must_change_is_what_is_judged() -> None:
    groups = groups_of(in_place(), centre)
    assert groups["random"].cases[0].expected.keys() == {"x"}
    for right in (centre, by_rows, lambda x: np.subtract(x, x.mean(1)[:, None], out=x)):
        assert not findings(groups, right)
    for wrong in (anew, rebound, lambda x: None):
        found = findings(groups, wrong)
        assert found.keys() == groups.keys()
        assert {each.sentence for each in found.values()} == {
            "left its argument x unchanged; write the answer into x, which is read after the call."
        }
        assert not any(each.diagnosis for each in found.values())
    found = findings(groups, columns)
    assert found.keys() == groups.keys()
    assert found["public"].sentence.startswith("left wrong values in ")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (centre, "returned None. Is a `return` missing?"),
        (
            lambda x: (centre(x), x.sum(axis=1))[1],
            "returned an array with 7 elements and 1 axis in [returned]; ",
        ),
    ],
)
def test_with_several_what_is_returned_counts_too(answer: Any, sentence: str) -> None:
    def both(x: Any) -> Any:
        centre(x)
        return (x**2).sum(axis=0)

    groups = groups_of(in_place(several=True), both)
    assert groups["random"].cases[0].expected.keys() == {"x", "returned"}
    assert not findings(groups, both)
    found = findings(groups, answer)
    assert found.keys() == groups.keys()
    assert found["public"].sentence.startswith(sentence)


def test_a_dict_that_must_change_is_judged_by_its_fields() -> None:
    question = Question(
        "f",
        arguments={"state": Tree(count=Array("D"), mean=Array("D")), "x": Array("D")},
        dims={"D": (2, 9)},
        changed=("state",),
    )

    def update(state: Any, x: Any) -> None:
        state["mean"] = (state["count"] * state["mean"] + x) / (state["count"] ** 2 + 2)
        state["count"] = state["count"] + 1

    def forgets(state: Any, x: Any) -> None:
        state["mean"] = (state["count"] * state["mean"] + x) / (state["count"] ** 2 + 2)

    groups = groups_of(question, update)
    assert not findings(groups, update)
    found = findings(groups, forgets)
    assert found.keys() == groups.keys()
    assert found["public"].sentence.startswith(
        "left wrong values in 3 of 3 elements (100.0%) of its argument [state/count]; "
    )


@pytest.mark.parametrize("numpy", [False, True])
def test_arguments_of_64_bits_that_stay_are_not_called_changed(numpy: bool) -> None:
    values = Array("N", dtype="float64", numpy=numpy)
    question = Question(
        "f", arguments={"y": values, "x": values}, dims={"N": (2, 9)}, x64=not numpy
    )

    def trapezoids(y: Any, x: Any) -> Any:
        return ((y[1:] + y[:-1]) * (x[1:] - x[:-1])).sum() / 2

    def by_a_loop(y: Any, x: Any) -> Any:
        total = 0.0
        for i in range(len(y) - 1):
            total += 0.5 * (y[i] + y[i + 1]) * (x[i + 1] - x[i])
        return total

    def in_place(y: Any, x: Any) -> Any:
        found = trapezoids(y, x)
        y[0] += 1e-12
        return found

    groups = build("t", [question], {"f": trapezoids}, "a").hidden.groups["f"]
    for group in groups.values():
        assert examine(by_a_loop, group) is None
        assert examine(lambda y, x: trapezoids(y[::-1], -x[::-1]), group) is None
        if numpy:
            finding = examine(in_place, group)
            assert finding is None or finding.sentence.startswith("changed its argument y in place")
