"""Sizes that depend on other sizes: `K=(1, "N")`, `D="H * K"`, `Array("N + 1")`.

An expression consists of names of dimensions, whole numbers, `+ - * // %`, `min`, `max` and
parentheses.
"""

from __future__ import annotations

import ast
import functools
import itertools
import operator
from collections.abc import Callable, Mapping, Sequence

_OPERATIONS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}

_FUNCTIONS: Mapping[str, Callable[..., int]] = {"min": min, "max": max}

WRITE = (
    "write whole numbers and names of dimensions with + - * // % min max, such as 'H * K' or "
    "'min(N, 4)'"
)


class NotASize(ValueError):
    """A text that is no expression for a size. The message continues "… "."""


def names(expression: str | int) -> tuple[str, ...]:
    """The dimensions in an expression, in order. Raises `NotASize`."""
    if isinstance(expression, int):
        return ()
    found = (
        node.id
        for node in ast.walk(_tree(expression))
        if isinstance(node, ast.Name) and node.id not in _FUNCTIONS
    )
    return tuple(dict.fromkeys(found))


def evaluate(expression: str | int, sizes: Mapping[str, int]) -> int:
    """The value of an expression. Raises `NotASize`, or `KeyError` for a missing dimension."""
    return expression if isinstance(expression, int) else _value(_tree(expression), sizes)


Sizes = str | Sequence[str | int]
"""A dimension as declared: an expression, or its smallest and largest size."""


def used_by(declared: Sizes) -> tuple[str, ...]:
    """The dimensions that a declaration names. Raises `NotASize`."""
    bounds = (declared,) if isinstance(declared, str) else tuple(declared)
    return tuple(dict.fromkeys(name for bound in bounds for name in names(bound)))


def behind(dims: Mapping[str, Sizes], dim: str) -> set[str]:
    """The dimensions that a dimension depends on, directly or through others. Raises `NotASize`."""
    own = used_by(dims[dim])
    return set(own).union(*(behind(dims, name) for name in own))


def in_order(dims: Mapping[str, Sizes]) -> list[str]:
    """The dimensions, each after those that it depends on, otherwise as declared. Raises `NotASize`
    for a circle.
    """
    found: list[str] = []
    while len(found) < len(dims):
        ready = [
            dim
            for dim, declared in dims.items()
            if dim not in found and all(name in found for name in used_by(declared))
        ]
        if not ready:
            raise NotASize("depends on itself")
        found.append(ready[0])
    return found


def reaches(dims: Mapping[str, Sizes]) -> dict[str, tuple[int, int]]:
    """The smallest and the largest size of each dimension, as far as the ends of the others
    determine them.
    """
    found: dict[str, tuple[int, int]] = {}
    for dim in in_order(dims):
        declared = dims[dim]
        bounds = (declared,) if isinstance(declared, str) else declared
        names_of = used_by(declared)
        values = [
            evaluate(bound, dict(zip(names_of, ends, strict=True)))
            for ends in itertools.product(*(found[name] for name in names_of))
            for bound in bounds
        ]
        found[dim] = (max(1, min(values)), max(1, *values, 1))
    return found


@functools.lru_cache(maxsize=256)
def _tree(expression: str) -> ast.expr:
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        raise NotASize(f"is not an expression for a size; {WRITE}") from None
    _check(tree)
    return tree


def _check(node: ast.expr) -> None:
    if isinstance(node, ast.Name) or (isinstance(node, ast.Constant) and type(node.value) is int):
        return
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        _check(node.left)
        _check(node.right)
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _FUNCTIONS
        and len(node.args) > 1
        and not node.keywords
    ):
        for argument in node.args:
            _check(argument)
    else:
        raise NotASize(
            f"is not an expression for a size, because of {ast.unparse(node)!r}; {WRITE}"
        )


def _value(node: ast.expr, sizes: Mapping[str, int]) -> int:
    match node:
        case ast.Name(name):
            return sizes[name]
        case ast.BinOp(left, operation, right):
            one, other = _value(left, sizes), _value(right, sizes)
            if isinstance(operation, ast.FloorDiv | ast.Mod) and other == 0:
                raise NotASize("divides by a size of 0")
            return _OPERATIONS[type(operation)](one, other)
        case ast.Call(ast.Name(name), arguments):
            return _FUNCTIONS[name](*(_value(each, sizes) for each in arguments))
        case ast.Constant(value):
            return int(value)  # type: ignore[arg-type]
    raise NotASize(f"is not an expression for a size; {WRITE}")
