"""Mutants with one node of the reference's syntax tree changed: an axis, a decorator, the order of
operands, an activation, the seed, the precision.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from autograder.audit.answers import Answer
from autograder.audit.near_misses import near_misses
from autograder.audit.rewrites import TRANSFORMS
from autograder.questions.question import Question

AXES = ("in_axes", "out_axes", "axis", "variable_axes")

ACTIVATIONS = ("relu", "tanh", "sigmoid", "gelu", "silu", "softplus", "softmax")

KEYS = ("PRNGKey", "key", "Rngs")

LAYERS = ("Linear", "Dense", "Conv")

Change = tuple[str, str, ast.AST]


def of_nodes(module: ast.Module, question: Question) -> Iterator[Answer]:
    """Mutants with one node of the syntax tree changed."""
    seeds = {name for name, argument in question.arguments.items() if argument.seeds}
    for index, node in enumerate(ast.walk(module)):
        for kind, name, changed in (*_changes(node, seeds), *near_misses(node)):
            yield Answer(
                kind,
                f"{name} (line {getattr(node, 'lineno', '?')})",
                _with_node(module, index, changed),
            )


def _with_node(module: ast.Module, index: int, changed: ast.AST) -> str:
    copied = copy.deepcopy(module)
    old = next(node for place, node in enumerate(ast.walk(copied)) if place == index)

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return copy.deepcopy(changed) if node is old else self.generic_visit(node)

    return ast.unparse(ast.fix_missing_locations(Replace().visit(copied)))


def _changes(node: ast.AST, seeds: set[str]) -> Iterator[Change]:
    if isinstance(node, ast.keyword) and node.arg in AXES:
        for value in _other_axes(node.value):
            yield "axes", f"{node.arg}={ast.unparse(value)}", ast.keyword(node.arg, value)
    if isinstance(node, ast.FunctionDef):
        yield from _other_decorators(node)
    if isinstance(node, ast.Call):
        yield from _other_calls(node, seeds)
    if isinstance(node, ast.BinOp):
        yield (
            "operands",
            f"{ast.unparse(node)} with its operands swapped",
            ast.BinOp(node.right, node.op, node.left),
        )
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "shape"
    ):
        for place in (0, -1):
            changed = ast.Subscript(node.value, ast.Constant(place), ast.Load())
            yield "axes", f"{ast.unparse(changed)} for {ast.unparse(node)}", changed
    if isinstance(node, ast.List) and len(node.elts) > 1:
        for place in range(len(node.elts) - 1):
            elements = [*node.elts]
            elements[place], elements[place + 1] = elements[place + 1], elements[place]
            yield (
                "operands",
                f"entries {place} and {place + 1} swapped",
                ast.List(elements, ast.Load()),
            )
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "axes", f"{not node.value} for {node.value}", ast.Constant(not node.value)


def _other_axes(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.Constant):
        yield from (
            ast.Constant(axis)
            for axis in (0, 1, None)
            if axis != value.value or type(axis) is not type(value.value)
        )
    if isinstance(value, ast.Tuple):
        if len(value.elts) > 1:
            yield ast.Tuple(value.elts[::-1], ast.Load())
        for place, element in enumerate(value.elts):
            for other in _other_axes(element):
                yield ast.Tuple([*value.elts[:place], other, *value.elts[place + 1 :]], ast.Load())
    if isinstance(value, ast.Dict):
        for place, element in enumerate(value.values):
            for other in _other_axes(element):
                yield ast.Dict(
                    value.keys, [*value.values[:place], other, *value.values[place + 1 :]]
                )


def _other_decorators(node: ast.FunctionDef) -> Iterator[Change]:
    for place, decorator in enumerate(node.decorator_list):
        without = copy.copy(node)
        without.decorator_list = [*node.decorator_list[:place], *node.decorator_list[place + 1 :]]
        yield "transform", f"without @{ast.unparse(decorator)}", without
    if len(node.decorator_list) > 1:
        reverse = copy.copy(node)
        reverse.decorator_list = node.decorator_list[::-1]
        yield "transform", "decorators the other way round", reverse


def _other_calls(node: ast.Call, seeds: set[str]) -> Iterator[Change]:
    name = (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id
        if isinstance(node.func, ast.Name)
        else ""
    )
    for keyword in node.keywords:
        if keyword.arg in (*AXES, "split_rngs", "splits"):
            rest = [each for each in node.keywords if each is not keyword]
            yield "axes", f"without {keyword.arg}", ast.Call(node.func, node.args, rest)
    if name in TRANSFORMS and node.args:
        yield "transform", f"without {ast.unparse(node.func)}", node.args[0]
    if name in ACTIVATIONS and node.args:
        yield "activation", f"without {name}", node.args[0]
        for other in ("tanh", "gelu", "leaky_relu"):
            if isinstance(node.func, ast.Attribute):
                yield (
                    "activation",
                    f"{other} for {name}",
                    ast.Call(ast.Attribute(node.func.value, other, ast.Load()), node.args, []),
                )
    if name in LAYERS:
        for keyword in (
            ast.keyword("use_bias", ast.Constant(False)),
            ast.keyword("dtype", ast.parse("jnp.bfloat16", mode="eval").body),
        ):
            kind = "bias" if keyword.arg == "use_bias" else "precision"
            yield (
                kind,
                f"{name} with {ast.unparse(keyword)}",
                ast.Call(node.func, node.args, [*node.keywords, keyword]),
            )
    if name in KEYS and len(node.args) == 1:
        for change in ("{} + 1", "0 * {}", "2 * {}"):
            text = change.format(f"({ast.unparse(node.args[0])})")
            yield (
                "seed",
                f"{name}({text})",
                ast.Call(node.func, [ast.parse(text, mode="eval").body], node.keywords),
            )
    if name == "int" and len(node.args) == 1:
        yield "cast", f"without int(…) around {ast.unparse(node.args[0])}", node.args[0]
        if not (isinstance(node.args[0], ast.Name) and node.args[0].id in seeds):
            yield "size", f"{ast.unparse(node)} + 1", ast.BinOp(node, ast.Add(), ast.Constant(1))
    if name in ("reshape", "ravel", "flatten") and isinstance(node.func, ast.Attribute):
        turned = ast.Attribute(ast.Attribute(node.func.value, "T", ast.Load()), name, ast.Load())
        yield (
            "transposition",
            f"transposed before {name}",
            ast.Call(turned, node.args, node.keywords),
        )
        yield "shape", f"without {name}", node.func.value
    for place in range(len(node.args) - 1):
        arguments = [*node.args]
        arguments[place], arguments[place + 1] = arguments[place + 1], arguments[place]
        yield (
            "operands",
            f"arguments {place} and {place + 1} of {ast.unparse(node.func)} swapped",
            ast.Call(node.func, arguments, node.keywords),
        )
