"""An element's tolerance follows from the terms that make it up, not from other elements.

Covers too: `build.measured`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from numerical_questions import QUESTIONS, off, small_row

from autograder import Array, Question
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.tables import sentences_of_margins
from autograder.bank.filenames import RECORD_FILE
from autograder.bank.records import Group
from autograder.build.banks import build
from autograder.build.own_sizes import measure, uneven
from autograder.build.tolerance import Sizes
from autograder.calls.call import Returned, call
from autograder.calls.inputs import Value
from autograder.calls.spec import Case
from autograder.verdicts.examine import examine

SHOWN_BY_SMALL_NUMBERS = {("layer_norm", 0)}
"""Wrong answers that only cases with small numbers expose: they forget an epsilon."""

OFTEN = ("eigh", "small_row")


def groups_of(name: str, secret: str) -> dict[str, Group]:
    asked = QUESTIONS[name]
    question = Question("f", arguments=asked.arguments, dims=asked.dims, shapes=2)
    hidden = build("t", [question], {"f": asked.reference}, secret).hidden
    return dict(hidden.groups["f"])


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        pytest.param(
            name, secret, marks=[] if name in OFTEN and secret == "a" else pytest.mark.slow
        )
        for secret in "abcde"
        for name in QUESTIONS
    ],
)
def test_right_answers_of_every_kind_pass_and_wrong_ones_do_not(name: str, secret: str) -> None:
    groups = groups_of(name, secret)
    for number, right in enumerate(QUESTIONS[name].right):
        for group in groups.values():
            finding = examine(right, group)
            assert finding is None, (number, group.name, finding.sentence)
    for number, wrong in enumerate(QUESTIONS[name].wrong):
        seldom = (name, number) in SHOWN_BY_SMALL_NUMBERS
        for label in ("random",) if seldom else ("corners", "random", "repeated"):
            assert examine(wrong, groups[label]) is not None, (number, label)


def test_a_mean_that_is_nearly_zero_may_be_off_by_the_rounding_of_its_terms() -> None:
    """With this secret a case has a mean of 0.04 of numbers up to 250."""
    asked = QUESTIONS["mean"]
    question = Question("mean", arguments=asked.arguments, dims={"N": (30, 400)})
    groups = build("t", [question], {"mean": asked.reference}, "a").hidden.groups["mean"]
    for right in asked.right:
        assert [examine(right, group) for group in groups.values()] == [None] * len(groups)


def own_of(function: Any, **given: Any) -> np.ndarray:
    arguments = {name: Value("jax", array.astype(np.float32)) for name, array in given.items()}
    outcome = call(function, arguments)
    assert isinstance(outcome, Returned)
    top = np.full(outcome.array.shape, np.max(np.abs(outcome.array)))
    found = measure(function, Case("a case", {}, arguments), outcome.output, {"": Sizes(top)})
    assert found[""].own is not None
    return found[""].own


def test_what_cancels_has_the_size_of_what_cancelled() -> None:
    x = np.ones((3, 8))
    x[0, :4] = -1.0  # sums to 0
    x[1] *= 1e-3
    own = own_of(lambda x: x.sum(1), x=x)
    assert own[0] == pytest.approx(np.sqrt(8), rel=0.8)
    assert own[1] == pytest.approx(8e-3, rel=0.1)
    assert own[2] == pytest.approx(8.0, rel=0.1)


def test_calls_are_made_only_where_elements_are_of_different_sizes() -> None:
    rng = np.random.default_rng(3)

    def looks(array: np.ndarray) -> bool:
        output = {"": array.astype(np.float32)}
        return uneven(output, {"": Sizes(np.full(array.shape, np.max(np.abs(array))))})

    assert sum(looks(rng.standard_normal((8, 16))) for _ in range(1000)) < 5
    for _ in range(100):
        array = rng.standard_normal((8, 16))
        array[1] /= 1000
        assert looks(array)
    assert not looks(np.zeros((2, 2)))


def test_an_error_is_measured_where_it_is_and_stored_in_few_numbers() -> None:
    case = groups_of("small_row", "a")["random"].cases[0]
    allowed = case.tolerances[""]
    assert isinstance(allowed, np.ndarray)
    assert allowed.dtype == np.float32
    assert len(np.unique(allowed)) < allowed.size
    assert np.max(allowed[1]) < np.min(np.delete(allowed, 1, 0))


def test_of_an_authors_own_tolerance_every_element_has_the_same() -> None:
    asked = QUESTIONS["small_row"]
    question = Question("f", arguments=asked.arguments, dims=asked.dims, shapes=1, rtol=1e-4)
    groups = build("t", [question], {"f": small_row}, "a").hidden.groups["f"]
    assert all(isinstance(case.tolerances[""], float) for case in groups["random"].cases)
    assert examine(off(small_row, np.s_[1:2]), groups["random"]) is None


def test_one_case_that_is_ill_conditioned_does_not_loosen_the_others() -> None:
    def reference(x: Any) -> Any:
        x = jnp.asarray(x)
        return jnp.where(jnp.arange(x.shape[0])[:, None] == 0, jnp.sin(1e3 * x), jnp.cos(x))

    question = Question(
        "f", arguments={"x": Array("B", "D", families=("normal",))}, dims={"B": (3, 6), "D": (3, 6)}
    )
    built = build("t", [question], {"f": reference}, "a")
    assert built.record.questions["f"].tolerance.relative > 5e-4
    for group in built.hidden.groups["f"].values():
        assert examine(reference, group) is None
        assert examine(lambda x: reference(np.asarray(x)[:, ::-1])[:, ::-1], group) is None
        assert examine(off(reference, np.s_[1:], 1.0005), group) is not None


def test_the_build_says_which_misconception_is_the_nearest(tmp_path: Path) -> None:
    asked = QUESTIONS["small_row"]
    question = Question("f", arguments=asked.arguments, dims=asked.dims, shapes=1, rtol=1e-3)
    question.misconception("a doubled row", hint="Look.")(off(small_row, np.s_[:1], 2.0))
    question.misconception("rows, all of them doubled", hint="Look.")(off(small_row, np.s_[:], 2.0))
    record = build("t", [question], {"f": small_row}, "a").record
    known = record.questions["f"].misconceptions["answer"]
    assert known.margin is not None
    assert known.least is not None
    assert 10 < known.least <= known.margin <= 1000
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / RECORD_FILE).write_text(json.dumps(record.to_json()))
    (told,) = sentences_of_margins([BuiltAssignment(tmp_path)])
    assert re.fullmatch(
        rf"{tmp_path.name}: f: the nearest misconception is “.*”\. Its worst element is [\d.e+]+ "
        r"tolerances away; in the case that shows it least, [\d.e+]+\.",
        told,
    )
