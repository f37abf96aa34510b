"""An answer in a dtype too narrow for the declared range loses points, and one in a dtype that
holds the range does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, List, Question, Tree
from autograder.bank.groups import HIDDEN_GROUPS
from autograder.bank.records import Group
from autograder.build.banks import build
from autograder.build.widest import WIDEST
from autograder.verdicts.examine import examine


def total(x: Any) -> Any:
    return jnp.asarray(x).sum(axis=1)


def histogram(labels: Any) -> Any:
    return jnp.zeros(40).at[jnp.asarray(labels)].add(1).astype(int)


def total_of_tree(tree: Any) -> Any:
    return total(tree["x"])


def total_of_list(parts: Any) -> Any:
    return sum(total(part) for part in parts)


def in_dtype(function: Any, dtype: Any) -> Callable[..., Any]:
    return lambda *given: np.asarray(function(*given)).astype(dtype)


def groups_of(function: Any, argument: Any, secret: str) -> dict[str, Group]:
    question = Question("f", arguments={"x": argument}, dims={"B": (2, 5), "D": (2, 200)})
    return dict(build("t", [question], {"f": function}, secret).hidden.groups["f"])


def refused(groups: dict[str, Group], answer: Any) -> list[str]:
    return [name for name in HIDDEN_GROUPS if examine(answer, groups[name]) is not None]


MARKS = Array("B", "D", dtype="int32", values=(0, 200))


@pytest.mark.parametrize("secret", "abc")
@pytest.mark.parametrize(
    ("function", "argument", "too_narrow", "wide_enough"),
    [
        (total, Array("B", "D", dtype="bool"), np.int8, np.uint8),
        (total, MARKS, np.int16, np.uint16),
        (total, Array("B", "D", dtype="int32", values=[-300, 0, 4]), np.int16, np.int32),
        (histogram, Array("B", "D", dtype="int32", values=(0, 40)), np.int8, np.int16),
        (total_of_tree, Tree(x=MARKS), np.int16, np.uint16),
        (total_of_list, List(MARKS, length=2), np.uint16, np.int32),
    ],
)
def test_whole_numbers_reach_the_ends_of_their_range(
    function: Any, argument: Any, too_narrow: Any, wide_enough: Any, secret: str
) -> None:
    groups = groups_of(function, argument, secret)
    assert "corners" in refused(groups, in_dtype(function, too_narrow))
    assert refused(groups, in_dtype(function, wide_enough)) == []


def test_there_is_one_such_case_at_most_and_only_where_it_tells() -> None:
    def labels(argument: Any, function: Any) -> list[str]:
        cases = groups_of(function, argument, "a")["corners"].cases
        return [each.case.label for each in cases if WIDEST in each.case.label]

    assert labels(MARKS, total) == [f"every size at its largest, {WIDEST}"]
    assert labels(Array("B", "D"), lambda x: jnp.asarray(x).argmax(axis=1)) == []
    assert labels(MARKS, lambda x: total(x) / 7) == []
    assert labels(Array("B", "D", dtype="int32"), total) == []
