"""The sentences that a row about hidden cases may contain.

Words from short lists replace every number that the answer has chosen, because such a number could
carry what the answer was called with. Sizes appear as names of dimensions, counts as shares, errors
as powers of ten.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

import numpy as np

from autograder.calls.causes import coarse
from autograder.verdicts.arrays import dtype_kind
from autograder.verdicts.examine import Finding
from autograder.verdicts.words import NUMBERS, axes, others_right

MOST_AXES = 5

_NUMBER = r"[\d.]+(?:e[+-]?\d+)?"

_WHERE = r" in (?:its argument )?\[[^;]*"
"""What names an array of an output (see `autograder.verdicts.in_place.about`)."""

Told = Callable[[re.Match[str]], str]

_SENTENCES: tuple[tuple[str, Told], ...] = (
    (
        r"(\d+) of (\d+) elements \([\d.]+%\)",
        lambda found: some(int(found[1]), int(found[2])),
    ),
    (r"\ban? (wrong|imprecise) value(?= in )", lambda found: f"{found[1]} values"),
    (r",(?: first)? (?:at \[[\d, ]*\]|in row \d+, column \d+)", lambda found: ""),
    (
        rf"(the largest error|the error|the residual)(?: of equation \d+)? is ({_NUMBER}) "
        rf"\(allowed: ({_NUMBER})\)",
        lambda found: (
            f"{found[1]} is of the order of {order(float(found[2]))} (allowed: {found[3]})"
        ),
    ),
    (r"the residual of equation \d+", lambda found: "the residual"),
    (r"\b\d+ keys\b", lambda found: "many keys"),
)


def guard(finding: Finding) -> str:
    """The finding's sentence, fit for hidden cases."""
    said, *more = re.split(r"(?<=\.)(?= The same call was right before)", finding.sentence)
    told = coarse(said)
    if finding.step == "call":
        return told
    if finding.actual is not None and finding.step in ("shape", "inconsistent"):
        told = re.sub(
            r"(?:shape \([\d, ]*\)|an array (?:with \d+ elements? and (?:\d+|no) ax[ei]s"
            rf"|of a very different size))({_WHERE})?; expected shape (\([\d, ]*\))",
            lambda found: _shapes(finding, found[1] or "", found[2]),
            told,
        )
    if finding.actual is not None and finding.step in ("dtype", "inconsistent"):
        what = NUMBERS[dtype_kind(finding.actual.dtype)]
        told = re.sub(
            rf"\bdtype [^;]*?({_WHERE})?;", lambda found: f"{what}{found[1] or ''};", told, count=1
        )
    told = re.sub(
        r"\b(more than 1000|\d+) arrays?\b(?=[;.])",
        lambda found: _count(found[1], len(finding.answered.expected)),
        told,
    )
    for pattern, words in _SENTENCES:
        told = re.sub(pattern, words, told)
    return told + "".join(more)


def failing(finding: Finding) -> str:
    """How many cases fail, in words without any number that the answer chose; "" if that says
    nothing.
    """
    if finding.cases == 1 or finding.step in ("inconsistent", "arguments"):
        return ""
    if finding.untried:
        return "The cases after it were not tried."
    if finding.failing == 1:
        return others_right(finding.cases)
    return "All cases fail." if finding.failing == finding.cases else "Other cases fail too."


def some(count: int, size: int) -> str:
    """How large a share of `size` elements `count` is, in words."""
    return (
        "all of the elements"
        if count == size
        else "at least half of the elements"
        if 2 * count >= size
        else "fewer than half of the elements"
    )


def order(error: float) -> str:
    """The power of ten at or below an error."""
    return f"1e{math.floor(math.log10(error))}" if error > 0 else "0"


def _shapes(finding: Finding, where: str, expected: str) -> str:
    assert finding.actual is not None
    actual, desired = finding.actual.shape, finding.expected.shape
    sizes = finding.answered.case.sizes
    if len(actual) != len(desired):
        return (
            f"an array with {_axes(len(actual))} instead of {_axes(len(desired))}{where}; "
            f"expected shape {expected}"
        )
    named = f", which is {_in_dimensions(desired, sizes)}" if sizes else ""
    return f"shape {_in_dimensions(actual, sizes)}{where}; expected shape {expected}{named}"


def _in_dimensions(shape: tuple[int, ...], sizes: Mapping[str, int]) -> str:
    """A shape in names of dimensions, with "?" for a size that no dimension has."""
    names = [
        next(
            (name for name, each in sizes.items() if each == size),
            str(size) if size in (0, 1) else "?",
        )
        for size in shape
    ]
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def _axes(count: int) -> str:
    return f"more than {MOST_AXES} axes" if count > MOST_AXES else axes(count)


def _count(found: str, wanted: int) -> str:
    count = int(found) if found.isdigit() else np.inf
    return "fewer arrays" if count < wanted else "more arrays" if count > wanted else "other arrays"
