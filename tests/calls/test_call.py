"""Whatever a student's function does, one sentence says it, and that sentence contains no text of
the function. Covers too: `calls.inputs`.
"""

from __future__ import annotations

import re
import sys
import time
from typing import Any

import flax.nnx as nnx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from IPython.core.error import StdinNotImplementedError

from autograder.calls.call import DETAIL_SHOWN, PRINTED_SHOWN, Failed, Returned, call
from autograder.calls.inputs import Value

ARGUMENTS = {"x": Value("jax", np.arange(3, dtype=np.float32)), "n": Value("float", np.asarray(2))}


class Converts:
    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        return np.zeros(3)


class Plain(np.ndarray):
    pass


class MyError(Exception):
    pass


class Unreadable(Exception):
    def __str__(self) -> str:
        raise RuntimeError


escaped: list[Any] = []


def tracer(x: Any, n: Any) -> Any:
    jax.jit(lambda value: escaped.append(value) or value)(x)
    return escaped.pop()


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x, n: x * n, [0.0, 2.0, 4.0]),
        (lambda *both: np.asarray(both[0]), [0.0, 1.0, 2.0]),
        (lambda x, n, extra=1: np.float64(n + extra), 3.0),
        (lambda x, n: 7, 7),
        (lambda x, n: bool(n), True),
    ],
)
def test_arrays_and_numbers_come_back_as_arrays(function: Any, expected: Any) -> None:
    outcome = call(function, ARGUMENTS)
    assert isinstance(outcome, Returned)
    np.testing.assert_array_equal(outcome.array, expected)


NOT_ONE_ARRAY = "; it must return one array."


def asks(x: Any, n: Any) -> Any:
    raise StdinNotImplementedError("this frontend does not support input requests")


@pytest.mark.parametrize(
    ("function", "cause"),
    [
        (
            None,
            "is not defined. Run the cell that defines it, and correct any error in that cell or "
            "above it.",
        ),
        (
            ...,
            "is not defined. Run the cell that defines it, and correct any error in that cell or "
            "above it.",
        ),
        (3.0, "is not a function; its type is float."),
        (np.zeros(3), "is not a function; its type is ndarray."),
        (Converts(), "is not a function; its type is a custom class."),
        (lambda x: x, "takes 1 positional argument; the question calls it with 2: (x, n)."),
        (lambda x, n, m: x, "takes 3 positional arguments; the question calls it with 2: (x, n)."),
        (lambda: 0, "takes 0 positional arguments; the question calls it with 2: (x, n)."),
        (lambda x, n: None, "returned None. Is a `return` missing?"),
        (lambda x, n: [1.0, 2.0], "returned a list of length 2" + NOT_ONE_ARRAY),
        (lambda x, n: (x, n), "returned a tuple of length 2" + NOT_ONE_ARRAY),
        (lambda x, n: {"out": x}, "returned a dict" + NOT_ONE_ARRAY),
        (lambda x, n: "text", "returned a str" + NOT_ONE_ARRAY),
        (
            lambda x, n: np.array([None, 1]),
            "returned an array of Python objects (dtype object); its elements must be numbers.",
        ),
        (
            lambda x, n: np.ma.masked_array([1.0], [True]),
            "returned a MaskedArray, not a plain array" + NOT_ONE_ARRAY,
        ),
        (
            lambda x, n: np.zeros(3).view(Plain),
            "returned a subclass of ndarray, not a plain array" + NOT_ONE_ARRAY,
        ),
        (lambda x, n: Converts(), "returned an object that is not an array" + NOT_ONE_ARRAY),
        (
            lambda x, n: (each for each in x),
            "returned a generator, since it contains `yield`" + NOT_ONE_ARRAY,
        ),
        (
            lambda x, n: map(abs, x),
            "returned an iterator such as `map` or `zip`, not what it yields" + NOT_ONE_ARRAY,
        ),
        (
            asks,
            "asked for input (`input`, `breakpoint` or a debugger), and nobody answers while it is "
            "graded. Remove that line.",
        ),
        (
            lambda x, n: jnp.sum,
            "returned a function or class (did you forget to call it?)" + NOT_ONE_ARRAY,
        ),
        (lambda x, n: nnx.Param(x), "returned a Flax Param, not its array" + NOT_ONE_ARRAY),
        (
            lambda x, n: jax.random.key(0),
            "returned an array of PRNG keys; its elements must be numbers.",
        ),
        (
            tracer,
            "returned a JAX tracer, a value that escaped from a transform such as jit or vmap; "
            "return what the transformed function returns.",
        ),
    ],
)
def test_what_is_no_array_gets_one_sentence(function: Any, cause: str) -> None:
    outcome = call(function, ARGUMENTS)
    assert isinstance(outcome, Failed)
    assert outcome.cause == cause


def test_a_coroutine_is_told() -> None:
    async def twice(x: Any, n: Any) -> Any:
        return 2 * x

    started = twice(0, 0)
    outcome = call(lambda x, n: started, ARGUMENTS)
    started.close()
    assert isinstance(outcome, Failed)
    assert outcome.cause == "returned a coroutine, since it is defined with `async def`" + (
        NOT_ONE_ARRAY
    )


def test_a_deleted_array_is_told() -> None:
    def deletes(x: Any, n: Any) -> Any:
        x.delete()
        return x

    outcome = call(deletes, ARGUMENTS)
    assert isinstance(outcome, Failed)
    assert outcome.cause == (
        "returned a JAX array whose values cannot be read (RuntimeError); was it deleted or "
        "donated?"
    )


def raises(error: BaseException) -> Any:
    def function(x: Any, n: Any) -> Any:
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "cause", "detail"),
    [
        (
            ZeroDivisionError("division by zero"),
            "raised ZeroDivisionError.",
            "ZeroDivisionError: division by zero",
        ),
        (SystemExit(0), "raised SystemExit.", "SystemExit: 0"),
        (
            MyError("the hidden test"),
            "raised a custom exception.",
            "a custom exception: the hidden test",
        ),
        (
            Unreadable(),
            "raised a custom exception.",
            "a custom exception: (its text cannot be read)",
        ),
        (ValueError("x" * 9999), "raised ValueError.", f"ValueError: {'x' * DETAIL_SHOWN} …"),
        (jax.errors.UnexpectedTracerError("leak"), "raised UnexpectedTracerError.", None),
    ],
)
def test_an_exception_is_told_by_its_type_and_its_text_kept_apart(
    error: BaseException, cause: str, detail: str | None
) -> None:
    outcome = call(raises(error), ARGUMENTS)
    assert isinstance(outcome, Failed)
    assert outcome.cause == cause
    if detail is not None:
        assert outcome.detail.splitlines()[0] == detail
        assert outcome.detail.splitlines()[1].endswith(": raise error")


def test_the_deepest_line_of_the_functions_own_file_is_told_however_deep_it_is() -> None:
    def descends(x: Any, left: Any) -> Any:
        return descends(x, left - 1) if left else np.linalg.inv(np.zeros((2, 2)))

    deep = {**ARGUMENTS, "n": Value("int", np.asarray(200_000))}
    before, started = sys.getrecursionlimit(), time.process_time()
    sys.setrecursionlimit(10**6)
    try:
        outcome = call(descends, deep)
    finally:
        sys.setrecursionlimit(before)
    assert isinstance(outcome, Failed)
    assert re.search(r"\nline \d+: return descends\(.*inv\(", outcome.detail)
    assert time.process_time() - started < 5


def test_an_exception_class_cannot_borrow_the_name_of_a_module() -> None:
    forged = type("the reference is 0.123", (Exception,), {"__module__": "builtins"})
    outcome = call(raises(forged()), ARGUMENTS)
    assert isinstance(outcome, Failed)
    assert outcome.cause == "raised a custom exception."


def test_ctrl_c_interrupts_at_the_desk_and_is_a_failure_in_grading() -> None:
    with pytest.raises(KeyboardInterrupt):
        call(raises(KeyboardInterrupt()), ARGUMENTS)
    outcome = call(raises(KeyboardInterrupt()), ARGUMENTS, interruptible=False)
    assert isinstance(outcome, Failed)
    assert outcome.cause == "raised KeyboardInterrupt."


def test_megabytes_of_prints_are_kept_up_to_a_limit(capsys: pytest.CaptureFixture[str]) -> None:
    def prints(x: Any, n: Any) -> Any:
        for _ in range(200):
            print("y" * 100_000)
        print("to stderr", file=sys.stderr)
        return x

    outcome = call(prints, ARGUMENTS)
    assert isinstance(outcome, Returned)
    assert outcome.printed == "y" * PRINTED_SHOWN
    assert capsys.readouterr() == ("", "")


def test_every_call_gets_its_own_copies() -> None:
    arguments = {"x": Value("numpy", np.arange(3.0))}

    def spoils(x: np.ndarray) -> np.ndarray:
        x += 1
        return x

    for _ in range(2):
        outcome = call(spoils, arguments)
        assert isinstance(outcome, Returned)
        np.testing.assert_array_equal(outcome.array, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("kind", "type_"),
    [("int", int), ("float", float), ("numpy.int64", np.int64), ("numpy.float32", np.float32)],
)
def test_numbers_arrive_in_the_type_that_the_case_names(kind: str, type_: type) -> None:
    received: list[Any] = []
    call(lambda n: received.append(n), {"n": Value(kind, np.asarray(5))})
    assert type(received[0]) is type_
    assert received[0] == 5


def test_arrays_arrive_in_the_type_that_the_case_names() -> None:
    received: list[Any] = []
    call(
        lambda x, y: received.extend((x, y)),
        {"x": Value("jax", np.zeros(2)), "y": Value("numpy", np.zeros(2))},
    )
    assert isinstance(received[0], jax.Array)
    assert type(received[1]) is np.ndarray


def written_into(x: Any) -> Any:
    x[0] += 1
    return x * 2


@pytest.mark.parametrize(
    ("kind", "function", "changed"),
    [
        ("numpy", lambda x: x + 1, ()),
        ("numpy", written_into, ("x",)),
        ("numpy", lambda x: x.sort() or x, ("x",)),
        ("numpy", lambda x: x.resize((1, 3)) or x, ("x",)),
        ("jax", lambda x: x.at[0].set(7), ()),
        ("jax", lambda x: np.asarray(x).copy() + (x.delete() or 0), ("x",)),
    ],
)
def test_an_argument_that_is_not_what_it_was_is_named(
    kind: str, function: Any, changed: tuple[str, ...]
) -> None:
    outcome = call(function, {"x": Value(kind, np.array([3.0, 1.0, 2.0], dtype=np.float32))})
    assert isinstance(outcome, Returned)
    assert outcome.changed == changed


def test_nan_in_an_argument_is_no_change() -> None:
    outcome = call(lambda x: x * 0, {"x": Value("numpy", np.array([np.nan]))})
    assert isinstance(outcome, Returned)
    assert outcome.changed == ()


@pytest.mark.parametrize(
    "put",
    [
        lambda state, x: state.update(v=3.0),
        lambda state, x: state.update(v=None),
        lambda state, x: jax.jit(lambda a: state.update(v=2 * a))(x),
        lambda state, x: state.clear(),
    ],
)
def test_whatever_stands_in_the_place_of_an_argument_it_is_changed(put: Any) -> None:
    def function(state: Any, x: Any) -> Any:
        put(state, x)
        return x

    array = ARGUMENTS["x"]
    outcome = call(function, {"state": Value("tree", fields={"v": array}), "x": array})
    assert isinstance(outcome, Returned)
    assert outcome.changed == ("state",)
