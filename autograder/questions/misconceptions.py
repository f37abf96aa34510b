"""The wrong solutions that an author declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.questions.option_faults import Fault

TOLD_BY = ("values", "method")


@dataclass(frozen=True)
class Misconception:
    """A wrong solution: the author's name for the mistake, a hint for students who make it, and
    code that makes it.
    """

    name: str
    hint: str
    told_by: str
    function: Callable[..., Any]


def faults(name: object, hint: object, told_by: object, known: Sequence[str]) -> Iterator[Fault]:
    """The faults of a misconception's declaration. `known` names those declared before it."""
    for label, text in (("name", name), ("hint", hint)):
        if not isinstance(text, str) or not text.strip():
            yield f"misconception {label}", text, "is not a sentence"
    if told_by not in TOLD_BY:
        yield "misconception told_by", told_by, f"is not one of {', '.join(TOLD_BY)}"
    if name in known:
        yield "misconception name", name, "is declared twice"
