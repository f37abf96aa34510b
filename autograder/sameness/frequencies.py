"""The distribution of random numbers, as the frequencies of events. NumPy only.

Every event either happens or not in each answer: a number is at most a cut, or within a distance of
the middle; two numbers are both large or both small; two answers for neighbouring keys are alike.
Means and standard deviations serve only to describe a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

QUANTILES = (
    *(0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5),
    *(0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995, 0.999),
)
"""The quantiles at which the reference's numbers are cut. There is a cut below and one above each
quantile, which separate a frequent value from its neighbours.
"""

SPREADS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995)
"""The same for the distance from the median."""

NOT_FINITE = 3
"""The number of last events of each element: NaN, inf, -inf."""

APART = 1e-4
"""Numbers that differ by less than this share of the largest of their element count as the same."""

PAIRED = 128
"""The most elements whose pairs are all counted. Of a larger answer, a random choice of elements
is.
"""

FIRST = 0.1
"""The share of the reference's answers that set the cuts, and are not counted afterwards."""


@dataclass(frozen=True)
class Cuts:
    """The limits of the events.

    Each of S elements has `cuts`, of shape (S, …), a `middle` (S,), and `distances` from it (S, …).
    The elements in `chosen` are counted in pairs, each cut at `halves`, and its distance at
    `spreads`.
    """

    cuts: np.ndarray
    middle: np.ndarray
    distances: np.ndarray
    chosen: np.ndarray
    halves: np.ndarray
    spreads: np.ndarray


@dataclass(frozen=True)
class Counts:
    """How often each event happened in `of` answers.

    `elements` counts the numbers of each element below the cuts, within the distances, and as NaN,
    inf and -inf. `pairs` counts pairs of elements, and `keys` pairs of keys, of which there are
    half as many. `means` and `deviations` are those of each element.
    """

    of: int
    elements: np.ndarray
    pairs: np.ndarray
    keys: np.ndarray
    means: np.ndarray
    deviations: np.ndarray


def cuts_of(rows: np.ndarray, exact: np.ndarray) -> Cuts:
    """The cuts for answers such as `rows`, of shape (n, S). Elements that are `exact`, of shape
    (S,), are integers.
    """
    finite = np.where(np.isfinite(rows), rows, np.nan)
    filled = np.where(np.isnan(finite).all(axis=0), 0.0, finite)
    largest = np.nanmax(np.abs(filled), axis=0)
    apart = np.maximum(APART * largest, 1e-2 * APART * np.max(largest, initial=0.0))
    apart = np.where(exact, 0.5, np.maximum(apart, 1e-30))
    middle = np.nanquantile(filled, 0.5, axis=0, method="lower")
    near = np.abs(filled - middle)
    cuts = _both_sides(np.nanquantile(filled, QUANTILES, axis=0, method="lower").T, apart)
    distances = _both_sides(np.nanquantile(near, SPREADS, axis=0, method="lower").T, apart)
    size = rows.shape[1]
    chosen = np.arange(size)
    if size > PAIRED:
        chosen = np.sort(np.random.default_rng(7).choice(size, PAIRED, replace=False))
    with np.errstate(invalid="ignore"):
        halves = _nearest_half(filled[:, chosen], cuts[chosen])
        spreads = _nearest_half(near[:, chosen], distances[chosen])
    return Cuts(cuts, middle, distances, chosen, halves, spreads)


def _both_sides(found: np.ndarray, apart: np.ndarray) -> np.ndarray:
    return np.concatenate([found - apart[:, None], found + apart[:, None]], axis=1)


def _nearest_half(rows: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """For each element, the cut that comes nearest to halving its numbers."""
    shares = np.stack([np.mean(rows > cut, axis=0) for cut in cuts.T])
    return np.asarray(cuts[np.arange(len(cuts)), np.argmin(np.abs(shares - 0.5), axis=0)])


def count(rows: np.ndarray, cuts: Cuts) -> Counts:
    """How often each event happens in the answers `rows`, of shape (n, S)."""
    with np.errstate(invalid="ignore"):
        near = np.abs(rows - cuts.middle)
        not_finite = [test(rows) for test in (np.isnan, np.isposinf, np.isneginf)]
        elements = np.concatenate(
            [
                _at_most(rows, cuts.cuts),
                _at_most(near, cuts.distances),
                np.stack([np.count_nonzero(each, axis=0) for each in not_finite], axis=1),
            ],
            axis=1,
        )
        large = np.concatenate(
            [rows[:, cuts.chosen] > cuts.halves, near[:, cuts.chosen] > cuts.spreads], axis=1
        )
    # Whole numbers up to 2**24, which float32 holds exactly.
    signs = np.where(large, 1, -1).astype(np.float32)
    alike = (len(rows) + np.rint(signs.T @ signs).astype(np.int64)) // 2
    even = len(rows) // 2 * 2
    keys = np.count_nonzero(large[0:even:2] == large[1:even:2], axis=0)
    finite = np.where(np.isfinite(rows), rows, 0.0)
    return Counts(
        len(rows),
        elements,
        alike[np.triu_indices(len(alike), 1)],
        keys,
        finite.mean(axis=0),
        finite.std(axis=0),
    )


def _at_most(rows: np.ndarray, cuts: np.ndarray) -> np.ndarray:
    """How many of the rows are at most as large as each cut, of shape (S, cuts). NaN counts as
    larger.
    """
    ordered = np.sort(rows.T, axis=1)
    return np.stack(
        [np.searchsorted(each, own, side="right") for each, own in zip(ordered, cuts, strict=True)]
    )


def to_arrays(cuts: Cuts, counts: Counts) -> dict[str, np.ndarray]:
    """The cuts and the counts as arrays by name."""
    return {
        **{name: np.asarray(value) for name, value in vars(cuts).items()},
        **{name: np.asarray(value) for name, value in vars(counts).items()},
    }


def from_arrays(arrays: Mapping[str, np.ndarray]) -> tuple[Cuts, Counts]:
    """The inverse of `to_arrays`."""
    cuts, counts = (
        {each.name: arrays[each.name] for each in fields(kind) if each.name != "of"}
        for kind in (Cuts, Counts)
    )
    return Cuts(**cuts), Counts(int(arrays["of"]), **counts)
