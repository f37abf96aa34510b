"""Align answers that are compared up to a word before measuring their noise, and notice a missing
word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.bank.records import ExpectedCase
from autograder.build.answered_cases import arguments_of
from autograder.build.tolerance import NOISIEST
from autograder.calls.call import Failed, Returned, StandIn, call
from autograder.calls.inputs import Value
from autograder.calls.nudges import nudge_floats
from autograder.calls.outputs import ALONE, Output
from autograder.calls.spec import PLAIN, CallSpec, Case
from autograder.errors import BuildError
from autograder.questions.question import Question
from autograder.sameness.align import MOST_ENTRIES, align, aligned_output
from autograder.sameness.words import Alignment, AsSet, Same, UpToOrder, UpToRotation, UpToSign
from autograder.verdicts.arrays import dtype_kind, magnitude
from autograder.verdicts.compare import compare


class Towards(StandIn):
    """A function whose answers are aligned with the output of one case."""

    def __init__(self, function: Any, case: Case, output: Output, same: Same) -> None:
        self._function, self._output, self._same = function, output, same
        self._lanes = case.way.law == "vmap"

    def answer(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> Returned | Failed:
        outcome = call(self._function, arguments, way)
        if isinstance(outcome, Failed):
            return outcome
        return replace(
            outcome, output=aligned_output(outcome.output, self._output, self._same, self._lanes)
        )


def towards(question: Question, function: Any, case: Case, output: Output) -> Any:
    """`function`, with its answers aligned with `output` if the question has words that allow
    this.
    """
    same = {part: word for part, word in question.words.items() if isinstance(word, Alignment)}
    return Towards(function, case, output, same) if same else function


def check_words(question: Question, case: Case, output: Output) -> None:
    """Check that the words fit an output of the reference. Raises `BuildError`."""
    for part, word in question.words.items():
        if not isinstance(word, Alignment):
            continue
        named = f"same={{{part!r}: {word}}}" if part else f"same={word}"
        if part not in output:
            raise BuildError(
                f"question {question.name!r}: {named} names an array that the reference does not "
                f"return; it returns {', '.join(map(repr, output))}"
            )
        why = _misfit(word, output[part])
        if why:
            raise BuildError(
                f"question {question.name!r}: {named} does not fit what the reference returns with "
                f"{arguments_of(case)}, an array of shape {output[part].shape}: {why}"
            )


def _misfit(word: Alignment, array: np.ndarray) -> str:
    axis = word.axis if isinstance(word, UpToSign | UpToOrder) else 0
    if not -array.ndim <= axis < array.ndim:
        return f"it has no axis {axis}"
    if isinstance(word, UpToRotation) and array.ndim < 2:
        return "a rotation needs at least two axes; it turns the vectors along the last"
    if isinstance(word, UpToSign | UpToRotation) and dtype_kind(array.dtype) not in (
        "floating",
        "complex",
        *(["integer"] if isinstance(word, UpToSign) else []),
    ):
        return f"its dtype is {array.dtype}"
    if isinstance(word, UpToOrder | AsSet) and array.shape[axis] > MOST_ENTRIES:
        return f"the maximum number of entries in any order is {MOST_ENTRIES}"
    return ""


def refuse_free(question: Question, reference: Any, case: Case, output: Output) -> None:
    """Refuse a reference whose own answer jumps, under moved inputs or when compiled, although a
    word that is not declared would explain the jump. Raises `BuildError`.
    """
    rng = np.random.default_rng(7)
    tolerances = {part: NOISIEST * magnitude(array) for part, array in output.items()}
    for how, outcome in (
        (
            "when the inputs change by one unit in the last place",
            call(reference, nudge_floats(case.arguments, rng), case.way),
        ),
        ("under jax.jit", call(reference, case.arguments, case.way.under("jit", case.arguments))),
    ):
        word = (
            missing_word(outcome.output, ExpectedCase(case, output, tolerances))
            if isinstance(outcome, Returned)
            else ""
        )
        if word:
            raise BuildError(
                f"question {question.name!r}: with {arguments_of(case)} ({case.label}) the "
                f"reference returns a different answer {how}. {hint_of(word)}"
            )


def hint_of(word: str) -> str:
    """What an author writes where `word` is missing (see `missing_word`)."""
    return (
        f"The two answers differ only in what {word} allows: if both are right, declare the "
        f"question with {word}, from autograder.same"
        + (
            " (the axis is the one along which a vector lies; other axes also work here)"
            if "up_to_sign" in word
            else ""
        )
    )


def missing_word(actual: Output, answered: ExpectedCase) -> str:
    """The words that make a wrong answer right, as an author writes them; "" if none do, or if the
    question already has words.
    """
    if answered.same or answered.case.way.law or actual.keys() != answered.expected.keys():
        return ""
    words: dict[str, Alignment] = {}
    for part, expected in answered.expected.items():
        mismatch = compare(actual[part], expected, answered.tolerances[part])
        if mismatch is None:
            continue
        real = dtype_kind(expected.dtype) in ("floating", "complex")
        if real and mismatch.step == "values" and mismatch.error < NOISIEST * magnitude(expected):
            return ""  # rounding, which another phase may happen to reduce a little
        fitting = [word for word in _candidates(expected) if _fits(word, actual, answered, part)]
        if not fitting:
            return ""
        words[part] = fitting[0]
    if not words:
        return ""
    if ALONE in words:
        return f"same={words[ALONE]}"
    return f"same={{{', '.join(f'{part!r}: {word}' for part, word in words.items())}}}"


def _fits(word: Alignment, actual: Output, answered: ExpectedCase, part: str) -> bool:
    expected = answered.expected[part]
    found = align(word, actual[part], expected)
    return compare(found, expected, answered.tolerances[part]) is None


def _candidates(expected: np.ndarray) -> Iterator[Alignment]:
    """The words that an array may need, those that leave the least freedom first."""
    if dtype_kind(expected.dtype) in ("floating", "complex"):
        yield from (UpToSign(axis) for axis in range(expected.ndim))
    yield from (UpToOrder(axis) for axis in range(expected.ndim))
    if expected.ndim:
        yield AsSet()
    if expected.ndim > 1:
        yield UpToRotation()
