"""Fold a message into short lines, because a notebook breaks long ones inside words."""

from __future__ import annotations

import contextlib
import re
import textwrap
from collections.abc import Iterator

from autograder.checks.verdict import CheckFailed, Ungraded

WIDTH = 84
"""The most characters in a line. Otter indents each by four more."""

_WHOLE = re.compile(
    r'%?pip install(?: --\S+| \S*==\S*\w| "[^"]*")*|(?<!\S)\S*\([^()\s]*(?:, [^()\s]+)*\)'
)
"""What must stay on one line: a command to type, a call, a shape."""

_TIE = "\0"

_folded: dict[str, str] = {}
"""The original texts, by their folded form."""


@contextlib.contextmanager
def in_short_lines() -> Iterator[None]:
    """Fold the text of a `CheckFailed` or `Ungraded` that leaves the block."""
    try:
        yield
    except (CheckFailed, Ungraded) as told:
        text = str(told)
        # Otter puts the name of the exception before its text.
        short = fold(text, indent=len(type(told).__name__) + 2)
        _folded[short] = text
        told.args = (short,)
        raise


def unfold(ending: str) -> str | None:
    """The original text of the folded message that `ending` ends with, or None if this process
    folded no such message.
    """
    return next((text for short, text in _folded.items() if ending.endswith(short)), None)


def fold(text: str, indent: int = 0) -> str:
    """The text with lines of at most `WIDTH` characters. The first starts after `indent`
    characters. Words, indented lines (code and tables), and commands to type stay whole.
    """
    first, *others = text.split("\n")
    return "\n".join([_fold(first, " " * indent)[indent:], *map(_fold, others)])


def _fold(line: str, indent: str = "") -> str:
    if line.startswith(" "):
        return line
    tied = _WHOLE.sub(lambda found: found[0].replace(" ", _TIE), line)
    return textwrap.fill(
        tied, WIDTH, initial_indent=indent, break_long_words=False, break_on_hyphens=False
    ).replace(_TIE, " ")
