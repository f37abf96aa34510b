"""How deep a submission may call itself.

Python 3.11 keeps the frames of Python functions on its heap: without a limit, endless recursion is not a full stack after a moment but gigabytes of
memory, and a minute in which the interpreter unwinds millions of frames, or crashes in the attempt.
"""

from __future__ import annotations

import operator
import sys

DEEPEST = 5_000
"""Five times Python's own limit. At twice this, some calls that go through C fill its stack of 8 MB, which ends the process, and IPython needs seconds
for the traceback."""


def bound() -> None:
    """From now on `sys.setrecursionlimit` sets at most `DEEPEST`.

    So that the usual endless recursion ends in `RecursionError`. It does not hold who wants around it: the limits of time and memory do.
    """
    original = sys.setrecursionlimit

    def setrecursionlimit(limit: int, /) -> None:
        """Set the maximum depth of the Python interpreter stack, in grading to at most `DEEPEST`."""
        original(min(operator.index(limit), DEEPEST))

    sys.setrecursionlimit = setrecursionlimit
