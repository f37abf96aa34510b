"""Take the source of a function out of the notebook, so that another process can run it.

The text includes the imports that the function needs. A function that needs anything else is not
portable.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import symtable
import sys
import textwrap
import types
from collections.abc import Mapping
from typing import Any

USUAL = {
    "np": "import numpy as np",
    "jnp": "import jax.numpy as jnp",
    "jax": "import jax",
    "math": "import math",
}
"""The names that a text may use without an import, with the statement that imports each."""

NUMERICAL = ("numpy", "jax", "math")
"""The packages that only compute with numbers."""


class NotPortable(ValueError):
    """The source cannot run in another process. The message says why, and continues "… "."""


def portable(
    function: Any, name: str, *, packages: tuple[str, ...] | None = None, known: str = ""
) -> str:
    """A text that binds `name` to `function` (see `autograder.calls.given`).

    `function` is a lambda, a function of the notebook, a function of an installed package, or the
    text of one. It may use the packages that `packages` lists (any installed one if None) and the
    name `known`. Raises `NotPortable`.
    """
    if isinstance(function, str):
        statement, around = _from_text(function, name), {}
    else:
        public = _public_name(function)
        if public is not None:
            _demand_allowed(public[0], name, packages)
            return f"import {public[0]}\n{name} = {public[0]}.{public[1]}\n"
        plain = _plain_function(function)
        statement, around = _statement(plain, name), plain.__globals__
    imports = []
    for used in _free_names(statement):
        if used != known and not hasattr(builtins, used):
            imports.append(_import(used, around, packages))
    return "\n".join([*sorted(set(imports)), statement, ""])


def _plain_function(function: Any) -> types.FunctionType:
    """The plain function behind `function`: its source says what it does. Raises `NotPortable`."""
    plain = inspect.unwrap(function) if callable(function) else function
    if not isinstance(plain, types.FunctionType):
        raise NotPortable(
            f"is not a function (type={type(function).__name__}); write a lambda, or the name of "
            "a function that this notebook defines"
        )
    wrapper = function
    while type(wrapper).__name__ == "PjitFunction":  # `jax.jit` changes no value
        wrapper = wrapper.__wrapped__
    decorated = plain.__globals__.get(plain.__name__) is function
    if wrapper is not plain and not decorated:
        raise NotPortable(
            f"is made from the function {plain.__name__} by another function; write what it does, "
            f"such as lambda x: jax.grad({plain.__name__})(x), with {plain.__name__} written out"
        )
    return plain


def _from_text(text: str, name: str) -> str:
    try:
        tree = ast.parse(textwrap.dedent(text).strip())
    except SyntaxError as fault:
        raise NotPortable(f"is not valid Python: {fault.msg}") from None
    only = tree.body[0] if len(tree.body) == 1 else None
    if isinstance(only, ast.Expr) and isinstance(only.value, ast.Lambda | ast.Attribute):
        return f"{name} = {ast.unparse(only)}"
    if isinstance(only, ast.FunctionDef):
        return _bind(only, name)
    raise NotPortable("is not the text of exactly one function, such as 'lambda x: x**3 - 2'")


class _WithoutAnnotations(ast.NodeTransformer):
    """Remove annotations: they may use names that the other process does not have."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign([node.target], node.value), node)


def _bind(node: ast.FunctionDef, name: str) -> str:
    node = _WithoutAnnotations().visit(node)
    return ast.unparse(node) + (f"\n{name} = {node.name}" if node.name != name else "")


def _statement(function: types.FunctionType, name: str) -> str:
    code = function.__code__
    source = "".join(linecache.getlines(code.co_filename))
    try:
        tree = ast.parse(source)
    except SyntaxError:
        tree = ast.parse("")
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.Lambda) and _compiled_to(node, code)
    ]
    if not found:
        raise NotPortable(
            f"has no source that autograder can find (in {code.co_filename}); define it in a cell "
            "of the notebook, or write it as a string: 'lambda x: x**3 - 2'"
        )
    node = min(found, key=lambda node: (_end(node)[0] - node.lineno, _end(node)))
    return (
        _bind(node, name) if isinstance(node, ast.FunctionDef) else f"{name} = {ast.unparse(node)}"
    )


def _compiled_to(node: ast.FunctionDef | ast.Lambda, code: types.CodeType) -> bool:
    """Whether Python compiled this node to `code`."""
    if isinstance(node, ast.FunctionDef):
        first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        return (node.name, first) == (code.co_name, code.co_firstlineno)
    body = node.body
    start, end = (body.lineno, body.col_offset), _end(body)
    # Several lambdas may share a line. Every instruction of `code` lies inside the body of its own.
    return (node.lineno, "<lambda>") == (code.co_firstlineno, code.co_name) and all(
        start <= (line, column) and (last, until) <= end
        for line, last, column, until in code.co_positions()
        if None not in (line, last, column, until) and (column, until) != (0, 0)
    )


def _end(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def _free_names(statement: str) -> list[str]:
    """The names that a statement uses and does not bind."""
    top = symtable.symtable(statement, "given", "exec")
    own = {each.get_name() for each in top.get_symbols() if each.is_assigned()}
    found = {each.get_name() for each in top.get_symbols() if each.is_referenced()}
    inside = list(top.get_children())
    while inside:
        table = inside.pop()
        inside += table.get_children()
        found |= {each.get_name() for each in table.get_symbols() if each.is_global()}
    return sorted(found - own)


def _import(name: str, around: Mapping[str, Any], packages: tuple[str, ...] | None) -> str:
    """The statement that imports what `name` is in the notebook. Raises `NotPortable`."""
    value = around.get(name)
    if isinstance(value, types.ModuleType):
        _demand_allowed(value.__name__, name, packages)
        return f"import {value.__name__}" + (f" as {name}" if name != value.__name__ else "")
    if name not in around and name in USUAL:
        return USUAL[name]
    public = _public_name(value) if value is not None else None
    if public is not None:
        _demand_allowed(public[0], name, packages)
        return f"from {public[0]} import {public[1]} as {name}"
    raise NotPortable(
        f"uses {name}, which does not exist where it runs: it can use only {_may_use(packages)} "
        f"and its own parameters; write the value of {name} into it, or add a default, such as "
        f"lambda x, {name}=2.0: {name} * x"
    )


def _demand_allowed(module: str, name: str, packages: tuple[str, ...] | None) -> None:
    if packages is not None and module.partition(".")[0] not in packages:
        raise NotPortable(
            f"uses {name} of the package {module.partition('.')[0]}; it can use only "
            f"{_may_use(packages)} and its own parameters"
        )


def _may_use(packages: tuple[str, ...] | None) -> str:
    return "np, jnp, jax, math" if packages is not None else "installed packages"


def _public_name(value: Any) -> tuple[str, str] | None:
    """The module and the name under which any process can import a function or class of an
    installed package, or None.
    """
    if not callable(value):
        return None
    own = str(getattr(value, "__module__", None) or "numpy")
    name = str(getattr(value, "__name__", None))
    homes = ("jax.numpy", "jax.nn", "numpy", "jax.lax", "jax", own)
    for home in homes if own.partition(".")[0] in ("numpy", "jax", "jaxlib") else (own,):
        module = sys.modules.get(home)
        if home != "__main__" and name.isidentifier() and getattr(module, name, None) is value:
            return (home, name) if _is_installed(module) else None
    return None


def _is_installed(module: Any) -> bool:
    """Whether a module belongs to an installed package or the standard library, not the course."""
    file = str(getattr(module, "__file__", None) or "")
    return not file or any(part in file for part in ("site-packages", "dist-packages", _STANDARD))


_STANDARD = str(inspect.getsourcefile(inspect)).rpartition("/")[0]
