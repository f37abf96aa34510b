"""The result of one check of a zip."""

from __future__ import annotations

from dataclasses import dataclass

OK, WRONG, UNKNOWN, NOTE = "ok", "WRONG", "not checked", "note"


@dataclass(frozen=True)
class Inspection:
    """The result of one check. `state` is OK, WRONG, UNKNOWN or NOTE. `text` says what was found,
    or what is wrong or worth noting and what to do about it.
    """

    check: str
    state: str
    text: str
