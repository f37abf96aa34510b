"""Make answers with known verdicts from the source of a reference: what mutants and rewrites have
in common. Runs no code of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.questions.argument import Argument
from autograder.questions.laws import of_transforms
from autograder.questions.question import Question
from autograder.questions.tree import Tree

INNER = "_reference"


@dataclass(frozen=True)
class Answer:
    """An answer whose verdict is known. `kind` is the kind of change, `name` says what was changed,
    `source` defines the question's function.
    """

    kind: str
    name: str
    source: str


def plain(source: str, question: Question) -> str:
    """The source of the reference as mutants and rewrites contain it: without comments and
    docstring.
    """
    return ast.unparse(of_function(source, question.name))


def unique(made: list[Answer], original: str) -> list[Answer]:
    """The answers without duplicate sources, and without the original."""
    kept: dict[str, Answer] = {}
    for answer in made:
        if answer.source != original:
            kept.setdefault(answer.source, answer)
    return list(kept.values())


def of_function(source: str, name: str) -> ast.Module:
    """The parsed module, without the docstring of the function or class `name`. Raises `ValueError`
    if it defines none of that name.
    """
    module = ast.parse(source)
    function = next(
        (
            node
            for node in module.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
        ),
        None,
    )
    if function is None:
        raise ValueError(
            f"the solution defines neither a function nor a class {name} at the top of a cell"
        )
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    return module


Around = tuple[str, str, str]
"""The kind of change, what was changed, and the body of a function around the reference, which it
calls as `_reference`.
"""


def around(module: ast.Module, question: Question, bodies: Iterator[Around]) -> Iterator[Answer]:
    """Answers in which a function or class of the question's name wraps the reference, which is
    kept under another name.

    Bodies may keep values between calls in the dict `_kept`.
    """
    imports = "import functools\nimport jax\nimport jax.numpy as jnp\nimport numpy as np"
    for kind, name, body in bodies:
        yield Answer(
            kind,
            name,
            f"{ast.unparse(module)}\n\n"
            f"{imports}\n"
            f"{INNER} = {question.name}\n"
            "_kept = {}\n\n"
            f"{_wrapper(question, body)}",
        )


def _wrapper(question: Question, body: str) -> str:
    if question.constructor is None:
        return f"def {question.name}({', '.join(question.arguments)}):\n{_indented(body, 1)}\n"
    made = "".join(f"{name}, " for name in question.arguments if name in question.constructor)
    rest = [name for name in question.arguments if name not in question.constructor]
    return (
        f"class {question.name}:\n"
        f"    def __init__(self, {made}):\n"
        f"        self.made = ({made})\n\n"
        f"    def {question.method}({', '.join(['self', *rest])}):\n"
        f"        {f'{made}= self.made' if made else 'pass'}\n"
        f"{_indented(body, 2)}\n"
    )


def _indented(body: str, levels: int) -> str:
    return "\n".join(f"{'    ' * levels}{line}" for line in body.splitlines())


def call(question: Question, **changed: str) -> str:
    """A call of the reference with the function's arguments, some of them replaced by other
    expressions.
    """
    given = {name: changed.get(name, name) for name in question.arguments}
    if question.constructor is None:
        return f"{INNER}({', '.join(given.values())})"
    made = ", ".join(text for name, text in given.items() if name in question.constructor)
    rest = ", ".join(text for name, text in given.items() if name not in question.constructor)
    return f"{INNER}({made}).{question.method}({rest})"


def of_all(question: Question, expression: str) -> str:
    """An expression of the answer `y`; if the question takes several arrays, it applies to each
    array in it.
    """
    return f"jax.tree.map(lambda y: {expression}, y)" if question.several else expression


def traces(question: Question) -> bool:
    """Whether JAX may trace the function, so that it cannot turn its arguments into NumPy
    arrays.
    """
    return bool(question.gradient) or bool(of_transforms() & set(question.laws))


def numpy_only(question: Question) -> bool:
    """Whether the question hands over arrays of NumPy alone: then nothing is said of JAX."""
    return any(
        argument.kinds == ("numpy",) or (isinstance(argument, Tree) and _numpy_in(argument))
        for argument in question.arguments.values()
    )


def _numpy_in(tree: Tree) -> bool:
    return any(
        _numpy_in(each) if isinstance(each, Tree) else each.kinds == ("numpy",)
        for each in tree.fields.values()
    )


def of_kind(question: Question, kind: type[Argument]) -> list[str]:
    """The names of the arguments of one kind."""
    return [name for name, argument in question.arguments.items() if isinstance(argument, kind)]
