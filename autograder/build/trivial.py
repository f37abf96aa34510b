"""Answers that need no understanding: zeros, ones, the most frequent answer, and an argument
returned as it is. They are misconceptions that every question has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from autograder.bank.groups import HIDDEN_GROUPS
from autograder.bank.records import ExpectedCase, Group
from autograder.build.balance import like
from autograder.calls.call import Returned
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Question
from autograder.sameness.words import samples_of
from autograder.verdicts.faults import fault_of
from autograder.verdicts.judging import judged

Trivial = Callable[[ExpectedCase], Output | None]
"""What such an answer returns for a case; None where it has nothing of the expected shape."""

Refused = dict[str, dict[str, int]]
"""For each such answer the number of cases of each group that refuse it."""


def refused(question: Question, groups: Mapping[str, Group]) -> Refused:
    """How such answers fare in the hidden groups. Raises `BuildError` if one gets the points of a
    group, and the author has not accepted that.
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
        for called, answer in _answers(question, cases)
    }
    for called, by_group in found.items():
        given = [name for name, count in by_group.items() if not count]
        if given and not question.trivial:
            raise BuildError(
                f"question {question.name!r}: whoever returns {called} gets the points of cases="
                f"{given[0]!r}: each of its {len(hidden[given[0]].cases)} cases expects that. Make "
                "the cases vary (wider ranges in dims, other families or values, more shapes and "
                "seeds), ask for an output that depends on the inputs, or accept it in words, as "
                'in Question(…, trivial="The mask hides nothing where there is one row.")'
            )
    return found


def accepted(refused: Mapping[str, Mapping[str, int]]) -> dict[str, list[str]]:
    """The groups whose points such an answer gets, for each that gets some."""
    got = {
        called: [name for name, count in by_group.items() if not count]
        for called, by_group in refused.items()
    }
    return {called: names for called, names in got.items() if names}


def _right(answer: Trivial, answered: ExpectedCase) -> bool:
    output = answer(answered)
    if output is None:
        return False
    return fault_of(judged(Returned(output), answered), answered) is None


def _answers(question: Question, cases: Sequence[ExpectedCase]) -> Iterator[tuple[str, Trivial]]:
    discrete = all(array.dtype.kind == "b" for each in cases for array in each.expected.values())
    yield ("False" if discrete else "zeros"), lambda answered: _filled(answered, 0)
    yield ("True" if discrete else "ones"), lambda answered: _filled(answered, 1)
    usual = _most_frequent([each.expected for each in cases])
    yield "the most frequent answer", lambda answered: _like_it(answered, usual)
    for name in question.arguments:
        if any(_itself(each, name) is not None for each in cases):
            yield f"its argument {name}", lambda answered, name=name: _itself(answered, name)  # type: ignore[misc]


def _filled(answered: ExpectedCase, number: int) -> Output:
    return {part: np.full_like(array, number) for part, array in answered.expected.items()}


def _most_frequent(outputs: Sequence[Output]) -> Output:
    counts = [sum(_alike(one, other) for other in outputs) for one in outputs]
    return outputs[int(np.argmax(counts))]


def _alike(one: Output, other: Output) -> bool:
    return one.keys() == other.keys() and all(like(one[part], other[part]) for part in one)


def _like_it(answered: ExpectedCase, usual: Output) -> Output | None:
    """The most frequent output; if all its elements are one number, as an array of the shape that
    the case expects.
    """
    expected = answered.expected
    if expected.keys() != usual.keys():
        return None
    return {
        part: np.full(expected[part].shape, array.flat[0], array.dtype)
        if array.size and bool(np.all(array == array.flat[0]))
        else array
        for part, array in usual.items()
    }


def _itself(answered: ExpectedCase, name: str) -> Output | None:
    """An argument as it is, in the dtypes that are expected; None if it has other shapes."""
    leaves = {
        path.removeprefix("/"): leaf.data
        for path, leaf in answered.case.arguments[name].leaves()
        if leaf.kind != "key" and leaf.holds_data
    }
    expected = answered.expected
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
    """Whether the cases differ in anything but the Python types of their arguments: otherwise one
    answer is right for all.
    """
    return len({_data(each.case) for each in cases}) > 1


def _data(case: Case) -> tuple[object, ...]:
    return tuple(
        (name, leaf.text, leaf.data.shape, np.asarray(leaf.data, np.complex128).tobytes())
        for argument, value in case.arguments.items()
        for name, leaf in value.leaves(argument)
    )
