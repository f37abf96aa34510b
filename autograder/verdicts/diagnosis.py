"""Find the mistake behind a wrong answer: one that the author described, a general one, or none.

The build ran the author's misconceptions on the same cases; here their outcomes are compared with
the answer's. A diagnosis must explain every known outcome, right ones included, and at least two
wrong ones (see `AGREEING`). If two explain them equally well, there is no diagnosis. NumPy only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.bank.records import KnownMistake, KnownOutcome
from autograder.calls.call import Failed, Returned
from autograder.calls.outputs import Output
from autograder.verdicts.array_mistakes import Scene, mistakes
from autograder.verdicts.compare import differences, dtype_kind, magnitude, small, widen

AGREEING = 2
"""A diagnosis must explain at least this many wrong outcomes.

Fewer suffice for an author's misconception if fewer cases were called, and for a dimension whose
size 1 makes the difference.
"""

SIGNATURE_SHOWN = 400
"""At most this many characters of a cause and an exception's text are compared."""


Outcome = Returned | Failed


@dataclass(frozen=True)
class Diagnosis:
    """A mistake behind a wrong answer.

    `name` is stable: it depends on no seed and no size, so that it can be counted over a class.
    `hint` is for the student. `by` is "author" for a misconception of the question's author,
    "general" for any other.
    """

    name: str
    hint: str
    by: str


@dataclass(frozen=True)
class Expected:
    """The right output of one case, the error allowed in each of its arrays, and the sizes of the
    question's dimensions.
    """

    output: Output
    tolerances: Mapping[str, float]
    sizes: Mapping[str, int]

    def of(self, outcome: Outcome, part: str) -> Scene | None:
        """The expected array `part` with the returned one; None if none was returned that can be
        compared with it.
        """
        if (
            not isinstance(outcome, Returned)
            or part not in outcome.output
            or not _comparable(outcome.output[part], self.output[part])
        ):
            return None
        return Scene(
            widen(outcome.output[part]), widen(self.output[part]), self.tolerances[part], self.sizes
        )


def diagnose(
    outcomes: Mapping[int, Outcome], expected: Sequence[Expected], known: Sequence[KnownMistake]
) -> Diagnosis | None:
    """The one mistake that explains `outcomes`, or None. `outcomes` is by index of the case; cases
    that were not called are left out.
    """
    wrong = [index for index, outcome in outcomes.items() if not _right(outcome, expected[index])]
    if not wrong:
        return None
    if len(wrong) >= min(AGREEING, len(outcomes)):
        for told in (signature, _kind_of_failure):
            authored = [each for each in known if _explains(each, outcomes, expected, told)]
            if authored:
                return (
                    Diagnosis(authored[0].name, authored[0].hint, "author")
                    if len(authored) == 1
                    else None
                )
    return _general(outcomes, wrong, expected) or _of_several_cases(outcomes, wrong, expected)


def outcome_of(outcome: Outcome) -> KnownOutcome:
    """The part of a known wrong solution's outcome that is stored."""
    return (
        KnownOutcome(outcome.output)
        if isinstance(outcome, Returned)
        else KnownOutcome({}, signature(outcome))
    )


def signature(failed: Failed) -> str:
    """The text by which two failures of the same mistake on the same case are recognised: the
    cause, and the exception's text without addresses.
    """
    text = re.sub(r"\nline \d+: .*\Z", "", failed.detail)
    return re.sub(r"0x[0-9a-f]+", "", f"{failed.cause} {text}")[:SIGNATURE_SHOWN]


def _kind_of_failure(failed: Failed) -> str:
    """The text by which failures are recognised in code that is written differently: the first line
    only, without numbers.
    """
    return _without_numbers(signature(failed))


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+", "#", text.split("\n", 1)[0])


def _right(outcome: Outcome, expected: Expected) -> bool:
    return isinstance(outcome, Returned) and not differences(
        outcome.output, expected.output, expected.tolerances
    )


def _alike(actual: np.ndarray, wanted: np.ndarray, allowed: float) -> bool:
    if actual.shape != wanted.shape or dtype_kind(actual.dtype) != dtype_kind(wanted.dtype):
        return False
    if dtype_kind(wanted.dtype) not in ("floating", "complex"):
        return bool(np.array_equal(actual, wanted))
    first, second = widen(actual), widen(wanted)
    with np.errstate(invalid="ignore"):
        close = (
            (np.abs(first - second) <= allowed)
            | (first == second)
            | (np.isnan(first) & np.isnan(second))
        )
    return bool(np.all(close))


def _explains(
    known: KnownMistake,
    outcomes: Mapping[int, Outcome],
    expected: Sequence[Expected],
    told: Callable[[Failed], str],
) -> bool:
    for index, outcome in outcomes.items():
        was = known.outcomes[index]
        if isinstance(outcome, Failed):
            if was.output or told(outcome) not in (was.signature, _without_numbers(was.signature)):
                return False
        elif outcome.output.keys() != was.output.keys() or not all(
            _alike(outcome.output[part], array, _allowed(part, array, expected[index]))
            for part, array in was.output.items()
        ):
            return False
    return True


def _allowed(part: str, known: np.ndarray, expected: Expected) -> float:
    """The error allowed in a known wrong output: the tolerance of the right one, scaled to its
    size.
    """
    if part not in expected.output:
        return 0.0
    largest = magnitude(expected.output[part])
    return 4 * expected.tolerances[part] * max(1.0, magnitude(known) / largest if largest else 1.0)


def _general(
    outcomes: Mapping[int, Outcome], wrong: Sequence[int], expected: Sequence[Expected]
) -> Diagnosis | None:
    part = _wrong_part(outcomes, wrong, expected)
    if part is None or len(wrong) < AGREEING:
        return None
    scenes = {
        index: scene
        for index, outcome in outcomes.items()
        if (scene := expected[index].of(outcome, part)) is not None
    }
    if len(scenes) < len(outcomes):
        return None
    told = [scenes[index] for index in wrong]
    found: dict[str, str] = {}
    for mistake in mistakes(
        [scene.expected for scene in scenes.values()], [scene.sizes for scene in scenes.values()]
    ):
        if mistake.name in found:
            continue
        if all(mistake.explains(scene) for scene in told) and all(
            mistake.spares(scenes[index]) for index in scenes if index not in wrong
        ):
            found[mistake.name] = mistake.hint
    if len(found) != 1:
        return None
    ((name, hint),) = found.items()
    return Diagnosis(name, hint, "general")


def _wrong_part(
    outcomes: Mapping[int, Outcome], wrong: Sequence[int], expected: Sequence[Expected]
) -> str | None:
    """The name of the array that is wrong in every wrong outcome, if no other array is wrong; else
    None.
    """
    parts: set[str] = set()
    for index in wrong:
        outcome = outcomes[index]
        if not isinstance(outcome, Returned):
            return None
        parts |= differences(
            outcome.output, expected[index].output, expected[index].tolerances
        ).keys()
    return parts.pop() if len(parts) == 1 else None


def _of_several_cases(
    outcomes: Mapping[int, Outcome], wrong: Sequence[int], expected: Sequence[Expected]
) -> Diagnosis | None:
    """A mistake that shows only across cases: the answer of another call, or a dimension whose size
    1 makes the difference.
    """
    returned = {
        index: outcome.output
        for index, outcome in outcomes.items()
        if isinstance(outcome, Returned)
    }
    if len(wrong) >= AGREEING and all(index in returned for index in wrong):
        earlier = [other for other in outcomes if other not in wrong]
        if earlier and all(
            any(
                not differences(returned[index], expected[other].output, expected[other].tolerances)
                for other in earlier
            )
            for index in wrong
        ):
            return Diagnosis(
                "answer of an earlier call",
                "The answer is that of an earlier call with other arguments: something is kept "
                "between calls, such as a cache or a global variable.",
                "general",
            )
    right = [index for index in outcomes if index not in wrong]
    for dim in expected[0].sizes if expected else ():
        if (
            len(right) >= AGREEING
            and all(expected[i].sizes[dim] == 1 for i in wrong)
            and all(expected[i].sizes[dim] > 1 for i in right)
        ):
            return Diagnosis(
                f"wrong where {dim} is 1",
                f"Everything is right but where {dim} is 1: is an axis of that size squeezed "
                "away, or broadcast?",
                "general",
            )
    return None


def _comparable(actual: np.ndarray, expected: np.ndarray) -> bool:
    kind = dtype_kind(actual.dtype)
    return (
        kind == dtype_kind(expected.dtype)
        and kind in ("floating", "integer")
        and small(actual, expected)
    )
