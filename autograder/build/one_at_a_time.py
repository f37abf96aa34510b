"""Make cases that differ in one argument alone. They catch an answer that caches its results by a
part of its arguments: the seed and the shapes, the sum of an array, its first row.

In `repeated`, each case is the one before with one argument, or one array of a structure, changed.
The reference shows which changes matter. For `corners` see `autograder.build.corners`, for sizes
`autograder.build.other_sizes`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from autograder.build import corners, other_sizes
from autograder.build.answered_cases import answered_case
from autograder.build.balance import Answered, share_finite
from autograder.build.plan import Plan, Slot
from autograder.build.same import towards
from autograder.build.shapes import Shape
from autograder.build.structures import give_structure
from autograder.calls.call import Returned, call
from autograder.calls.inputs import Value
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.questions.argument import Drawing
from autograder.questions.question import Question
from autograder.sameness.words import samples_of
from autograder.verdicts.arrays import close, dtype_kind, magnitude, widen

CLEAR = 1e-3
"""Outputs clearly differ if some element differs by more than this share of the largest: that is
many tolerances, and more than any rounding.
"""

MANY_ALLOWED = 20
"""The difference must also be more than this many tolerances that the author sets."""

TRIES = 24
"""How many values to try for one change before it counts as one that does not matter."""

MOST_TWICE = 3
"""Each array of a question with at most this many is changed in two ways, others in one way."""


MOST = 24
"""The largest number of changes in a row."""

CHANGED = ", changed in "
"""What a case's label puts before the name of the argument that differs from the case before."""

LEAST = 4
"""If fewer changes than this matter, drawn cases fill `repeated` up to this many."""

Planned = tuple[Plan, np.random.Generator]

Found = tuple[Shape, tuple[Case, Output]]
"""A case with its output, and its shape."""


def change_arguments(
    question: Question,
    reference: object,
    plans: Mapping[str, Planned],
    answered: dict[str, Answered],
) -> dict[str, Planned]:
    """The plans, with cases in `repeated` and `corners` that differ in one argument alone. Changes
    `answered`.
    """
    found = dict(plans)
    if samples_of(question.words) is not None:
        return found  # each call has all its keys, and no two calls share one
    if "corners" in plans:
        planned, rng = plans["corners"]
        found["corners"] = corners.share(question, reference, planned, answered["corners"]), rng
    if "repeated" in plans:
        planned, rng = plans["repeated"]
        chain, answered["repeated"] = _chain(
            question, reference, planned, answered["repeated"], rng
        )
        found["repeated"] = chain, rng
    return found


def changes(
    question: Question, name: str, case: Case, rng: np.random.Generator
) -> Iterator[tuple[str, Iterable[Value]]]:
    """The changes of one argument, or of the parts of an argument that contains others."""
    argument = question.arguments[name]
    wanted = Drawing(case.sizes, argument.families[0], argument.kinds[0])
    return argument.changes(case.arguments[name], rng, wanted)


def _chain(
    question: Question,
    reference: object,
    planned: Plan,
    drawn: Answered,
    rng: np.random.Generator,
) -> tuple[Plan, Answered]:
    """Cases of the first one's shape; each differs from the one before in one argument."""
    shape = planned.slots[0].shape
    found = [drawn[0]]
    for name, argument in question.arguments.items():
        optional = bool(argument.options(public=False)) and not argument.several
        idle: set[str] = set()
        others = [other for other in question.arguments if other != name]
        first = found[-1][0]
        for place, part in _places(question, name, first, rng):
            if part in idle or len(found) > MOST:
                continue
            before = found[-1][0]
            # The changes of an option start from the first case, so that each option comes up;
            # other changes start from the case before.
            ways = list(changes(question, name, first if optional else before, rng))
            values = itertools.islice(ways[place][1], TRIES)
            cases = [_with(before, name, part, value) for value in values]
            if _exact(found[-1][1]) and argument.restructurable:
                cases += [
                    _with(before, name, part, case.arguments[name])
                    for case in give_structure(question, before)
                    if all(case.arguments[other] is before.arguments[other] for other in others)
                ]
            telling = _telling(question, reference, found[-1], ((shape, case) for case in cases))
            pair = telling[1] if telling else None
            if pair is None and optional:  # each option keeps its share of the cases
                pair = answered_case(question, reference, shape, cases[0])
            elif pair is None:
                idle.add(part)
            found += [pair] if pair is not None else []
    slots = [_slot(shape, pair) for pair in found]
    for other, pair in _with_other_sizes(question, reference, planned, found[-1], rng):
        found.append(pair)
        slots.append(_slot(other, pair))
    for slot, pair in zip(planned.slots[1:], drawn[1:], strict=True):
        lacking = question.nonfinite_expected and all(map(_finite, found))
        if len(found) < LEAST or (lacking and not _finite(pair)):
            found.append(pair)
            slots.append(slot)
    again = (1, 0) if len(found) > 1 else (0, 0)
    return Plan(planned.group, tuple(slots), (*range(len(found)), *again)), found


def _slot(shape: Shape, pair: tuple[Case, Output]) -> Slot:
    return Slot(shape, lambda: pair[0])


def _with_other_sizes(
    question: Question,
    reference: object,
    planned: Plan,
    last: tuple[Case, Output],
    rng: np.random.Generator,
) -> list[Found]:
    """Cases that go on from the last one, in other shapes: each differs from the one before in one
    argument, which is a size, or begins a pair that does.
    """

    def other(name: str, shape: Shape, before: tuple[Case, Output]) -> Found | None:
        value = before[0].arguments[name]
        changes = other_sizes.changes(question, name, shape, value, rng)
        cases = (
            (changed, replace(_with(before[0], name, "", number), sizes=changed.sizes))
            for changed, number in itertools.islice(changes, TRIES)
        )
        return _telling(question, reference, before, cases)

    found = [(planned.slots[0].shape, last)]
    for name in other_sizes.arguments(question):
        changed = other(name, *found[-1])
        if changed is None:
            start = other_sizes.first_of_a_pair(question, reference, planned, name, rng)
            changed = other(name, *start) if start else None
            found += [start] if start and changed else []
        found += [changed] if changed else []
    return found[1:]


def _places(
    question: Question, name: str, case: Case, rng: np.random.Generator
) -> list[tuple[int, str]]:
    """The changes to make, by their index among all changes, and the part that each one changes."""
    parts: dict[str, list[int]] = {}
    for place, (part, _) in enumerate(changes(question, name, case, rng)):
        parts.setdefault(part, []).append(place)
    if len(parts) <= MOST_TWICE:
        return [(place, part) for part, places in parts.items() for place in places]
    return [
        (places[number % len(places)], part) for number, (part, places) in enumerate(parts.items())
    ]


def _finite(pair: tuple[Case, Output]) -> bool:
    return share_finite(pair[1]) == 1


def _exact(output: Output) -> bool:
    return all(array.dtype.kind in "biu" for array in output.values())


def _with(case: Case, name: str, part: str, value: Value) -> Case:
    label = f"{case.label.partition(CHANGED)[0]}{CHANGED}{name}{part}"
    return replace(case, label=label, arguments={**case.arguments, name: value})


def _telling(
    question: Question,
    reference: object,
    before: tuple[Case, Output],
    cases: Iterable[tuple[Shape, Case]],
) -> Found | None:
    """The first of these cases whose output clearly differs from that of the case before."""
    function = towards(question, reference, *before)
    for shape, case in cases:
        outcome = call(function, case.arguments, case.way)
        if isinstance(outcome, Returned) and _clearly_other(question, outcome.output, before[1]):
            pair = answered_case(question, reference, shape, case)
            if pair is not None:
                return shape, pair
    return None


def _clearly_other(question: Question, output: Output, before: Output) -> bool:
    return output.keys() != before.keys() or any(
        _far(question, array, before[part]) for part, array in output.items()
    )


def _far(question: Question, array: np.ndarray, before: np.ndarray) -> bool:
    if array.shape != before.shape:
        return True
    if dtype_kind(array.dtype) not in ("floating", "complex"):
        return not np.array_equal(array, before)
    share = max(CLEAR, MANY_ALLOWED * (question.rtol or 0.0))
    allowed = share * magnitude(before) + MANY_ALLOWED * (question.atol or 0.0)
    return not bool(np.all(close(widen(array), widen(before), allowed)))
