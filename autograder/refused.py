"""What cannot be graded, and how its names may be repeated."""

from __future__ import annotations

SHOWN = 60
"""Characters of a submitted file's name that are repeated."""


class Refused(Exception):
    """What was submitted cannot be graded; the text says what it is and what to submit."""


def shown(name: str) -> str:
    """A submitted name as it may be repeated: short, on one line, without signs that HTML or Markdown read."""
    safe = "".join(sign if sign.isalnum() or sign in " ._-/()" else "?" for sign in name)
    return safe if len(safe) <= SHOWN else safe[: SHOWN - 1] + "…"
