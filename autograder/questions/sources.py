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

SOLUTION = "_solution"
"""The name of the reference in the source of an answer that calls it."""


def source_of(made: Callable[..., Any]) -> str:
    """The source of a function or class defined in a notebook, with its decorators. Raises
    `BuildError`.
    """
    if not isinstance(made, type):
        return textwrap.dedent(inspect.getsource(made))
    # `inspect` looks for a class in its module's file, which a notebook lacks. The class's methods
    # know their cell.
    methods = [value.__code__ for value in vars(made).values() if inspect.isfunction(value)]
    if not methods:
        raise BuildError(
            f"the class {made.__name__} defines no method, so autograder cannot find its source; "
            "write a method into it"
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
        f"autograder cannot find the source of the class {made.__name__}; define it in a cell of "
        "the notebook"
    )


def whole_source(function: Callable[..., Any], name: str, reference: object) -> str:
    """The source of an author's answer to the question `name`, and what it needs from its own cell.
    If the answer calls the reference, that follows under another name. Raises `BuildError`.
    """
    source = source_of(function)
    needed = [source, *(each for each in _needed_from_cell(function, source) if each)]
    if function.__name__ == name or not callable(reference):
        return "\n\n\n".join(needed)
    calling = [name in _names_in(each) for each in needed]
    needed = [
        _call_solution(each, name) if calls else each
        for each, calls in zip(needed, calling, strict=True)
    ]
    if any(calling):
        needed.append(rename(source_of(reference), SOLUTION))
    return "\n\n\n".join(needed)


def _call_solution(source: str, name: str) -> str:
    """The source with `SOLUTION` in place of `name`."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name:
            node.id = SOLUTION
    return ast.unparse(tree)


def _needed_from_cell(function: Callable[..., Any], source: str) -> list[str]:
    """The statements of a function's cell that bind the names it needs, and the names that those
    need in turn.
    """
    code = getattr(function, "__code__", None)
    try:
        body = ast.parse("".join(linecache.getlines(code.co_filename))).body if code else []
    except SyntaxError:
        return []
    wanted, found = _names_in(source), dict[int, str]()
    grown = True
    while grown:
        grown = False
        for place, node in enumerate(body):
            if place not in found and _names_bound_by(node) & wanted - {function.__name__}:
                found[place] = ast.unparse(_without_declarations(node))
                wanted |= _names_in(found[place])
                grown = True
    return [text for _, text in sorted(found.items())]


def _names_in(source: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def _names_bound_by(node: ast.stmt) -> set[str]:
    """The names that a statement binds. A declaration of a question binds none."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, ast.Assign | ast.AnnAssign) and "Question(" not in ast.unparse(node):
        return {
            part.id
            for part in ast.walk(node)
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
        }
    return set()


def _without_declarations(node: ast.stmt) -> ast.stmt:
    """A statement without the decorators that declare a known answer: one such answer may call
    another.
    """
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        node.decorator_list = [
            decorator
            for decorator in node.decorator_list
            if not re.search(r"\.(alternative|misconception)\b", ast.unparse(decorator))
        ]
    return node


def defines(source: str, name: str) -> bool:
    """Whether a cell defines a function or class of this name at its top level, or assigns
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
    """The source of one function or class, without decorators and under another name. An assignment
    of a function to a name also gets the other name.

    Raises `BuildError` if there is neither.
    """
    module = ast.parse(source)
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            node.decorator_list = []
            return ast.unparse(module)  # it already has the name; helpers may precede it
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.decorator_list = []
            for part in ast.walk(module):  # a recursive function calls itself
                if isinstance(part, ast.Name) and part.id == node.name:
                    part.id = name
            node.name = name
            return ast.unparse(module)
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            node.targets[0].id = name
            return ast.unparse(module)
    raise BuildError(
        f"{source.strip().splitlines()[0][:80]!r} does not define a function; write the "
        "alternative or misconception with def"
    )
