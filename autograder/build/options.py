"""Give each option of an argument, such as each constant of a `Choice`, its share of a group's
cases. NumPy only.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from autograder.bank.records import Group
from autograder.calls.inputs import describe
from autograder.questions.question import Question


def most(question: Question, public: bool) -> int:
    """The largest number of options of any argument."""
    return max(len(argument.options(public)) for argument in question.arguments.values())


def first(question: Question) -> Mapping[str, str]:
    """The first option of each argument that has options."""
    return {name: each[0] for name, each in _options(question, True).items()}


def shares(
    question: Question, public: bool, count: int, rng: np.random.Generator
) -> list[Mapping[str, str]]:
    """For each of `count` slots, the option of each argument that has options.

    Every option gets the same number of slots, as far as `count` can be divided, and the options of
    several arguments meet in as many combinations as there are slots. The order is random:
    neighbouring slots alternate between distributions, and no option should always meet the same
    one.
    """
    found = _options(question, public)
    if not found:
        return [{}] * count
    orders = {name: [str(each) for each in rng.permutation(each)] for name, each in found.items()}
    # The options side by side come first, so that all options come early; then the other
    # combinations.
    longest = max(map(len, orders.values()))
    side_by_side = [
        tuple(order[place % len(order)] for order in orders.values()) for place in range(longest)
    ]
    ways = list(dict.fromkeys([*side_by_side, *_cross(list(orders.values()))]))
    return [
        dict(zip(orders, ways[place % len(ways)], strict=True)) for place in rng.permutation(count)
    ]


def counts(question: Question, groups: Iterable[Group]) -> dict[str, dict[str, int]]:
    """How many cases of these groups have each option, by argument and option."""
    found: dict[str, dict[str, int]] = {}
    cases = [answered.case for group in groups for answered in group.cases]
    for name in _options(question, False):
        values = [case.arguments[name] for case in cases]
        if not any(value.contains for value in values):
            found[name] = dict(sorted(Counter(map(describe, values)).items()))
    return found


def _options(question: Question, public: bool) -> dict[str, tuple[str, ...]]:
    return {
        name: options
        for name, argument in question.arguments.items()
        if (options := argument.options(public))
    }


def _cross(orders: list[list[str]]) -> list[tuple[str, ...]]:
    """Every combination of the options, in blocks that hold each option equally often."""
    longest = max(map(len, orders))
    shifts = itertools.product(*(range(len(order)) for order in orders))
    return [
        tuple(
            order[(place + shift) % len(order)]
            for order, shift in zip(orders, shifted, strict=True)
        )
        for shifted in shifts
        for place in range(longest)
    ]
