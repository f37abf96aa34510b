"""The result of one check of a zip."""

from __future__ import annotations

from dataclasses import dataclass

OK, WRONG, UNKNOWN, NOTE = "ok", "WRONG", "not checked", "note"


@dataclass(frozen=True)
class Inspection:
    """The result of one check. `state` is OK, WRONG, UNKNOWN or NOTE; `text` says what was found,
    or what is wrong, or to be noted, and what to do.
    """

    check: str
    state: str
    text: str
