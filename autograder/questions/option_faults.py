"""Find the faults of a declaration's options: those on which numbers are right, and those on what
may happen to the arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from autograder.questions.argument import Argument
from autograder.questions.laws import of_transforms

Fault = tuple[str, object, str]
"""A field, its value, and the rest of the sentence about them."""


class Options(Protocol):
    """The fields of an `autograder.questions.question.Question` that this module checks."""

    arguments: Mapping[str, Argument]
    nonfinite: str
    trivial: str
    x64: bool | None
    may_change: tuple[str, ...]
    changed: tuple[str, ...]
    several: bool
    gradient: tuple[str, ...]
    constructor: tuple[str, ...] | None
    laws: tuple[str, ...]


def of_numbers(question: Options) -> Iterator[Fault]:
    """The faults of `nonfinite`, `trivial` and `x64`."""
    if question.nonfinite not in ("", "expected"):
        yield "nonfinite", question.nonfinite, 'is neither "expected" nor ""'
    if not isinstance(question.trivial, str) or question.trivial != question.trivial.strip():
        yield (
            "trivial",
            question.trivial,
            "is not a sentence that says why an answer that needs no understanding may get points",
        )
    if question.x64 is not None and not isinstance(question.x64, bool):
        yield "x64", question.x64, "is neither True nor False"
    for parameter, argument in question.arguments.items():
        if argument.wide and question.x64 is False:
            yield (
                f"arguments[{parameter!r}]",
                argument,
                "has 64-bit numbers, which x64=False makes 32-bit; remove x64=False, declare "
                'the array with numpy=True, or use dtype "float32" or "complex64"',
            )


def of_names(arguments: Mapping[str, Argument], label: str, names: object) -> Iterator[Fault]:
    """The faults of a field that names arguments."""
    if not isinstance(names, tuple | list):
        first = next(iter(arguments))
        yield label, names, f'is not a tuple of names of arguments such as ("{first}",)'
        return
    for name in names:
        if name not in arguments:
            yield (
                label,
                names,
                f"names {name!r}, which is not an argument; the arguments are "
                f"{', '.join(arguments)}",
            )


def of_changes(question: Options) -> Iterator[Fault]:
    """The faults of `may_change` and `changed`."""
    for label in ("may_change", "changed"):
        names = getattr(question, label)
        yield from of_names(question.arguments, label, names)
        for name in names:
            if not {"numpy", "tree", "list"} & set(question.arguments[name].kinds):
                yield (
                    label,
                    names,
                    f"names {name!r}, which no function can write into; name a Tree, a List, or "
                    "an Array with numpy=True",
                )
    for name in question.changed:
        if "jax" in question.arguments[name].kinds:
            yield (
                "changed",
                question.changed,
                f"names {name!r}, a JAX array, which no function can write into; declare it with "
                "numpy=True",
            )
    if not question.changed:
        return
    if question.gradient:
        yield "changed", question.changed, "has no gradient; remove gradient"
    if question.constructor is not None:
        yield "changed", question.changed, "does not work with a class; remove constructor"
    if of_transforms() & set(question.laws):
        yield (
            "changed",
            question.changed,
            "does not work with the laws of jit, vmap and grad: under a JAX transform, no "
            "function can write in place; remove these laws",
        )
