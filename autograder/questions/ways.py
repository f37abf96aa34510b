"""How a question calls what students write, as its author declares it: arguments by keyword, the
returned function, given code around the answer, and several calls of one object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from autograder.calls.spec import CallSpec
from autograder.questions.argument import Argument
from autograder.questions.portable import portable


@dataclass(frozen=True)
class State:
    """A look at an object's state between calls: see `state`."""

    attributes: tuple[str, ...]


def state(*attributes: str) -> State:
    """The state of the object, in `Question(calls=…)`: the arrays in these attributes.

    Without names, it is the parameters, statistics and other variables of an NNX module, but not
    its random numbers. For any other object it is every attribute that is an array.
    """
    return State(attributes)


Calls = Sequence[Sequence[str] | State]


class Declared(Protocol):
    """The fields of an `autograder.questions.question.Question` that this module reads."""

    name: str
    arguments: Mapping[str, Argument]
    several: bool
    gradient: tuple[str, ...]
    constructor: tuple[str, ...] | None
    method: str
    laws: tuple[str, ...]
    x64: bool | None
    may_change: tuple[str, ...]
    changed: tuple[str, ...]
    keywords: tuple[str, ...]
    then: tuple[str, ...]
    through: Callable[..., Any] | None
    calls: Calls


def way(question: Declared) -> CallSpec:
    """How a question calls what a student wrote."""
    several = (
        question.several
        or bool(question.calls)
        or len(question.gradient) > 1
        or any(question.arguments[name].several for name in question.gradient)
    )
    wide = any(argument.wide for argument in question.arguments.values())
    return CallSpec(
        several,
        tuple(question.constructor or ()),
        "" if question.constructor is None or question.calls else question.method,
        tuple(question.gradient),
        x64=wide if question.x64 is None else question.x64,
        may_change=tuple(question.may_change),
        changed=tuple(question.changed),
        keywords=tuple(question.keywords),
        then=tuple(question.then),
        through=() if question.through is None else (question.name, text_of_through(question)),
        calls=tuple(
            ("", *each.attributes) if isinstance(each, State) else tuple(each)
            for each in question.calls
        ),
    )


def text_of_through(question: Declared) -> str:
    """The text of the given code that calls the answer. Raises `NotPortable`."""
    assert question.through is not None
    return portable(question.through, question.through.__name__, known=question.name)
