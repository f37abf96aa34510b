"""Make known right answers from a reference: rewrites change its spelling but not its meaning, and
tests must accept them.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from autograder.audit.answers import (
    Answer,
    Around,
    around,
    call,
    named_arguments,
    numpy_only,
    of_all,
    of_function,
    of_kind,
    traces,
    unique,
)
from autograder.questions.arguments import Array
from autograder.questions.numbers import Dim, Seed
from autograder.questions.question import Question

TRANSFORMS = ("vmap", "scan", "jit", "split_rngs", "remat")


def rewrites(source: str, question: Question) -> list[Answer]:
    """Known right answers, which are the reference written differently, without duplicates."""
    module = of_function(source, question.name)
    made = [*_respell(module, question), *around(module, question, _right_around(question))]
    return unique(made, ast.unparse(module))


def _right_around(question: Question) -> Iterator[Around]:
    plain = call(question)
    yield "wrapped", "called from another function", f"return {plain}"
    yield (
        "wrapped",
        "with prints",
        f"print({', '.join([repr('calling'), *named_arguments(question)])})\nreturn {plain}",
    )
    on_jax = not numpy_only(question)
    if not traces(question) and not question.changed:
        # Booleans stay booleans: no dtype has twice their precision, and as numbers they would be
        # another kind of answer.
        for name, expression in (
            ("a NumPy array", "np.asarray(_y)"),
            (
                "twice the precision",
                "np.asarray(_y) if np.asarray(_y).dtype == bool else np.asarray(_y, "
                "np.result_type(np.asarray(_y).dtype, np.int64))",
            ),
            (
                "a copy of a list",
                f"{'jnp' if on_jax else 'np'}.asarray(np.asarray(_y).tolist(), "
                "dtype=np.asarray(_y).dtype)",
            ),
        ):
            yield "returned", name, f"_y = {plain}\nreturn {of_all(question, expression)}"
    arrays = of_kind(question, Array)
    for array in arrays:
        if array in question.changed:
            continue  # nothing can be written into a copy
        if on_jax:
            yield (
                "input",
                f"{array} made a JAX array",
                f"{array} = jnp.asarray({array})\nreturn {plain}",
            )
        if not traces(question):
            yield (
                "input",
                f"{array} made a NumPy array",
                f"{array} = np.array({array})\nreturn {plain}",
            )
    changeable = [each for each in question.arguments.values() if {"rngs", "made"} & {*each.kinds}]
    # A trace may not change an object from outside.
    if arrays and on_jax and not question.changed and not changeable:
        compiled = f"jax.jit(lambda {', '.join(arrays)}: {plain})({', '.join(arrays)})"
        yield "compiled", "jax.jit over the arrays", f"return {compiled}"
    numbers = [*of_kind(question, Dim), *of_kind(question, Seed)]
    if numbers:
        whole = "\n".join(f"{name} = int({name})" for name in numbers)
        yield "input", "whole numbers first", f"{whole}\nreturn {plain}"


def _respell(module: ast.Module, question: Question) -> Iterator[Answer]:
    for kind, name, change in (
        ("spelled", "decorators as calls", _decorators_as_calls),
        ("spelled", "transforms by functools.partial", _by_partial),
        ("spelled", "transforms under other names", _by_alias),
        ("spelled", "ravel for reshape", _by_ravel),
    ):
        copied = copy.deepcopy(module)
        prefix = change(copied)
        yield Answer(kind, name, prefix + ast.unparse(ast.fix_missing_locations(copied)))


def _decorators_as_calls(module: ast.Module) -> str:
    for holder in ast.walk(module):
        body = getattr(holder, "body", None)
        if not isinstance(body, list):
            continue
        for place in reversed(range(len(body))):
            node = body[place]
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                value: ast.expr = ast.Name(node.name, ast.Load())
                for decorator in reversed(node.decorator_list):
                    value = ast.Call(decorator, [value], [])
                node.decorator_list = []
                body.insert(
                    place + 1, ast.Assign([ast.Name(node.name, ast.Store())], value, lineno=0)
                )
    return ""


class _Calls(ast.NodeTransformer):
    """Replace every call with the result of a function of it."""

    def __init__(self, change: Callable[[ast.Call], ast.expr]) -> None:
        self._change = change

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return self._change(node)


def _by_partial(module: ast.Module) -> str:
    def change(node: ast.Call) -> ast.expr:
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in ("vmap", "scan")
            and node.args
            and node.keywords
        ):
            partial = ast.Call(
                ast.parse("functools.partial", mode="eval").body, [node.func], node.keywords
            )
            return ast.Call(partial, node.args, [])
        return node

    _Calls(change).visit(module)
    return "import functools\n"


def _by_alias(module: ast.Module) -> str:
    names: dict[str, str] = {}

    class Alias(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
            if isinstance(node.value, ast.Name) and node.attr in TRANSFORMS:
                alias = f"{node.value.id}_{node.attr}_"
                names[alias] = ast.unparse(node)
                return ast.Name(alias, ast.Load())
            self.generic_visit(node)
            return node

    Alias().visit(module)
    return "".join(f"{alias} = {name}\n" for alias, name in names.items())


def _by_ravel(module: ast.Module) -> str:
    def change(node: ast.Call) -> ast.expr:
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr == "reshape"
            and ast.unparse(node).endswith(".reshape(-1)")
        ):
            return ast.Call(ast.Attribute(node.func.value, "ravel", ast.Load()), [], [])
        return node

    _Calls(change).visit(module)
    return ""
