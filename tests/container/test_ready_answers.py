"""The answers that a grading image is tested with look up the public cases, however a question
calls them.
"""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from asked_ways import ALL

from autograder import Array, Question, state
from autograder.build.reference import draw
from autograder.container import ready_answers, smoke_test
from autograder.verdicts.examine import examine


@pytest.mark.parametrize("name", [*ALL, "a gradient of what is returned", "several states"])
def test_the_public_cases_are_looked_up(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if name == "a gradient of what is returned":
        question = Question(
            "make_loss",
            arguments={"x": Array("N", "D"), "w": Array("D")},
            dims={"N": (2, 3), "D": (2, 3)},
            then=("w",),
            gradient=("w",),
        )
        solution = lambda x: lambda w: jnp.sum((x @ w) ** 2)  # noqa: E731
    elif name == "several states":
        question = ALL["calls"].question(
            calls=(state(), ("update", "first"), state(), ("update", "second"), state("mean"))
        )
        solution = ALL["calls"].solution
    else:
        question, solution = ALL[name].question(), ALL[name].solution
    group = draw(question, solution, ("public",), "a", "s").groups["public"]
    case = group.cases[0].case
    np.savez(ready_answers.ANSWERS, **ready_answers.answers(question.name, group.cases))  # type: ignore[arg-type]
    scope: dict[str, object] = {}
    exec(ready_answers.looking_up(len(group.cases)), scope)
    exec(ready_answers.source(question.name, case), scope)
    why = ready_answers.cannot_be_looked_up(case)
    if name == "through":
        assert why == "the calls of roots are unknown"
    else:
        assert why == ""
        assert examine(scope[question.name], group) is None


def test_two_functions_are_told_apart_and_so_are_the_arrays_of_a_state() -> None:
    assert not np.array_equal(*(ready_answers.numbers(each)[0] for each in (jnp.sin, jnp.cos)))
    assert ready_answers.numbers(object()) == []


def test_a_question_whose_answer_nobody_can_look_up_is_told() -> None:
    told = smoke_test._sentence({"newton": "the calls of roots are unknown"})
    assert told == " (newton only called: the calls of roots are unknown)"
    assert smoke_test._sentence({}) == ""
