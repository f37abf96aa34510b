"""The source of a function or a class: find it, recognise it, rename it."""

from __future__ import annotations

import ast
import inspect
import linecache
import re
import textwrap
from collections.abc import Callable
from typing import Any

from autograder.errors import BuildError


def source_of(made: Callable[..., Any]) -> str:
    """The source of a function or class defined in a notebook, with its decorators. Raises
    `BuildError`.
    """
    if not isinstance(made, type):
        return textwrap.dedent(inspect.getsource(made))
    # `inspect` looks for a class in its module's file, which a notebook lacks. Its methods know
    # their cell.
    methods = [value.__code__ for value in vars(made).values() if inspect.isfunction(value)]
    if not methods:
        raise BuildError(
            f"the class {made.__name__} defines no method of its own, so that its source cannot be "
            "found; write one into it"
        )
    lines = linecache.getlines(methods[0].co_filename)
    for node in ast.walk(ast.parse("".join(lines))):
        if (
            isinstance(node, ast.ClassDef)
            and node.name == made.__name__
            and node.lineno <= methods[0].co_firstlineno <= (node.end_lineno or 0)
        ):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            return textwrap.dedent("".join(lines[first - 1 : node.end_lineno]))
    raise BuildError(
        f"the source of the class {made.__name__} cannot be found; define it in a cell of the "
        "notebook"
    )


def defines(source: str, name: str) -> bool:
    """Whether a cell defines a function or a class of this name at its top level, or assigns
    something to the name, such as a jitted lambda.
    """
    return bool(
        re.search(
            rf"^(async def|def|class) {re.escape(name)}\b|^{re.escape(name)}\s*(:[^=\n]+)?=(?!=)",
            source,
            re.MULTILINE,
        )
    )


def rename(source: str, name: str) -> str:
    """The source of one function or class, without decorators and under another name. A statement
    that assigns a function to a name assigns it to the other name.

    Raises `BuildError` if there is neither.
    """
    module = ast.parse(source)
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.decorator_list = []
            node.name = name
            return ast.unparse(module)
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            node.targets[0].id = name
            return ast.unparse(module)
    raise BuildError(
        f"no function can be made of {source.strip().splitlines()[0][:80]!r}; write the "
        "alternative or misconception with def"
    )
