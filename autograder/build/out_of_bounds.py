"""Notice a reference that uses whole numbers as indices although some of them are out of bounds.

There, JAX reads another element or gives NaN. A right answer that one-hot encodes the labels would
then be wrong, and redrawing would leave cases with negative numbers, which count from the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.calls.inputs import describe
from autograder.calls.outputs import Output
from autograder.calls.passed import to_python
from autograder.calls.spec import PLAIN, Case
from autograder.errors import BuildError
from autograder.evidence.jaxpr import all_equations
from autograder.questions.question import Question

LOOKED_AT = 3
"""How many cases are searched for such indices: each costs a compilation."""

_WHERE = re.compile(r"index (-?\d+) is out of bounds for axis \d+ with size (\d+)")


def indices_of(question: Question) -> list[str]:
    """The names of the arguments that have whole numbers without a declared range."""
    return [name for name, each in question.arguments.items() if each.may_be_indices]


def drawn_without_a_range(question: Question) -> str:
    """A sentence about whole numbers without a declared range; "" if there are none."""
    found = indices_of(question)
    return (
        f" Whole numbers such as {found[0]} range from -900 to 900. If they are labels or "
        "indices, declare their range, such as values=(0, 'C') for numbers below the size C"
        if found
        else ""
    )


def check_indices(
    question: Question, reference: Any, answered: Sequence[tuple[Case, Output]]
) -> None:
    """Refuse a reference that reads outside an array in one of the first cases. Raises
    `BuildError`.
    """
    for case, _ in answered[:LOOKED_AT]:
        check_case(question, reference, case)


def check_case(question: Question, reference: Any, case: Case) -> None:
    """Refuse a reference that reads outside an array in this case, unless its code says what to
    read there. Raises `BuildError`.
    """
    if not indices_of(question) or replace(case.way, several=False, gradient=()) != PLAIN:
        return
    given = to_python(case.arguments)
    try:
        found = _WHERE.search(_told_by_jax(reference, given))
    except Exception:  # noqa: BLE001 - whatever a reference does under a trace: then nothing is seen
        return
    if found is not None:
        arguments = ", ".join(f"{name}={describe(value)}" for name, value in case.arguments.items())
        raise BuildError(
            f"question {question.name!r}: with {arguments} ({case.label}) the reference reads "
            f"index {found[1]} of an axis of size {found[2]}.{drawn_without_a_range(question)}"
        )


def _told_by_jax(reference: Callable[..., Any], given: dict[str, Any]) -> str:
    """What JAX says about an index that is out of bounds; "" if there is none, or if the code means
    it: by clipping indices, naming the value to read there, or writing there.
    """
    import jax
    from jax.experimental import checkify

    traced = {name: value for name, value in given.items() if isinstance(value, jax.Array)}

    def of_arrays(arrays: dict[str, Any]) -> Any:
        return reference(*{**given, **arrays}.values())

    if any(map(_means_it, all_equations(jax.make_jaxpr(of_arrays)(traced).jaxpr))):
        return ""
    error, _ = checkify.checkify(of_arrays, errors=checkify.index_checks)(traced)
    return error.get() or ""


def _means_it(equation: Any) -> bool:
    name = equation.primitive.name
    if name != "gather":
        return bool(name.startswith(("scatter", "dynamic_")))
    return "CLIP" in str(equation.params["mode"]) or not _usual(
        equation.params["fill_value"], np.dtype(equation.outvars[0].aval.dtype)
    )


def _usual(fill: Any, dtype: np.dtype[Any]) -> bool:
    """Whether this is the value that JAX itself uses where there is no element."""
    if fill is None or dtype.kind not in "iu":
        return fill is None or bool(fill != fill)
    limits = np.iinfo(dtype)
    return bool(fill == (limits.min if dtype.kind == "i" else limits.max))
