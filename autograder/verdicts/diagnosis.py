"""Find the mistake behind a wrong answer: one that the author described, a general one, or none.

The build ran the author's misconceptions on the same cases; this module compares their outcomes
with the answer's. A diagnosis must explain every known outcome, right ones included, and at least
two wrong ones (see `AGREEING`). If two mistakes explain them equally well, there is no diagnosis.
NumPy only.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.bank.records import KnownMistake
from autograder.calls.call import Returned
from autograder.calls.outputs import Output
from autograder.verdicts.array_mistakes import mistakes
from autograder.verdicts.arrays import dtype_kind
from autograder.verdicts.compare import differences
from autograder.verdicts.judging import Judged
from autograder.verdicts.known_mistakes import explains, kind_of_failure, signature
from autograder.verdicts.scenes import Expected, Outcome

AGREEING = 2
"""A diagnosis must explain at least this many wrong outcomes.

Fewer are enough for an author's misconception if fewer cases were called, and for a dimension whose
size 1 makes the difference.
"""

NEAR = 0.01
"""If no declared mistake explains the outcomes within the tolerance, numbers may differ by this
share of what the mistake changes: a wrong answer may lose more digits than the right one.
"""

SEVERAL = 4
"""This many returned numbers in one case tell as much as two cases."""


@dataclass(frozen=True)
class Diagnosis:
    """The mistake behind a wrong answer.

    `name` depends on no seed and no size, so that a class report can count it. `hint` is for the
    student. `by` is "author" for a misconception of the question's author, and "general" for any
    other mistake.
    """

    name: str
    hint: str
    by: str


def diagnose(
    outcomes: Mapping[int, Outcome], expected: Sequence[Expected], known: Sequence[KnownMistake]
) -> Diagnosis | None:
    """The one mistake that explains `outcomes`, or None. `outcomes` is by index of the case,
    without the cases that were not called.
    """
    wrong = [index for index, outcome in outcomes.items() if not _right(outcome, expected[index])]
    if not wrong:
        return None
    if len(wrong) >= min(AGREEING, len(outcomes)) or _tells_much(outcomes[wrong[0]]):
        for near, told in itertools.product((0.0, NEAR), (signature, kind_of_failure)):
            authored = [each for each in known if explains(each, outcomes, expected, told, near)]
            if authored:
                return (
                    Diagnosis(authored[0].name, authored[0].hint, "author")
                    if len(authored) == 1
                    else None
                )
    if any(isinstance(outcome, Judged) for outcome in outcomes.values()):
        return None  # general mistakes show in the answer's numbers, which `Judged` lacks
    return _general(outcomes, wrong, expected) or _of_several_cases(outcomes, wrong, expected)


def _tells_much(outcome: Outcome) -> bool:
    """Whether the answer has too many numbers to agree with a declared mistake by chance."""
    return isinstance(outcome, Returned) and (
        sum(array.size for array in outcome.output.values()) >= SEVERAL
    )


def _right(outcome: Outcome, expected: Expected) -> bool:
    if isinstance(outcome, Judged):
        return not outcome.found
    return isinstance(outcome, Returned) and not differences(
        outcome.output, expected.output, expected.tolerances
    )


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
    if len(scenes) < len(outcomes) or not all(scene.expected.size for scene in scenes.values()):
        return None  # an empty array would agree with every mistake
    told = [scenes[index] for index in wrong]
    alone = all(scene.expected.size == 1 for scene in told)
    found: dict[str, str] = {}
    for mistake in mistakes(
        [scene.expected for scene in scenes.values()], [scene.sizes for scene in scenes.values()]
    ):
        if mistake.name in found or (mistake.several and alone):
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
    """The name of the array that the wrong outcomes have wrong, if it is the same single one in all
    of them; otherwise None.
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
        # One truth value or small number may equal another call's answer by chance.
        if (
            earlier
            and _tell(returned, wrong)
            and all(
                any(
                    not differences(
                        returned[index], expected[other].output, expected[other].tolerances
                    )
                    for other in earlier
                )
                for index in wrong
            )
        ):
            return Diagnosis(
                "answer of an earlier call",
                "The answer is that of an earlier call with other arguments. Look for something "
                "that is kept between calls, such as a cache or a global variable.",
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
                f"Everything is right except where {dim} is 1: is an axis of size 1 squeezed or "
                "broadcast?",
                "general",
            )
    return None


def _tell(returned: Mapping[int, Output], wrong: Sequence[int]) -> bool:
    """Whether some wrong answer has more than one number, or a number that is not whole."""
    return any(
        array.size > 1 or dtype_kind(array.dtype) in ("floating", "complex")
        for index in wrong
        for array in returned[index].values()
    )
