"""Find the arguments that change no expected output, as far as the build can see. An answer that
ignores one may get every point, and the author should know.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

import numpy as np

from autograder.bank.groups import HIDDEN_GROUPS
from autograder.bank.records import ExpectedCase, Group
from autograder.build.one_at_a_time import TRIES, changes
from autograder.calls.call import Returned, call
from autograder.calls.inputs import Value
from autograder.calls.outputs import Output
from autograder.questions.question import Question
from autograder.sameness.words import residual_of, samples_of

CASES = 4
"""An argument gets other values in this many cases of each group before it counts as idle."""


def arguments(
    question: Question, reference: object, groups: Mapping[str, Group]
) -> tuple[str, ...]:
    """The names of the arguments that were changed, and never changed what the reference returns.

    Seeds and keys are left out, because many functions need one whose output need not show it. So
    are arguments that cannot change alone, and questions whose answers are judged by a rule of
    their method or by other means than the reference's output.
    """
    hidden = {name: group for name, group in groups.items() if name in HIDDEN_GROUPS}
    words = question.words
    if question.rules or samples_of(words) is not None or residual_of(words) is not None:
        return ()
    return tuple(
        name
        for name, argument in question.arguments.items()
        if not (argument.seeds or set(argument.kinds) & {"key", "rngs"})
        and _idle(_pairs(question, reference, name, hidden))
    )


def _idle(pairs: Iterator[tuple[Output, Output]]) -> bool:
    """Whether there are pairs, and each is one output twice."""
    first = next(pairs, None)
    return first is not None and all(_same(*pair) for pair in itertools.chain([first], pairs))


def _pairs(
    question: Question, reference: object, name: str, groups: Mapping[str, Group]
) -> Iterator[tuple[Output, Output]]:
    """Outputs for arguments that differ in this one: of pairs of cases, then of cases with other
    values in its place.
    """
    for group in groups.values():
        for one, other in itertools.combinations(group.cases, 2):
            if _differ_only_in(name, one, other):
                yield one.expected, other.expected
    rng = np.random.default_rng(0)  # nobody sees these values
    for group in groups.values():
        for answered in group.cases[:CASES]:
            case = answered.case
            for _, values in changes(question, name, case, rng):
                for value in itertools.islice(values, TRIES):
                    outcome = call(reference, {**case.arguments, name: value}, case.way)
                    if isinstance(outcome, Returned):
                        yield answered.expected, outcome.output


def _differ_only_in(name: str, one: ExpectedCase, other: ExpectedCase) -> bool:
    mine, others = one.case.arguments, other.case.arguments
    return not _equal(mine[name], others[name]) and all(
        _equal(value, others[each]) for each, value in mine.items() if each != name
    )


def _equal(one: Value, other: Value) -> bool:
    """Whether two values are the same, of whatever type."""
    return one is other or (
        one.text == other.text
        and np.array_equal(one.data, other.data, equal_nan=one.data.dtype.kind in "fc")
        and one.fields.keys() == other.fields.keys()
        and all(_equal(value, other.fields[each]) for each, value in one.fields.items())
    )


def _same(one: Output, other: Output) -> bool:
    return one.keys() == other.keys() and all(
        array.shape == other[part].shape
        and np.array_equal(array, other[part], equal_nan=array.dtype.kind in "fc")
        for part, array in one.items()
    )
