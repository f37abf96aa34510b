"""What an author sees of a question while writing it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder import Question
from autograder.build.preview import BUILDING, preview
from autograder.errors import BuildError


def scale_rows(seed: float, x: Any, factor: float) -> np.ndarray:
    return np.asarray(x) * np.float32(factor + 1)


@pytest.fixture
def question(scale_question: Question) -> Question:
    @scale_question.misconception("the factor is left out", hint="Multiply.")
    def without(seed: float, x: Any, factor: float) -> np.ndarray:
        return np.asarray(x)

    @scale_question.misconception("the rows are <b>reversed</b>", hint="Keep them.")
    def reversed_rows(seed: float, x: Any, factor: float) -> np.ndarray:
        return scale_rows(seed, x, factor)[::-1]

    return scale_question


def test_cases_outputs_and_mistakes_are_shown(question: Question) -> None:
    shown = question.preview(scale_rows)
    assert list(dict.fromkeys(shown.cases["group"])) == [
        "public",
        "corners",
        "random",
        "repeated",
        "types",
    ]
    first = shown.cases.iloc[0]
    assert first["arguments"].startswith("seed=")
    assert first["output"].startswith("float32 (")
    assert float(first["smallest"]) < float(first["largest"])
    assert 0 < float(first["allowed error"]) < 1e-3
    assert list(shown.mistakes.index) == ["the factor is left out", "the rows are <b>reversed</b>"]
    assert shown.mistakes.loc["the factor is left out", "public"] == "4 of 4"
    # Reversing one row changes nothing.
    refused = dict(
        zip(
            ("refused", "of"),
            map(int, shown.mistakes.loc["the rows are <b>reversed</b>", "corners"].split(" of ")),
            strict=True,
        )
    )
    assert 0 < refused["refused"] < refused["of"]


def test_it_is_a_page_in_a_notebook_and_text_elsewhere(question: Question) -> None:
    shown = question.preview(scale_rows)
    page = shown._repr_html_()
    assert page.count("<table") == 2
    assert page.count("<svg") == 1
    assert "&lt;b&gt;reversed" in page
    assert "<b>reversed" not in page.split("<svg")[0]
    assert "Cases that refuse each misconception:" in str(shown)


def test_without_misconceptions_there_is_no_matrix(scale_question: Question) -> None:
    shown = scale_question.preview(scale_rows)
    assert shown.figure() is None
    assert "<svg" not in shown._repr_html_()


def test_what_would_stop_the_build_is_told(question: Question) -> None:
    with pytest.raises(BuildError, match="the reference returned None"):
        question.preview(lambda seed, x, factor: None)


def test_while_a_master_is_built_nothing_is_drawn(
    question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BUILDING, "1")
    assert preview(question, scale_rows) is None
