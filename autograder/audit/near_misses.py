"""Mutants of formulas that are nearly right: n for n - 1, 3.14 for pi, a function with nearly the
same values, a small constant or an absolute value left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

Change = tuple[str, str, ast.AST]

KIND = "formula"

SMALL = 1e-2
"""A constant up to this size protects a formula from, for example, a division by zero."""

_NEAR = {
    "erf": "tanh",
    "tanh": "arctan",
    "log1p": "log",
    "expm1": "exp",
    "softplus": "relu",
    "median": "mean",
    "mean": "median",
    "argmax": "argmin",
    "argmin": "argmax",
    "max": "min",
    "min": "max",
    "maximum": "minimum",
    "minimum": "maximum",
    "cumsum": "cumprod",
    "floor": "round",
    "ceil": "round",
    "less": "less_equal",
    "greater": "greater_equal",
}
"""Functions of the same arguments that people confuse."""

_FORGOTTEN = ("abs", "sqrt", "square", "clip", "conj", "exp", "log", "log_softmax", "sort")

_SPREADS = ("var", "std", "cov")

_COMPARED: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
}


def near_misses(node: ast.AST) -> Iterator[Change]:
    """The changes of one node of the syntax tree: the kind, what was changed, and the new node."""
    if isinstance(node, ast.Attribute) and node.attr == "pi":
        yield KIND, "3.14 for pi", ast.Constant(3.14)
    if isinstance(node, ast.Constant) and type(node.value) is float and node.value:
        yield KIND, f"{node.value:g} is 2% larger", ast.Constant(node.value * 1.02)
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node)
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
        other = _COMPARED[type(node.ops[0])]
        changed = ast.Compare(node.left, [other, *node.ops[1:]], node.comparators)
        yield KIND, f"{ast.unparse(changed)} for {ast.unparse(node)}", changed
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield KIND, f"without the sign of {ast.unparse(node)}", node.operand
    if isinstance(node, ast.Call):
        yield from _of_call(node)


def _of_operation(node: ast.BinOp) -> Iterator[Change]:
    text = ast.unparse(node)
    added = isinstance(node.op, ast.Add | ast.Sub)
    number = node.right.value if isinstance(node.right, ast.Constant) else None
    if added and number in (1, 1.0):
        yield KIND, f"{ast.unparse(node.left)} for {text}", node.left
    elif added and (_is_small(node.right) or (isinstance(number, float) and 0 < number <= SMALL)):
        yield KIND, f"{ast.unparse(node.left)} for {text}, a small constant", node.left
    if isinstance(node.op, ast.FloorDiv):
        yield KIND, f"/ for // in {text}", ast.BinOp(node.left, ast.Div(), node.right)
    if isinstance(node.op, ast.Pow) and number == 2:
        yield KIND, f"{ast.unparse(node.left)} for {text}", node.left


def _is_small(node: ast.expr) -> bool:
    """Whether a name is typical of small constants."""
    return isinstance(node, ast.Name) and node.id.lower() in ("eps", "epsilon", "tiny", "delta")


def _of_call(node: ast.Call) -> Iterator[Change]:
    function = node.func
    name = (
        function.attr
        if isinstance(function, ast.Attribute)
        else function.id
        if isinstance(function, ast.Name)
        else ""
    )
    text = ast.unparse(node)
    if name in _NEAR and (node.args or isinstance(function, ast.Attribute)):
        other: ast.expr = (
            ast.Attribute(function.value, _NEAR[name], ast.Load())
            if isinstance(function, ast.Attribute)
            else ast.Name(_NEAR[name], ast.Load())
        )
        yield KIND, f"{_NEAR[name]} for {text}", ast.Call(other, node.args, node.keywords)
    if name in _FORGOTTEN and node.args:
        yield KIND, f"without {name} around {ast.unparse(node.args[0])}", node.args[0]
    if name in _SPREADS:
        rest = [keyword for keyword in node.keywords if keyword.arg != "ddof"]
        if len(rest) < len(node.keywords):
            yield KIND, f"{text} without ddof", ast.Call(function, node.args, rest)
        else:
            ddof = [*node.keywords, ast.keyword("ddof", ast.Constant(1))]
            yield KIND, f"{text} with ddof=1", ast.Call(function, node.args, ddof)
    if name == "gelu" and not any(keyword.arg == "approximate" for keyword in node.keywords):
        exact = [*node.keywords, ast.keyword("approximate", ast.Constant(False))]
        yield KIND, f"{text} with approximate=False", ast.Call(function, node.args, exact)
    for keyword in node.keywords:
        if keyword.arg in ("eps", "epsilon"):
            rest = [
                each if each is not keyword else ast.keyword(keyword.arg, ast.Constant(0.0))
                for each in node.keywords
            ]
            yield KIND, f"{keyword.arg}=0 in {text}", ast.Call(function, node.args, rest)
