"""Record what the solution binds the names in the tests to. A submission must bind them to the same
kinds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.sandbox.data import pack
from autograder.sandbox.open_packages import USUAL, Public, library_names


@dataclass(frozen=True)
class ExpectedNames:
    """The names in the tests that the solution binds, by kind.

    `own` are Python builtins that it redefines, such as `sum`. `library` are objects of open
    packages. `plain` are names of plain data, for which no object that answers for itself is
    accepted. `bound` are all names that the solution binds, or None if that is not known.
    """

    own: tuple[str, ...] = ()
    library: Mapping[str, Public] = field(default_factory=lambda: dict(USUAL))
    plain: tuple[str, ...] = ()
    bound: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        stored = {"own": self.own, "library": self.library, "plain": self.plain}
        return stored if self.bound is None else {**stored, "bound": self.bound}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ExpectedNames:
        """The names that were stored. For a zip that stores none, the usual meanings of names."""
        if not stored:
            return cls()
        library = {name: (public[0], public[1]) for name, public in stored["library"].items()}
        bound = tuple(stored["bound"]) if "bound" in stored else None
        return cls(tuple(stored["own"]), library, tuple(stored["plain"]), bound)

    @classmethod
    def of(cls, namespace: Mapping[str, Any], tests: Path, own: tuple[str, ...]) -> ExpectedNames:
        """What `namespace` binds the names to that the test files in `tests` mention."""
        mentioned = {
            name
            for path in tests.glob("*.py")
            for name in re.findall(r"[^\W\d]\w*", path.read_text(encoding="utf-8"))
        }
        found = {name: namespace[name] for name in sorted(mentioned & {*namespace})}
        plain = tuple(name for name, value in found.items() if _is_plain(value))
        return cls(own, library_names(found), plain, tuple(found))


def _is_plain(value: Any) -> bool:
    try:
        pack(value, {})
    except Exception:  # noqa: BLE001 - whatever an object does when it is looked at
        return False
    return True
