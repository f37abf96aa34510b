"""Answers that need no understanding: zeros, ones, the most frequent answer, and an argument
returned unchanged. They are misconceptions of every question.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from autograder.bank.groups import HIDDEN_GROUPS
from autograder.bank.records import ExpectedCase, Group
from autograder.build.answered_cases import answered_case
from autograder.build.balance import Answered, like
from autograder.build.plan import Plan, Slot
from autograder.calls.call import Returned
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Question
from autograder.sameness.words import samples_of
from autograder.verdicts.arrays import close, magnitude, widen
from autograder.verdicts.faults import fault_of
from autograder.verdicts.judging import judge

Trivial = Callable[[Case, Output], Output | None]
"""What such an answer returns for a case, given its expected output; None if it has nothing of that
shape.
"""

DRAWS = 10
"""How often to redraw each case of a group that such an answer would pass by chance."""

NEAR = 1e-3
"""Two outputs count as equally good if no element differs by more than this share of the
largest.
"""

Refused = dict[str, dict[str, int]]
"""How many cases of each group refuse each such answer."""


def count_refusals(question: Question, groups: Mapping[str, Group]) -> Refused:
    """Count how many cases of each hidden group refuse each such answer. Raises `BuildError` if one
    gets the points of a group and the author has not accepted that.
    """
    hidden = {name: group for name, group in groups.items() if name in HIDDEN_GROUPS}
    cases = [each for group in hidden.values() for each in group.cases]
    if samples_of(question.words) is not None or not _ask_different_things(cases):
        return {}
    found = {
        called: {
            name: sum(not _right(answer, each) for each in group.cases)
            for name, group in hidden.items()
        }
        for called, answer in _answers(question, [(each.case, each.expected) for each in cases])
    }
    for called, by_group in found.items():
        given = [name for name, count in by_group.items() if not count]
        if given and not question.trivial:
            raise BuildError(
                f"question {question.name!r}: an answer that always returns {called} gets the "
                f"points of cases={given[0]!r}: each of its {len(hidden[given[0]].cases)} cases "
                "expects that. Make the cases vary (wider ranges in dims, other families or "
                "values, more shapes and seeds), ask for an output that depends on the inputs, "
                "or accept it with a reason, as "
                'in Question(…, trivial="The mask hides nothing where there is one row.")'
            )
    return found


def tell_apart(
    question: Question,
    reference: object,
    plans: Mapping[str, Plan],
    answered: Mapping[str, Answered],
) -> None:
    """Draw a case again in each hidden group whose points such an answer would get by chance.
    Changes `answered`.
    """
    hidden = {name: cases for name, cases in answered.items() if name in HIDDEN_GROUPS}
    every = [pair for cases in hidden.values() for pair in cases]
    if samples_of(question.words) is not None or not every:
        return
    for _, answer in _answers(question, every):
        for name, cases in hidden.items():
            if not all(_near(answer, *pair) for pair in cases):
                continue
            for place in reversed(range(len(cases))):
                pair = _refusing(question, reference, plans[name].slots[place], answer)
                if pair is not None:
                    cases[place] = pair
                    break


def _refusing(
    question: Question, reference: object, slot: Slot, answer: Trivial
) -> tuple[Case, Output] | None:
    for _ in range(DRAWS):
        pair = answered_case(question, reference, slot.shape, slot.draw())
        if pair is not None and not _near(answer, *pair):
            return pair
    return None


def _near(answer: Trivial, case: Case, output: Output) -> bool:
    found = answer(case, output)
    return found is not None and all(
        array.shape == output[part].shape
        and bool(np.all(close(widen(array), widen(output[part]), NEAR * magnitude(output[part]))))
        for part, array in found.items()
    )


def groups_passed(refused: Mapping[str, Mapping[str, int]]) -> dict[str, list[str]]:
    """The groups whose points such an answer gets, for each answer that gets some."""
    got = {
        called: [name for name, count in by_group.items() if not count]
        for called, by_group in refused.items()
    }
    return {called: names for called, names in got.items() if names}


def _right(answer: Trivial, answered: ExpectedCase) -> bool:
    output = answer(answered.case, answered.expected)
    if output is None:
        return False
    return fault_of(judge(Returned(output), answered), answered) is None


def _answers(
    question: Question, cases: Sequence[tuple[Case, Output]]
) -> Iterator[tuple[str, Trivial]]:
    logical = all(array.dtype.kind == "b" for _, output in cases for array in output.values())
    yield ("False" if logical else "zeros"), lambda _, expected: _fill(expected, 0)
    yield ("True" if logical else "ones"), lambda _, expected: _fill(expected, 1)
    usual = _most_frequent([output for _, output in cases])
    yield "the most frequent answer", lambda _, expected: _like_it(expected, usual)
    for name in question.arguments:
        if any(_itself(case, expected, name) is not None for case, expected in cases):
            yield f"its argument {name}", functools.partial(_itself, name=name)


def _fill(expected: Output, number: int) -> Output:
    return {part: np.full_like(array, number) for part, array in expected.items()}


def _most_frequent(outputs: Sequence[Output]) -> Output:
    counts = [sum(_alike(one, other) for other in outputs) for one in outputs]
    return outputs[int(np.argmax(counts))]


def _alike(one: Output, other: Output) -> bool:
    return one.keys() == other.keys() and all(like(one[part], other[part]) for part in one)


def _like_it(expected: Output, usual: Output) -> Output | None:
    """The most frequent output. If all its elements are the same number, it takes the shape that
    the case expects.
    """
    if expected.keys() != usual.keys():
        return None
    return {
        part: np.full(expected[part].shape, array.flat[0], array.dtype)
        if array.size and bool(np.all(array == array.flat[0]))
        else array
        for part, array in usual.items()
    }


def _itself(case: Case, expected: Output, name: str) -> Output | None:
    """An argument, unchanged but in the expected dtypes; None if its shapes are others than those
    expected.
    """
    leaves = {
        path.removeprefix("/"): leaf.data
        for path, leaf in case.arguments[name].leaves()
        if leaf.kind != "key" and leaf.holds_data
    }
    if {part: array.shape for part, array in expected.items()} != {
        path: data.shape for path, data in leaves.items()
    }:
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        return {
            part: np.real(leaves[part]).astype(array.dtype)
            if array.dtype.kind != "c"
            else leaves[part].astype(array.dtype)
            for part, array in expected.items()
        }


def _ask_different_things(cases: Sequence[ExpectedCase]) -> bool:
    """Whether the cases differ in more than the Python types of their arguments. Otherwise one
    answer is right for all of them.
    """
    return len({_data(each.case) for each in cases}) > 1


def _data(case: Case) -> tuple[object, ...]:
    return tuple(
        (name, leaf.text, leaf.data.shape, np.asarray(leaf.data, np.complex128).tobytes())
        for argument, value in case.arguments.items()
        for name, leaf in value.leaves(argument)
    )
