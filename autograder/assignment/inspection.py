"""The result of one check of a zip."""

from __future__ import annotations

from dataclasses import dataclass

OK, WRONG, UNKNOWN = "ok", "WRONG", "not checked"


@dataclass(frozen=True)
class Inspection:
    """The result of one check. `state` is OK, WRONG or UNKNOWN; `text` says what was found, or what
    is wrong and what to do.
    """

    check: str
    state: str
    text: str
