"""Find the faults in how a question declares the calls of what students write (see
`autograder.questions.ways`).
"""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Callable, Iterator
from typing import Any

from autograder.questions.option_faults import Fault, of_names
from autograder.questions.portable import NotPortable
from autograder.questions.ways import Declared, State, text_of_through


def faults(question: Declared) -> Iterator[Fault]:
    """The faults of the fields that this module reads: each a field, its value, and the rest of the
    sentence.
    """
    for field in ("keywords", "then"):
        yield from _of_names(question, field)
    if question.then and question.constructor is not None:
        yield "then", question.then, "calls what a function returns; remove constructor"
    if question.then and len(set(question.then)) == len(question.arguments):
        yield (
            "then",
            question.then,
            "names all arguments; the function that returns a function needs at least one",
        )
    yield from _of_calls(question)
    yield from _of_through(question)
    yield from _of_made(question)


def _of_names(question: Declared, field: str) -> Iterator[Fault]:
    names = getattr(question, field)
    yield from of_names(question.arguments, field, names)
    for name in names:
        if not name.isidentifier() or keyword.iskeyword(name):
            yield field, names, f"names {name!r}, which cannot be the name of a parameter"


_WRITE_CALLS = (
    "write a tuple of calls, and state() where it is needed; a call is the name of a method and "
    'the names of its arguments: calls=(("__call__", "x"), state())'
)


def _of_calls(question: Declared) -> Iterator[Fault]:
    calls = question.calls
    if not isinstance(calls, tuple | list):
        yield "calls", calls, f"is not a tuple; {_WRITE_CALLS}"
        return
    if not calls:
        return
    if question.constructor is None:
        yield (
            "calls",
            calls,
            "call an object's methods, but only a class makes objects; name the arguments of the "
            "class in constructor, or write constructor=() if it has none",
        )
    if question.gradient or question.then:
        yield "calls", calls, "cannot be combined with gradient or then; remove one of them"
    if question.method != "__call__":
        yield (
            "method",
            question.method,
            "does not work with calls, which name their own methods; remove method",
        )
    passed = set(question.constructor or ())
    for each in calls:
        if isinstance(each, State):
            for name in each.attributes:
                if not isinstance(name, str) or not name.isidentifier():
                    yield "calls", each, f"names {name!r}, which is not the name of an attribute"
            continue
        if (
            not isinstance(each, tuple | list)
            or not each
            or not all(isinstance(name, str) for name in each)
            or not each[0].isidentifier()
        ):
            yield "calls", each, f"is not a call; {_WRITE_CALLS}"
            return
        for name in each[1:]:
            if name not in question.arguments:
                yield (
                    "calls",
                    each,
                    f"names {name!r}, which is not an argument; the arguments are "
                    f"{', '.join(question.arguments)}",
                )
        passed.update(each[1:])
    if not any(not isinstance(each, State) for each in calls):
        yield "calls", calls, f"has no call; {_WRITE_CALLS}"
    needed = {name for argument in question.arguments.values() for name in argument.needs}
    for name in question.arguments:
        if name not in passed | needed:
            yield (
                "calls",
                calls,
                f"never passes {name!r}; name it in a call or in constructor, or remove the "
                "argument",
            )


def _of_through(question: Declared) -> Iterator[Fault]:
    through = question.through
    if through is None:
        return
    if not inspect.isfunction(through) or not through.__name__.isidentifier():
        yield (
            "through",
            through,
            f"is not a function; write the name of the given function that calls {question.name}",
        )
        return
    if question.constructor is not None or question.then or question.calls:
        yield (
            "through",
            through.__name__,
            f"decides how to call {question.name}; remove constructor, then and calls",
        )
    try:
        text_of_through(question)
    except NotPortable as fault:
        yield "through", through.__name__, str(fault)
        return
    if question.name not in _global_names(through):
        yield "through", through.__name__, f"does not call {question.name}"
    positional = [name for name in question.arguments if name not in question.keywords]
    try:
        inspect.signature(through).bind(*positional, **dict.fromkeys(question.keywords))
    except TypeError:
        yield (
            "through",
            through.__name__,
            f"does not take the arguments of the question, which are "
            f"{', '.join(question.arguments)}",
        )


def _global_names(function: Callable[..., Any]) -> set[str]:
    """Every global name that a function, or a function inside it, uses."""
    found, left = set(), [inspect.unwrap(function).__code__]
    while left:
        code = left.pop()
        found |= set(code.co_names)
        left += [each for each in code.co_consts if inspect.iscode(each)]
    return found


def _of_made(question: Declared) -> Iterator[Fault]:
    for name, argument in question.arguments.items():
        for other in argument.needs:
            if other not in question.arguments:
                yield (
                    f"arguments[{name!r}]",
                    argument,
                    f"is made from {other!r}, which is not an argument; the arguments are "
                    f"{', '.join(question.arguments)}",
                )
        if _is_made_from(question, name, name, set()):
            yield f"arguments[{name!r}]", argument, "is made from itself"
        for law in question.laws:
            if argument.needs and law in ("vmap", "grad"):
                yield (
                    "laws",
                    law,
                    f"does not work with an argument that is made from others, such as {name!r}; "
                    "remove the law",
                )


def _is_made_from(question: Declared, name: str, wanted: str, met: set[str]) -> bool:
    """Whether an argument is made, directly or through others, from the argument `wanted`."""
    for other in question.arguments[name].needs:
        if other == wanted:
            return True
        if other not in met and other in question.arguments:
            met.add(other)
            if _is_made_from(question, other, wanted, met):
                return True
    return False
