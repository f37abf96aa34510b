"""Record what tests ask of `check`, without checking anything. A build reads tests this way."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

Call = tuple[object, object, object]
"""The question, the cases and the rule of one call of `check`."""

_recorded: list[Call] | None = None


@contextlib.contextmanager
def recording() -> Iterator[list[Call]]:
    """Make each call of `check` inside the block record itself in the yielded list and return at
    once.
    """
    global _recorded
    before, _recorded = _recorded, []
    try:
        yield _recorded
    finally:
        _recorded = before


def note_call(question: object, cases: object, rule: object) -> bool:
    """Record this call of `check`, if calls are being recorded, and say whether they are."""
    if _recorded is None:
        return False
    _recorded.append((question, cases, rule))
    return True
