"""The words for arrays in a comparison, limited to what students may learn. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.calls.outputs import ALONE, SHOWN, Output
from autograder.verdicts.arrays import comparable, magnitude
from autograder.verdicts.places import COUNTED, in_words, rows_and_columns

WORST_SHOWN = 5
"""At most this many of the worst elements appear where a report may show values."""


def shape_in_words(actual: np.ndarray, desired: np.ndarray) -> str:
    """The shape of an array, in words that students may see.

    The function chooses its shape, which could spell out its inputs. So only a shape close to the
    desired one is told.
    """
    if not comparable(actual, desired):
        return "an array of a very different size"
    if actual.shape == desired.shape or has_size_of(actual, desired):
        return f"shape {actual.shape}"
    return f"an array with {plural(actual.size, 'element')} and {axes(actual.ndim)}"


def plural(count: int, what: str) -> str:
    """A number of things."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def others_right(cases: int) -> str:
    """What is said of the other cases of a group where one fails."""
    return "The other case is right." if cases == 2 else f"The other {cases - 1} cases are right."


def axes(count: int) -> str:
    """A number of axes."""
    return "1 axis" if count == 1 else f"{count or 'no'} axes"


NUMBERS = {
    "floating": "floating-point numbers",
    "integer": "integers",
    "boolean": "booleans",
    "complex": "complex numbers",
    "other": "no numbers",
}
"""The kinds of dtypes (see `autograder.verdicts.arrays.dtype_kind`) in words."""


def has_size_of(actual: np.ndarray, desired: np.ndarray) -> bool:
    """Whether an array has the desired number of elements, so that only its shape may be wrong."""
    return comparable(actual, desired) and actual.size == desired.size > 0


def size_of(error: float, desired: np.ndarray) -> str:
    """An error to two digits, unless it is larger than an honest mistake makes."""
    return (
        f"{error:.2g}"
        if error <= 100 * magnitude(desired)
        else "more than 100 times the largest expected value"
    )


def worst(
    actual: np.ndarray,
    desired: np.ndarray,
    error: np.ndarray,
    count: int,
    sizes: Mapping[str, int] | None = None,
) -> str:
    """The worst of `count` wrong elements with their values, a line for each. The `sizes` of the
    question's dimensions say how maps fold a flat array, if there are maps.
    """
    places = np.argsort(-error, axis=None, kind="stable")[: min(count, WORST_SHOWN)]
    lines = []
    for flat in places:
        place = np.unravel_index(int(flat), desired.shape)
        told = (
            f"returned {actual[place]:.7g}, expected {desired[place]:.7g}"
            if desired.dtype.kind == "f" and actual.dtype.kind == "f"
            else f"returned {actual[place]}, expected {desired[place]}"
        )
        at = in_words([int(axis) for axis in place], desired.shape, sizes)
        lines.append(f"  {at}: {told}" if desired.ndim else f"It {told}.")
    if not desired.ndim:
        return "\n".join(lines)
    which = "wrong"
    if count > WORST_SHOWN:
        equal = np.ptp(error[error > 0]) == 0
        which = f"first {WORST_SHOWN} wrong" if equal else f"{WORST_SHOWN} worst"
    return "\n".join([heading(which, desired.shape, sizes), *lines])


def heading(which: str, shape: tuple[int, ...], sizes: Mapping[str, int] | None = None) -> str:
    """The line above places of elements."""
    rows, columns = rows_and_columns(shape, sizes or {})
    if len(shape) == 2:
        return f"The {which} elements ({COUNTED}):"
    folded = f" (folded into rows of {columns}; {COUNTED})" if len(shape) == 1 and rows > 1 else ""
    return f"The {which} elements{folded}:"


def share(count: int, size: int) -> str:
    """In how many of the elements of an array something is so; "" for its only element."""
    return f" in {count} of {size} elements ({100 * count / size:.1f}%)" if size > 1 else ""


def count_in_words(actual: Output) -> str:
    """The number of returned arrays, in words. The function chooses their names, which could spell
    out its inputs, so they are not told.
    """
    if ALONE in actual:
        return "a single array"
    return plural(len(actual), "array") if len(actual) < 1000 else "more than 1000 arrays"


def list_in_words(desired: Output) -> str:
    """The expected arrays, by name, in words."""
    if ALONE in desired:
        return "a single array"
    names = [f"[{name}]" for name in desired]
    return (
        f"{plural(len(names), 'array')}: "
        f"{', '.join(names[:SHOWN])}{', …' if len(names) > SHOWN else ''}"
    )
