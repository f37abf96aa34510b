"""How much work Python itself does in a function: the lines that it runs, and the functions that it
calls. That grows with a size that Python loops over, and not with one that NumPy or JAX handles.

The count includes the function's own lines and those of libraries in Python, such as
`np.apply_along_axis`. It excludes what JAX and Flax do to trace and compile, because that depends
on what was compiled before. A loop in C over the elements of an array, such as `list(x)` or
`sum(x)`, counts as one line per element of the array's first axis.
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
"""Modules that write numbers as text. What an answer prints is not part of how it computes."""

_WRITING = tuple(f"{name}." for name in _TELLING)

_LIBRARIES = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))

_LOOPS_IN_C: tuple[Any, ...] = (
    *(list, tuple, set, frozenset, dict, map, filter, zip, enumerate, reversed),
    *(sum, max, min, any, all, sorted, math.fsum, math.prod, functools.reduce),
)
"""The callables that take an array's elements one at a time, as Python objects."""

_PURE = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.Constant, ast.Load),
    *(ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop),
)
"""The nodes that an argument may consist of, if it is evaluated again to learn its length."""


def work(function: object, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> int | None:
    """The number of lines and calls in Python that one call of `function` takes. None if it raises,
    or switches off the tracing.
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
    """A trace function. Python calls it at every call of a Python function in this thread."""

    count: int = 0
    _inside: bool = field(default=False, repr=False)

    def __call__(self, frame: types.FrameType, event: str, _: Any) -> Any:
        if event != "call" or self._inside:
            return None
        if frame.f_code.co_qualname == "ArrayImpl.__iter__":  # a loop over a JAX array's elements
            self.count += len(frame.f_locals["self"])
        module = str(frame.f_globals.get("__name__"))
        if module.split(".")[0] in _UNCOUNTED or f"{module}.".startswith(_WRITING):
            return None
        # Code made from text, such as that of dataclasses and frozen modules, belongs to a library.
        own = module == "__main__" or not frame.f_code.co_filename.startswith((*_LIBRARIES, "<"))
        caller = frame.f_back
        # What a library does for JAX counts as JAX's. What is the function's own counts wherever it
        # runs.
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
                # What cannot be evaluated does not count.
                with contextlib.suppress(Exception):
                    self.count += found(frame)
                self._inside = False
        return self._line


@functools.lru_cache(maxsize=1000)
def _calls_in(code: types.CodeType) -> Mapping[int, Callable[[types.FrameType], int]]:
    """The instructions of `code` that call something by its name, each with a function that counts
    the elements that the call takes one at a time.
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
            found[instruction.offset] = _counter_for(node)
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


def _counter_for(node: ast.Call) -> Callable[[types.FrameType], int]:
    called = _compile(node.func)
    arguments = [_compile(argument) for argument in node.args if _is_pure(argument)]

    def count(frame: types.FrameType) -> int:
        function = eval(called, frame.f_globals, frame.f_locals)
        if not any(function is each for each in _LOOPS_IN_C):
            return 0
        return sum(
            _element_count(eval(argument, frame.f_globals, frame.f_locals))
            for argument in arguments
        )

    return count


def _is_pure(node: ast.expr) -> bool:
    """Whether evaluating an expression again changes nothing: it consists of names, operators, and
    functions of NumPy under its usual names.
    """
    parts = list(ast.walk(node))
    calls = [part for part in parts if isinstance(part, ast.Call)]
    return all(isinstance(part, (*_PURE, ast.Call, ast.keyword)) for part in parts) and all(
        ast.unparse(call.func).startswith(("np.", "jnp.", "numpy."))
        and ".random" not in ast.unparse(call.func)
        and all(keyword.arg not in (None, "out") for keyword in call.keywords)
        for call in calls
    )


def _compile(node: ast.expr) -> types.CodeType:
    return compile(ast.Expression(node), "<counted>", "eval")


def _element_count(value: Any) -> int:
    jax = sys.modules.get("jax")
    arrays = (np.ndarray, list, tuple, *((jax.Array,) if jax is not None else ()))
    return len(value) if isinstance(value, arrays) and np.ndim(value) else 0
