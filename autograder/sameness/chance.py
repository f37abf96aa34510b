"""Decide whether two samples have the same distribution. NumPy and SciPy only.

The answers for different keys are independent. So for two right samples, the counts of an event
follow the hypergeometric distribution, given their sum (Fisher's exact test). This assumes nothing
about the distribution of the numbers, and uses no limit theorem.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.sameness.frequencies import APART, NOT_FINITE, Counts

FALSE_ALARMS = 1e-9
"""The largest probability that any right answer of a class is refused."""

CHECKS = 1_000 * 1_000
"""The calls of a class that are judged: 1000 for each of 1000 students."""

RATE = FALSE_ALARMS / CHECKS
"""The largest probability that one call of a right answer is refused: 1e-15.

The events of the call share it. With 20 elements there are about 3000 events, so one may be as
unlikely as 3e-19, which is 9 standard errors: in 20 000 answers, a frequency of a half may be off
by 0.045.
"""

APART_SHARE = 1e-3
"""A difference of this much in the frequency of NaN or infinities is reported before any other."""

SUSPICIOUS = 5.0
"""A difference of fewer standard errors is never unlikely enough to refuse an answer."""


@dataclass(frozen=True)
class Difference:
    """The event that distinguishes two samples the most.

    `kind` is "constant" (the numbers do not vary), "mean", "standard deviation", "values",
    "finite", "elements" (dependence between elements) or "keys" (dependence between keys).
    `elements` lists the elements that are off, the worst first. `event` is an event of the worst
    one (see `Counts.elements`). `surprise` is how unlikely the difference is, as a power of ten,
    and `allowed` how unlikely it may be.
    """

    kind: str
    elements: tuple[int, ...]
    event: int
    surprise: float
    allowed: float


def difference(seen: Counts, right: Counts) -> Difference | None:
    """The difference between `seen` and `right` that chance does not explain, or None."""
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
    """How far off a frequency of a half may be in about `of` answers: 9 standard errors."""
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
    """For each row, the event that differs by the most standard errors, and how unlikely that
    difference is, as a power of ten; 0 if it is likely.

    It is the probability that an event happens `seen` times of `of` and `right` times of
    `right_of`, or differs even more, if both have the same probability.
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
"""No difference is reported as less likely than this power of ten."""
