"""Whether a notebook's file holds what was run."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from autograder.student import saved

ANSWER = "def f(x):\n    return x + 1"


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    cells = [nbformat.v4.new_code_cell("import jax"), nbformat.v4.new_code_cell(ANSWER)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "a.ipynb")
    return tmp_path / "a.ipynb"


@pytest.mark.parametrize(
    ("ran", "missing"),
    [
        ([ANSWER], []),
        ([f"{ANSWER}  \n\n"], []),  # editors change white space
        ([], []),  # the kernel was restarted
        (["def f(x):\n    return x", ANSWER], []),
        ([ANSWER, "def f(x):\n    return x + 2"], ["f"]),
        (["f = print"], ["f"]),
        (["%run other.py"], []),
        (["def g(x):\n    return x"], []),
    ],
)
def test_only_another_newest_definition_is_missing(
    notebook: Path, ran: list[str], missing: list[str]
) -> None:
    assert saved.not_in_file(notebook, ran, {"f"}) == missing


def test_the_names_are_the_parameters_of_tests(tmp_path: Path) -> None:
    (tmp_path / "q1.py").write_text("def test_a(f, env):\n    pass\n\n\ndef test_b(g):\n    pass\n")
    assert saved.names_in_tests(tmp_path) == {"f", "g"}
