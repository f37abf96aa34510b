"""A truth value that is nearly always the same gets balanced, and some cases just miss a structure.

Covers too: `build.structures`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder import Array, Question
from autograder.bank.groups import HIDDEN_GROUPS
from autograder.bank.records import Group
from autograder.build.banks import build
from autograder.verdicts.examine import examine


def groups_of(arguments: dict[str, Any], function: Any, sizes: tuple[int, int]) -> dict[str, Group]:
    question = Question("f", arguments=arguments, dims={"N": sizes})
    return dict(build("t", [question], {"f": function}, "a").hidden.groups["f"])


def refused(groups: dict[str, Group], answer: Any) -> list[str]:
    return [name for name in HIDDEN_GROUPS if examine(answer, groups[name]) is not None]


def symmetric(a: Any) -> Any:
    return np.array_equal(np.asarray(a), np.asarray(a).T)


def is_sorted(a: Any) -> Any:
    return bool(np.all(np.diff(np.asarray(a)) >= 0))


def the_same(a: Any, b: Any) -> Any:
    return np.array_equal(a, b)


def upper(a: Any) -> Any:
    return not np.any(np.tril(np.asarray(a), -1))


def palindrome(a: Any) -> Any:
    return np.array_equal(np.asarray(a), np.asarray(a)[::-1])


SQUARE = {"a": Array("N", "N", dtype="int32")}
ROW = {"a": Array("N")}


@pytest.mark.parametrize(
    ("arguments", "sizes", "function", "careless"),
    [
        (SQUARE, (1, 9), symmetric, lambda a: np.array_equal(a[0], a[:, 0])),
        (ROW, (1, 12), is_sorted, lambda a: len(a) < 2 or a[0] <= a[-1]),
        (ROW, (1, 12), is_sorted, lambda a: len(a) < 2 or a[0] <= a[1]),
        ({**ROW, "b": Array("N")}, (2, 9), the_same, lambda a, b: a[0] == b[0]),
        (SQUARE, (2, 9), upper, lambda a: not np.any(np.asarray(a)[1:, 0])),
        ({"a": Array("N", dtype="int32")}, (1, 12), palindrome, lambda a: a[0] == a[-1]),
        ({"a": Array("N", dtype="bool")}, (1, 12), lambda a: np.asarray(a).all(), lambda a: a[0]),
    ],
)
def test_constants_fail_everywhere_and_careless_looks_in_most_groups(
    arguments: dict[str, Any], sizes: tuple[int, int], function: Any, careless: Any
) -> None:
    groups = groups_of(arguments, function, sizes)
    assert not refused(groups, function)
    for constant in (False, True):
        assert refused(groups, lambda *_, constant=constant: constant) == [*HIDDEN_GROUPS]
    assert len(refused(groups, lambda *arrays: bool(careless(*arrays)))) >= 2
    for name, group in groups.items():
        truths = [bool(each.expected[""]) for each in group.cases]
        assert min(truths.count(True), truths.count(False)) >= len(truths) // 3, name


def test_the_label_says_what_is_special_about_a_case() -> None:
    labels = {
        case.case.label.partition(", ")[2]
        for case in groups_of(SQUARE, symmetric, (4, 9))["random"].cases
    }
    assert {"", "symmetric", "symmetric, except for one element"} <= labels


def test_an_answer_that_is_balanced_by_itself_stays_as_it_is_drawn() -> None:
    groups = groups_of(
        {"a": Array("N", families=("normal",))}, lambda a: bool(np.sum(a) > 0), (8, 9)
    )
    assert {case.case.label for case in groups["random"].cases} == {"random sizes"}
