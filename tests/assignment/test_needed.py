"""Which of a master's cells its questions need, and which may therefore stop."""

from __future__ import annotations

import pytest

from autograder.assignment.needed import lost_names, needed_names, own_names

CELLS = [
    "import jax.numpy as jnp\nimport pandas as pd\nfrom helpers import scale",
    "%matplotlib inline\n!pip install nothing\nfactor = scale(2)",
    "table = pd.read_csv('students.csv')\ntable.head()",
    "def centred(x):\n    return factor * middle(x)",
    "def middle(x):\n    return jnp.median(x)\nother = 5",
    "## Ignore ##\nfrom autograder import Array, Question\n"
    "question = Question('centred', arguments=dict(x=Array('N')), dims=sizes)",
    "sizes = dict(N=(1, 4))",
    "@question.misconception('mean')\ndef by_mean(x):\n    return jnp.mean(x) + wrong_by",
    "wrong_by = 0.0",
]
NEEDED = needed_names(CELLS)


def test_what_the_declarations_name_is_needed_with_all_that_it_needs() -> None:
    assert {"centred", "factor", "scale", "middle", "jnp", "sizes", "by_mean", "wrong_by"} <= NEEDED
    assert not NEEDED & {"table", "pd", "other"}


@pytest.mark.parametrize(
    ("source", "line", "lost"),
    [
        ("8 + '8'", 1, []),
        ("table = pd.read_csv('students.csv')", 1, []),
        ("import jax.numpy as jnp\ntable = pd.read_csv('x')", 2, []),
        ("table = pd.read_csv('x')\nimport jax.numpy as jnp", 1, ["jnp"]),
        ("factor = undefined", 1, ["factor"]),
        ("for i in range(3):\n    factor = i\n    undefined", 3, ["factor"]),
        ("sizes['N'] = undefined", 1, ["sizes"]),
        ("undefined\njnp.ones(3)", 1, []),
        ("undefined\nimport jax\njnp.config.update('a', 1)", 1, ["jnp"]),
        ("print(jnp.ones(3)) + 1", 1, []),
        ("def middle(x)\n    return x", None, ["middle"]),
        ("this line is missing something", None, []),
        ("Question('centred', arguments=1)", 1, ["centred"]),
    ],
)
def test_a_cell_that_stops_loses_what_it_had_still_to_do(
    source: str, line: int | None, lost: list[str]
) -> None:
    assert lost_names(source, line, NEEDED) == lost


def test_names_of_pythons_own_that_cells_define_are_told() -> None:
    cells = ["def sum(a, b):\n    return a + b", "max = 3\nx = min(1, 2)", "for id in []: pass"]
    assert own_names(cells) == ["id", "max", "sum"]


def test_a_notebook_without_questions_needs_nothing() -> None:
    assert needed_names(["x = 1", "def f(): return x"]) == frozenset()
