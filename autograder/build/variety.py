"""Ask for answers that vary: an expected output that is the same in all cases, such as False for
random numbers that are never sorted, is right for whoever returns it without looking.

Where an output does not vary, other inputs of the same kind are tried: sorted, symmetric, alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from autograder.build.answered_cases import answered_slot
from autograder.build.plan import Plan, Slot
from autograder.calls.inputs import Value
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Question

Answered = list[tuple[Case, Output]]
"""Cases with their expected outputs."""


def _square(data: np.ndarray) -> bool:
    return data.ndim >= 2 and data.shape[-1] == data.shape[-2]


def _palindrome(data: np.ndarray) -> np.ndarray:
    size = data.shape[-1]
    return np.concatenate([data[..., : (size + 1) // 2], data[..., : size // 2][..., ::-1]], -1)


def _permutation(data: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(data, -1), -1).astype(data.dtype)


def _repeated(data: np.ndarray) -> np.ndarray:
    return np.broadcast_to(data[..., :1], data.shape)


Change = Callable[[np.ndarray], np.ndarray]

STRUCTURES: Mapping[str, tuple[Callable[[np.ndarray], bool], Change]] = {
    "sorted": (lambda data: data.ndim > 0, lambda data: np.sort(data, -1)),
    "sorted downwards": (lambda data: data.ndim > 0, lambda data: np.sort(data, -1)[..., ::-1]),
    "not negative": (lambda data: data.dtype.kind in "fi", np.abs),
    "not positive": (lambda data: data.dtype.kind in "fi", lambda data: -np.abs(data)),
    "symmetric": (_square, lambda data: np.triu(data) + np.swapaxes(np.triu(data, 1), -1, -2)),
    "upper triangular": (_square, np.triu),
    "lower triangular": (_square, np.tril),
    "diagonal": (_square, lambda data: data * np.eye(data.shape[-1], dtype=data.dtype)),
    "the identity": (
        _square,
        lambda data: np.broadcast_to(np.eye(data.shape[-1], dtype=data.dtype), data.shape),
    ),
    "a palindrome": (lambda data: data.ndim > 0, _palindrome),
    "a permutation": (lambda data: data.dtype.kind == "i" and data.ndim > 0, _permutation),
    "equal along the last axis": (lambda data: data.ndim > 0, _repeated),
    "zero": (lambda data: True, np.zeros_like),
    "one": (lambda data: True, np.ones_like),
}
"""Inputs that questions are often about, by name: of which arrays they can be made, and how."""

ALIKE = "alike"
"""The structure in which arrays of the same shape and dtype hold the same numbers."""


def varied(
    question: Question, reference: object, plans: Mapping[str, Plan], answered: dict[str, Answered]
) -> None:
    """In each group whose expected outputs do not vary, replace every second case by one of
    structured inputs for which they do, if there is one. Changes `answered`.

    Raises `BuildError` if no output varies over all groups together, of which there are several.
    """
    plain = [name for name in plans if name not in question.laws]
    for name in plain:
        for leaf in _constant([answered[name]]):
            _vary(question, reference, plans[name], answered[name], leaf)
    found = [answered[name] for name in plain]
    cases = [case for group in found for case, _ in group]
    if len(plain) < 2 or not _differ(cases):
        return  # one group alone may be constant; and a function of nothing is
    constant = _constant(found)
    if constant and len(constant) == len(cases and found[0][0][1]):
        output = found[0][0][1]
        told = ", ".join(
            f"{f'[{leaf}] ' if leaf else ''}{_shown(output[leaf])}" for leaf in constant
        )
        raise BuildError(
            f"question {question.name!r}: the expected output is {told} in every case, also for "
            "inputs that are sorted, symmetric, zero or alike; whoever returns it without looking "
            "gets every point. Make the cases vary: other ranges in dims, other families such as "
            'Array(…, families=("normal", "equal", "tiny")), or whole numbers with dtype="int32"; '
            "or ask for an output that depends on the inputs"
        )


def _shown(array: np.ndarray) -> str:
    """A constant output in a few words."""
    values = np.unique(array)
    if values.size == 1:
        return f"{values[0]}" + (" in every element" if array.size > 1 else "")
    return f"the same array of shape {array.shape}"


def _constant(groups: Sequence[Answered]) -> list[str]:
    """The arrays of the output that tell nothing: all elements of all cases are equal, or all cases
    have the same array.
    """
    outputs = [output for group in groups for _, output in group]
    first = outputs[0]
    return [
        leaf
        for leaf in first
        if all(leaf in output for output in outputs)
        and (
            _all_equal([output[leaf] for output in outputs])
            or all(_same(output[leaf], first[leaf]) for output in outputs)
        )
    ]


def _all_equal(arrays: Sequence[np.ndarray]) -> bool:
    flat = np.concatenate([array.ravel() for array in arrays])
    return bool(flat.size == 0 or np.all(flat == flat[0]))


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.tobytes() == other.tobytes()


def _differ(cases: Sequence[Case]) -> bool:
    """Whether the cases differ in anything but the Python types of their arguments."""
    first = _data(cases[0])
    return any(_data(case) != first for case in cases)


def _data(case: Case) -> list[tuple[str, tuple[int, ...], bytes]]:
    return [
        (name + leaf.text, leaf.data.shape, np.asarray(leaf.data, np.float64).tobytes())
        for argument, value in case.arguments.items()
        for name, leaf in value.leaves(argument)
    ]


def _vary(
    question: Question, reference: object, planned: Plan, answered: Answered, leaf: str
) -> None:
    """Replace every second case of a group by one in which the array `leaf` is another, where a
    structure gives one.
    """
    usual = answered[0][1][leaf]
    for index in range(1, len(answered), 2) if len(answered) > 1 else range(1):
        slot = planned.slots[index]
        for case in _structured(question, answered[index][0]):
            fixed = Slot(slot.shape, lambda case=case: case)  # type: ignore[misc]
            try:
                pair = answered_slot(question, reference, fixed)
            except BuildError:
                continue  # it is no input for this function
            output = pair[1].get(leaf)
            if output is not None and not _like(output, usual):
                answered[index] = pair
                break


def _like(output: np.ndarray, usual: np.ndarray) -> bool:
    return _same(output, usual) or (
        output.size > 0 and usual.size > 0 and _all_equal([output, usual])
    )


def _structured(question: Question, case: Case) -> list[Case]:
    """The case with structured arrays: of each structure, all arrays that can have it, and then
    each by itself.
    """
    made = []
    arrays = [name for name, each in question.arguments.items() if each.restructurable]
    for name in arrays[1:]:
        first, value = case.arguments[arrays[0]].data, case.arguments[name]
        if (first.shape, first.dtype) == (value.data.shape, value.data.dtype):
            made.append(_with(case, ALIKE, {name: Value(value.kind, first)}))
    for called, (fits, change) in STRUCTURES.items():
        changed = {
            name: Value(
                case.arguments[name].kind,
                np.array(change(case.arguments[name].data), case.arguments[name].data.dtype),
            )
            for name in arrays
            if fits(case.arguments[name].data)
        }
        if changed:
            made.append(_with(case, called, changed))
        if len(changed) > 1:
            made += [_with(case, called, {name: value}) for name, value in changed.items()]
    return made


def _with(case: Case, called: str, changed: Mapping[str, Value]) -> Case:
    return replace(case, label=f"{case.label}, {called}", arguments={**case.arguments, **changed})
