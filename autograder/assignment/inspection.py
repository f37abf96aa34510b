"""What one check of a zip found."""

from __future__ import annotations

from dataclasses import dataclass

OK, WRONG, UNKNOWN = "ok", "WRONG", "not checked"


@dataclass(frozen=True)
class Inspection:
    """What one check found: `state` is OK, WRONG or UNKNOWN; `text` says what there is, or what is wrong and what to do."""

    check: str
    state: str
    text: str
