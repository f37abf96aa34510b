"""Make the expected answers vary. If every case expects the same output, such as False because
random numbers are never sorted, an answer that ignores its arguments passes.

If an output does not vary, the build tries other inputs of the same kind (sorted, symmetric, alike)
and, if none of them changes the output of a group, other sizes. If one answer is rare, such as True
for "is it symmetric?", the build also tries inputs that give it and inputs that just miss it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from autograder.build.answered_cases import answered_case
from autograder.build.balance import (
    Answered,
    all_equal,
    balance,
    have_not_finite,
    same,
    unbalanced,
    vary,
)
from autograder.build.plan import Plan
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Question
from autograder.verdicts.arrays import widen


def make_vary(
    question: Question, reference: object, plans: Mapping[str, Plan], answered: dict[str, Answered]
) -> None:
    """In each group whose expected outputs do not vary, replace every second case by a structured
    one for which they do, if there is one. Changes `answered`.

    Raises `BuildError` if there are several groups and no output varies over all of them together.
    """
    plain = [name for name in plans if name not in question.laws]
    lopsided = unbalanced([output for name in plain for _, output in answered[name]])
    for name in plain:
        for leaf in _constant([answered[name]]):
            vary(question, reference, plans[name], answered[name], leaf)
        if set(_constant([answered[name]])) == set(answered[name][0][1]):
            _in_other_shapes(question, reference, plans, name, answered[name])
        for leaf in lopsided:
            balance(question, reference, plans[name], answered[name], leaf)
        if question.nonfinite_expected:
            have_not_finite(question, reference, plans[name], answered[name])
    found = [answered[name] for name in plain]
    cases = [case for group in found for case, _ in group]
    if len(plain) < 2 or not _differ(cases):
        return  # a single group may be constant, and so may a function of nothing
    constant = _constant(found)
    if constant and len(constant) == len(cases and found[0][0][1]):
        output = found[0][0][1]
        told = ", ".join(
            f"{f'[{leaf}] ' if leaf else ''}{_show(output[leaf])}" for leaf in constant
        )
        raise BuildError(
            f"question {question.name!r}: the expected output is {told} in every case, even for "
            "inputs that are sorted, symmetric, zero or alike; an answer that always returns it "
            "gets every point. Make the cases vary: other ranges in dims, other families such as "
            'Array(…, families=("normal", "equal", "tiny")), or whole numbers with dtype="int32"; '
            "or ask for an output that depends on the inputs"
        )


OTHER_SHAPES = 4
"""How many shapes from other groups to try if the outputs of a group are all the same."""


def _in_other_shapes(
    question: Question,
    reference: object,
    plans: Mapping[str, Plan],
    name: str,
    answered: Answered,
) -> None:
    """Replace every second case of a group whose outputs are all the same by one of another group's
    shape, if that changes the output.
    """
    own = answered[0][0].sizes
    every = [slot.shape for other, each in plans.items() if other != name for slot in each.slots]
    shapes = {tuple(shape.sizes.items()): shape for shape in every if shape.sizes != own}
    usual = answered[0][1]
    for place, shape in zip(
        range(1, len(answered), 2), itertools.cycle([*shapes.values()][:OTHER_SHAPES])
    ):
        slot = plans[name].slots[place]
        case = slot.elsewhere(shape) if slot.elsewhere else None
        pair = answered_case(question, reference, shape, case) if case else None
        if pair and not all(same(pair[1][leaf], usual[leaf]) for leaf in usual if leaf in pair[1]):
            answered[place] = pair


def _show(array: np.ndarray) -> str:
    """A short description of a constant output."""
    values = np.unique(array)
    if values.size == 1:
        return f"{values[0]}" + (" in every element" if array.size > 1 else "")
    return f"the same array of shape {array.shape}"


def _constant(groups: Sequence[Answered]) -> list[str]:
    """The arrays of the output that test nothing, because all elements of all cases are equal or
    all cases have the same array.
    """
    outputs = [output for group in groups for _, output in group]
    first = outputs[0]
    return [
        leaf
        for leaf in first
        if all(leaf in output for output in outputs)
        and (
            all_equal([output[leaf] for output in outputs])
            or all(same(output[leaf], first[leaf]) for output in outputs)
        )
    ]


def _differ(cases: Sequence[Case]) -> bool:
    """Whether the cases differ in more than the Python types of their arguments."""
    first = _data(cases[0])
    return any(_data(case) != first for case in cases)


def _data(case: Case) -> list[tuple[str, tuple[int, ...], bytes]]:
    return [
        (name + leaf.text, leaf.data.shape, widen(leaf.data).tobytes())
        for argument, value in case.arguments.items()
        for name, leaf in value.leaves(argument)
    ]
