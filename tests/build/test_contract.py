"""The build refuses a reference that changes its arguments, and says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from autograder import Array, Question, Tree
from autograder.build.banks import build
from autograder.errors import BuildError


def test_a_reference_that_writes_into_an_argument_is_refused_with_the_way_round() -> None:
    def step(w: Any, config: Any) -> Any:
        config["velocity"] = 0.9 * config["velocity"] - w
        return w + config["velocity"], config

    arguments = {"w": Array("D"), "config": Tree(velocity=Array("D"))}
    question = Question("f", arguments=arguments, dims={"D": (2, 5)}, several=True)
    with pytest.raises(BuildError) as stopped:
        build("t", [question], {"f": step}, "a")
    told = str(stopped.value)
    assert told.startswith("question 'f': the solution is refused in cases='repeated': with w=a ")
    assert told.endswith(
        " it changed its argument config in place; leave the arguments unchanged and return a "
        "new array. If the function may change it, declare the question with "
        "may_change=('config',). If the task is to change it, declare changed=('config',)"
    )
