"""Limit the depth of recursion in a submission.

Python 3.11 keeps the frames of Python functions on its heap. Without a limit, endless recursion
would not fill the stack after a moment. It would take gigabytes of memory, and a minute in which
the interpreter unwinds millions of frames or crashes in the attempt.
"""

from __future__ import annotations

import operator
import sys

DEEPEST = 5_000
"""The largest recursion limit: five times Python's own. At twice this, some calls that go through C
fill the 8 MB stack, which ends the process, and IPython needs seconds for the traceback.
"""


def bound() -> None:
    """Make `sys.setrecursionlimit` set at most `DEEPEST` from now on.

    The usual endless recursion then ends in `RecursionError`. A determined student can get around
    this, but the limits of time and memory still hold.
    """
    original = sys.setrecursionlimit

    def setrecursionlimit(limit: int, /) -> None:
        """Set the maximum depth of the Python interpreter stack; in grading, at most `DEEPEST`."""
        original(min(operator.index(limit), DEEPEST))

    sys.setrecursionlimit = setrecursionlimit
