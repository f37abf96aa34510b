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

MOST_AXES = 5

_NUMBER = r"[\d.]+(?:e[+-]?\d+)?"

Told = Callable[[re.Match[str]], str]

_SENTENCES: tuple[tuple[str, Told], ...] = (
    (
        r"with (\d+) of its (\d+) elements \([\d.]+ %\)",
        lambda found: f"with {some(int(found[1]), int(found[2]))}",
    ),
    (r",(?: first)? at \[[\d, ]*\]", lambda found: ""),
    (
        rf"the largest error is ({_NUMBER}) where ({_NUMBER}) is allowed",
        lambda found: (
            f"the largest error is of the order of {order(float(found[1]))} where {found[2]} is "
            "allowed"
        ),
    ),
    (
        rf"the residual(?: of equation \d+)? is ({_NUMBER}) where ({_NUMBER}) is allowed",
        lambda found: (
            f"the residual is of the order of {order(float(found[1]))} where {found[2]} is allowed"
        ),
    ),
    (r"the residual of equation \d+", lambda found: "the residual"),
    (r"\b\d+ keys\b", lambda found: "many keys"),
)


def guarded(finding: Finding) -> str:
    """The finding's sentence, fit for hidden cases."""
    said, *more = re.split(r"(?<=\.)(?= The same call was right before)", finding.sentence)
    told = coarse(said)
    if finding.step == "call":
        return told
    if finding.actual is not None and finding.step in ("shape", "inconsistent"):
        told = re.sub(
            r"returned (?:shape \([\d, ]*\)|an array of (?:\d+ elements in \d+ dimensions"
            r"|quite another size)); expected (?:shape )?(\([\d, ]*\))",
            lambda found: _shapes(finding, found[1]),
            told,
        )
    if finding.actual is not None and finding.step in ("dtype", "inconsistent"):
        kind = dtype_kind(finding.actual.dtype)
        what = "no numbers" if kind == "other" else f"{kind} numbers"
        told = re.sub(r"returned dtype [^;]*;", f"returned {what};", told)
    told = re.sub(
        r"\b(more than 1000|\d+) arrays?\b(?=[;.])",
        lambda found: _counted(found[1], len(finding.answered.expected)),
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
        return "The cases behind it were not tried."
    if finding.failing == 1:
        return f"The other {finding.cases - 1} cases are right."
    return "All cases fail." if finding.failing == finding.cases else "Other cases fail too."


def some(count: int, size: int) -> str:
    """How large a share of `size` elements `count` is, in words."""
    return (
        "all of its elements"
        if count == size
        else "at least half of its elements"
        if 2 * count >= size
        else "less than half of its elements"
    )


def order(error: float) -> str:
    """The power of ten at or below an error."""
    return f"1e{math.floor(math.log10(error))}" if error > 0 else "0"


def _shapes(finding: Finding, expected: str) -> str:
    assert finding.actual is not None
    actual, desired = finding.actual.shape, finding.expected.shape
    sizes = finding.answered.case.sizes
    if len(actual) != len(desired):
        return (
            f"returned an array of {_axes(len(actual))} in place of {_axes(len(desired))}; "
            f"expected shape {expected}"
        )
    named = f", which is {_named(desired, sizes)}" if sizes else ""
    return f"returned an array of shape {_named(actual, sizes)}; expected shape {expected}{named}"


def _named(shape: tuple[int, ...], sizes: Mapping[str, int]) -> str:
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
    if count > MOST_AXES:
        return f"more than {MOST_AXES} axes"
    return "1 axis" if count == 1 else f"{count or 'no'} axes"


def _counted(found: str, wanted: int) -> str:
    count = int(found) if found.isdigit() else np.inf
    return "fewer arrays" if count < wanted else "more arrays" if count > wanted else "other arrays"
