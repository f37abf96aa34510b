"""Judge an outcome by a word of `autograder.same`: align it with the expected one, compute its
residual, or count the events in its samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from autograder.bank.records import ExpectedCase
from autograder.calls.call import Returned
from autograder.calls.outputs import Output
from autograder.sameness import chance, frequencies
from autograder.sameness.align import aligned_output
from autograder.sameness.residuals import NoResidual, of_case
from autograder.sameness.rows import NotSamples, as_rows
from autograder.sameness.words import Residual, Samples, residual_of, samples_of
from autograder.verdicts.arrays import small
from autograder.verdicts.compare import form, structure
from autograder.verdicts.judging import FREQUENCIES, RESIDUAL, Judged
from autograder.verdicts.mismatch import Mismatch
from autograder.verdicts.samples_in_words import in_words

MANY_TIMES = 1e8
"""A residual more than this many times what is allowed is not told: it could spell out the
inputs.
"""


def judge(outcome: Returned, answered: ExpectedCase) -> Returned:
    """The outcome of a call in the form that is compared."""
    residual, samples = residual_of(answered.same), samples_of(answered.same)
    if residual is not None:
        return _by_residual(outcome, answered, residual)
    if samples is not None:
        return _by_samples(outcome, answered, samples)
    lanes = answered.case.way.law == "vmap"
    output = aligned_output(outcome.output, answered.expected, answered.same, lanes)
    return replace(outcome, output=output)


def _wrong(outcome: Returned, answered: ExpectedCase, found: Mapping[str, Mismatch]) -> Judged:
    """An outcome whose arrays do not have the expected form. Only small ones are kept."""
    kept = {
        part: array
        if small(array, answered.expected.get(part))
        else np.broadcast_to(np.zeros((), array.dtype), array.shape)
        for part, array in outcome.output.items()
    }
    return Judged(kept, outcome.printed, outcome.changed, found)


def _by_residual(outcome: Returned, answered: ExpectedCase, word: Residual) -> Judged:
    expected = answered.expected
    found = structure(outcome.output, expected) or {
        part: form(outcome.output[part], array, finite=True) for part, array in expected.items()
    }
    wrong = {part: mismatch for part, mismatch in found.items() if mismatch is not None}
    if wrong:
        return _wrong(outcome, answered, wrong)
    part = next(iter(expected))
    try:
        equations = of_case(word.source, answered.case, outcome.output)
    except NoResidual as fault:
        mismatch = Mismatch(
            "residual",
            "returned an answer whose residual cannot be computed.",
            f"The residual {fault}",
            error=np.inf,
        )
        return _wrong(outcome, answered, {part: mismatch})
    allowed = np.atleast_1d(np.asarray(answered.tolerances[part], np.float64))
    # Inf and NaN are wrong, however large an error is allowed.
    errors = np.array([np.max(np.nan_to_num(np.abs(each), nan=np.inf)) for each in equations])
    output = {RESIDUAL: np.concatenate([each.ravel() for each in equations])}
    if len(errors) == len(allowed) and np.all(errors <= allowed):
        return Judged(output, outcome.printed, outcome.changed)
    return Judged(
        output,
        outcome.printed,
        outcome.changed,
        {part: _too_large(errors, np.broadcast_to(allowed, errors.shape))},
    )


def _too_large(errors: np.ndarray, allowed: np.ndarray) -> Mismatch:
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.where(errors > allowed, errors / allowed, 0.0)
    place = int(np.argmax(excess))
    error, most = float(errors[place]), float(allowed[place])
    which = f" of equation {place + 1}" if len(errors) > 1 else ""
    told = (
        "is not a number"
        if not np.isfinite(error)
        else f"is {error:.2g} (allowed: {most:.3g})"
        if not most or error <= MANY_TIMES * most
        else f"is more than {MANY_TIMES:g} times what is allowed"
    )
    sentence = f"returned a wrong solution: the residual{which} {told}."
    return Mismatch("residual", sentence, error=error, allowed=most)


def _by_samples(outcome: Returned, answered: ExpectedCase, word: Samples) -> Judged:
    found = structure(outcome.output, answered.expected) or {
        part: form(outcome.output[part][0], array, finite=False)
        if outcome.output[part].ndim and len(outcome.output[part])
        else Mismatch("samples", _NOT_ENOUGH)
        for part, array in answered.expected.items()
    }
    wrong = {part: mismatch for part, mismatch in found.items() if mismatch is not None}
    if wrong:
        return _wrong(outcome, answered, wrong)
    part = next(iter(answered.expected))
    try:
        samples = as_rows(outcome.output, answered.expected, word.count)
    except NotSamples:
        return _wrong(outcome, answered, {part: Mismatch("samples", _NOT_ENOUGH)})
    cuts, right = frequencies.from_arrays(answered.statistics)
    seen = frequencies.count(samples.rows, cuts)
    output: Output = {
        FREQUENCIES: np.concatenate(
            [seen.elements[cuts.chosen].ravel() / seen.of, seen.pairs / seen.of]
        ).astype(np.float32)
    }
    if not samples.repeats:
        others = Mismatch("samples", _OTHERS_AGAIN, error=np.inf)
        return Judged(output, outcome.printed, outcome.changed, {part: others}, seen.of)
    difference = chance.difference(seen, right)
    if difference is None:
        return Judged(output, outcome.printed, outcome.changed, of=seen.of)
    part, mismatch = in_words(difference, seen, right, cuts, answered.expected)
    return Judged(output, outcome.printed, outcome.changed, {part: mismatch}, seen.of)


_NOT_ENOUGH = "returned fewer answers than it was given keys."
_OTHERS_AGAIN = (
    "returned different numbers when it was called again with the same key; the key alone must "
    "determine them."
)
