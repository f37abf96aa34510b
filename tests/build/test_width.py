"""Numbers in dtypes other than float32: 64 bits for one question, complex numbers, bfloat16. Right
answers in other styles pass and wrong ones do not, whatever the notebook sets.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, Question, check
from autograder.bank import storage
from autograder.bank.records import Group
from autograder.build.banks import Built, build
from autograder.calls.spec import CallSpec
from autograder.errors import BuildError
from autograder.verdicts.diagnosis import Diagnosis
from autograder.verdicts.examine import examine


def built(question: Question, function: Any) -> Built:
    return build("t", [question], {question.name: function}, "a")


def groups_of(question: Question, function: Any, tmp_path: Path) -> dict[str, Group]:
    """The hidden groups as read back from a bank's file."""
    storage.save(built(question, function).hidden, tmp_path / "bank")
    return dict(storage.load(tmp_path / "bank").groups[question.name])


def refused(groups: dict[str, Group], answer: Any) -> list[str]:
    return [name for name, group in groups.items() if examine(answer, group) is not None]


def trapezoid(y: Any, x: Any) -> Any:
    return jnp.sum((y[1:] + y[:-1]) * (x[1:] - x[:-1])) / 2


def by_loop(y: Any, x: Any) -> Any:
    total = 0.0
    for i in range(len(y) - 1):
        total += 0.5 * (y[i] + y[i + 1]) * (x[i + 1] - x[i])
    return total


def single(y: Any, x: Any) -> Any:
    return trapezoid(jnp.asarray(y, jnp.float32), jnp.asarray(x, jnp.float32))


def in_64_bits(**options: Any) -> Question:
    wide = Array("N", dtype="float64")
    return Question("f", arguments={"y": wide, "x": wide}, dims={"N": (2, 9)}, x64=True, **options)


@pytest.mark.parametrize("notebook", [False, True])
def test_64_bits_are_those_of_the_question_whatever_the_notebook_sets(
    notebook: bool, tmp_path: Path
) -> None:
    with jax.enable_x64(notebook):
        groups = groups_of(in_64_bits(), trapezoid, tmp_path)
        assert not refused(groups, trapezoid)
        assert not refused(groups, by_loop)
        assert not refused(groups, lambda y, x: np.trapezoid(np.asarray(y), np.asarray(x)))
        assert refused(groups, single) == [*groups]
        assert refused(groups, lambda y, x: jnp.sum(y[1:] * jnp.diff(x))) == [*groups]
    finding = examine(single, groups["corners"])
    assert finding is not None
    assert finding.sentence.endswith(
        "Was it computed in single precision (float32, complex64)? The question asks for 64 bits."
    )


def test_a_misconception_that_loses_digits_is_named_and_no_general_mistake_is(
    tmp_path: Path,
) -> None:
    question = in_64_bits()
    question.misconception("computed in float32", hint="Keep the dtype.")(single)
    group = groups_of(question, trapezoid, tmp_path)["random"]
    finding = examine(lambda y, x: trapezoid(jnp.float32(y), jnp.float32(x)), group)
    assert finding is not None
    assert (finding.verdict, finding.worth) == ("imprecise", 0.0)
    assert finding.diagnosis == Diagnosis("computed in float32", "Keep the dtype.", "author")
    other = examine(lambda y, x: trapezoid(y, x) * (1 + 1e-6), group)
    assert other is not None
    assert (other.verdict, other.diagnosis) == ("imprecise", None)


@pytest.mark.slow
def test_laws_and_gradients_are_in_64_bits_too(tmp_path: Path) -> None:
    groups = groups_of(in_64_bits(laws=("jit", "vmap", "grad")), trapezoid, tmp_path)
    assert not refused(groups, by_loop)
    assert {"jit", "vmap"} <= set(refused(groups, single))
    slopes = groups_of(in_64_bits(gradient=("x",)), trapezoid, tmp_path)
    assert slopes["random"].cases[0].expected[""].dtype == np.float64
    assert not refused(slopes, by_loop)
    assert refused(slopes, single)


def test_a_notebook_of_64_bits_needs_questions_that_say_so() -> None:
    question = Question("f", arguments={"x": Array("N")}, dims={"N": (2, 9)})
    with (
        jax.enable_x64(True),
        pytest.raises(
            BuildError,
            match=re.escape(
                "question 'f': this notebook sets jax_enable_x64, but grading uses 32 bits for "
                "this question; declare the question with x64=True, or remove the setting (a "
                "call of jax.config.update, or the variable JAX_ENABLE_X64)"
            ),
        ),
    ):
        built(question, lambda x: x * 2)


def test_the_check_in_the_master_is_in_64_bits(capsys: pytest.CaptureFixture[str]) -> None:
    in_64_bits().alternative(by_loop)
    check("f", trapezoid)
    assert "1 alternatives accepted" in capsys.readouterr().out


def test_the_stored_way_has_new_fields_only_where_they_say_something() -> None:
    assert CallSpec().to_json() == {
        "several": False,
        "constructor": (),
        "method": "",
        "gradient": (),
        "law": "",
        "traced": (),
        "seed": 0,
    }
    way = CallSpec(x64=True, may_change=("a",), changed=("b",))
    assert way.to_json().keys() - CallSpec().to_json().keys() == {"x64", "may_change", "changed"}
    assert CallSpec.from_json(way.to_json()) == way


def test_complex_outputs_may_be_of_either_width(tmp_path: Path) -> None:
    question = Question("f", arguments={"x": Array("B", "N")}, dims={"B": (1, 4), "N": (2, 40)})
    groups = groups_of(question, lambda x: jnp.fft.fft(x, axis=1), tmp_path)
    assert not refused(groups, lambda x: np.fft.fft(np.asarray(x, np.float64), axis=1))
    assert not refused(groups, lambda x: np.conj(np.fft.ifft(np.asarray(x)) * x.shape[1]))
    for wrong in (
        lambda x: jnp.fft.fft(x).real,
        lambda x: jnp.conj(jnp.fft.fft(x)),
        lambda x: jnp.fft.ifft(x),
        lambda x: jnp.fft.fft(x, axis=0),
    ):
        assert refused(groups, wrong)


@pytest.mark.parametrize(
    ("dtype", "options"),
    [
        ("complex64", {}),
        ("complex128", {"x64": True}),
        ("complex128", {"numpy": True}),
    ],
)
def test_complex_arguments_are_drawn_nudged_and_kept(
    dtype: str, options: dict[str, bool], tmp_path: Path
) -> None:
    numpy = options.pop("numpy", False)
    argument = Array("B", "N", dtype=dtype, numpy=numpy)
    question = Question("f", arguments={"x": argument}, dims={"B": (1, 4), "N": (2, 9)}, **options)
    library: Any = np if numpy else jnp
    found = built(question, lambda x: library.fft.ifft(x, axis=1))
    storage.save(found.hidden, tmp_path / "bank")
    groups = dict(storage.load(tmp_path / "bank").groups["f"])
    first = groups["corners"].cases[0]
    assert first.case.arguments["x"].data.dtype == dtype == first.expected[""].dtype
    assert np.any(first.case.arguments["x"].data.imag)
    assert found.record.questions["f"].tolerance.noise.nudged
    assert not refused(groups, lambda x: np.fft.ifft(np.asarray(x), axis=1))
    assert refused(groups, lambda x: np.conj(np.fft.ifft(np.asarray(x)))) == [*groups]
    assert refused(groups, lambda x: np.asarray(x).real + 0j) == [*groups]


def test_half_precision_of_complex_arguments_is_measured(tmp_path: Path) -> None:
    question = Question(
        "f",
        arguments={"x": Array("N", dtype="complex64")},
        dims={"N": (2, 9)},
        imprecise=0.5,
    )
    groups = groups_of(question, lambda x: x * jnp.conj(x), tmp_path)
    assert groups["random"].cases[0].half[""].moved > 0
    assert not refused(groups, lambda x: np.abs(np.asarray(x)) ** 2 + 0j)


def test_bfloat16_arguments_allow_its_rounding_and_no_more(tmp_path: Path) -> None:
    narrow = Array("B", "N", dtype="bfloat16")
    question = Question(
        "f", arguments={"x": narrow}, dims={"B": (1, 4), "N": (2, 9)}, laws=("jit",)
    )
    groups = groups_of(question, lambda x: x @ x.T, tmp_path)
    assert groups["random"].cases[0].expected[""].dtype.name == "bfloat16"
    assert not refused(groups, lambda x: x.astype(jnp.float32) @ x.astype(jnp.float32).T)
    assert refused(groups, lambda x: 1.1 * (x @ x.T)) == [*groups]
    assert refused(groups, lambda x: x @ x.T + 1) == [*groups]
