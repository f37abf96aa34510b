"""What of a master's cells its questions need: a cell that stops matters only if it does."""

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
    """A statement of a cell: where it begins and ends, what it binds, what it mentions, and the
    words in its texts.
    """

    first: int
    last: int
    binds: frozenset[str]
    mentions: frozenset[str]
    texts: frozenset[str]
    declares: bool
    calls: str = ""


def statements(source: str) -> list[Statement] | None:
    """The statements of a cell; None if it is not Python even without its magics."""
    try:
        # the same number of lines, except for lines that a magic begins
        tree = ast.parse(_as_python(source))
    except (SyntaxError, ValueError, RecursionError):
        return None
    return [_statement(node) for node in tree.body]


def _as_python(source: str) -> str:
    manager: Any = TransformerManager()  # type: ignore[no-untyped-call]
    return str(manager.transform_cell(source))


def own_names(cells: Sequence[str]) -> list[str]:
    """The names of Python's own that these cells give another meaning, such as `sum`."""
    bound = {name for source in cells for each in statements(source) or () for name in each.binds}
    return sorted(name for name in bound if hasattr(builtins, name))


def needed_names(cells: Sequence[str]) -> frozenset[str]:
    """Every name that the declarations in these cells need, and that what they need needs."""
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
    """The needed names that a cell that stopped at `line` has not bound, or not set up, in order.

    `line` is None if nothing of the cell ran.
    """
    found = statements(source)
    if found is None:
        said = re.findall(r"^\s*(?:def|class)\s+(\w+)|^\s*(\w+)\s*=(?!=)", source, re.MULTILINE)
        return sorted({name for pair in said for name in pair if name} & needed)
    rest = [each for each in found if line is None or each.last >= line]
    lost = {name for each in rest for name in each.binds | each.texts}
    # a call behind the line that stopped may set up what a question needs
    lost |= {each.calls for each in rest[1:]} - {""}
    return sorted(lost & needed)


def _statement(node: ast.stmt) -> Statement:
    binds = set(_bound(node))
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
        _called(node),
    )


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds or changes, outside of the bodies of functions."""
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
            yield from _bound(child)


def _called(node: ast.stmt) -> str:
    """The name on which a statement that is a call calls: `jax` in `jax.config.update(…)`. A call
    of a function of a package, such as `jnp.sum(x)`, sets nothing up and counts as none.
    """
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return ""
    path = ast.unparse(node.value.func).split(".")
    return path[0] if "config" in path or "seed" in path or len(path) == 1 else ""


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
