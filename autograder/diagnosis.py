"""From a wrong answer to the mistake behind it: one that the author described, one of the general ones, or none.

An author's misconception was run on the same cases when the bank was built; here its outcomes are held against the answer's. A diagnosis must
explain every outcome that is known, right ones included, and at least two that are wrong. Two that explain them equally well give none.
NumPy only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.calls import Failed, Returned
from autograder.compare import compare, dtype_kind, magnitude, widened
from autograder.general import Scene, mistakes

AGREEING = 2
"""So many wrong outcomes, at least, a diagnosis must explain."""

SIGNATURE_SHOWN = 400
"""Characters of a cause and an exception's text that are compared."""


@dataclass(frozen=True)
class Diagnosis:
    """`name` is stable: it depends on no seed and no size, so that a class can be counted by it. `hint` is for the student; `by` says whether
    the "author" of the question wrote it or it is a "general" one."""

    name: str
    hint: str
    by: str


@dataclass(frozen=True)
class KnownOutcome:
    """What a known-wrong solution did on one case: the array it returned, or the signature of its failure."""

    array: np.ndarray | None
    signature: str = ""


@dataclass(frozen=True)
class Known:
    """A misconception of the author's, with its outcome for each case of a group."""

    name: str
    hint: str
    outcomes: tuple[KnownOutcome, ...]


@dataclass(frozen=True)
class Expected:
    """The right output of one case, the error allowed, and the sizes of the question's dimensions."""

    output: np.ndarray
    tolerance: float
    sizes: Mapping[str, int]


Outcome = Returned | Failed


def diagnose(outcomes: Mapping[int, Outcome], expected: Sequence[Expected], known: Sequence[Known]) -> Diagnosis | None:
    """The one mistake that explains `outcomes` (by index of the case; a case that was not called is left out), or None."""
    wrong = [index for index, outcome in outcomes.items() if not _right(outcome, expected[index])]
    if not wrong:
        return None
    if len(wrong) >= min(AGREEING, len(outcomes)):
        for told in (signature, _kind_of_failure):
            authored = [each for each in known if _explains(each, outcomes, expected, told)]
            if authored:
                return Diagnosis(authored[0].name, authored[0].hint, "author") if len(authored) == 1 else None
    return _general(outcomes, wrong, expected) or _of_several_cases(outcomes, wrong, expected)


def outcome_of(outcome: Outcome) -> KnownOutcome:
    """What is kept of a known-wrong solution's outcome."""
    return KnownOutcome(outcome.array) if isinstance(outcome, Returned) else KnownOutcome(None, signature(outcome))


def signature(failed: Failed) -> str:
    """What two failures of the same mistake on the same case have in common: the cause, and the exception's text without addresses."""
    text = re.sub(r"\nline \d+: .*\Z", "", failed.detail)
    return re.sub(r"0x[0-9a-f]+", "", f"{failed.cause} {text}")[:SIGNATURE_SHOWN]


def _kind_of_failure(failed: Failed) -> str:
    """The same for code that is written another way: the first line only, and without numbers."""
    return _without_numbers(signature(failed))


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "#", text.split("\n", 1)[0])


def _right(outcome: Outcome, expected: Expected) -> bool:
    return isinstance(outcome, Returned) and compare(outcome.array, expected.output, expected.tolerance) is None


def _alike(actual: np.ndarray, wanted: np.ndarray, allowed: float) -> bool:
    if actual.shape != wanted.shape or dtype_kind(actual.dtype) != dtype_kind(wanted.dtype):
        return False
    if dtype_kind(wanted.dtype) not in ("floating", "complex"):
        return bool(np.array_equal(actual, wanted))
    first, second = widened(actual), widened(wanted)
    with np.errstate(invalid="ignore"):
        close = (np.abs(first - second) <= allowed) | (first == second) | (np.isnan(first) & np.isnan(second))
    return bool(np.all(close))


def _explains(known: Known, outcomes: Mapping[int, Outcome], expected: Sequence[Expected], told: Callable[[Failed], str]) -> bool:
    for index, outcome in outcomes.items():
        was = known.outcomes[index]
        if isinstance(outcome, Failed):
            if was.array is not None or told(outcome) not in (was.signature, _without_numbers(was.signature)):
                return False
        elif was.array is None or not _alike(outcome.array, was.array, _allowed(was.array, expected[index])):
            return False
    return True


def _allowed(known: np.ndarray, expected: Expected) -> float:
    """A known-wrong output rounds as the right one does, relative to its own size."""
    largest = magnitude(expected.output)
    return 4 * expected.tolerance * max(1.0, magnitude(known) / largest if largest else 1.0)


def _general(outcomes: Mapping[int, Outcome], wrong: Sequence[int], expected: Sequence[Expected]) -> Diagnosis | None:
    scenes = {
        index: Scene(widened(outcome.array), widened(expected[index].output), expected[index].tolerance, expected[index].sizes)
        for index, outcome in outcomes.items()
        if isinstance(outcome, Returned) and _comparable(outcome.array, expected[index].output)
    }
    if len(scenes) < len(outcomes) or len(wrong) < AGREEING:
        return None
    told = [scenes[index] for index in wrong]
    found: dict[str, str] = {}
    for mistake in mistakes([scene.expected for scene in scenes.values()], [scene.sizes for scene in scenes.values()]):
        if mistake.name in found:
            continue
        if all(mistake.made(scene) for scene in told) and all(mistake.spares(scenes[index]) for index in scenes if index not in wrong):
            found[mistake.name] = mistake.hint
    if len(found) != 1:
        return None
    ((name, hint),) = found.items()
    return Diagnosis(name, hint, "general")


def _of_several_cases(outcomes: Mapping[int, Outcome], wrong: Sequence[int], expected: Sequence[Expected]) -> Diagnosis | None:
    """What only shows across cases: the answer of another call, or a dimension whose size 1 makes the difference."""
    returned = {index: outcome.array for index, outcome in outcomes.items() if isinstance(outcome, Returned)}
    if len(wrong) >= AGREEING and all(index in returned for index in wrong):
        earlier = [other for other in outcomes if other not in wrong]
        if earlier and all(any(_alike(returned[index], expected[other].output, expected[other].tolerance) for other in earlier) for index in wrong):
            return Diagnosis(
                "answer of an earlier call",
                "The answer is that of an earlier call with other arguments: something is kept between calls, such as a cache or a global variable.",
                "general",
            )
    right = [index for index in outcomes if index not in wrong]
    for dim in expected[0].sizes if expected else ():
        if len(right) >= AGREEING and all(expected[i].sizes[dim] == 1 for i in wrong) and all(expected[i].sizes[dim] > 1 for i in right):
            return Diagnosis(
                f"wrong where {dim} is 1",
                f"Everything is right but where {dim} is 1: is an axis of that size squeezed away, or broadcast?",
                "general",
            )
    return None


def _comparable(actual: np.ndarray, expected: np.ndarray) -> bool:
    return dtype_kind(actual.dtype) == dtype_kind(expected.dtype) and dtype_kind(actual.dtype) in ("floating", "integer")
