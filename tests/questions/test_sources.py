"""The cell that defines a function is found, however it defines it, and its source renamed."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from autograder.assignment.built import solution_of
from autograder.errors import BuildError
from autograder.questions.sources import defines, rename

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
        match=r"^no function can be made of 'print\(1\)'; write the alternative or misconception "
        r"with def$",
    ):
        rename("print(1)", "f")
