"""Count how often each outcome occurs in the samples of a reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.bank.records import ExpectedCase
from autograder.build.answered_cases import arguments_of
from autograder.calls.call import Failed, call
from autograder.calls.inputs import Value
from autograder.calls.outputs import Output
from autograder.calls.sampling import LARGEST, LOOPED, fewest
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Question
from autograder.questions.same_faults import random_arguments
from autograder.sameness import frequencies
from autograder.sameness.rows import NotSamples, as_rows, exact_columns
from autograder.sameness.words import Samples, samples_of

SURE = 2.0
"""How clearly samples must refuse a misconception: the power of ten of its probability must be this
many times the one at which an answer is refused.
"""


def with_samples(
    question: Question, reference: Any, cases: Sequence[ExpectedCase]
) -> list[ExpectedCase]:
    """The cases with calls for many keys in place of one, and with the frequency of each outcome in
    the reference's own samples for other keys. Raises `BuildError`.
    """
    word = samples_of(question.words)
    assert word is not None
    key = word.key or random_arguments(question.arguments)[0]
    found = []
    for each in cases:
        size = sum(array.size for array in each.expected.values())
        if fewest(word.count, size) < LOOPED:
            raise BuildError(
                f"question {question.name!r}: an answer of {size} numbers ({each.case.label}) is "
                f"too large for samples (maximum: {LARGEST // LOOPED}); narrow the ranges in dims"
            )
        way = replace(each.case.way, samples=word.count, sampled=key)
        case = replace(each.case, way=way)
        # With other keys: an answer's samples may depend on the reference's samples for the same
        # keys, and then differ by more than chance explains.
        seed = np.random.default_rng([int(each.case.arguments[key].data), 1]).integers(2**24)
        own = Value(case.arguments[key].kind, np.asarray(seed, each.case.arguments[key].data.dtype))
        outcome = call(reference, {**case.arguments, key: own}, way)
        if isinstance(outcome, Failed):
            raise BuildError(
                f"question {question.name!r}: with many keys, made from {arguments_of(case)}, the "
                f"reference {outcome.cause}\n{outcome.detail}".rstrip()
            )
        found.append(
            replace(
                each,
                case=case,
                same=question.words,
                statistics=_statistics(question, case, outcome.output, each.expected, word),
            )
        )
    return found


def _statistics(
    question: Question, case: Case, output: Output, expected: Output, word: Samples
) -> dict[str, np.ndarray]:
    where = f"question {question.name!r}: with {arguments_of(case)} ({case.label}) the reference"
    try:
        samples = as_rows(output, expected, word.count)
    except (NotSamples, KeyError):
        raise BuildError(
            f"{where} returns arrays whose shapes depend on the key; return the same shapes for "
            "every key"
        ) from None
    if not samples.repeats:
        raise BuildError(
            f"{where} returns different numbers when it is called again with the same key. Draw "
            "random numbers only from the key, and keep no state"
        )
    first = int(frequencies.FIRST * len(samples.rows))
    cuts = frequencies.cuts_of(samples.rows[:first], exact_columns(expected))
    counts = frequencies.count(samples.rows[first:], cuts)
    if not np.any(counts.deviations > 0):
        raise BuildError(
            f"{where} returns the same numbers for every key: nothing is random. Remove "
            "same=samples(…)"
        )
    return frequencies.to_arrays(cuts, counts)
