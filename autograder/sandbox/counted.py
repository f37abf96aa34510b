"""Limit the size of plain data that crosses, by counting its parts before they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from autograder.sandbox.bulk import MAX_ITEMS

MAX_DEPTH = 40
MAX_NODES = 100_000
MAX_CHARACTERS = 300_000
"""Characters in all texts of one value, apart from long ones. A message has room for several such
values.
"""

MAX_RANGE = 10_000_000
"""Numbers in a range. A test may count through it in one step of Python, which nothing can
interrupt.
"""

MAX_RECEIVED = 4 * MAX_ITEMS
"""Items in the long lists of all values in one message, and units of 64 bytes in its arrays of
texts.
"""


class CannotCross(Exception):
    """A value that cannot cross. The text names its type."""


class TooLarge(CannotCross):
    """Plain data that cannot cross only because of its size."""


class Received(Mapping[str, np.ndarray]):
    """The arrays of one message from a submission, shared by all values in it. Each array can be
    taken once, and the long lists and texts of all values count together.

    Otherwise a message that names one array a thousand times would become a thousand arrays.
    """

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._arrays = dict(arrays)
        self._long = 0

    def __getitem__(self, name: str) -> np.ndarray:
        """Take the array out and return it. Raises `KeyError`."""
        return self._arrays.pop(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def count_long(self, items: int) -> None:
        """Count the items of a long list. Raises `TooLarge`."""
        self._long += items
        if self._long > MAX_RECEIVED:
            raise TooLarge(f"long lists with more than {MAX_RECEIVED} items in one message")


class Counted:
    """Count the parts of one value."""

    def __init__(self, message: Received | None = None) -> None:
        """`message` counts the parts of all values in it."""
        self._nodes = self._long = 0
        self._message = message

    def count_long(self, items: int) -> None:
        """Count the items of a long list. Raises `TooLarge`."""
        self._long += items
        if self._message is not None:
            self._message.count_long(items)
        if self._long > MAX_ITEMS:
            raise TooLarge(f"data whose long lists have more than {MAX_ITEMS} items together")

    def count(self, depth: int) -> None:
        """Count a part at this depth. Raises `TooLarge`."""
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise TooLarge("data that is nested too deeply or has too many parts")
