"""`sources` finds the cell that defines a function, however it defines it, and renames its
source.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment.built import solution_of
from autograder.errors import BuildError
from autograder.questions.sources import defines, rename, source_of, whole_source

DEFINING = [
    "def f(x):\n    return x",
    "async def f(): ...",
    "class f: ...",
    "f = jax.jit(lambda x: 2 * x)",
    "f: Callable = partial(g, 2)",
    "import jax\nf = ...",
    "@jit\ndef f(x): ...",
]


@pytest.mark.parametrize("source", DEFINING)
def test_a_cell_that_defines_it_is_found(source: str, tmp_path: Path) -> None:
    assert defines(source, "f")
    cells = [nbformat.v4.new_code_cell(text) for text in ("f(1)", source)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    assert solution_of(tmp_path / "a.ipynb", "f") == source
    assert solution_of(tmp_path / "a.ipynb", "g") == ""


@pytest.mark.parametrize(
    "source", ["f(1)", "f == 1", "g = f", "def ff(): ...", "ff = 1", "    f = 1", "h(f=1)"]
)
def test_a_cell_that_only_uses_it_is_not(source: str) -> None:
    assert not defines(source, "f")


@pytest.mark.parametrize(
    ("source", "renamed"),
    [
        ("@question.alternative\ndef other(x):\n    return x", "def f(x):\n    return x"),
        ("other = jax.jit(lambda x: 2 * x)", "f = jax.jit(lambda x: 2 * x)"),
    ],
)
def test_an_answer_gets_the_name_of_the_question(source: str, renamed: str) -> None:
    assert rename(source, "f") == renamed


def test_what_defines_nothing_is_told() -> None:
    with pytest.raises(
        BuildError,
        match=r"^'print\(1\)' does not define a function; write the alternative or misconception "
        r"with def$",
    ):
        rename("print(1)", "f")


def test_an_answer_brings_what_it_needs_of_its_cell_and_the_reference_it_calls(
    tmp_path: Path,
) -> None:
    cell = """
import math
from autograder import Array, Question
question = Question("f", arguments=dict(x=Array("N")), dims=dict(N=(1, 9)))
TWO = 2
def unused(): pass
def helper(x): return TWO * x
@question.alternative
def doubled(x): return helper(x) / math.sqrt(4) * f(x)
@question.misconception("it is alone", hint="None.")
def alone(x): return x
@question.misconception("twice", hint="Once.")
def twice(x): return 2 * doubled(x)
"""
    file = tmp_path / "cell.py"
    file.write_text(cell)
    scope: dict[str, Any] = {"__name__": "cell"}
    (tmp_path / "reference.py").write_text("def f(x):\n    return x\n")
    exec(compile("def f(x):\n    return x\n", str(tmp_path / "reference.py"), "exec"), scope)
    exec(compile(cell, str(file), "exec"), scope)
    whole = whole_source(scope["doubled"], "f", scope["f"])
    assert "unused" not in whole
    assert "Question" not in whole
    fresh: dict[str, Any] = {}
    exec(rename(whole.replace("@question.alternative\n", ""), "f"), fresh)
    assert fresh["f"](3.0) == 9.0
    alone = whole_source(scope["alone"], "f", scope["f"])
    assert alone == source_of(scope["alone"])
    # One known answer may call another, which calls the reference.
    ran: dict[str, Any] = {}
    exec(rename(whole_source(scope["twice"], "f", scope["f"]), "f"), ran)
    assert ran["f"](3.0) == 18.0


def test_an_answer_that_calls_itself_still_does_under_another_name() -> None:
    ran: dict[str, Any] = {}
    exec(rename("def other(n):\n    return 1 if n < 2 else n * other(n - 1)\n", "f"), ran)
    assert ran["f"](4) == 24


def test_an_answer_that_has_the_name_keeps_the_helpers_before_it() -> None:
    source = "def helper(x):\n    return x + 1\n\ndef f(x):\n    return helper(x)"
    assert rename(source, "f") == ast.unparse(ast.parse(source))
    declared = source.replace("def f", "@question.alternative\ndef f")
    assert rename(declared, "f") == ast.unparse(ast.parse(source))
