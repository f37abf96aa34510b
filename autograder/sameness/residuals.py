"""The source of a residual: find it, refuse what would be missing where it is judged, and evaluate
it.

A residual is stored as text, because other processes judge it long after its notebook is gone. Only
trusted processes run it, and they give it numbers only.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import inspect
import linecache
import math
import textwrap
import types
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.calls.inputs import Value
from autograder.calls.outputs import ALONE, Output
from autograder.calls.passed import to_python
from autograder.calls.spec import Case
from autograder.calls.transforms import LANES
from autograder.errors import DeclarationError
from autograder.runtime.judged_settings import in_64_bits

MODULES = {"np": "numpy", "jnp": "jax.numpy", "jax": "jax", "math": "math"}
"""The modules that a residual may use, by the names it uses for them."""

BUILTINS = ("abs", "enumerate", "float", "int", "len", "max", "min", "range", "sum", "zip")
"""The built-in functions that a residual may use."""

SHAPE = "residual(lambda args, out: args['A'] @ out - args['b'])"


def source_of(function: object) -> str:
    """The text of a residual: of a lambda, even inside a call over several lines, or of a function.

    Raises `DeclarationError` if there is no text, if there are not two parameters, or if it uses a
    name that would be missing where it is judged.
    """
    if not isinstance(function, types.FunctionType):
        raise DeclarationError(
            f"residual({function!r}) is not a function of the arguments and the answer; write "
            f"{SHAPE}"
        )
    node = _node(function)
    parameters = node.args
    if (
        len(parameters.args) != 2
        or parameters.defaults
        or any((parameters.vararg, parameters.kwarg, parameters.posonlyargs, parameters.kwonlyargs))
    ):
        raise DeclarationError(
            f"residual({ast.unparse(parameters)!r}) must have exactly two parameters, args (the "
            f"arguments by name) and out (the answer); write {SHAPE}"
        )
    for name in _unknown(node):
        raise DeclarationError(
            f"residual(…) uses {name!r}, which does not exist where answers are judged: it can "
            f"use only its parameters, {', '.join(MODULES)}, and {', '.join(BUILTINS)}. Write the "
            "value itself, or make it an argument of the question"
        )
    if isinstance(node, ast.FunctionDef):
        node.decorator_list = []
    return ast.unparse(node)


def _node(function: types.FunctionType) -> ast.Lambda | ast.FunctionDef:
    code = function.__code__
    lines = linecache.getlines(code.co_filename)
    if not lines:
        lines = list(_lines_of(function))
    found: list[ast.Lambda | ast.FunctionDef] = []
    try:
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except SyntaxError:
        tree = ast.Module([], [])
    places = {
        (line, column)
        for line, _, column, _ in code.co_positions()
        if line is not None and column is not None and (line, column) != (code.co_firstlineno, 0)
    }
    for node in ast.walk(tree):
        first = min((each.lineno for each in getattr(node, "decorator_list", ())), default=None)
        if (
            isinstance(node, ast.Lambda | ast.FunctionDef)
            and (first or node.lineno) == code.co_firstlineno
            and getattr(node, "name", "<lambda>") == code.co_name
            and all(_holds(node, place) for place in places)
        ):
            found.append(node)
    if not found:
        raise DeclarationError(
            "residual(…): autograder cannot find the source of this function; write it in a cell "
            f"of the notebook, as {SHAPE}"
        )
    # The innermost one, because a lambda may stand inside another on the same line.
    return max(found, key=lambda node: (node.lineno, node.col_offset))


def _lines_of(function: types.FunctionType) -> list[str]:
    try:
        return inspect.findsource(function)[0]
    except (OSError, TypeError):
        return []


def _holds(node: ast.Lambda | ast.FunctionDef, place: tuple[int, int]) -> bool:
    first = (node.lineno, node.col_offset)
    return first <= place < (node.end_lineno or 0, node.end_col_offset or 0) or (
        place[0] < node.lineno  # a decorator's line
    )


def _unknown(node: ast.Lambda | ast.FunctionDef) -> list[str]:
    """The names that a residual uses and neither binds nor may use."""
    used, bound = dict[str, None](), {*MODULES, *BUILTINS, "True", "False", "None"}
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            if isinstance(each.ctx, ast.Load):
                used[each.id] = None
            else:
                bound.add(each.id)
        elif isinstance(each, ast.arg):
            bound.add(each.arg)
        elif isinstance(each, ast.FunctionDef):
            bound.add(each.name)
        elif isinstance(each, ast.Import | ast.ImportFrom):
            used["import"] = None
        elif isinstance(each, ast.Attribute) and each.attr.startswith("_"):
            used[each.attr] = None
        elif isinstance(each, ast.Global | ast.Nonlocal):
            used.update(dict.fromkeys(each.names))
    return [name for name in used if name not in bound or name.startswith("__")]


@functools.lru_cache(maxsize=64)
def _compile(source: str) -> Callable[[Any, Any], Any]:
    # `source_of` has checked what it uses. NumPy and JAX import with these builtins.
    scope: dict[str, Any] = {"__builtins__": builtins, "math": math, "np": np}
    module = ast.parse(source)
    used = {each.id for each in ast.walk(module) if isinstance(each, ast.Name)}
    for name in used & MODULES.keys():
        scope[name] = importlib.import_module(MODULES[name])
    statement = module.body[0]
    if isinstance(statement, ast.FunctionDef):
        exec(compile(module, "<residual>", "exec"), scope)
        return scope[statement.name]  # type: ignore[no-any-return]
    return eval(source, scope)  # type: ignore[no-any-return]


class NoResidual(Exception):
    """A residual cannot be computed, or is no array of numbers. The text says why."""


def evaluate(source: str, arguments: Mapping[str, Value], output: Output) -> list[np.ndarray]:
    """The residual `source` of an answer to a case: one array, or one for each equation if it
    returns a tuple or a list. Raises `NoResidual`.

    Floating-point numbers are widened first, so that the residual adds no rounding of its own.
    `args` holds the arguments by name: arrays as NumPy arrays, a Tree as a dict, a number as a
    number. `out` is the returned array, or a dict of arrays by name if there are several.
    """
    given = {name: _give(value, arguments) for name, value in arguments.items()}
    named = {name: _wide(array) for name, array in output.items()}
    out: Any = named.get(ALONE, named)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = _in_float64(source, given, out)
            parts = list(found) if isinstance(found, tuple | list) else [found]
            arrays = [np.asarray(part) for part in parts]
    except Exception as fault:  # noqa: BLE001 - whatever the author's expression raises
        raise NoResidual(f"raised {type(fault).__name__}: {fault}") from None
    if not arrays or not all(array.dtype.kind in "biufc" and array.size for array in arrays):
        raise NoResidual("is not an array of numbers")
    return [_wide(array.astype(np.int64) if array.dtype.kind == "b" else array) for array in arrays]


def of_case(source: str, case: Case, output: Output) -> list[np.ndarray]:
    """The residual of an answer to a case. Under `vmap` each lane is an answer, and each equation
    has a leading axis of lanes. Raises `NoResidual`.
    """
    if case.way.law != "vmap":
        return evaluate(source, case.arguments, output)
    lanes = [
        evaluate(
            source,
            {
                name: value.map_leaves(lambda leaf, lane=lane: Value(leaf.kind, leaf.data[lane]))  # type: ignore[misc]
                if name in case.way.traced
                else value
                for name, value in case.arguments.items()
            },
            {name: array[lane] for name, array in output.items()},
        )
        for lane in range(LANES)
    ]
    return [np.stack(each) for each in zip(*lanes, strict=True)]


def _in_float64(source: str, given: Any, out: Any) -> Any:
    if not any(name in source for name in ("jnp", "jax")):
        return _compile(source)(given, out)
    import jax

    with in_64_bits():
        found = _compile(source)(given, out)
        return jax.tree.map(np.asarray, found)


def _give(value: Value, arguments: Mapping[str, Value]) -> Any:
    def leaf(part: Value) -> Any:
        if part.kind in ("jax", "numpy"):
            return _wide(part.data)
        return to_python({**arguments, "": part})[""]  # code may make it from other arguments

    return value.assemble(leaf)


def _wide(array: np.ndarray) -> np.ndarray:
    """Floating-point numbers widened to 64 bits, and others as they are."""
    if array.dtype.kind in "biu":
        return array.copy()
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
