"""Measure what a comparison with the reference needs: the sizes of its output's elements, and the
noise of right answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.build import classes, half_precision, lost_digits, own_sizes, same, tolerance
from autograder.build.noises import Sample, sample, with_compilers
from autograder.build.plan import Plan
from autograder.build.tolerance import Noises, Scales
from autograder.calls.narrow_floats import finfo
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.questions.question import Question
from autograder.verdicts.arrays import dtype_kind

COMPILED_SHAPES = 3
"""The noise of other compilations is measured on this many shapes, those with the largest outputs,
because each one costs seconds.
"""

NOISY = 32
"""From this many rounding units on, noise is measured element by element."""

Plans = Mapping[str, tuple[Plan, np.random.Generator]]
"""The plan of each group, with the generator that it was drawn from."""

Answers = Mapping[str, Sequence[tuple[Case, Output]]]
"""The cases of each group with the outputs of the reference."""


@dataclass(frozen=True)
class Measured:
    """The sizes of the elements of each case in each group, the noise, and how many times further
    off a computation in half precision is than one with rounded inputs.
    """

    sizes: Mapping[str, Sequence[Scales]]
    noise: Noises
    grown: float


@dataclass(frozen=True)
class _Place:
    """A sample, its group and index, and the reference with its answers aligned for comparison."""

    group: str
    index: int
    towards: Any
    sample: Sample


def measure(question: Question, reference: object, plans: Plans, answered: Answers) -> Measured:
    """Measure the sizes and the noise of the reference's answers. Raises `BuildError` for a
    reference that loses digits, or whose answer jumps because a word is missing.
    """
    sizes = of_classes(question, reference, answered)
    places = []
    for name, (planned, rng) in plans.items():
        for index in _first_of_each_shape(planned, answered[name]):
            case, output = answered[name][index]
            towards = same.towards(question, reference, case, output)
            places.append(_Place(name, index, towards, sample(towards, case, output, rng)))
    places.sort(key=lambda place: _extent(place.sample))
    grown = 1.0
    for number, place in enumerate(places):
        if number < len(places) - COMPILED_SHAPES:
            continue
        found = with_compilers(place.towards, place.sample)
        places[number] = replace(place, sample=found)
        scales = sizes[place.group][place.index]
        lost_digits.check(question, place.towards, found, scales)
        if question.imprecise:
            grown = max(
                grown, half_precision.growth(place.towards, found.case, found.output, scales)
            )
    noise = _noise(places, sizes)
    if tolerance.total(noise).jumps:
        for place in places:
            same.refuse_free(question, reference, place.sample.case, place.sample.output)
    if question.rtol is None and question.atol is None:
        measured = {(place.group, place.index) for place in places}
        sizes = with_own(question, reference, answered, sizes, noise, measured)
        noise = _noise(places, sizes)
    return Measured(sizes, noise, grown)


def of_classes(question: Question, reference: object, answered: Answers) -> dict[str, list[Scales]]:
    """The sizes of the elements of each case, from their classes alone."""
    found = iter(
        classes.scales(
            question,
            [
                (same.towards(question, reference, case, output), case, output)
                for cases in answered.values()
                for case, output in cases
            ],
        )
    )
    return {name: [next(found) for _ in cases] for name, cases in answered.items()}


def with_own(
    question: Question,
    reference: object,
    answered: Answers,
    sizes: Mapping[str, Sequence[Scales]],
    noise: Noises,
    measured: Set[tuple[str, int]] = frozenset(),
) -> dict[str, list[Scales]]:
    """The sizes, with an own size for each element in the cases where it may differ from the
    largest; the other cases save the calls. If there are any such cases, those in `measured` get
    own sizes too, so that the noise is measured against the same sizes.
    """
    noisy = any(_noisy(noise, output) for cases in answered.values() for _, output in cases)
    wanted = {
        (name, index)
        for name, cases in answered.items()
        for index, (_, output) in enumerate(cases)
        if noisy or own_sizes.few(output) or own_sizes.uneven(output, sizes[name][index])
    }
    if wanted:
        wanted |= measured
    found = {name: list(each) for name, each in sizes.items()}
    for name, index in wanted:
        case, output = answered[name][index]
        towards = same.towards(question, reference, case, output)
        found[name][index] = own_sizes.measure(towards, case, output, sizes[name][index])
    return found


def _noise(places: Sequence[_Place], sizes: Mapping[str, Sequence[Scales]]) -> Noises:
    noise: Noises = {}
    for place in places:
        noise = tolerance.larger(noise, place.sample.noise(sizes[place.group][place.index]))
    return noise


def _noisy(noise: Noises, output: Output) -> bool:
    return any(
        noise[name].largest > NOISY * float(finfo(array.dtype).eps)
        for name, array in output.items()
        if name in noise and dtype_kind(array.dtype) in ("floating", "complex")
    )


def _extent(measured: Sample) -> tuple[int, int]:
    """The number of elements in the output and in the arguments, for sorting: more elements and
    longer sums show more noise.
    """
    arguments = measured.case.arguments
    return (
        sum(array.size for array in measured.output.values()),
        sum(
            leaf.data.size
            for value in arguments.values()
            for _, leaf in value.leaves()
            if leaf.holds_data
        ),
    )


def _first_of_each_shape(planned: Plan, answered: Sequence[tuple[Case, Output]]) -> list[int]:
    """The index of one plain case for each shape. One is enough, because compiling costs by
    shape.
    """
    first: dict[int, int] = {}
    for index, (slot, (case, _)) in enumerate(zip(planned.slots, answered, strict=True)):
        if not case.way.law:
            first.setdefault(id(slot.shape), index)
    return list(first.values())
