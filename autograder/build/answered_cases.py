"""Answer one slot of a plan with the reference: find a case whose expected output tests
something.
"""

from __future__ import annotations

import inspect
import re

import numpy as np

from autograder.build import law_cases, out_of_bounds
from autograder.build.advice import to_keep_digits
from autograder.build.by_right import OVERFLOW, why_not_by_right
from autograder.build.degenerate import why_degenerate
from autograder.build.float64 import in_float64
from autograder.build.plan import Slot
from autograder.build.shapes import Shape
from autograder.calls.call import Failed, Returned, call
from autograder.calls.causes import ONE_ARRAY
from autograder.calls.inputs import describe
from autograder.calls.narrow_floats import NARROW
from autograder.calls.nudges import coarsest
from autograder.calls.outputs import Output, identical
from autograder.calls.spec import Case
from autograder.calls.stages import signature_of
from autograder.errors import BuildError
from autograder.questions.question import Question
from autograder.verdicts.arrays import dtype_kind, widen

DRAWS = 200
"""How often to draw a case whose expected output tests nothing before the build gives up."""

OVERFLOWS = 3
"""How often in a row the numbers of a case may overflow before the build gives up: with such inputs
the reference is wrong more often than not.
"""

WITHOUT_A_NUMBER = 10
"""How often to draw a case that has several numbers in its output, none of them finite, before
accepting it: where such numbers are expected, a case without a finite one asks for nothing else.
"""

STORED_DTYPES = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
    *NARROW,
)
"""The dtypes that a reference may return."""

_BEYOND_THE_PROCESSOR = re.compile(
    r"MLIR translation rule|UNIMPLEMENTED|Unsupported dtype|No FFI handler|[Oo]nly interpret mode "
    r"is supported|Unknown backend|cuDNN is not|(?:for|on) platform cpu|Number of devices \d+ "
    r"must|only \d+ XLA devices|Invalid integer data type 'V'"
)
"""JAX's messages about operations that it supports only on an accelerator, or not at all."""


def answered_slot(
    question: Question, reference: object, slot: Slot, draws: int = DRAWS
) -> tuple[Case, Output]:
    """A case for `slot` whose expected output tests something, with that output. Makes up to
    `draws` attempts. Raises `BuildError`.
    """
    why = advice = ""
    overflown = 0
    for tried in range(1, draws + 1):
        case = slot.draw()
        output = _reference_output(question, reference, case)
        expected = question.nonfinite_expected and _not_finite(output)
        if expected and tried < min(WITHOUT_A_NUMBER, draws) and _without_a_number(output):
            continue
        why = "" if expected else why_degenerate(output)
        advice = " Narrow the ranges in dims" if why else ""
        why = why or why_not_by_right(question, lambda case: _expect(reference, case), case, output)
        if not why:
            again = _reference_output(question, reference, case)
            if not identical(output, again):
                raise BuildError(
                    f"question {question.name!r}: the reference changes between calls: it returns "
                    f"two different outputs for the same arguments ({arguments_of(case)}). Draw "
                    "random numbers only from the seed argument, and keep no state"
                )
            return case, output
        if tried == 1:
            out_of_bounds.check_case(question, reference, case)
        overflown = overflown + 1 if why.endswith(OVERFLOW) else 0
        if overflown == OVERFLOWS:
            break
    lost = _kept_in_float64(question, reference, case) if advice else ""
    if why.endswith(OVERFLOW):
        lost = f" {to_keep_digits(question)}"
    raise BuildError(
        f"question {question.name!r}: in {tried} draws of {arguments_of(case)} "
        f"({slot.shape.label}) the reference never returned an output that tests anything: "
        f"{why}.{lost or advice}".rstrip(".")
    )


def _kept_in_float64(question: Question, reference: object, case: Case) -> str:
    """A sentence about a reference whose output tests nothing but would test something in float64;
    otherwise "".
    """
    if coarsest(case.arguments) <= np.finfo(np.float64).eps:
        return ""
    wide = in_float64(lambda case: _expect(reference, case), case)
    if isinstance(wide, Failed) or why_degenerate(wide.output):
        return ""
    return (
        " In float64 it does, so numbers overflow or are lost on the way. "
        f"{to_keep_digits(question)}"
    )


def answered_case(
    question: Question, reference: object, shape: Shape, case: Case
) -> tuple[Case, Output] | None:
    """A case with its expected output; None if the reference fails on it or its output tests
    nothing.
    """
    try:
        return answered_slot(question, reference, Slot(shape, lambda: case), draws=1)
    except BuildError:
        return None


def _not_finite(output: Output) -> bool:
    return any(
        dtype_kind(array.dtype) in ("floating", "complex") and not np.isfinite(widen(array)).all()
        for array in output.values()
    )


def _without_a_number(output: Output) -> bool:
    return sum(array.size for array in output.values()) > 1 and not any(
        np.isfinite(widen(array)).any() for array in output.values()
    )


def _expect(reference: object, case: Case) -> Returned | Failed:
    return (
        law_cases.expect(reference, case)
        if case.way.law
        else call(reference, case.arguments, case.way)
    )


def _reference_output(question: Question, reference: object, case: Case) -> Output:
    outcome = _expect(reference, case)
    if isinstance(outcome, Failed):
        if reference is None or reference is Ellipsis:
            raise BuildError(
                f"question {question.name!r}: the master has no solution: no code cell defines a "
                f"function {question.name}"
            )
        detail = f"\n{outcome.detail}" if outcome.detail else ""
        if outcome.cause.endswith(ONE_ARRAY) and not case.way.several:
            detail += (
                " If the function returns several arrays, declare the question with several=True"
            )
        detail += _by_keyword(reference, case)
        if _BEYOND_THE_PROCESSOR.search(outcome.detail):
            detail += (
                "\n"
                "JAX cannot do this on the CPU, where submissions are graded: use operations "
                "that run on the CPU"
            )
        raise BuildError(
            f"question {question.name!r}: with {arguments_of(case)} ({case.label}) the reference "
            f"{outcome.cause}{detail}"
        )
    for array in outcome.output.values():
        if array.dtype.name not in STORED_DTYPES:
            raise BuildError(
                f"question {question.name!r}: the reference returns dtype {array.dtype}, which a "
                f"bank cannot store; return one of {', '.join(STORED_DTYPES)}"
            )
    return outcome.output


def _by_keyword(reference: object, case: Case) -> str:
    """A sentence about arguments that the reference accepts only by keyword while the question
    passes them by position; "" if there are none.
    """
    try:
        parameters = signature_of(reference).parameters
    except (TypeError, ValueError):
        return ""
    names = [
        name
        for name in case.arguments
        if name in parameters
        and parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        and name not in case.way.keywords
    ]
    if not names:
        return ""
    return (
        "\n"
        f"It takes {' and '.join(names)} by keyword only: declare the question with "
        f"keywords={tuple(names)!r}; describe an nnx.Rngs with Rngs()"
    )


def arguments_of(case: Case) -> str:
    """A short description of a case's arguments, for messages."""
    return ", ".join(
        f"{parameter}={describe(value)}" for parameter, value in case.arguments.items()
    )
