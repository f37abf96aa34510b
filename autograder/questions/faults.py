"""Find what is wrong with an author's declaration, field by field."""

from __future__ import annotations

import keyword
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from autograder.questions import size_faults, way_faults, ways
from autograder.questions import sizes as expressions
from autograder.questions.argument import Argument
from autograder.questions.laws import LAWS, PERMUTATION, of_transforms
from autograder.questions.option_faults import Fault, of_changes, of_names, of_numbers
from autograder.questions.same_faults import faults_of_same
from autograder.questions.sizes import Sizes
from autograder.sameness.words import Word


class Declared(ways.Declared, Protocol):
    """The fields of an `autograder.questions.question.Question` that are checked."""

    dims: Mapping[str, Sizes]
    where: Callable[[dict[str, int]], bool] | None
    shapes: int
    seeds: int
    rtol: float | None
    atol: float | None
    imprecise: float
    nan: bool
    nonfinite: str
    trivial: str
    x64: bool | None
    may_change: tuple[str, ...]
    changed: tuple[str, ...]
    see: str
    same: Word | Mapping[str, Word] | None


def first_fault(question: Declared) -> Fault | None:
    """The first fault of a declaration, or None. The search ends there because later checks rely on
    earlier ones.
    """
    looks = (
        *(_of_name, size_faults.faults, _of_arguments, _of_counts, _of_options, of_numbers),
        *(_of_way, way_faults.faults, of_changes, _of_laws, faults_of_same),
    )
    return next((fault for look in looks for fault in look(question)), None)


def _of_name(question: Declared) -> Iterator[Fault]:
    if (
        not isinstance(question.name, str)
        or not question.name.isidentifier()
        or keyword.iskeyword(question.name)
    ):
        yield "name", question.name, "is not the name of a function"


def _of_arguments(question: Declared) -> Iterator[Fault]:
    if not isinstance(question.arguments, Mapping) or not question.arguments:
        yield "arguments", question.arguments, "is not a dict with at least one argument"
    used: set[str] = set()
    for parameter, argument in question.arguments.items():
        label = f"arguments[{parameter!r}]"
        if not isinstance(argument, Argument):
            yield label, argument, f"does not describe an argument; {_advice(argument)}"
        for fault in argument.faults():
            yield label, argument, f"cannot be drawn: {fault}"
        for dim in argument.dims:
            if dim not in question.dims:
                yield (
                    label,
                    argument,
                    f"uses the dimension {dim!r}, which dims does not define; it defines "
                    f"{', '.join(question.dims) or 'none'}",
                )
        used.update(argument.dims)
    for sizes in question.dims.values():
        used.update(expressions.used_by(sizes))
    for dim in question.dims:
        if dim not in used:
            yield f"dims[{dim!r}]", question.dims[dim], "is not used by any argument; remove it"


def _advice(value: object) -> str:
    """The advice for an author who wrote a value in place of a description."""
    if isinstance(value, bool):
        return "write Choice(True, False)"
    if isinstance(value, float):
        return f"write Number(low, high) for a real number, or Choice({value!r}) for this one"
    if isinstance(value, int):
        return f"write Dim('N') for a size, Seed() for a seed, or Choice({value!r}) for this number"
    if isinstance(value, str):
        return f"write Choice({value!r}, …) with all possible strings"
    if callable(value) and not isinstance(value, type):
        return "write Function(one=…, another=…), which names each function"
    if isinstance(value, dict):
        return "write Tree(name=Array(…), …)"
    if isinstance(value, list | tuple):
        if value and all(map(callable, value)):
            return "write Function(one=…, another=…), which names each function"
        if value and all(each is None or isinstance(each, bool | int | str) for each in value):
            return f"write Choice({', '.join(map(repr, value))}) for one of these"
        return "write Tuple(Array(…), …), or List(Array(…), length='L')"
    if isinstance(value, type) and issubclass(value, Argument):
        return f"write {value.__name__}(…)"
    return "write an Array, a Number, a Choice, a Dim, a Seed, a Key or a Tree"


def _of_counts(question: Declared) -> Iterator[Fault]:
    for label in ("shapes", "seeds"):
        count = getattr(question, label)
        if type(count) is not int or count < 1:
            yield label, count, "is not a whole number of at least 1"


def _of_options(question: Declared) -> Iterator[Fault]:
    for label in ("rtol", "atol"):
        value = getattr(question, label)
        if value is not None and (type(value) not in (int, float) or not 0 <= value < math.inf):
            yield label, value, "is not a number of at least 0"
    if type(question.imprecise) not in (int, float) or not 0 <= question.imprecise <= 1:
        yield "imprecise", question.imprecise, "is not a share of the points, from 0 to 1"
    if not isinstance(question.nan, bool):
        yield "nan", question.nan, "is neither True nor False"
    if not isinstance(question.see, str):
        yield "see", question.see, "is not the text of a heading"


def _of_way(question: Declared) -> Iterator[Fault]:
    if not isinstance(question.several, bool):
        yield "several", question.several, "is neither True nor False"
    if not isinstance(question.method, str) or not question.method.isidentifier():
        yield "method", question.method, "is not the name of a method"
    for label, names in (
        ("gradient", question.gradient),
        ("constructor", question.constructor or ()),
    ):
        yield from of_names(question.arguments, label, names)
    for name in question.gradient:
        if not question.arguments[name].differentiable:
            yield (
                "gradient",
                question.gradient,
                f"names {name!r}, which is neither an array of floating-point numbers nor a Tree "
                "of such arrays",
            )
    if question.constructor is not None and question.gradient:
        yield "gradient", question.gradient, "does not work with a class; remove constructor"


def _of_laws(question: Declared) -> Iterator[Fault]:
    if not isinstance(question.laws, tuple | list):
        yield "laws", question.laws, 'is not a tuple of names of laws such as ("jit",)'
    permuted = {dim for argument in question.arguments.values() for dim in argument.permutable}
    known = [
        *(law for law in LAWS if law != PERMUTATION),
        *(PERMUTATION + dim for dim in question.dims if dim in permuted),
    ]
    for law in question.laws:
        if law not in known:
            yield (
                "laws",
                law,
                f"is not a law of this question; its laws are {', '.join(map(repr, known))}",
            )
    if len(set(question.laws)) < len(question.laws):
        yield "laws", question.laws, "names a law twice"
    traced = [argument for argument in question.arguments.values() if argument.traceable]
    if of_transforms() & set(question.laws) - {"grad"} and not traced:
        yield (
            "laws",
            question.laws,
            "needs an argument that JAX can trace: an Array, a Tree or a Key",
        )
    if "grad" in question.laws and not any(argument.differentiable for argument in traced):
        yield (
            "laws",
            question.laws,
            "needs an argument with a derivative: an Array of floating-point numbers",
        )
