"""Only an answer that no bank can tell from the reference is not a mistake."""

from __future__ import annotations

import json
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from numerical_questions import QUESTIONS, small_row

from autograder import Question
from autograder.audit.equivalents import agree_here
from autograder.build.banks import build
from autograder.build.tolerance import Noise

REVERSED = "def f(x, w): return small_row(x[:, ::-1], w[::-1])"
OFF_BY = "def f(x, w): return small_row(x, w) * np.where(np.arange(len(x)) == 1, {}, 1.0)[:, None]"


def agreeing(tmp_path: Path, sources: list[str], noise: Noise) -> list[bool]:
    asked, told = tmp_path / "asked.json", tmp_path / "told.json"
    asked.write_text(json.dumps({"question": "f", "sources": sources, "noise": vars(noise)}))
    namespace = {"f": small_row, "small_row": small_row, "np": np, "jnp": jnp}
    agree_here(namespace, str(asked), str(told))
    found: list[bool] = json.loads(told.read_text())
    return found


def test_a_mistake_in_small_elements_is_not_taken_for_the_reference(tmp_path: Path) -> None:
    asked = QUESTIONS["small_row"]
    question = Question("f", arguments=asked.arguments, dims=asked.dims, shapes=2)
    built = build("t", [question], {"f": small_row}, "a")
    noise = built.record.questions["f"].tolerance.noise
    sources = [REVERSED, OFF_BY.format(1.05), OFF_BY.format(1.001), OFF_BY.format(1.000001)]
    assert agreeing(tmp_path, sources, noise) == [True, False, False, True]
