"""Describe what stopped a cell of a submission, as far as the student may know: in a row of its
own, and in messages about a name that is missing because of it.

The report of an exception comes from the submission's own process. Before the first test asks for
something, that process has seen nothing hidden, so the exception's text is repeated. For later
cells only the line and the type of the exception are repeated, and the name of a missing module,
which this side verifies.
"""

from __future__ import annotations

import difflib
import importlib.util
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.calls.causes import COMMON_EXCEPTIONS

TEXT_SHOWN = 300
"""At most this many characters of an exception's text are repeated."""

FIRST_LINE_SHOWN = 60
"""At most this many characters of a cell's first line are repeated."""

DEFINED_SHOWN = 20
"""At most this many names that a stopped cell still defines are listed."""

_DEFINITION = re.compile(r"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+(\w{1,80})\b", re.MULTILINE)

_IMPORTED = re.compile(r"^\s*(?:import|from)\s+([A-Za-z_][\w.]*)")


@dataclass(frozen=True)
class Stopped:
    """A cell that did not run to its end: its number among the code cells, and a cause.

    `line` is the line that raised an exception such as "NameError: …", 0 if unknown, or None if the
    cell ended in another way ("took longer than …"). `defined` are the names that the cell defines
    after that line; those definitions still ran. `said` is the exception's text if only the
    instructor may read it.
    """

    cell: int
    first_line: str
    line: int | None
    cause: str
    defined: tuple[str, ...] = ()
    said: str = ""

    def where(self) -> str:
        """The end of a sentence about a name that the cell should have defined."""
        if self.line is None:
            return f"cell {self.cell} {self.cause}"
        return (
            f"cell {self.cell} stopped"
            f"{f' at line {self.line}' if self.line and not self.said else ''}, {self.cause}"
        )

    def sentence(self, *, to_instructor: bool = False) -> str:
        """One or two sentences about the cell, as Markdown."""
        # Which line raised an exception can reveal what earlier tests asked.
        at = f" at line {self.line}" if self.line and (to_instructor or not self.said) else ""
        how = self.cause if self.line is None else f"stopped{at}: {_as_code(self.cause)}"
        told = f"Cell {self.cell} ({_as_code(self.first_line)}) {how}."
        if to_instructor and self.said:
            told += f" It said: {_as_code(self.said)}."
        if self.defined:
            told += (
                " Its later definitions still count: "
                f"{', '.join(f'`{name}`' for name in self.defined)}."
            )
        return told

    def to_json(self) -> dict[str, Any]:
        """The JSON that `Stopped.from_json` reads."""
        return {**vars(self), "defined": list(self.defined)}

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> Stopped:
        """The inverse of `to_json`."""
        return Stopped(**{**stored, "defined": tuple(stored["defined"])})


def from_claim(claim: Any, cell: int, source: str, *, before_tests: bool) -> Stopped | None:
    """What stopped a cell, according to the submission's process. None if nothing did, or if the
    claim cannot be read.
    """
    if not isinstance(claim, Mapping):
        return None
    lines = source.splitlines()
    line = claim.get("line")
    line = line if type(line) is int and 0 < line <= len(lines) else 0
    name, text, said = str(claim.get("name", "")), str(claim.get("text", "")), ""
    if before_tests:
        name = name if re.fullmatch(r"[A-Za-z_]\w{0,60}", name) else "an exception"
        # A path on the grader means nothing to a student.
        text = re.sub(r" \((?:/|unknown location)[^)]*\)$", "", _one_line(text, TEXT_SHOWN)).rstrip(
            "."
        )
    else:
        said = _one_line(f"{name}: {text}", TEXT_SHOWN).rstrip(".")
        missing = {_missing_module(name, each) for each in lines} - {""}
        name = name if name in COMMON_EXCEPTIONS else "an exception"
        text = missing.pop() if len(missing) == 1 else ""
    # A list of names reveals more than a line does, so later cells have none.
    names = _known_names(claim.get("defined"), source) if before_tests else ()
    return Stopped(cell, first_line(source), line, f"{name}: {text}" if text else name, names, said)


def end_of(cause: str, cell: int, source: str, defined: Sequence[str] = ()) -> Stopped:
    """A cell whose process ended with it. `cause` says how, as in "took longer than 100
    seconds".
    """
    return Stopped(cell, first_line(source), None, cause, _known_names(defined, source))


def first_line(source: str) -> str:
    """The first line of a cell that is not blank, shortened."""
    return _one_line(
        next((line for line in source.splitlines() if line.strip()), ""), FIRST_LINE_SHOWN
    )


def defines(source: str, name: str) -> bool:
    """Whether a cell has a statement that binds `name`: a definition, an import or an
    assignment."""
    name = re.escape(name)
    return bool(
        re.search(
            rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b"
            rf"|^[ \t]*{name}[ \t]*(?::[^=\n]+)?=(?!=)"
            rf"|^[ \t]*(?:from[ \t]+\S+[ \t]+)?import\b.*\b{name}\b",
            source,
            re.MULTILINE,
        )
    )


def defined_alike(sources: Iterable[str], name: str) -> str | None:
    """The name most like `name` among those of the functions and classes that cells define, if one
    is like it: a misspelt one.
    """
    defined = [each for source in sources for each in _DEFINITION.findall(source)]
    lower = {each.lower(): each for each in defined}
    alike = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.8)
    return lower[alike[0]] if alike else None


def _as_code(text: str) -> str:
    """Markdown that shows a submission's text as plain text."""
    return f"`{text.replace('`', chr(39))}`"


def _missing_module(name: str, line: str) -> str:
    """A sentence about a failed import, if this process cannot find the module either; ""
    otherwise.
    """
    found = _IMPORTED.match(line)
    if name != "ModuleNotFoundError" or found is None:
        return ""
    module = found[1].split(".")[0]
    try:
        return "" if importlib.util.find_spec(module) is not None else f"No module named '{module}'"
    except (ImportError, ValueError):
        return ""


def _known_names(defined: Any, source: str) -> tuple[str, ...]:
    """The names in `defined` that occur in the cell."""
    if not isinstance(defined, list | tuple):
        return ()
    known = frozenset(re.findall(r"[^\W\d]\w*", source))
    return tuple(name for name in defined if isinstance(name, str) and name in known)[
        :DEFINED_SHOWN
    ]


def _one_line(text: str, most: int) -> str:
    line = " ".join(
        "".join(character if character.isprintable() else " " for character in text).split()
    )
    return line if len(line) <= most else f"{line[:most]}…"
