"""Many banks of a question: what the matrix reports, and that it finds what is wrong."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest
from click.testing import CliRunner
from shared import MASTERS

from autograder import Array, Key, Question
from autograder.audit.equivalents import fresh_groups
from autograder.audit.matrix import BankOfQuestion, Row, faults_of, of_question
from autograder.build.tolerance import Noise
from autograder.cli import main
from autograder.same import residual, samples
from autograder.verdicts.examine import examine


def scale_rows(seed: float, x: Any, factor: float) -> Any:
    return (x * jax.random.normal(jax.random.key(int(seed)), (x.shape[0], 1)) * int(factor)).sum(
        axis=1
    )


def test_each_misconception_has_its_distance_and_its_own_hint(scale_question: Question) -> None:
    scale_question.misconception("the factor is left out", hint="h")(
        lambda seed, x, factor: scale_rows(seed, x, 1.0)
    )
    scale_question.misconception("summed over rows", hint="h")(
        lambda seed, x, factor: scale_rows(seed, x, factor).sum(keepdims=True)
    )
    scale_question.misconception("only the method", hint="h", told_by="method")(scale_rows)
    scale_question.alternative(lambda seed, x, factor: np.asarray(scale_rows(seed, x, factor)))
    found = of_question(scale_question, scale_rows, "t", "s")
    assert (found.fault, found.strays, found.alternatives) == ("", (), 1)
    assert faults_of([found]) == []
    assert [row.misconception for row in found.rows] == [
        "the factor is left out",
        "summed over rows",
    ]
    assert all(
        row.refused >= 2 and row.misconception in row.diagnoses.values() for row in found.rows
    )
    assert found.rows[0].margin is not None
    assert found.rows[0].margin > 1000
    assert found.rows[1].margin is None  # another shape


def test_of_residuals_and_samples_no_numbers_of_answers_are_diagnosed() -> None:
    for same, reference in (
        (residual(lambda args, out: out - 2 * args["x"]), lambda key, x: 2 * x),
        (samples(2_000), lambda key, x: x + jax.random.normal(key, x.shape)),
    ):
        question = Question(
            "f",
            arguments={"key": Key(), "x": Array("N", families=("normal",))},
            dims={"N": (2, 4)},
            shapes=1,
            seeds=1,
            same=same,
        )
        question.misconception("shifted", hint="h")(
            lambda key, x, reference=reference: reference(key, x) + 3
        )
        found = of_question(question, reference, "t", "s")
        assert (found.fault, found.strays) == ("", ())
        assert faults_of([found]) == []
        for group in fresh_groups(question, reference, Noise(1e-6)):
            assert group.same == {"": same}
            assert examine(reference, group) is None


def test_misconceptions_that_cannot_be_told_apart_get_no_hint(scale_question: Question) -> None:
    for name in ("one", "two"):
        scale_question.misconception(name, hint="h")(
            lambda seed, x, factor: scale_rows(seed, x, 1.0)
        )
    found = of_question(scale_question, scale_rows, "t", "s")
    assert all(set(row.diagnoses.values()) == {""} for row in found.rows)
    assert faults_of([found]) == [
        "scale_rows: 'one' gets its own hint on only 0 of 1 banks",
        "scale_rows: 'two' gets its own hint on only 0 of 1 banks",
    ]


def test_every_fault_is_named() -> None:
    rows = (Row("a", 0, None, {"random": "b"}), Row("b", 3, 20.0, {"random": "b"}))
    banks = [
        BankOfQuestion("f", "s1", 1, 0.0, rows, ("unrelated numbers: reversed",)),
        BankOfQuestion("f", "s2", 0, 0.0, (), (), "it does not build"),
    ]
    assert faults_of(banks) == [
        "f, secret 's2': it does not build",
        "f: 'a' passes every case of at least one bank",
        "f: 'a' gets its own hint on only 0 of 1 banks",
        "f: 'a' gets the hint of 'b'",
        "f: an answer without a description gets a hint: unrelated numbers: reversed",
    ]


def test_a_refused_alternative_is_the_banks_fault(scale_question: Question) -> None:
    scale_question.alternative(lambda seed, x, factor: scale_rows(seed, x, factor) * 1.01)
    assert (
        "the alternative <lambda> is refused"
        in of_question(scale_question, scale_rows, "t", "s").fault
    )


@pytest.mark.slow
def test_of_the_five_masters_every_answer_is_judged_rightly_on_ten_banks() -> None:
    done = CliRunner().invoke(main, ["matrix", *map(str, MASTERS), "--banks", "10"])
    assert done.exit_code == 0, done.output
