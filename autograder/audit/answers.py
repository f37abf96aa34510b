"""Make answers with known verdicts from the source of a reference. Holds what mutants and rewrites
share, and runs none of their code.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.questions.argument import Argument
from autograder.questions.laws import of_transforms
from autograder.questions.question import Question

INNER, INNER_METHOD = "_reference", "_method"


@dataclass(frozen=True)
class Answer:
    """An answer whose verdict is known. `kind` is the kind of change, `name` says what was changed,
    `source` defines the question's function.
    """

    kind: str
    name: str
    source: str


def plain(source: str, question: Question) -> str:
    """The source of the reference as mutants and rewrites contain it, without comments and
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
    if the source defines nothing of that name.
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
"""The kind of change, what was changed, and the body of a function that wraps the reference and
calls it as `_reference`.
"""


def around(module: ast.Module, question: Question, bodies: Iterator[Around]) -> Iterator[Answer]:
    """Answers in which a function or class with the question's name wraps the reference, which
    keeps another name.

    Bodies may keep values between calls in the dict `_kept`. Names of their own begin with `_`, so
    that no argument has them.
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
    if question.through is not None:  # what the given code passes is unknown
        return f"def {question.name}(*given, **named):\n{_indent(body, 1)}\n"
    if question.calls:
        return _subclass(question, body)
    first, rest = _stages(question)
    if question.then:
        own = ", ".join(["*", *(f"{name}={name}" for name in first)])  # a body may change them
        return (
            f"def {question.name}({', '.join(first)}):\n"
            f"    def _then({', '.join(rest)}, {own}):\n{_indent(body, 2)}\n\n"
            "    return _then\n"
        )
    if question.constructor is None:
        return f"def {question.name}({', '.join(first)}):\n{_indent(body, 1)}\n"
    made = "".join(f"{name}, " for name in first)
    return (
        f"class {question.name}:\n"
        f"    def __init__(self, {made}):\n"
        f"        self.made = ({made})\n\n"
        f"    def {question.method}({', '.join(['self', *rest])}):\n"
        f"        {f'{made}= self.made' if made else 'pass'}\n"
        f"{_indent(body, 2)}\n"
    )


def _subclass(question: Question, body: str) -> str:
    """A class whose methods wrap those of the reference, whose state it inherits."""
    methods = dict.fromkeys(step.method for step in question.way.steps() if step.method)
    return f"class {question.name}({INNER}):\n" + "\n".join(
        f"    def {method}(self, *given, **named):\n"
        f"        {INNER_METHOD} = super().{method}\n"
        f"{_indent(body, 2)}\n"
        for method in methods
    )


def _stages(question: Question) -> tuple[list[str], list[str]]:
    """The arguments of the first call and of the second, with keyword arguments last in each."""
    ordered = sorted(question.arguments, key=lambda name: name in question.keywords)
    if question.constructor is not None:
        first = [name for name in ordered if name in question.constructor]
    else:
        first = [name for name in ordered if name not in question.then]
    return first, [name for name in ordered if name not in first]


def _indent(body: str, levels: int) -> str:
    return "\n".join(f"{'    ' * levels}{line}" for line in body.splitlines())


def call(question: Question, **changed: str) -> str:
    """A call of the reference with the function's arguments, some of them replaced by other
    expressions.
    """
    if question.through is not None:
        return f"{INNER}(*given, **named)"
    if question.calls:
        return f"{INNER_METHOD}(*given, **named)"

    def passed(names: list[str]) -> str:
        return ", ".join(
            (f"{name}=" if name in question.keywords else "") + changed.get(name, name)
            for name in names
        )

    first, rest = _stages(question)
    made = f"{INNER}({passed(first)})"
    if question.constructor is None:
        return f"{made}({passed(rest)})" if question.then else made
    return f"{made}.{question.method}({passed(rest)})"


def named_arguments(question: Question) -> list[str]:
    """The arguments that a wrapper of the reference can name."""
    return [] if question.through is not None or question.calls else list(question.arguments)


def takes_several(question: Question) -> bool:
    """Whether what the reference returns may hold several arrays."""
    return question.several or bool(question.calls)


def of_all(question: Question, expression: str) -> str:
    """An expression of the answer `_y`. If the answer holds several arrays, the expression applies
    to each.
    """
    return f"jax.tree.map(lambda _y: {expression}, _y)" if takes_several(question) else expression


def traces(question: Question) -> bool:
    """Whether JAX may trace the function, which then cannot turn its arguments into NumPy
    arrays.
    """
    return (
        bool(question.gradient)
        or question.through is not None
        or bool(of_transforms() & set(question.laws))
    )


def numpy_only(question: Question) -> bool:
    """Whether the question passes only NumPy arrays; nothing is said about JAX then."""
    return any(argument.holds_numpy for argument in question.arguments.values())


def of_kind(question: Question, kind: type[Argument]) -> list[str]:
    """The names of the arguments of one kind."""
    return [
        name for name in named_arguments(question) if isinstance(question.arguments[name], kind)
    ]
