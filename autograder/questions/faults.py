"""Find what is wrong with an author's declaration, field by field."""

from __future__ import annotations

import keyword
import math
from collections.abc import Iterator, Mapping
from typing import Protocol

from autograder.questions.argument import Argument
from autograder.questions.laws import LAWS, PERMUTATION, of_transforms
from autograder.questions.same_faults import Fault, faults_of_same
from autograder.sameness.words import Word


class Declared(Protocol):
    """The fields of an `autograder.questions.question.Question` that are checked."""

    name: str
    arguments: Mapping[str, Argument]
    dims: Mapping[str, tuple[int, int]]
    shapes: int
    seeds: int
    rtol: float | None
    atol: float | None
    imprecise: float
    nan: bool
    see: str
    several: bool
    gradient: tuple[str, ...]
    constructor: tuple[str, ...] | None
    method: str
    laws: tuple[str, ...]
    same: Word | Mapping[str, Word] | None


def first_fault(question: Declared) -> Fault | None:
    """The first fault of a declaration, or None. The check ends there, because later checks may
    rely on earlier ones.
    """
    looks = (
        *(_of_name, _of_dims, _of_arguments, _of_counts, _of_options, _of_way, _of_laws),
        faults_of_same,
    )
    return next((fault for look in looks for fault in look(question)), None)


def _of_name(question: Declared) -> Iterator[Fault]:
    if (
        not isinstance(question.name, str)
        or not question.name.isidentifier()
        or keyword.iskeyword(question.name)
    ):
        yield "name", question.name, "is not the name of a function"


def _of_dims(question: Declared) -> Iterator[Fault]:
    if not isinstance(question.dims, Mapping):
        yield "dims", question.dims, "is not a dict of ranges such as dict(B=(1, 16))"
    for dim, sizes in question.dims.items():
        label = f"dims[{dim!r}]"
        if (
            not isinstance(sizes, tuple | list)
            or len(sizes) != 2
            or not all(type(size) is int for size in sizes)
        ):
            yield label, sizes, "is not a pair of whole numbers (smallest, largest)"
        if sizes[0] < 1:
            yield label, sizes, "starts below 1; an array of size 0 has no value to compare"
        if sizes[0] > sizes[1]:
            yield label, sizes, "is an empty range; write (smallest, largest)"


def _of_arguments(question: Declared) -> Iterator[Fault]:
    if not isinstance(question.arguments, Mapping) or not question.arguments:
        yield "arguments", question.arguments, "is not a dict with at least one argument"
    used: set[str] = set()
    for parameter, argument in question.arguments.items():
        label = f"arguments[{parameter!r}]"
        if not isinstance(argument, Argument):
            yield label, argument, "is not an Array, a Dim, a Seed, a Key or a Tree"
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
    for dim in question.dims:
        if dim not in used:
            yield f"dims[{dim!r}]", question.dims[dim], "is used by no argument"


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
        if not isinstance(names, tuple | list):
            yield (
                label,
                names,
                "is not a tuple of names of arguments such as "
                f'("{next(iter(question.arguments))}",)',
            )
        for name in names:
            if name not in question.arguments:
                yield (
                    label,
                    names,
                    f"names {name!r}, which is no argument; the arguments are "
                    f"{', '.join(question.arguments)}",
                )
    for name in question.gradient:
        if not question.arguments[name].differentiable:
            yield (
                "gradient",
                question.gradient,
                f"names {name!r}, which is no array of floating-point numbers, nor a Tree of such "
                "arrays",
            )
    if question.constructor is not None and question.gradient:
        yield "gradient", question.gradient, "cannot be taken of a class; remove constructor"


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
                f"is not a law of this question; those are {', '.join(map(repr, known))}",
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
