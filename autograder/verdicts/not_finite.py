"""Compare where two arrays have NaN and infinities: each must be in its place, with its sign. NumPy
only.
"""

from __future__ import annotations

import numpy as np

from autograder.verdicts.arrays import widen
from autograder.verdicts.places import in_words
from autograder.verdicts.words import share

KINDS = ("finite", "NaN", "inf", "-inf", "infinite")
"""The kinds of an element. The last is for complex numbers, whose infinities have no sign."""

_WORDS = ("a finite number", *KINDS[1:-1], "infinity")


def kinds(array: np.ndarray) -> np.ndarray:
    """The kind of each element of a floating-point or complex array: an index into `KINDS`."""
    wide = widen(array)
    found = np.zeros(array.shape, np.int8)
    if np.iscomplexobj(wide):
        found[np.isinf(wide)] = 4
    else:
        found[np.isposinf(wide)] = 2
        found[np.isneginf(wide)] = 3
    found[np.isnan(wide)] = 1
    return found


def find_misplaced(actual: np.ndarray, desired: np.ndarray) -> tuple[np.ndarray, str]:
    """The places where two arrays of one shape differ in kind, and words for the difference. Both
    are about the most frequent difference only, the first if several are as frequent.
    """
    returned, expected = kinds(actual), kinds(desired)
    wrong = returned != expected
    if not wrong.any():
        return wrong, ""
    pairs = returned * len(KINDS) + expected
    values, counts = np.unique(pairs[wrong], return_counts=True)
    pair = int(values[np.argmax(counts)])
    places = wrong & (pairs == pair)
    count = int(np.count_nonzero(places))
    at = in_words([int(axis) for axis in np.argwhere(places)[0]], actual.shape)
    first = "first " if count > 1 else ""
    where = f", {first}{'at' if at.startswith('[') else 'in'} {at}" if places.size > 1 else ""
    return (
        places,
        f"{_WORDS[pair // len(KINDS)]} instead of {_WORDS[pair % len(KINDS)]}"
        f"{share(count, places.size)}{where}",
    )
