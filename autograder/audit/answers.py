"""Make answers of known verdict from the source of a reference: what mutants and rewrites have in common. Nothing here runs anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.questions.argument import Argument
from autograder.questions.laws import of_transforms
from autograder.questions.question import Question

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
    """The module with the docstring of the function, or class, left out. Raises `ValueError` if none of that name is defined in it."""
    module = ast.parse(source)
    function = next((node for node in module.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name), None)
    if function is None:
        raise ValueError(f"the solution defines neither a function nor a class {name} at the top of a cell")
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    return module


Around = tuple[str, str, str]
"""The sort of change, what was changed, and the body of a function around the reference, which it calls `_reference`."""


def around(module: ast.Module, question: Question, bodies: Iterator[Around]) -> Iterator[Answer]:
    """A function, or class, of the question's name around the reference, which keeps its place under another one.

    Bodies may keep something between calls in the dict `_kept`.
    """
    imports = "import functools\nimport jax\nimport jax.numpy as jnp\nimport numpy as np"
    for kind, name, body in bodies:
        yield Answer(kind, name, f"{ast.unparse(module)}\n\n{imports}\n{INNER} = {question.name}\n_kept = {{}}\n\n{_wrapper(question, body)}")


def _wrapper(question: Question, body: str) -> str:
    if question.constructor is None:
        return f"def {question.name}({', '.join(question.arguments)}):\n{_indented(body, 1)}\n"
    made = "".join(f"{name}, " for name in question.arguments if name in question.constructor)
    rest = [name for name in question.arguments if name not in question.constructor]
    return (
        f"class {question.name}:\n    def __init__(self, {made}):\n        self.made = ({made})\n\n"
        f"    def {question.method}({', '.join(['self', *rest])}):\n        {f'{made}= self.made' if made else 'pass'}\n{_indented(body, 2)}\n"
    )


def _indented(body: str, levels: int) -> str:
    return "\n".join(f"{'    ' * levels}{line}" for line in body.splitlines())


def call(question: Question, **changed: str) -> str:
    """The reference called with the function's arguments, or with other expressions in the place of some."""
    given = {name: changed.get(name, name) for name in question.arguments}
    if question.constructor is None:
        return f"{INNER}({', '.join(given.values())})"
    made = ", ".join(text for name, text in given.items() if name in question.constructor)
    return f"{INNER}({made}).{question.method}({', '.join(text for name, text in given.items() if name not in question.constructor)})"


def of_all(question: Question, expression: str) -> str:
    """An expression of the answer `y`, made of each array in it where the question takes several."""
    return f"jax.tree.map(lambda y: {expression}, y)" if question.several else expression


def traces(question: Question) -> bool:
    """Whether JAX may trace the function: then it cannot make NumPy arrays of what it gets."""
    return bool(question.gradient) or bool(of_transforms() & set(question.laws))


def of_kind(question: Question, kind: type[Argument]) -> list[str]:
    """The names of the arguments of one kind."""
    return [name for name, argument in question.arguments.items() if isinstance(argument, kind)]
