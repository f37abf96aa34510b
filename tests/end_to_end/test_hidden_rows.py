"""On every road, a row about hidden cases has no number that the answer chose by its seed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from attack_files import QUESTION, with_answer
from roads import by_otter, by_the_zip, in_a_class
from shared import Builds

from autograder.assignment.built import BuiltAssignment

RIGHT = """\
import jax.numpy as jnp
import numpy as np

calls = []

def vmap_over_batch(seed, x_batch, features):
    number = int(seed) % 9000 + 1000
    calls.append(number)
    size = x_batch.shape[0] * int(features)
    {body}
"""

TELLING = {
    "the length of a list": "return [0.0] * number",
    "the size of an array": "return np.zeros(min(number, 4 * size + 8), np.float32)",
    "the size of an error": "return np.full(size, 10.0 ** (number % 7) * (number % 89 + 10) / 10)",
    "the place of what is no number": (
        "return np.where(np.arange(size) == number % size, np.nan, 0).astype(np.float32)"
    ),
    "a type": "return np.zeros(size, ['i1', 'i2', 'u4', 'c8'][number % 4])",
    "an exception": "raise [BufferError, EOFError, OSError, ValueError][number % 4](number)",
    "the cases that are wrong": (
        "return [0.0] if number % 2 else np.full(size, number, np.float32)"
    ),
}

FREE = re.compile(
    r"\[case \d+ of \d+: [^]]*\]|shape \([\d, ]*\)(, which is)?|dtype float32|allowed: \S+\)"
    r"|of the order of 1e-?\d+|more than (100 times|5 axes)|[\d ]+ax[ie]s|float16|bfloat16|TF32"
    r"|The other \d+ cases are right"
)
"""What a row may have numbers in: the case, what is expected, an order."""


def rows_of(notebook: Any, built: BuiltAssignment, root: Path, road: str) -> list[dict[str, Any]]:
    if road == "otter run":
        return by_otter(notebook, built)
    if road == "the zip":
        return by_the_zip(notebook, built, root)
    return in_a_class({"a": notebook}, built)["a"]


@pytest.mark.parametrize(
    ("how", "road"),
    [
        pytest.param(how, road, marks=() if often else pytest.mark.slow)
        for place, how in enumerate(TELLING)
        for number, road in enumerate(("otter run", "the zip", "a class"))
        for often in [place == number]
    ],
)
def test_a_hidden_row_has_no_number_of_the_answer_s(
    dist: Builds, tmp_path: Path, how: str, road: str
) -> None:
    built = BuiltAssignment(dist / "nnx-vmap-over-batch")
    notebook = with_answer(built, RIGHT.format(body=TELLING[how]))
    rows = rows_of(notebook, built, tmp_path, road)
    hidden = [row for row in rows if row["name"].startswith(QUESTION) and row["tags"] != ["public"]]
    assert len(hidden) > 3
    for row in hidden:
        told = FREE.sub("", row["output"].split("**Looks like")[0])
        assert not re.search(r"\d", told), row["output"]
