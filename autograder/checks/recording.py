"""Record what tests ask of `check`, without checking anything: how a build reads them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

Call = tuple[object, object, object]
"""The question, the cases and the rule of one call of `check`."""

_recorded: list[Call] | None = None


@contextlib.contextmanager
def recording() -> Iterator[list[Call]]:
    """Inside the block, calls of `check` are noted in the yielded list and return at once."""
    global _recorded
    before, _recorded = _recorded, []
    try:
        yield _recorded
    finally:
        _recorded = before


def noted(question: object, cases: object, rule: object) -> bool:
    """Whether this call of `check` is only to be noted, and so has been."""
    if _recorded is None:
        return False
    _recorded.append((question, cases, rule))
    return True
