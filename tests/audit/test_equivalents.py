"""Only an answer that no bank can tell from the reference is not a mistake."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numerical_questions import QUESTIONS, small_row

from autograder import Array, Question
from autograder.audit import equivalents
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


def test_what_a_wide_tolerance_of_the_authors_lets_through_does_not_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(equivalents, "FRESH_BANKS", 1)
    Question("f", arguments={"x": Array("B")}, dims={"B": (2, 5)}, shapes=2, rtol=0.1)
    sources = [f"def f(x): return np.asarray(x) * {factor}" for factor in (2.0, 2.01, 2 + 1e-7)]
    asked, told = tmp_path / "asked.json", tmp_path / "told.json"
    noise = vars(Noise(nudged=1e-7))
    asked.write_text(json.dumps({"question": "f", "sources": sources, "noise": noise}))
    agree_here({"f": lambda x: np.asarray(x) * 2.0, "np": np}, str(asked), str(told))
    assert json.loads(told.read_text()) == [True, False, True]


@pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")
def test_what_answers_have_compiled_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process has room for so many programs only, and an audit tries hundreds of answers."""
    monkeypatch.setattr(equivalents, "FRESH_BANKS", 1)
    monkeypatch.setattr(equivalents, "MOST_MAPPED", 20)
    Question("f", arguments={"x": Array("B")}, dims={"B": (2, 5)}, shapes=2)
    loop = "def f(x): return jax.lax.scan(lambda c, _: (jnp.tanh(c) + x, None), x, length=3)[0]"
    namespace: dict[str, Any] = {"jax": jax, "jnp": jnp}
    exec(loop, namespace)
    asked, told = tmp_path / "asked.json", tmp_path / "told.json"
    held = []
    for count in (1, 4):
        noise = vars(Noise(nudged=1e-7))
        asked.write_text(json.dumps({"question": "f", "sources": [loop] * count, "noise": noise}))
        agree_here(namespace, str(asked), str(told))
        held.append(len(Path("/proc/self/maps").read_text().splitlines()))
    assert json.loads(told.read_text()) == [True] * 4
    assert held[1] - held[0] < 100
