"""Add a case whose whole numbers are as large as the declared ranges allow, so that an answer in
int8 or int16 does not pass only because the drawn numbers happen to fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from autograder.build.answered_cases import answered_case
from autograder.build.balance import Answered
from autograder.build.plan import Plan, Slot
from autograder.build.shapes import LARGEST
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.questions.question import Question

WIDEST = "whole numbers near an end of their range"
"""The label of such a case."""

NARROW = ("int8", "uint8", "int16", "uint16", "int32", "uint32")
"""The dtypes that may be too narrow."""


def with_widest(
    question: Question,
    reference: object,
    planned: Plan,
    answered: Sequence[tuple[Case, Output]],
    others: Mapping[str, Answered],
    rng: np.random.Generator,
) -> tuple[Plan, Answered]:
    """A plan and its answered cases, with one more case if there is a dtype that holds every whole
    number in `others` but not those of the new case.
    """
    known = [output for cases in others.values() for _, output in cases]
    for slot, (case, _) in zip(planned.slots, answered, strict=True):
        if slot.shape.label != LARGEST or not _whole(known):
            continue
        for filled in _fill(question, case, rng):
            pair = answered_case(question, reference, slot.shape, filled)
            if pair is None or not _wider(pair[1], known):
                continue
            more = Slot(slot.shape, lambda case=pair[0]: case)  # type: ignore[misc]
            slots = (*planned.slots, more)
            calls = (*planned.calls, len(slots) - 1)
            return Plan(planned.group, slots, calls), [*answered, pair]
    return planned, list(answered)


def _fill(question: Question, case: Case, rng: np.random.Generator) -> Iterator[Case]:
    """The case with nearly all whole numbers at one end of their range, then at the other."""
    for largest in (True, False):
        arguments = {
            name: question.arguments[name].fill(value, case.sizes, rng, largest=largest)
            for name, value in case.arguments.items()
        }
        if any(value is not case.arguments[name] for name, value in arguments.items()):
            yield replace(case, label=f"{LARGEST}, {WIDEST}", arguments=arguments)


def _whole(outputs: Sequence[Output]) -> bool:
    return any(array.dtype.kind in "iu" for output in outputs for array in output.values())


def _wider(output: Output, known: Sequence[Output]) -> bool:
    """Whether some dtype holds every whole number in the same array of `known`, but not those of
    `output`.
    """
    return any(
        array.dtype.kind in "iu"
        and any(
            not _holds(dtype, array)
            and all(_holds(dtype, other[name]) for other in known if name in other)
            for dtype in NARROW
        )
        for name, array in output.items()
    )


def _holds(dtype: str, array: np.ndarray) -> bool:
    limits = np.iinfo(dtype)
    return not array.size or (
        array.dtype.kind in "iu"
        and limits.min <= int(np.min(array))
        and int(np.max(array)) <= limits.max
    )
