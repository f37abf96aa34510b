"""The source of a residual: found wherever it is written, refused if it needs what would be
missing, and evaluated on numbers.
"""

from __future__ import annotations

import linecache
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from autograder import DeclarationError
from autograder.calls.inputs import Value
from autograder.calls.spec import CallSpec, Case
from autograder.same import residual
from autograder.sameness.residuals import NoResidual, evaluate, of_case

SCALE = 3.0


def refused(function: Any, message: str) -> None:
    with pytest.raises(DeclarationError) as fault:
        residual(function)
    assert str(fault.value) == message


def cell(source: str) -> dict[str, Any]:
    """The names that a notebook cell with this source binds."""
    linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
    scope: dict[str, Any] = {"residual": residual, "np": np}
    exec(compile(source, "<cell>", "exec"), scope)
    return scope


def test_a_lambda_is_found_inside_a_call_over_several_lines() -> None:
    found = residual(
        lambda args, out: (
            args["A"] @ out
            # the right-hand side
            - args["b"]
        ),
    )
    assert found.source == "lambda args, out: args['A'] @ out - args['b']"
    assert residual(lambda a, x: a["A"] @ x).source == "lambda a, x: a['A'] @ x"


def test_of_several_on_one_line_the_right_one_is_found() -> None:
    # fmt: off
    pair = residual(lambda args, out: out - 1), residual(lambda args, out: out - 2)
    # fmt: on
    assert [each.source for each in pair] == [
        "lambda args, out: out - 1",
        "lambda args, out: out - 2",
    ]
    inner = residual(lambda args, out: sum(map_(out) for map_ in (lambda x: x, lambda x: x + 1)))
    assert inner.source.startswith("lambda args, out: sum(")


def test_it_is_found_in_a_cell_of_a_notebook_and_as_a_function() -> None:
    scope = cell(
        "found = residual(\n"
        "    lambda args, out: np.cos(out)\n"
        "    - out\n"
        ")\n"
        "def equation(args, out):\n"
        "    size = len(out)\n"
        "    return [out[i] - i for i in range(size)]\n"
        "other = residual(equation)\n"
    )
    assert scope["found"].source == "lambda args, out: np.cos(out) - out"
    source = scope["other"].source
    assert source.startswith("def equation(args, out):\n    size = len(out)")
    (first, second) = evaluate(source, {}, {"": np.array([1.0, 1.0])})
    assert (first, second) == (1.0, 0.0)


def test_names_that_are_not_there_where_answers_are_judged_are_refused() -> None:
    known = (
        "which does not exist where answers are judged: it can use only its parameters, np, jnp, "
        "jax, math, and abs, enumerate, float, int, len, max, min, range, sum, zip. Write the "
        "value itself, or make it an argument of the question"
    )
    refused(lambda args, out: out - SCALE, f"residual(…) uses 'SCALE', {known}")
    refused(lambda args, out: open(out), f"residual(…) uses 'open', {known}")  # noqa: SIM115, PTH123
    refused(lambda args, out: out.__class__, f"residual(…) uses '__class__', {known}")
    refused(lambda args, out: __builtins__, f"residual(…) uses '__builtins__', {known}")
    residual(lambda args, out: math.sqrt(sum(abs(x) for x in out)) + np.sum(out))


def test_what_is_no_function_of_the_arguments_and_the_answer_is_refused() -> None:
    advice = "write residual(lambda args, out: args['A'] @ out - args['b'])"
    refused(
        "A @ x",
        f"residual('A @ x') is not a function of the arguments and the answer; {advice}",
    )
    refused(
        np.sin,
        f"residual({np.sin!r}) is not a function of the arguments and the answer; {advice}",
    )
    for function, parameters in (
        (lambda out: out, "out"),
        (lambda args, out, k=2: out, "args, out, k=2"),
        (lambda *args: args, "*args"),
    ):
        refused(
            function,
            f"residual({parameters!r}) must have exactly two parameters, args (the arguments by "
            f"name) and out (the answer); {advice}",
        )
    refused(
        eval("lambda args, out: out"),
        "residual(…): autograder cannot find the source of this function; write it in a cell of "
        "the notebook, as residual(lambda args, out: args['A'] @ out - args['b'])",
    )


def test_it_is_computed_in_float64_on_plain_numbers() -> None:
    arguments = {
        "A": Value("jax", np.full((2, 2), 0.1, np.float32)),
        "n": Value("int", np.asarray(3)),
        "t": Value("tree", fields={"b": Value("numpy", np.ones(2, np.float32))}),
    }
    out = np.full(2, 0.1, np.float32)
    tenth = float(np.float32(0.1))
    for name in ("np", "jnp"):
        (found,) = evaluate(
            f"lambda args, out: {name}.dot(args['A'], out) * args['n'] - args['t']['b']",
            arguments,
            {"": out},
        )
        assert found.dtype == np.float64
        assert np.allclose(found, 6 * tenth * tenth - 1, rtol=0, atol=1e-15)


def test_several_arrays_come_by_name_and_several_equations_are_told_apart() -> None:
    found = evaluate(
        "lambda args, out: (out['0'] - out['1'], out['0'] > 0)",
        {},
        {"0": np.ones(2, np.float32), "1": np.zeros(2, np.float32)},
    )
    assert [each.tolist() for each in found] == [[1.0, 1.0], [1, 1]]


def test_under_vmap_each_lane_is_an_answer() -> None:
    way = CallSpec(law="vmap", traced=("x",))
    case = Case("", {}, {"x": Value("jax", np.arange(6.0).reshape(3, 2))}, way)
    (found,) = of_case("lambda args, out: out - args['x'].sum()", case, {"": np.zeros((3, 2))})
    assert found.tolist() == [[-1, -1], [-5, -5], [-9, -9]]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("lambda args, out: args['nothing']", "raised KeyError: 'nothing'"),
        ("lambda args, out: 'a'", "is not an array of numbers"),
        ("lambda args, out: ()", "is not an array of numbers"),
        ("lambda args, out: out[:0]", "is not an array of numbers"),
    ],
)
def test_what_cannot_be_computed_is_told(source: str, told: str) -> None:
    nothing: Mapping[str, Value] = {}
    with pytest.raises(NoResidual) as fault:
        evaluate(source, nothing, {"": np.ones(2)})
    assert str(fault.value) == told


def test_warnings_of_numpy_are_no_faults() -> None:
    (found,) = evaluate("lambda args, out: np.log(out) / 0", {}, {"": np.array([-1.0, 0.0])})
    assert not np.isfinite(found).any()
