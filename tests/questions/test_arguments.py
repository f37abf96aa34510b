"""A new kind of argument is one class. Code that draws, builds, varies and mutates asks that class,
and no module knows kinds by name. Covers too: `questions.argument`.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, ClassVar

import jax.numpy as jnp
import numpy as np

from autograder import Array, Question
from autograder.audit.mutants import mutants
from autograder.build.banks import build
from autograder.calls.inputs import Value
from autograder.questions import arguments, numbers, structures
from autograder.questions.argument import Argument, Drawing
from autograder.verdicts.examine import examine

PACKAGE = Path(arguments.__file__).parent.parent


class Angle(Argument):
    """An angle in radians, from 0 to a full turn."""

    dims: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ("float",)

    def faults(self) -> list[str]:
        return []

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        return Value(wanted.kind, np.asarray(rng.uniform(0, 2 * math.pi)))


def turned(x: Any, angle: float) -> Any:
    return jnp.asarray(x) * math.cos(angle)


def test_a_kind_that_a_test_defines_is_drawn_built_and_judged() -> None:
    question = Question(
        "turned",
        arguments={"x": Array("N", families=("normal",)), "angle": Angle()},
        dims={"N": (2, 5)},
        laws=("jit",),
    )

    @question.misconception("the sine", hint="The cosine scales.")
    def by_the_sine(x: Any, angle: float) -> Any:
        return jnp.asarray(x) * math.sin(angle)

    built = build("t", [question], {"turned": turned}, "secret")
    for group in built.hidden.groups["turned"].values():
        assert examine(turned, group) is None
        finding = examine(by_the_sine, group)
        assert finding is not None
        assert finding.diagnosis is not None
        drawn = [float(answered.case.arguments["angle"].data) for answered in group.cases]
        assert all(0 <= angle < 2 * math.pi for angle in drawn)


def test_answers_are_mutated_and_other_values_are_made_of_its_like() -> None:
    question = Question("turned", arguments={"x": Array("N"), "angle": Angle()}, dims={"N": (2, 5)})
    assert mutants("def turned(x, angle):\n    return jnp.asarray(x) * math.cos(angle)", question)
    value = Value("float", np.asarray(1.5))
    assert question.arguments["angle"].vary(value, np.random.default_rng(0)) is value


def test_no_other_module_asks_which_kind_an_argument_is() -> None:
    asked = re.compile(
        r"isinstance\([^)]*\b(?:(?<!ast\.)(?:Array|Number|Choice|Dim|Seed|Key|Tree|Tuple|List))\b(?!\s*\.)"
    )
    found = [
        f"{path.name}: {line.strip()}"
        for path in PACKAGE.rglob("*.py")
        if path not in [Path(module.__file__ or "") for module in (arguments, numbers, structures)]
        for line in path.read_text(encoding="utf-8").splitlines()
        if asked.search(line) and "jax.Array" not in line
    ]
    assert found == []
