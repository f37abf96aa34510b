"""Test laws that hold between a function and its transform, with pairs of cases: a plain call, and
the same call under the transform.

If the first is right and the second is not, the answer breaks the law. The expected output of the
second comes from the reference without the transform.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.build.plan import Plan, Slot, plain_slots
from autograder.build.tolerance import NOISIEST
from autograder.calls.call import Failed, Returned, call
from autograder.calls.inputs import Value
from autograder.calls.outputs import Output, alone
from autograder.calls.spec import CallSpec, Case
from autograder.calls.transforms import LANES, directions, weighted_sum
from autograder.questions.laws import PERMUTATION, says
from autograder.questions.question import Question
from autograder.runtime.judged_settings import in_64_bits
from autograder.verdicts.arrays import close, dtype_kind, magnitude, widen

STEP = 1e-5
"""The step, in float64, of the central differences that stand in for derivatives."""

CRUDE = 1e-3
"""A derivative must agree with its central difference within this share of the largest number.
Otherwise the two are not of the same function.
"""


class Lawless(Exception):
    """The reference does not obey a law. The text says how, and follows the law's name in a
    message.
    """


def plan(question: Question, law: str, rng: np.random.Generator) -> Plan:
    """The cases of a law as a group: for each of two shapes, a plain case and the same case under
    the law.
    """
    slots = tuple(
        each for slot in plain_slots(question, rng) for each in _pair(question, law, slot, rng)
    )
    return Plan(law, slots, tuple(range(len(slots))))


def _pair(question: Question, law: str, slot: Slot, rng: np.random.Generator) -> tuple[Slot, Slot]:
    drawn: list[Case] = []

    def plain() -> Case:
        drawn[:] = [slot.draw()]
        return replace(drawn[0], label=f"{slot.shape.label}, the plain call")

    def under_the_law() -> Case:
        case = drawn[0]
        arguments = case.arguments
        seed = int(rng.integers(2**31))
        way = case.way.under(law, arguments, seed)
        label = f"{slot.shape.label}, under jax.{law}"
        if law == "vmap":
            others = [slot.draw().arguments for _ in range(LANES - 1)]
            # A ragged list has new sizes in every draw, and no array can stack those into lanes.
            alike = [name for name in way.traced if _alike(name, [arguments, *others])]
            way = replace(way, traced=tuple(alike))
            arguments = {
                name: _stack([value, *(other[name] for other in others)])
                if name in way.traced
                else value
                for name, value in arguments.items()
            }
            label += f" over {LANES} lanes"
        elif law.startswith(PERMUTATION):
            dim = law.removeprefix(PERMUTATION)
            order = _order(way, case.sizes[dim])
            arguments = {
                name: question.arguments[name].permute(value, dim, order)
                for name, value in arguments.items()
            }
            label = f"{slot.shape.label}, with {dim} permuted"
        return Case(label, case.sizes, arguments, way)

    return Slot(slot.shape, plain), Slot(slot.shape, under_the_law)


def _alike(name: str, drawn: list[Mapping[str, Value]]) -> bool:
    """Whether an argument has the same parts, with the same shapes, in several draws."""
    parts = [[(path, leaf.data.shape) for path, leaf in each[name].leaves(name)] for each in drawn]
    return all(each == parts[0] for each in parts)


def _stack(values: list[Value]) -> Value:
    if values[0].contains:
        return replace(
            values[0],
            fields={
                name: _stack([value.fields[name] for value in values]) for name in values[0].fields
            },
        )
    return Value(values[0].kind, np.stack([value.data for value in values]))


def _order(way: CallSpec, size: int) -> np.ndarray:
    """A permutation that moves at least one element if there are at least two."""
    return (
        np.roll(np.random.default_rng(way.seed).permutation(size), 1)
        if size > 2
        else np.arange(size)[::-1]
    )


def expect(reference: object, case: Case) -> Returned | Failed:
    """The expected outcome of a call under a law, computed by the reference without the
    transform.
    """
    plain = replace(case.way, law="", traced=(), seed=0)
    if case.way.law == "vmap":
        return _by_lanes(reference, case, plain)
    if case.way.law == "grad":
        return _by_differences(reference, case, plain)
    return call(reference, case.arguments, plain)


def _by_lanes(reference: object, case: Case, plain: CallSpec) -> Returned | Failed:
    lanes: list[Output] = []
    for lane in range(LANES):

        def of_lane(value: Value, lane: int = lane) -> Value:
            return Value(
                value.kind, np.ascontiguousarray(value.data[lane]).reshape(value.data.shape[1:])
            )

        outcome = call(
            reference,
            {
                name: value.map_leaves(of_lane) if name in case.way.traced else value
                for name, value in case.arguments.items()
            },
            plain,
        )
        if isinstance(outcome, Failed):
            return outcome
        lanes.append(outcome.output)
    return Returned({name: np.stack([lane[name] for lane in lanes]) for name in lanes[0]})


def _by_differences(reference: object, case: Case, plain: CallSpec) -> Returned | Failed:
    """Central differences of the reference in float64, along the same directions as the
    transform.
    """

    def wide(value: Value) -> Value:
        return Value(value.kind, value.data.astype(np.float64))

    names = case.way.traced
    traced = [case.arguments[name].map_leaves(wide) for name in names]
    told = []
    for direction in directions([_arrays(value) for value in traced], case.way.seed):
        sums = []
        for step in (STEP, -STEP):
            moved = {
                name: _move(value, along, step)
                for name, value, along in zip(names, traced, direction, strict=True)
            }
            with in_64_bits():
                outcome = call(reference, {**case.arguments, **moved}, plain)
                if isinstance(outcome, Failed):
                    return outcome
                sums.append(float(weighted_sum(outcome.output, case.way.seed)))
        told.append((sums[0] - sums[1]) / (2 * STEP))
    return Returned(alone(np.asarray(told, np.float32)))


def _arrays(value: Value) -> object:
    return value.assemble(lambda leaf: leaf.data)


def _move(value: Value, along: Any, step: float) -> Value:
    if not value.contains:
        return Value(value.kind, value.data + step * np.asarray(along))
    parts = along.values() if isinstance(along, dict) else along
    return replace(
        value,
        fields={
            name: _move(each, part, step)
            for (name, each), part in zip(value.fields.items(), parts, strict=True)
        },
    )


def check(reference: object, case: Case, output: Output, before: Output) -> Output:
    """The output of the reference under the law's transform. Raises `Lawless`.

    `output` is the expected output under the law, and `before` that of the plain call.
    """
    law = case.way.law
    outcome = call(reference, case.arguments, case.way)
    if isinstance(outcome, Failed):
        raise Lawless(f"the reference {outcome.cause}\n{outcome.detail}".rstrip())
    for name, desired in output.items():
        actual = outcome.output.get(name)
        if actual is None or not _near(actual, desired, CRUDE if law == "grad" else NOISIEST):
            raise Lawless(f"the law does not hold for the reference: {says(law)}")
    if law.startswith(PERMUTATION):
        order = _order(case.way, case.sizes[law.removeprefix(PERMUTATION)])
        for name, array in before.items():
            if not any(
                _near(output[name], wanted, NOISIEST) for wanted in _permutations(array, order)
            ):
                raise Lawless(f"the law does not hold for the reference: {says(law)}")
    return outcome.output


def _permutations(array: np.ndarray, order: np.ndarray) -> list[np.ndarray]:
    """The results that a permuted input may give: the same array, for a function that ignores the
    order, or the array permuted along each axis of that size, even if it is flattened.
    """
    size = len(order)
    found = [
        array,
        *(np.take(array, order, axis) for axis in range(array.ndim) if array.shape[axis] == size),
    ]
    if array.ndim == 1 and array.size % size == 0:
        found += [array.reshape(size, -1)[order].ravel(), array.reshape(-1, size)[:, order].ravel()]
    return found


def _near(actual: np.ndarray, desired: np.ndarray, share: float) -> bool:
    if actual.shape != desired.shape or dtype_kind(actual.dtype) != dtype_kind(desired.dtype):
        return False
    if dtype_kind(desired.dtype) not in ("floating", "complex"):
        return bool(np.array_equal(actual, desired))
    return bool(np.all(close(widen(actual), widen(desired), share * magnitude(desired))))
