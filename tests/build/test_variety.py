"""If an output is the same in every case, other inputs make it vary, or the build refuses it with a
sentence. Outputs that depend on shapes, and constants beside other outputs, stay.
"""

from __future__ import annotations

import re
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, Dim, Question
from autograder.bank.groups import HIDDEN_GROUPS
from autograder.bank.records import Group
from autograder.build.banks import build
from autograder.build.rehearse import rehearse
from autograder.errors import BuildError
from autograder.verdicts.examine import examine

X = {"x": Array("N", families=("normal",))}


def asked(arguments: dict[str, Any], sizes: tuple[int, int] = (6, 9), **options: Any) -> Question:
    return Question("f", arguments=arguments, dims={"N": sizes}, shapes=1, seeds=2, **options)


def groups_of(question: Question, function: Any) -> dict[str, Group]:
    return dict(build("t", [question], {"f": function}, "a").hidden.groups["f"])


def is_sorted(x: Any) -> Any:
    return np.all(np.asarray(x)[:-1] <= np.asarray(x)[1:])


def symmetric(x: Any) -> Any:
    return np.array_equal(np.asarray(x), np.asarray(x).T)


@pytest.mark.parametrize(
    ("arguments", "function"),
    [
        (X, is_sorted),
        ({**X, "y": Array("N")}, lambda x, y: np.array_equal(x, y)),
        ({"x": Array("N", "N")}, symmetric),
        ({"x": Array("N", dtype="int32")}, lambda x: set(np.asarray(x)) == set(range(len(x)))),
    ],
)
def test_a_constant_answer_fails_in_every_group(arguments: Any, function: Any) -> None:
    groups = groups_of(asked(arguments), function)
    for name in HIDDEN_GROUPS:
        assert examine(function, groups[name]) is None
        for constant in (False, True):
            assert examine(lambda *_, constant=constant: constant, groups[name]) is not None


def test_the_structure_is_named_in_the_label() -> None:
    labels = {
        case.case.label.partition(", ")[2]
        for case in groups_of(asked(X), is_sorted)["random"].cases
    }
    assert labels == {"", "sorted"}


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda x: jnp.isnan(x), "False in every element"),
        (lambda x: x.ndim, "1"),
        (lambda x: jnp.float32(0.5) + 0 * x[0], "0.5"),
    ],
)
def test_what_cannot_be_made_to_vary_is_refused(function: Any, told: str) -> None:
    sentence = (
        f"question 'f': the expected output is {told} in every case, even for inputs that are "
        "sorted, symmetric, zero or alike; an answer that always returns it gets every point. "
        "Make the cases vary: other ranges in dims, other families such as Array(…, "
        'families=("normal", "equal", "tiny")), or whole numbers with dtype="int32"; or ask for an '
        "output that depends on the inputs"
    )
    with pytest.raises(BuildError, match=f"^{re.escape(sentence)}$"):
        groups_of(asked(X), function)
    assert rehearse(asked(X), function, "random").startswith("f, random: ")


@pytest.mark.parametrize(
    ("arguments", "sizes", "function"),
    [
        (X, (6, 9), lambda x: x.shape[0]),
        ({"n": Dim("N")}, (3, 3), lambda n: jnp.arange(n)),
    ],
)
def test_what_depends_on_the_shape_and_a_function_of_nothing_stay(
    arguments: Any, sizes: tuple[int, int], function: Any
) -> None:
    assert groups_of(asked(arguments, sizes), function)


def test_of_several_outputs_one_may_be_constant_and_is_varied_if_it_can() -> None:
    def count(x: Any) -> Any:
        return {"y": 2 * x, "count": 1}

    assert groups_of(asked(X, several=True), count)

    def flag(x: Any) -> Any:
        return {"y": 2 * x, "sorted": is_sorted(x)}

    groups = groups_of(asked(X, several=True), flag)
    for name in HIDDEN_GROUPS:
        assert examine(flag, groups[name]) is None
        finding = examine(lambda x: {"y": 2 * x, "sorted": False}, groups[name])
        assert finding is not None
        assert finding.part == "sorted"
