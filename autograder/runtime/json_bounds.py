"""Measure how much a JSON text from outside would become, before reading it.

The count is made on its bytes: a few megabytes of `{}` take gigabytes as Python objects.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

_AT_ONCE = 2**20
_QUOTE, _COMMA, _COLON = b'",:'
_OPEN, _CLOSE = b"{[", b"}]"


@dataclass(frozen=True)
class Counts:
    """What a text contains: the number of lists and objects, of all their entries, of names of
    entries, and of levels of nesting.
    """

    parts: int
    entries: int
    names: int
    depth: int = 100


class TooMuch(ValueError):
    """A text contains more of something than it may. The message says what, how much, and the
    limit, as in "3,000 lists and objects (at most 2,000)".
    """


def read(content: bytes, most: Counts) -> Any:
    """The value of a JSON text in UTF-8. Raises `TooMuch`, and `ValueError` or `RecursionError` for
    a text that is not JSON.
    """
    check(content, most)
    return json.loads(content.decode("utf-8"))


def check(content: bytes, most: Counts) -> None:
    """Raise `TooMuch` for a text that contains more than `most`. A text that is not JSON may pass:
    a reader stops where it ceases to be JSON, and up to there the count is right.
    """
    compare(count(content), most)


def compare(found: Counts, most: Counts) -> None:
    """Raise `TooMuch` if there is more than `most` of something."""
    for number, limit, what in (
        (found.depth, most.depth, "levels of nested lists and objects"),
        (found.parts, most.parts, "lists and objects"),
        (found.names, most.names, "names in objects"),
        (found.entries, most.entries, "entries in lists and objects"),
    ):
        if number > limit:
            raise TooMuch(f"{number:,} {what} (at most {limit:,})")


def count(content: bytes) -> Counts:
    """What a text contains. Characters inside strings do not count."""
    parts = commas = names = depth = deepest = start = 0
    inside = False
    while start < len(content):
        piece = content[start : start + _AT_ONCE]
        if (len(piece) - len(piece.rstrip(b"\\"))) % 2:
            piece = content[start : start + _AT_ONCE + 1]  # with the escaped character
        start += len(piece)
        signs = np.frombuffer(piece.replace(b"\\\\", b"  ").replace(b'\\"', b"  "), np.uint8)
        within = np.logical_xor.accumulate(signs == _QUOTE) ^ inside
        inside = bool(within[-1])
        bare = signs[~within]
        found = np.bincount(bare, minlength=256)
        parts += int(found[list(_OPEN)].sum())
        commas += int(found[_COMMA])
        names += int(found[_COLON])
        if found[list(_OPEN + _CLOSE)].any():
            steps = np.isin(bare, list(_OPEN)).astype(np.int64) - np.isin(bare, list(_CLOSE))
            levels = depth + np.cumsum(steps)
            depth, deepest = int(levels[-1]), max(deepest, int(levels.max()))
    # Each list or object that is not empty has one entry more than commas.
    return Counts(parts, parts + commas, names, deepest)
