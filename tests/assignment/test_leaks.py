"""What gives a solution away, and what only looks like it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from autograder.assignment.inspection import OK, WRONG
from autograder.assignment.leaks import Secret, leaks

SOLUTION = '''\
import jax.numpy as jnp


def centred(x):
    """Centre the rows."""
    # the mean of each row
    centred_rows = x - jnp.mean(x, axis=1, keepdims=True)
    return centred_rows
'''
ONE_LINE = "def doubled(x):\n    return jnp.concatenate([x, x], axis=0) * 2\n"
LONG = """\
def attention(q, k, v):
    scores = jnp.einsum("qd,kd->qk", q, k) / jnp.sqrt(q.shape[-1])
    weights = jax.nn.softmax(scores, axis=-1)
    mixed = jnp.einsum("qk,kd->qd", weights, v)
    assert mixed.shape == (q.shape[0], v.shape[1])
    return mixed
"""
NOTEBOOK = "def centred(x):\n    ...\n"


def given_away(source: str, question: str, text: str, handed_out: str = NOTEBOOK) -> bool:
    return Secret.of(question, source, handed_out).is_in(text)


@pytest.mark.parametrize(
    ("source", "question", "text"),
    [
        (SOLUTION, "centred", SOLUTION),
        (SOLUTION, "centred", SOLUTION.replace("def centred", "def other")),
        (SOLUTION, "centred", SOLUTION.replace("    ", "\t").replace("# the", "# another")),
        (
            SOLUTION,
            "centred",
            "notes\n\ncentred_rows = x - jnp.mean(x, axis=1, keepdims=True)\nreturn centred_rows\n",
        ),
        (ONE_LINE, "doubled", ONE_LINE),
        (ONE_LINE, "doubled", f"import jax\n\n{ONE_LINE}\n\nprint(1)\n"),
        ("def f(x):\n    return 2 * x\n", "f", "def f(x):\n    return 2 * x\n"),
        (LONG, "attention", LONG),
        (LONG, "attention", "\n\n".join(reversed(LONG.splitlines()))),
    ],
    ids=["copy", "renamed", "tabs", "notes", "one", "among", "short", "long", "shuffled"],
)
def test_the_whole_body_or_several_lines_of_it_give_a_solution_away(
    source: str, question: str, text: str
) -> None:
    assert given_away(source, question, text)


@pytest.mark.parametrize(
    ("source", "question", "text"),
    [
        (
            SOLUTION,
            "centred",
            "def covariance(x):\n    centred_rows = x - jnp.mean(x, axis=1, "
            "keepdims=True)\n    return centred_rows @ centred_rows.T\n",
        ),
        (SOLUTION, "centred", "def centred(x):\n    ...\n"),
        (SOLUTION, "centred", "a,b\n1,2\n"),
        (ONE_LINE, "doubled", "def pair(x):\n    return jnp.concatenate([x, x], axis=0) * 2\n"),
        (ONE_LINE, "doubled", "def doubled(x):\n    ...\n"),
        (
            LONG,
            "attention",
            'def mix(weights, v):\n    mixed = jnp.einsum("qk,kd->qd", weights, '
            "v)\n    return mixed\n",
        ),
        ("def f(x):\n    return 2 * x\n", "f", "def g(x):\n    return 2 * x\n"),
    ],
    ids=["one-line", "prompt", "data", "one-line-helper", "prompt-2", "helper", "short"],
)
def test_a_line_that_a_helper_shares_gives_nothing_away(
    source: str, question: str, text: str
) -> None:
    assert not given_away(source, question, text)


def test_what_the_students_notebook_shows_is_no_secret() -> None:
    shown = "\n".join(LONG.splitlines()[1:5])
    assert not given_away(LONG, "attention", f"def other(q, k, v):\n{shown}\n", shown)


def test_a_notebook_is_read_cell_by_cell() -> None:
    from autograder.assignment.leaks import _texts

    written = nbformat.writes(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOLUTION)])
    ).encode()
    ((name, text),) = _texts({"files/lecture.ipynb": written})
    assert name == "files/lecture.ipynb"
    assert given_away(SOLUTION, "centred", text)


def state(text: str, tmp_path: Path) -> str:
    """What is found in a zip with one file, without the solution beside it."""
    (found,) = leaks(tmp_path / "autograder.zip", {"files/given.py": text.encode()})
    return found.state


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("    # BEGIN SOLUTION\n", WRONG),
        ("x = 1  # END SOLUTION\n", OK),
        ("x = 1  # SOLUTION\n", WRONG),
        ("x = 1  #SOLUTION NO PROMPT  \r\ny = 2\n", WRONG),
        ("# SOLUTION\n", OK),
        ("x = 1  # SOLUTION follows\n", OK),
        ("\n\t## Ignore ##\n", WRONG),
        ("the mark ## Ignore ##\n", OK),
        ("@question.alternative\n", WRONG),
        ("@question.misconception('hint')\n", WRONG),
    ],
)
def test_the_marks_of_a_master_give_a_solution_away(
    text: str, expected: str, tmp_path: Path
) -> None:
    assert state(text, tmp_path) == expected


def test_a_data_file_of_one_long_line_is_searched_in_time(tmp_path: Path) -> None:
    """Marks were searched for from every position of a line: hours."""
    assert state("1.5, " * 2_000_000, tmp_path) == OK
    assert state("\n" * 5_000_000, tmp_path) == OK
