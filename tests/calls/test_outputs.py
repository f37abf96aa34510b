"""Answers of several arrays: what counts as one, which names its arrays get, and what a wrong one
is told. Covers too: `calls.spec`.
"""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from flax.core import freeze

from autograder.bank.records import ExpectedCase, Group
from autograder.calls.call import Failed, Returned, call
from autograder.calls.inputs import Value, flatten, is_unchanged, unflatten
from autograder.calls.outputs import Unusable, identical, to_output
from autograder.calls.passed import to_python
from autograder.calls.spec import CallSpec, Case
from autograder.checks.messages import in_grading, in_notebook
from autograder.verdicts.compare import differences
from autograder.verdicts.examine import Finding, examine

SEVERAL = CallSpec(several=True)
Pair = namedtuple("Pair", "first second")
X = {"x": Value("jax", np.arange(1.0, 4.0, dtype=np.float32))}


class Model(nnx.Module):
    def __init__(self, rngs: nnx.Rngs) -> None:
        self.layers = nnx.List([nnx.Linear(2, 3, rngs=rngs)])
        self.dropout = nnx.Dropout(0.5, rngs=rngs)


@pytest.mark.parametrize(
    ("returned", "names"),
    [
        (np.ones(2), [""]),
        ({"a": np.ones(2), "b": [1.0, jnp.zeros(3)]}, ["a", "b/0", "b/1"]),
        ((1, 2.0), ["0", "1"]),
        (Pair(1, 2), ["0", "1"]),
        (OrderedDict(z=1, a=2), ["z", "a"]),
        ({"x": None, "y": 1}, ["y"]),
        ({1: {2: 3}}, ["1/2"]),
        (freeze({"params": {"w": np.ones(1)}}), ["params/w"]),
        (nnx.Linear(2, 3, rngs=nnx.Rngs(0)), ["bias", "kernel"]),
        (nnx.state(nnx.Linear(2, 3, rngs=nnx.Rngs(0))), ["bias", "kernel"]),
        ([nnx.Param(jnp.ones(2))], ["0"]),
        (
            Model(nnx.Rngs(0)),
            ["dropout/rngs/count", "dropout/rngs/key", "layers/0/bias", "layers/0/kernel"],
        ),
    ],
)
def test_arrays_have_the_names_of_the_way_to_them(returned: object, names: list[str]) -> None:
    output = to_output(returned, several=True)
    assert sorted(output) == sorted(names)
    assert all(type(array) is np.ndarray for array in output.values())


def deep() -> list[Any]:
    nested: list[Any] = [1]
    for _ in range(60):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    ("returned", "cause"),
    [
        (None, "returned None. Is a `return` missing?"),
        ({}, "returned a structure that contains no array."),
        ([{}], "returned a structure that contains no array."),
        (
            (None, None),
            "returned a tuple in which everything is None instead of an array. Is a value "
            "missing, or the `return` of a function that you call?",
        ),
        (
            {"loss": None, "grads": [None, (None,)]},
            "returned a dict in which everything is None instead of an array. Is a value "
            "missing, or the `return` of a function that you call?",
        ),
        (
            {"a": "text"},
            "returned a structure that contains something other than arrays of numbers.",
        ),
        (
            {"a": {1, 2}},
            "returned a structure that contains something other than arrays of numbers.",
        ),
        (
            [np.array([None])],
            "returned a structure that contains something other than arrays of numbers.",
        ),
        ({1: 1, "1": 2}, "returned a structure in which two arrays have the same name."),
        (deep(), "returned a structure that is nested too deeply or has too many arrays."),
        ([0.0] * 5000, "returned a structure that is nested too deeply or has too many arrays."),
    ],
)
def test_what_is_no_answer_of_several_arrays_says_so(returned: object, cause: str) -> None:
    with pytest.raises(Unusable) as told:
        to_output(returned, several=True)
    assert str(told.value) == cause
    assert call(lambda x: returned, X, SEVERAL) == Failed(cause)


def test_where_one_array_is_asked_for_a_structure_is_none() -> None:
    assert call(lambda x: (x, x), X) == Failed(
        "returned a tuple of length 2; it must return one array."
    )


def told(answer: Callable[..., Any]) -> Finding | None:
    expected = {
        "loss": np.float32(6.0).reshape(()),
        "grads/w": np.array([2.0, 4.0, 6.0], np.float32),
    }
    case = ExpectedCase(
        Case("by hand", {"D": 3}, X, SEVERAL), expected, {"loss": 1e-5, "grads/w": 1e-5}
    )
    return examine(answer, Group("random", (case,), (0, 0)))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (lambda x: {"loss": x.sum(), "grads": {"w": 2 * x}}, None),
        (lambda x: {"grads": {"w": np.asarray(2 * x, np.float64)}, "loss": float(x.sum())}, None),
        (
            lambda x: {"loss": x.sum() + 1, "grads": {"w": 2 * x}},
            "f returned a wrong value in [loss]; the error is 1 (allowed: 1e-05). [case 1 of 1: "
            "by hand]",
        ),
        (
            lambda x: {"loss": x.sum(), "grads": {"w": x[:2]}},
            "f returned an array with 2 elements and 1 axis in [grads/w]; expected shape (3,). "
            "[case 1 of 1: by hand]",
        ),
        (
            lambda x: {"loss": x.sum(), "grads": x},
            "f returned 2 arrays; expected 2 arrays: [loss], [grads/w]. [case 1 of 1: by hand]",
        ),
        (
            lambda x: x.sum(),
            "f returned a single array; expected 2 arrays: [loss], [grads/w]. [case 1 of 1: by "
            "hand]",
        ),
        (
            lambda x: {"loss": x.sum(), "grads": {"w": 2 * x}, "more": x},
            "f returned 3 arrays; expected 2 arrays: [loss], [grads/w]. [case 1 of 1: by hand]",
        ),
        (
            lambda x: [x],
            "f returned 1 array; expected 2 arrays: [loss], [grads/w]. [case 1 of 1: by hand]",
        ),
    ],
)
def test_what_is_wrong_is_said_of_the_array_that_is(
    answer: Callable[..., Any], sentence: str | None
) -> None:
    finding = told(answer)
    assert (None if finding is None else in_notebook("f", finding).splitlines()[0]) == sentence


def test_the_names_that_a_submission_chose_are_repeated_to_nobody() -> None:
    finding = told(lambda x: {f"secret{number}": x for number in range(2)})
    assert finding is not None
    assert "secret" not in in_grading("f", finding, False) + str(finding.sentence)
    assert "[grads/w]: shape (3,), dtype float32" in in_grading("f", finding, False)


def test_differences_are_by_name() -> None:
    desired = {"a": np.ones(2), "b": np.zeros(2)}
    assert differences(desired, desired, {"a": 0.0, "b": 0.0}) == {}
    assert list(differences({"a": np.ones(2), "b": np.ones(2)}, desired, {"a": 0.0, "b": 0.1})) == [
        "b"
    ]
    assert list(differences({"a": np.ones(2), "c": np.ones(2)}, desired, {"a": 0.0, "b": 0.1})) == [
        "b"
    ]
    assert identical(desired, {name: array.copy() for name, array in desired.items()})
    assert not identical(desired, {**desired, "b": np.zeros(2, np.float32)})
    assert not identical(desired, {"a": np.ones(2)})


TREE = Value(
    "tree",
    fields={
        "w": Value("jax", np.ones(2, np.float32)),
        "inner": Value("tree", fields={"b": Value("key", np.asarray(3))}),
    },
)


def test_a_tree_of_arguments_crosses_by_its_leaves() -> None:
    arguments = {"n": Value("int", np.asarray(3)), "params": TREE, "x": Value("numpy", np.zeros(1))}
    assert list(flatten(arguments)) == ["n", "params/w", "params/inner/b", "x"]
    assert str(unflatten(flatten(arguments))) == str(arguments)


def test_a_function_gets_a_tree_as_a_dict_of_its_own() -> None:
    passed = to_python({"params": TREE})["params"]
    assert (
        jax.random.key_data(passed["inner"]["b"]).tolist()
        == jax.random.key_data(jax.random.key(3)).tolist()
    )
    assert is_unchanged(passed, TREE)
    passed["inner"]["more"] = 1
    assert not is_unchanged(passed, TREE)

    def writes(params: Any) -> Any:
        params["w"] = params["w"] * 2
        return params["w"]

    outcome = call(writes, {"params": TREE})
    assert isinstance(outcome, Returned)
    assert outcome.changed == ("params",)
