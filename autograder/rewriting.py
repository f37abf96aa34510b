"""Make answers of known verdict from the source of a reference: what mutants and rewrites have in common. Nothing here runs anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.arguments import Argument
from autograder.question import Question

INNER = "_reference"


@dataclass(frozen=True)
class Answer:
    """An answer whose verdict is known. `kind` is the sort of change, `name` says what was changed, `source` defines the question's function."""

    kind: str
    name: str
    source: str


def plain(source: str, question: Question) -> str:
    """The source of the reference as it stands in mutants and rewrites: without comments and docstring."""
    return ast.unparse(of_function(source, question.name))


def unique(made: list[Answer], original: str) -> list[Answer]:
    """Each source once, and none that is the original."""
    kept: dict[str, Answer] = {}
    for answer in made:
        if answer.source != original:
            kept.setdefault(answer.source, answer)
    return list(kept.values())


def of_function(source: str, name: str) -> ast.Module:
    """The module with the function's docstring left out. Raises `ValueError` if no function of that name is defined in it."""
    module = ast.parse(source)
    function = next((node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name), None)
    if function is None:
        raise ValueError(f"the solution defines no function {name} with def at the top of a cell")
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    return module


Around = tuple[str, str, str]
"""The sort of change, what was changed, and the body of a function around the reference, which it calls `_reference`."""


def around(module: ast.Module, question: Question, bodies: Iterator[Around]) -> Iterator[Answer]:
    """A function of the question's name around the reference, which keeps its place under another one."""
    imports = "import functools\nimport jax\nimport jax.numpy as jnp\nimport numpy as np"
    for kind, name, body in bodies:
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        wrapper = f"{INNER} = {question.name}\n\ndef {question.name}({', '.join(question.arguments)}):\n{lines}\n"
        yield Answer(kind, name, f"{ast.unparse(module)}\n\n{imports}\n{wrapper}")


def call(question: Question, **changed: str) -> str:
    """The reference called with the function's arguments, or with other expressions in the place of some."""
    return f"{INNER}({', '.join(changed.get(name, name) for name in question.arguments)})"


def of_kind(question: Question, kind: type[Argument]) -> list[str]:
    """The names of the arguments of one kind."""
    return [name for name, argument in question.arguments.items() if isinstance(argument, kind)]
