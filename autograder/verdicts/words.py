"""The words for arrays in a comparison, limited to what students may learn. NumPy only."""

from __future__ import annotations

import numpy as np

from autograder.calls.outputs import ALONE, SHOWN, Output
from autograder.verdicts.arrays import comparable, magnitude

WORST_SHOWN = 5
"""At most this many of the worst elements appear where a report may show values."""


def shape_in_words(actual: np.ndarray, desired: np.ndarray) -> str:
    """The shape of an array, in words that students may see.

    The function chooses its shape, which could spell out its inputs. So only a shape close to the
    desired one is told.
    """
    if not comparable(actual, desired):
        return "an array of quite another size"
    if actual.shape == desired.shape or rearranged(actual, desired):
        return f"shape {actual.shape}"
    return f"an array of {actual.size} elements in {actual.ndim} dimensions"


def rearranged(actual: np.ndarray, desired: np.ndarray) -> bool:
    """Whether an array has the desired number of elements, so that only its shape may be wrong."""
    return comparable(actual, desired) and actual.size == desired.size > 0


def size_of(error: float, desired: np.ndarray) -> str:
    """An error to two digits, unless it is larger than an honest mistake makes."""
    return (
        f"{error:.2g}"
        if error <= 100 * magnitude(desired)
        else "more than 100 times the largest expected value"
    )


def worst(actual: np.ndarray, desired: np.ndarray, error: np.ndarray, count: int) -> str:
    """The worst of `count` wrong elements with their values, one per line."""
    places = np.argsort(-error, axis=None, kind="stable")[: min(count, WORST_SHOWN)]
    lines = []
    for flat in places:
        place = np.unravel_index(int(flat), desired.shape)
        index = ", ".join(str(int(axis)) for axis in place)
        lines.append(
            f"at [{index}]: returned {actual[place]:.7g}, expected {desired[place]:.7g}"
            if desired.dtype.kind == "f" and actual.dtype.kind == "f"
            else f"at [{index}]: returned {actual[place]}, expected {desired[place]}"
        )
    return "\n".join(lines)


def share(count: int, size: int) -> str:
    """An array, and the number of its elements that the sentence is about."""
    return (
        f"an array with {count} of its {size} elements ({100 * count / size:.1f} %)"
        if size > 1
        else "an array with its only element"
    )


def counted(actual: Output) -> str:
    """The number of returned arrays, in words. The function chooses their names, which could spell
    out its inputs, so they are not told.
    """
    if ALONE in actual:
        return "one array by itself"
    return (
        f"{len(actual) if len(actual) < 1000 else 'more than 1000'} "
        f"array{'' if len(actual) == 1 else 's'}"
    )


def listed(desired: Output) -> str:
    """The expected arrays, by name, in words."""
    if ALONE in desired:
        return "is one array by itself"
    names = [f"[{name}]" for name in desired]
    return (
        f"{'is one' if len(names) == 1 else f'are {len(names)}'}: "
        f"{', '.join(names[:SHOWN])}{', …' if len(names) > SHOWN else ''}"
    )
