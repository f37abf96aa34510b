"""Find out which of a master's cells its questions need: a cell that stops matters only if they
do.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

_DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Statement:
    """A statement of a cell: its first and last line, the names it binds, the names it mentions,
    and the identifiers in its strings.
    """

    first: int
    last: int
    binds: frozenset[str]
    mentions: frozenset[str]
    texts: frozenset[str]
    declares: bool
    calls: str = ""


def statements(source: str) -> list[Statement] | None:
    """The statements of a cell; None if it is not valid Python even when its magics are
    converted.
    """
    try:
        # conversion keeps the number of lines, except where a magic starts a line
        tree = ast.parse(_as_python(source))
    except (SyntaxError, ValueError, RecursionError):
        return None
    return [_statement(node) for node in tree.body]


def _as_python(source: str) -> str:
    manager: Any = TransformerManager()  # type: ignore[no-untyped-call]
    return str(manager.transform_cell(source))


def own_names(cells: Sequence[str]) -> list[str]:
    """The names of Python builtins, such as `sum`, to which these cells give another meaning."""
    bound = {name for source in cells for each in statements(source) or () for name in each.binds}
    return sorted(name for name in bound if hasattr(builtins, name))


def needed_names(cells: Sequence[str]) -> frozenset[str]:
    """Every name that the declarations in these cells need, directly or through other names."""
    found = [each for source in cells for each in statements(source) or ()]
    declared = {name for each in found if each.declares for name in each.binds}
    wanted = {
        name
        for each in found
        if each.declares or each.mentions & declared
        for name in (each.mentions | each.binds | each.texts)
    }
    while True:
        more = {name for each in found if each.binds & wanted for name in each.mentions} - wanted
        if not more:
            return frozenset(wanted)
        wanted |= more


def lost_names(source: str, line: int | None, needed: frozenset[str]) -> list[str]:
    """The needed names, in alphabetical order, that a cell did not bind or set up because it
    stopped at `line`.

    `line` is None if nothing of the cell ran.
    """
    found = statements(source)
    if found is None:
        said = re.findall(r"^\s*(?:def|class)\s+(\w+)|^\s*(\w+)\s*=(?!=)", source, re.MULTILINE)
        return sorted({name for pair in said for name in pair if name} & needed)
    rest = [each for each in found if line is None or each.last >= line]
    lost = {name for each in rest for name in each.binds | each.texts}
    # a call after the line that stopped may set up what a question needs
    lost |= {each.calls for each in rest[1:]} - {""}
    return sorted(lost & needed)


def _statement(node: ast.stmt) -> Statement:
    binds = set(_bindings(node))
    mentions = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    texts = {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and each.value.isidentifier()
    }
    declares = any(
        isinstance(each, ast.Call)
        and (getattr(each.func, "id", "") or getattr(each.func, "attr", "")) == "Question"
        for each in ast.walk(node)
    )
    return Statement(
        node.lineno,
        node.end_lineno or node.lineno,
        frozenset(binds),
        frozenset(mentions),
        frozenset(texts) if declares else frozenset(),
        declares,
        _callee(node),
    )


def _bindings(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds or changes outside function bodies."""
    if isinstance(node, _DEFINITION):
        yield node.name
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (each.asname or each.name.split(".")[0] for each in node.names)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        yield node.id
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(
        node.ctx, ast.Store | ast.Del
    ):
        yield _root(node)
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Lambda):
            yield from _bindings(child)


def _callee(node: ast.stmt) -> str:
    """The name that a statement calls if it is a call: `jax` in `jax.config.update(…)`. The result
    is "" for a call of a package's function, such as `jnp.sum(x)`, because it sets nothing up.
    """
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return ""
    path = ast.unparse(node.value.func).split(".")
    return path[0] if "config" in path or "seed" in path or len(path) == 1 else ""


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
