"""Measure how large the residual of a right answer may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.bank.records import ExpectedCase
from autograder.build.answered_cases import arguments_of
from autograder.build.tolerance import NOISIEST, THRESHOLD, WIDE_FLOOR
from autograder.calls.call import Returned, call
from autograder.calls.narrow_floats import finfo
from autograder.calls.nudges import nudge_floats
from autograder.calls.outputs import Output
from autograder.errors import BuildError
from autograder.questions.question import Question
from autograder.sameness.residuals import NoResidual, of_case
from autograder.sameness.words import Residual, residual_of
from autograder.verdicts.arrays import dtype_kind, magnitude, widen

STEP = 2.0**-6
"""How far the answer is moved, relative to its size, to see how fast its residual grows."""

MOVED = 3
"""The number of random directions in which the answer is moved."""


def with_residuals(
    question: Question, reference: Any, cases: Sequence[ExpectedCase]
) -> tuple[list[ExpectedCase], float]:
    """The cases, each with the residual that it allows in place of tolerances, and the noise.

    A case allows `THRESHOLD` times the noise of right answers. The noise is a share of the residual
    of an answer that is entirely wrong. Right answers are those of the reference and of the
    alternatives over all cases, and for each case one that is off by as much as it changes when the
    inputs move by a unit in the last place. Raises `BuildError`.
    """
    word = residual_of(question.words)
    assert word is not None
    rng = np.random.default_rng(7)
    scales = [_scale(question, word, each, rng) for each in cases]
    common = np.zeros(len(scales[0]) if scales else 0)
    own = []
    for each, scale in zip(cases, scales, strict=True):
        if len(scale) != len(common):
            raise BuildError(
                f"question {question.name!r}: the residual has {len(common)} equations in one "
                f"case, but {len(scale)} in another; return the same number in every case"
            )
        common = np.maximum(common, _share(_sizes(question, word, each, each.expected), scale))
        for output in _of_alternatives(question, each):
            common = np.maximum(common, _explain(word, each, output, scale))
        moved = _off_by_conditioning(reference, each, rng)
        own.append(np.zeros(len(scale)) if moved is None else _explain(word, each, moved, scale))
    if np.any(common > NOISIEST):
        place = int(np.argmax(common))
        raise BuildError(
            f"question {question.name!r}: the residual of the reference's own answer is not zero: "
            f"it is {common[place]:.2g} of the residual of an entirely wrong "
            f"answer{f' (equation {place + 1})' if len(common) > 1 else ''}. Write a residual "
            "that is zero for a right answer"
        )
    allowing = [
        replace(
            each,
            same=question.words,
            tolerances=_allowances(question, each, np.maximum(common, noise), scale),
        )
        for each, noise, scale in zip(cases, own, scales, strict=True)
    ]
    return allowing, float(max([0.0, *common, *(float(np.max(noise)) for noise in own)]))


def _explain(word: Residual, each: ExpectedCase, output: Output, scale: np.ndarray) -> np.ndarray:
    """The residual of an answer as a share; 0 if it is more than rounding explains. Such an answer
    is wrong, and judging the alternatives refuses it later.
    """
    try:
        share = _share(_largest(of_case(word.source, each.case, output)), scale)
    except NoResidual:
        return np.zeros(len(scale))
    return share if np.all(share <= NOISIEST) else np.zeros(len(scale))


def _share(sizes: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The residual as a share of that of an answer that is entirely wrong."""
    found: np.ndarray = np.divide(
        sizes, scale, out=np.where(sizes > 0, np.inf, 0.0), where=scale > 0
    )
    return found


def _allowances(
    question: Question, each: ExpectedCase, noise: np.ndarray, scale: np.ndarray
) -> dict[str, Any]:
    floats = [
        array
        for array in each.expected.values()
        if dtype_kind(array.dtype) in ("floating", "complex")
    ]
    rounding = max((float(finfo(array.dtype).eps) for array in floats), default=0.0)
    allowed = np.maximum(THRESHOLD * noise, WIDE_FLOOR * rounding) * scale
    if question.rtol is not None or question.atol is not None:
        allowed = (question.atol or 0.0) + (question.rtol or 0.0) * scale
    value: Any = float(allowed[0]) if len(allowed) == 1 else allowed
    return dict.fromkeys(each.expected, value)


def _sizes(question: Question, word: Residual, each: ExpectedCase, output: Output) -> np.ndarray:
    try:
        return _largest(of_case(word.source, each.case, output))
    except NoResidual as fault:
        raise BuildError(
            f"question {question.name!r}: with {arguments_of(each.case)} ({each.case.label}) the "
            f"residual of the reference's answer {fault}"
        ) from None


def _largest(equations: Sequence[np.ndarray]) -> np.ndarray:
    return np.array([np.max(np.nan_to_num(np.abs(each), nan=np.inf)) for each in equations])


def _scale(
    question: Question, word: Residual, each: ExpectedCase, rng: np.random.Generator
) -> np.ndarray:
    """The size of each equation's residual for an answer that is entirely wrong: how fast the
    residual grows when the answer moves, times the size of the answer. If a small move changes
    nothing, as for a condition that holds all around the answer, a large move is made.
    """
    before = of_case_or_stop(question, word, each)
    found = np.zeros(len(before))
    for step in (STEP, 1.0):
        grown = []
        for _ in range(MOVED):
            try:
                after = of_case(word.source, each.case, _move(each.expected, step, rng))
                gaps = [one - other for one, other in zip(after, before, strict=True)]
            except (NoResidual, ValueError):
                continue  # the moved answer is not valid
            if np.all(np.isfinite(_largest(gaps))):
                grown.append(_largest(gaps) / step)
        if grown:
            found = np.where(found > 0, found, np.median(grown, axis=0))
    if not np.any(found):
        raise BuildError(
            f"question {question.name!r}: with {arguments_of(each.case)} ({each.case.label}) the "
            "residual does not change when the answer does: it accepts every answer"
        )
    return found


def _move(expected: Output, step: float, rng: np.random.Generator) -> Output:
    """The answer, with each array of floating-point numbers off by the share `step` of its size,
    each whole number off by one, and each truth value flipped at random.
    """
    moved: dict[str, np.ndarray] = {}
    for part, array in expected.items():
        if dtype_kind(array.dtype) in ("floating", "complex"):
            wide = widen(array)
            finite = wide[np.isfinite(wide)]
            size = float(np.sqrt(np.mean(np.abs(finite) ** 2))) if finite.size else 0.0
            moved[part] = wide + step * (size or 1.0) * rng.standard_normal(array.shape)
        elif array.dtype.kind == "b":
            moved[part] = array ^ (rng.random(array.shape) < 0.5)
        else:
            moved[part] = array + rng.choice([-1, 1], array.shape).astype(array.dtype)
    return moved


def of_case_or_stop(question: Question, word: Residual, each: ExpectedCase) -> list[np.ndarray]:
    """The equations of the reference's own answer. Raises `BuildError`."""
    _sizes(question, word, each, each.expected)
    return of_case(word.source, each.case, each.expected)


def _off_by_conditioning(
    reference: Any, each: ExpectedCase, rng: np.random.Generator
) -> Output | None:
    """An answer that is off, in any direction, by as much as the reference's answer changes when
    the inputs move, because less stable right answers are off that far. None if the change is more
    than rounding.
    """
    moved = call(reference, nudge_floats(each.case.arguments, rng), each.case.way)
    if not isinstance(moved, Returned) or not _near(moved.output, each.expected):
        return None
    return {
        part: widen(array)
        + rng.choice([-1, 1], array.shape) * (widen(moved.output[part]) - widen(array))
        if dtype_kind(array.dtype) in ("floating", "complex")
        else array
        for part, array in each.expected.items()
    }


def _of_alternatives(question: Question, each: ExpectedCase) -> Iterator[Output]:
    for function in question.alternatives:
        outcome = call(function, each.case.arguments, each.case.way)
        if isinstance(outcome, Returned) and _same_form(outcome.output, each.expected):
            yield outcome.output


def _same_form(one: Output, other: Output) -> bool:
    return one.keys() == other.keys() and all(
        one[part].shape == other[part].shape
        and dtype_kind(one[part].dtype) == dtype_kind(other[part].dtype)
        for part in other
    )


def _near(one: Output, other: Output) -> bool:
    return _same_form(one, other) and all(
        bool(
            np.all(
                np.abs(widen(one[part]) - widen(other[part]))
                <= NOISIEST * (magnitude(other[part]) or 1.0)
            )
        )
        for part in other
    )
