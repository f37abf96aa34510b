"""Whether two samples are of one distribution. NumPy and SciPy only.

The answers for different keys are independent, so that of two right samples the counts of an event
follow, given their sum, the hypergeometric distribution (Fisher's exact test): nothing is assumed
of the distribution of the numbers, and no limit theorem is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.sameness.frequencies import APART, NOT_FINITE, Counts

FALSE_ALARMS = 1e-9
"""The probability that any right answer of a class is refused, at most."""

CHECKS = 1_000 * 1_000
"""The calls of a class that are judged: of 1000 students, 1000 each."""

RATE = FALSE_ALARMS / CHECKS
"""The probability that one call of a right answer is refused, at most: 1e-15. It is shared among
the events of the call. With 20 elements there are about 3000 events, so that one may be as unlikely
as 3e-19, which is 9 standard errors: of 20 000 answers, a frequency of a half may be off by 0.045.
"""

APART_SHARE = 1e-3
"""NaN and infinities that are so much more or less frequent are told of first."""

SUSPICIOUS = 5.0
"""Differences of fewer standard errors are never as unlikely as what is refused."""


@dataclass(frozen=True)
class Difference:
    """The event that tells two samples apart the most.

    `kind` is "constant" (the numbers do not vary), "mean", "standard deviation", "values",
    "finite", "elements" (their dependence) or "keys" (the same between keys). `elements` lists
    those that are off, the worst first; `event` is that of the worst (see `Counts.elements`).
    `surprise` is how unlikely the difference is, as a power of ten, and `allowed` how unlikely it
    may be.
    """

    kind: str
    elements: tuple[int, ...]
    event: int
    surprise: float
    allowed: float


def difference(seen: Counts, right: Counts) -> Difference | None:
    """How `seen` differs from `right` by more than chance explains; None if it does not."""
    events = seen.elements.size + seen.pairs.size + seen.keys.size
    allowed = float(-np.log10(RATE / events))
    places, surprise = _surprise(seen.elements, seen.of, right.elements, right.of)
    if np.any(surprise > allowed):
        off = np.argsort(-surprise, kind="stable")[: int(np.count_nonzero(surprise > allowed))]
        event = int(places[off[0]])
        kind = _kind(seen, right, off)
        return Difference(kind, tuple(map(int, off)), event, float(surprise.max()), allowed)
    for kind, one, other, share in (
        ("elements", seen.pairs, right.pairs, 1),
        ("keys", seen.keys, right.keys, 2),
    ):
        _, surprise = _surprise(one[None], seen.of // share, other[None], right.of // share)
        if surprise[0] > allowed:
            return Difference(kind, (), 0, float(surprise[0]), allowed)
    return None


def may_be_off(of: int) -> float:
    """By how much a frequency of a half may be off in about `of` answers: 9 standard errors."""
    return float(9 * (0.5 / of) ** 0.5)


def _kind(seen: Counts, right: Counts, off: np.ndarray) -> str:
    one, other = seen.elements[off[0], -NOT_FINITE:], right.elements[off[0], -NOT_FINITE:]
    if np.any(np.abs(one / seen.of - other / right.of) > APART_SHARE):
        return "finite"
    if np.all(seen.deviations[off] <= APART * right.deviations[off]) and np.any(
        right.deviations[off] > 0
    ):
        return "constant"
    first = off[0]
    spread = max(seen.deviations[first], right.deviations[first])
    error = spread * np.sqrt(1 / seen.of + 1 / right.of)
    if error == 0:
        return "mean"
    mean = abs(seen.means[first] - right.means[first]) / error
    deviation = abs(seen.deviations[first] - right.deviations[first]) / error * np.sqrt(2)
    if max(mean, deviation) < SUSPICIOUS:
        return "values"
    return "mean" if mean >= deviation else "standard deviation"


def _surprise(
    seen: np.ndarray, of: int, right: np.ndarray, right_of: int
) -> tuple[np.ndarray, np.ndarray]:
    """For each row the event that differs by the most standard errors, and how unlikely it is, as a
    power of ten, that an event of one probability happens `seen` times of `of` and `right` times of
    `right_of`, or even less alike. 0 for what is likely.
    """
    places, found = np.zeros(len(seen), np.int64), np.zeros(len(seen))
    if seen.size == 0:
        return places, found
    together = (seen + right) / (of + right_of)
    error = np.sqrt(together * (1 - together) * (1 / of + 1 / right_of))
    gap = np.abs(seen / of - right / right_of)
    errors = np.divide(gap, error, out=np.zeros(gap.shape), where=error > 0)
    places = np.argmax(errors, axis=1)
    doubtful = np.flatnonzero(errors.max(axis=1) > SUSPICIOUS)
    if doubtful.size:
        from scipy.stats import hypergeom  # it takes a second to import

        one, other = (each[doubtful, places[doubtful]] for each in (seen, right))
        lower = hypergeom.logcdf(one, of + right_of, one + other, of)
        upper = hypergeom.logsf(one - 1, of + right_of, one + other, of)
        tail = np.nan_to_num(np.minimum(lower, upper), nan=0.0, neginf=-_MOST * np.log(10))
        found[doubtful] = np.clip(-(tail + np.log(2)) / np.log(10), 0.0, _MOST)
    return places, found


_MOST = 1e4
"""No difference is told as less likely than this power of ten."""
