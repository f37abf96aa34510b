"""The answers for many keys as rows of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.calls.outputs import Output
from autograder.calls.sampling import AGAIN, fewest, most
from autograder.sameness.frequencies import APART


class NotSamples(Exception):
    """Arrays that hold too few or too many answers."""


@dataclass(frozen=True)
class Rows:
    """The numbers of all arrays of each answer, as a row of `rows`, of shape (n, S). `repeats` says
    whether calls with the same key gave the same numbers.
    """

    rows: np.ndarray
    repeats: bool


def as_rows(output: Output, expected: Output, count: int) -> Rows:
    """The answers in `output`, each of which has the arrays of `expected`.

    Counts the answers itself, whatever the process that sent them says. Raises `NotSamples` if
    there are fewer than `count` keys must give, or more.
    """
    size = sum(array.size for array in expected.values())
    lengths = {len(output[part]) - AGAIN for part in expected}
    if len(lengths) > 1 or not fewest(count, size) <= min(lengths) <= most(count, size):
        raise NotSamples
    flat = np.concatenate([_numbers(output[part]) for part in expected], axis=1)
    rows, again = flat[:-AGAIN], flat[-AGAIN:]
    with np.errstate(invalid="ignore"):
        largest = np.max(np.abs(again[0]), initial=0.0, where=np.isfinite(again[0]))
        near = np.abs(again[0] - again[1]) <= APART * largest
    same = near | (again[0] == again[1]) | (np.isnan(again[0]) & np.isnan(again[1]))
    return Rows(rows, bool(np.all(same)))


def exact_columns(expected: Output) -> np.ndarray:
    """For each column of the rows, whether it has integers or truth values."""
    return np.concatenate(
        [
            np.full(_numbers(array[None]).shape[1], array.dtype.kind in "biu")
            for array in expected.values()
        ]
    )


def place_of(column: int, expected: Output) -> tuple[str, tuple[int, ...]]:
    """The name of the array that a column of the rows belongs to, and the index in it."""
    for part, array in expected.items():
        size = _numbers(array[None]).shape[1]
        if column < size:
            place = column % max(array.size, 1)
            return part, tuple(int(axis) for axis in np.unravel_index(place, array.shape))
        column -= size
    raise IndexError(column)


def _numbers(array: np.ndarray) -> np.ndarray:
    """The numbers of each entry along the first axis, in a row. Of complex numbers, the real parts
    come first, then the imaginary ones.
    """
    flat = array.reshape(len(array), -1)
    if flat.dtype.kind == "c":
        flat = np.concatenate([flat.real, flat.imag], axis=1)
    return flat.astype(np.float64)
