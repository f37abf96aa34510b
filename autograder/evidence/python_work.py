"""How much of a function's work Python itself does: the lines that it runs, and the functions that
it calls. That grows with a size that Python loops over, and not with one that NumPy or JAX handles.

Counted are the function's own lines and those of libraries in Python, such as
`np.apply_along_axis`. What JAX and Flax do to trace and compile is not: it depends on what was
compiled before. Loops in C over the elements of an array, as `list(x)` and `sum(x)` make, count as
many lines as the array has elements along its first axis.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import functools
import inspect
import linecache
import math
import sys
import sysconfig
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.calls.call import Failed, call
from autograder.calls.inputs import Value
from autograder.calls.spec import PLAIN, CallSpec

_UNCOUNTED = ("autograder", "flax", "jax", "jaxlib")

_TELLING = (
    *("logging", "pprint", "reprlib", "string", "textwrap", "traceback", "warnings"),
    str(inspect.unwrap(np.array2string).__globals__["__name__"]),
    "pandas.io.formats",
)
"""Modules that write numbers as text. What an answer prints is no part of how it computes."""

_WRITING = tuple(f"{name}." for name in _TELLING)

_LIBRARIES = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))

_LOOPS_IN_C: tuple[Any, ...] = (
    *(list, tuple, set, frozenset, dict, map, filter, zip, enumerate, reversed),
    *(sum, max, min, any, all, sorted, math.fsum, math.prod, functools.reduce),
)
"""What takes the elements of an array one by one, as Python objects."""

_PURE = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.Constant, ast.Load),
    *(ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop),
)
"""What an argument may consist of that is evaluated a second time to see its length."""


def work(function: object, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> int | None:
    """The lines and calls in Python that one call of `function` takes; None if it raises, or if it
    switches the tracing off.
    """
    counter = _Counter()
    before = sys.gettrace()
    sys.settrace(counter)
    try:
        outcome = call(function, arguments, way, interruptible=False)
    finally:
        stopped = sys.gettrace() is not counter
        sys.settrace(before)
    return None if stopped or isinstance(outcome, Failed) else counter.count


@dataclass(eq=False)
class _Counter:
    """A trace function: called at every call of a Python function in this thread."""

    count: int = 0
    _inside: bool = field(default=False, repr=False)

    def __call__(self, frame: types.FrameType, event: str, _: Any) -> Any:
        if event != "call" or self._inside:
            return None
        if frame.f_code.co_qualname == "ArrayImpl.__iter__":  # JAX's arrays, one element at a time
            self.count += len(frame.f_locals["self"])
        module = str(frame.f_globals.get("__name__"))
        if module.split(".")[0] in _UNCOUNTED or f"{module}.".startswith(_WRITING):
            return None
        # Code that is made from text, as that of dataclasses and frozen modules, is a library's.
        own = module == "__main__" or not frame.f_code.co_filename.startswith((*_LIBRARIES, "<"))
        caller = frame.f_back
        # What a library does for JAX is JAX's; what is the function's own is so wherever it runs.
        if not own and (caller is None or caller.f_trace is None):
            return None
        self.count += 1
        if frame.f_code.co_qualname == "vectorize.__call__":
            self.count += max(map(np.size, frame.f_locals.get("args", ())), default=0)
        if own:
            self._inside = True
            with contextlib.suppress(Exception):
                frame.f_trace_opcodes = bool(_calls_in(frame.f_code))
            self._inside = False
        return self._line

    def _line(self, frame: types.FrameType, event: str, _: Any) -> Any:
        if event == "line":
            self.count += 1
        elif event == "opcode" and not self._inside:
            found = _calls_in(frame.f_code).get(frame.f_lasti)
            if found is not None:
                self._inside = True
                # Whatever cannot be evaluated is not counted.
                with contextlib.suppress(Exception):
                    self.count += found(frame)
                self._inside = False
        return self._line


@functools.lru_cache(maxsize=1000)
def _calls_in(code: types.CodeType) -> Mapping[int, Callable[[types.FrameType], int]]:
    """The instructions of `code` that call something by its name, each with a function that counts
    the elements which the call takes one by one.
    """
    positions = list(code.co_positions())
    nodes = {
        (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset): node
        for node in _calls_in_file(code.co_filename)
    }
    found = {}
    for instruction in dis.get_instructions(code):
        if instruction.opname not in ("CALL", "CALL_KW"):
            continue
        line, end_line, column, end_column = positions[instruction.offset // 2]
        node = nodes.get((line, column, end_line, end_column))
        if node is not None:
            found[instruction.offset] = _counting(node)
    return found


@functools.lru_cache(maxsize=100)
def _calls_in_file(name: str) -> tuple[Any, ...]:
    try:
        tree = ast.parse("".join(linecache.getlines(name)))
    except (SyntaxError, ValueError):
        return ()
    return tuple(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and all(map(_is_name, _chain(node.func))) and node.args
    )


def _chain(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, ast.Attribute):
        yield from _chain(node.value)


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.Attribute)


def _counting(node: ast.Call) -> Callable[[types.FrameType], int]:
    called = _compiled(node.func)
    arguments = [_compiled(argument) for argument in node.args if _pure(argument)]

    def count(frame: types.FrameType) -> int:
        function = eval(called, frame.f_globals, frame.f_locals)
        if not any(function is each for each in _LOOPS_IN_C):
            return 0
        return sum(
            _elements(eval(argument, frame.f_globals, frame.f_locals)) for argument in arguments
        )

    return count


def _pure(node: ast.expr) -> bool:
    """Whether to evaluate an expression a second time changes nothing: there is nothing in it but
    names, operators, and functions of NumPy by its usual names.
    """
    parts = list(ast.walk(node))
    calls = [part for part in parts if isinstance(part, ast.Call)]
    return all(isinstance(part, (*_PURE, ast.Call, ast.keyword)) for part in parts) and all(
        ast.unparse(call.func).startswith(("np.", "jnp.", "numpy."))
        and ".random" not in ast.unparse(call.func)
        and all(keyword.arg not in (None, "out") for keyword in call.keywords)
        for call in calls
    )


def _compiled(node: ast.expr) -> types.CodeType:
    return compile(ast.Expression(node), "<counted>", "eval")


def _elements(value: Any) -> int:
    jax = sys.modules.get("jax")
    arrays = (np.ndarray, list, tuple, *((jax.Array,) if jax is not None else ()))
    return len(value) if isinstance(value, arrays) and np.ndim(value) else 0
