"""Balance a group in which nearly all cases have the same answer: replace some cases by structured
inputs with another answer, and by inputs that just miss the structure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from autograder.build.answered_cases import answered_case
from autograder.build.plan import Plan, Slot
from autograder.build.structures import enlarge, give_structure, spoil
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.questions.question import Question
from autograder.verdicts.arrays import dtype_kind, widen

Answered = list[tuple[Case, Output]]
"""Cases with their expected outputs."""

RARE = 3
"""One case in `RARE` should have an answer other than the most frequent one."""

LOPSIDED = 0.75
"""Cases are balanced if more than this share of all drawn cases have the same answer."""


def all_equal(arrays: Sequence[np.ndarray]) -> bool:
    flat = np.concatenate([array.ravel() for array in arrays])
    return bool(flat.size == 0 or np.all(flat == flat[0]))


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.tobytes() == other.tobytes()


def unbalanced(outputs: Sequence[Output]) -> list[str]:
    """The arrays of an output that hold one truth value or whole number in every case, and the same
    one in nearly all cases.
    """
    return [
        leaf
        for leaf in (outputs[0] if outputs else ())
        if all(
            leaf in output and output[leaf].size == 1 and output[leaf].dtype.kind in "biu"
            for output in outputs
        )
        and len(_most_frequent([output[leaf] for output in outputs])[1]) > LOPSIDED * len(outputs)
    ]


def vary(
    question: Question, reference: object, planned: Plan, answered: Answered, leaf: str
) -> None:
    """Replace every second case of a group by a structured one in which the array `leaf` differs,
    if some structure gives one.
    """
    usual = answered[0][1][leaf]
    for index in range(1, len(answered), 2) if len(answered) > 1 else range(1):
        _replace(question, reference, planned, answered, leaf, index, usual)


def balance(
    question: Question, reference: object, planned: Plan, answered: Answered, leaf: str
) -> None:
    """Make about one in `RARE` cases of a group have an answer `leaf` other than the most frequent
    one, if some structure gives another answer. Also add cases that just miss a structure.
    """
    usual, common = _most_frequent([output[leaf] for _, output in answered])
    wanted = max(1, round(len(answered) / RARE))
    others = [*range(1, len(answered), 2), *range(2, len(answered), 2)]
    for index in others:
        if len(answered) - len(common) >= wanted or len(answered) == len(common):
            break  # enough, or constant because no structure gives another answer
        if index in common and _replace(question, reference, planned, answered, leaf, index, usual):
            common.remove(index)
    for index in range(2, len(answered), 2):
        if index in common and len(common) < len(answered):
            plain = answered[index][0]
            tried = (enlarge(question, plain), plain) if index % 4 == 2 else (plain,)
            any(
                _just_miss(question, reference, planned, answered, leaf, index, usual, case)
                for case in tried
            )


def have_not_finite(
    question: Question, reference: object, planned: Plan, answered: Answered
) -> None:
    """Make about one in `RARE` cases of a group have NaN or infinities, if some structure gives
    them, such as a row of zeros in a mask. A question that expects them should ask for them. A case
    without any finite number takes the place of no case that alone has its kinds of arguments:
    an answer of NaN there would be right.
    """
    wanted = max(1, round(len(answered) / RARE))
    for index in range(1, len(answered), 2):
        if sum(share_finite(output) < 1 for _, output in answered) >= wanted:
            return
        found = [
            pair
            for case in give_structure(question, answered[index][0])
            if (pair := _answer(question, reference, planned.slots[index], case)) is not None
            and share_finite(pair[1]) < 1
            and (share_finite(pair[1]) > 0 or _has_a_like(answered, index))
        ]
        if found:  # an output that also has finite numbers tests more
            answered[index] = max(found, key=lambda pair: share_finite(pair[1]))


def _has_a_like(answered: Answered, index: int) -> bool:
    """Whether another case with finite numbers has the same kinds of arguments as this one."""

    def kinds(case: Case) -> list[str]:
        return [leaf.kind for value in case.arguments.values() for _, leaf in value.leaves()]

    return any(
        place != index and kinds(case) == kinds(answered[index][0]) and share_finite(output) > 0
        for place, (case, output) in enumerate(answered)
    )


def share_finite(output: Output) -> float:
    """The share of an output's numbers that are finite."""
    found = [
        np.isfinite(widen(array)).ravel()
        for array in output.values()
        if dtype_kind(array.dtype) in ("floating", "complex")
    ]
    return float(np.mean(np.concatenate(found))) if found and sum(map(len, found)) else 1.0


def _most_frequent(arrays: Sequence[np.ndarray]) -> tuple[np.ndarray, list[int]]:
    """The most frequent answer, and the indices at which it occurs."""
    places = [
        [index for index, array in enumerate(arrays) if like(array, usual)] for usual in arrays
    ]
    most = max(places, key=len)
    return arrays[most[0]], most


def _replace(
    question: Question,
    reference: object,
    planned: Plan,
    answered: Answered,
    leaf: str,
    index: int,
    usual: np.ndarray,
) -> bool:
    """Replace a case by a structured one with another answer. Returns whether there is one."""
    for case in give_structure(question, answered[index][0]):
        pair = _answer(question, reference, planned.slots[index], case)
        if pair is not None and leaf in pair[1] and not like(pair[1][leaf], usual):
            answered[index] = pair
            return True
    return False


def _just_miss(
    question: Question,
    reference: object,
    planned: Plan,
    answered: Answered,
    leaf: str,
    index: int,
    usual: np.ndarray,
    plain: Case,
) -> bool:
    """Replace a case that has the usual answer by one, made from `plain`, in which a single element
    is responsible for that answer. Returns whether there is one.
    """
    slot = planned.slots[index]
    for case in give_structure(question, plain):
        pair = _answer(question, reference, slot, case)
        if pair is None or leaf not in pair[1] or like(pair[1][leaf], usual):
            continue
        for missed in spoil(case, plain):
            found = _answer(question, reference, slot, missed)
            if found is not None and leaf in found[1] and like(found[1][leaf], usual):
                answered[index] = found
                return True
    return False


def _answer(
    question: Question, reference: object, slot: Slot, case: Case
) -> tuple[Case, Output] | None:
    """The case with its expected output; None if the reference fails on it or its output tests
    nothing.
    """
    return answered_case(question, reference, slot.shape, case)


def like(output: np.ndarray, usual: np.ndarray) -> bool:
    """Whether two outputs count as one answer: the same array, or the same number in every
    element.
    """
    return same(output, usual) or (
        output.size > 0 and usual.size > 0 and all_equal([output, usual])
    )
