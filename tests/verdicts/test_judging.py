"""The sentences about answers that a word of `same` judges: shape and dtype first, then the
residual or the distribution of the samples, and no hidden number. Covers too:
`verdicts.judged_by_words`, `verdicts.samples_in_words`.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, Key, Question
from autograder.bank.records import ExpectedCase, Group
from autograder.build.reference import draw
from autograder.calls.call import Failed, Returned, StandIn
from autograder.calls.spec import Case
from autograder.checks.messages import in_grading, in_notebook
from autograder.questions.question import declared_inside
from autograder.same import residual, samples, up_to_sign
from autograder.sameness.words import Residual
from autograder.verdicts.examine import examine
from autograder.verdicts.judging import Judged, judge, mismatches

with declared_inside():
    AXES = Question(
        "axes",
        arguments={"x": Array("N", "D", families=("normal",))},
        dims={"N": (6, 9), "D": (3, 4)},
        shapes=1,
        imprecise=0.5,
        same=up_to_sign(0),
    )


def axes(x: Any) -> Any:
    return jnp.linalg.svd(x, full_matrices=False)[2].T


def test_an_aligned_answer_is_compared_and_told_as_any_other() -> None:
    group = draw(AXES, axes, ("random",), "t", "a").groups["random"]
    assert examine(lambda x: -axes(x), group) is None
    finding = examine(lambda x: -axes(x).at[:, -1].set(0.0), group)
    assert finding is not None
    assert finding.sentence.startswith("returned wrong values in ")
    assert finding.diagnosis is not None
    assert finding.diagnosis.name == "only the last is wrong"
    half = examine(lambda x: -axes(x).astype(jnp.float16), group)
    assert half is not None
    assert half.verdict == "imprecise"


def test_a_failure_and_an_answer_without_words_stay_as_they_were() -> None:
    case = Case("", {}, {})
    plain = ExpectedCase(case, {"": np.zeros(2)}, {"": 0.1})
    returned = Returned({"": np.ones(2)})
    assert judge(returned, plain) is returned
    failed = Failed("raised ValueError.")
    assert judge(failed, ExpectedCase(case, {}, {}, same={"": up_to_sign(0)})) is failed


def of_residual(answer: Any, source: str = "lambda args, out: out", **tolerances: Any) -> str:
    expected = ExpectedCase(
        Case("", {}, {}),
        {"": np.zeros(2, np.float32)},
        {"": tolerances.get("allowed", 1e-3)},
        same={"": Residual(source)},
    )
    outcome = judge(Returned({"": np.asarray(answer)}), expected)
    assert isinstance(outcome, Judged)
    found = mismatches(outcome, expected)
    return found[""].sentence if found else ""


def test_a_residual_is_told_and_one_that_could_spell_out_the_inputs_is_not() -> None:
    solves = "returned a wrong solution: the residual"
    assert of_residual([0.0, 9e-4]) == ""
    assert of_residual([0.0, 0.1234]) == f"{solves} is 0.12 (allowed: 0.001)."
    assert of_residual([1e9, 0.0]) == f"{solves} is more than 1e+08 times what is allowed."
    two = "lambda args, out: (out[0], out[1])"
    allowed = np.array([1.0, 0.1])
    assert of_residual([0.9, 0.05], two, allowed=allowed) == ""
    assert of_residual([0.9, 0.5], two, allowed=allowed) == (
        f"{solves} of equation 2 is 0.5 (allowed: 0.1)."
    )
    assert of_residual([2, 0], "lambda args, out: out / 0") == (
        "returned dtype int64; expected floating-point numbers, such as dtype float32."
    )
    assert of_residual([2.0, 0.0], "lambda args, out: out / 0") == f"{solves} is not a number."
    assert of_residual([1.0, 0.0], "lambda args, out: np.linalg.inv(out)") == (
        "returned an answer whose residual cannot be computed."
    )


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            np.zeros((2, 1), np.float32),
            "returned shape (2, 1); expected shape (2,), with the same number of ",
        ),
        (np.float32(0), "returned an array with 1 element and no axes; expected shape (2,)."),
        (
            np.array([np.nan, 0], np.float32),
            "returned NaN instead of a finite number in 1 of 2 elements (50.0%), at [0].",
        ),
        (
            np.zeros(2, complex),
            "returned dtype complex128; expected floating-point numbers, such as ",
        ),
    ],
)
def test_an_answer_of_another_form_solves_nothing(answer: np.ndarray, told: str) -> None:
    assert of_residual(answer).startswith(told)


def test_a_missing_array_is_told_before_any_residual() -> None:
    expected = ExpectedCase(
        Case("", {}, {}),
        {"0": np.zeros(2), "1": np.zeros(2)},
        {"0": 1.0, "1": 1.0},
        same={"": Residual("lambda args, out: out['0'] - out['1']")},
    )
    outcome = judge(Returned({"0": np.zeros(2)}), expected)
    assert isinstance(outcome, Judged)
    assert mismatches(outcome, expected)["1"].sentence == (
        "returned 1 array; expected 2 arrays: [0], [1]."
    )


def solving() -> Group:
    question = Question(
        "solve",
        arguments={"a": Array("N", "N", families=("normal",)), "b": Array("N")},
        dims={"N": (2, 4)},
        shapes=1,
        seeds=2,
        same=residual(lambda args, out: args["a"] @ out - args["b"]),
    )
    return draw(question, jnp.linalg.solve, ("random",), "t", "a").groups["random"]


def test_the_messages_about_a_residual_have_no_picture_and_no_expected_numbers() -> None:
    group = solving()
    finding = examine(lambda a, b: b, group)
    assert finding is not None
    assert finding.step == "residual"
    assert finding.diagnosis is None
    told = in_grading("solve", finding, False)
    assert told.startswith("solve returned a wrong solution: the residual is ")
    assert "cases fail." in told
    assert "Errors compared" not in in_notebook("solve", finding)
    assert "solve(*public_case('solve', 0))" in in_notebook("solve", finding)


def noisy(key: Any, x: Any) -> Any:
    return x + jax.random.normal(key, x.shape)


def pair(key: Any, x: Any) -> Any:
    one, other = jax.random.split(key)
    return {"mean": x, "draws": (noisy(one, x), noisy(other, x))}


def sampling(reference: Any = noisy, **declared: Any) -> Group:
    question = Question(
        "noisy",
        arguments={"key": Key(), "x": Array("D", families=("normal",))},
        dims={"D": (3, 3)},
        shapes=1,
        seeds=2,
        same=samples(4_000),
        **declared,
    )
    return draw(question, reference, ("random",), "t", "a").groups["random"]


def told(answer: Any, group: Group) -> tuple[str, str]:
    finding = examine(answer, group)
    assert finding is not None
    assert finding.step in ("samples", "shape", "dtype", "structure")
    return finding.sentence, finding.detail


ALL = " in 3 of 3 elements (100.0%)"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            lambda key, x: noisy(jax.random.key(0), x),
            f"returned the same value for every key{ALL}; the random numbers must come from the "
            "key.",
        ),
        (
            lambda key, x: noisy(key, x) + 1,
            f"returned values whose mean over 4000 keys is wrong{ALL}.",
        ),
        (
            lambda key, x: x + 2 * jax.random.normal(key, x.shape),
            f"returned values whose standard deviation over 4000 keys is wrong{ALL}.",
        ),
        (
            lambda key, x: x + jax.random.rademacher(key, x.shape, jnp.float32),
            f"returned values whose distribution over 4000 keys is wrong{ALL}; their mean and "
            "standard deviation may be right.",
        ),
        (
            lambda key, x: jnp.where(jax.random.uniform(key) < 0.1, jnp.nan, noisy(key, x)),
            f"returned NaN or infinity for the wrong share of 4000 keys{ALL}.",
        ),
        (
            lambda key, x: x + jax.random.normal(key),
            "returned random numbers that depend on each other in the wrong way. Is one key used "
            "for two draws, or one draw for several elements?",
        ),
        (
            lambda key, x: np.asarray(x) + np.random.standard_normal(x.shape),
            "returned different numbers when it was called again with the same key; the key "
            "alone must determine them.",
        ),
        (
            lambda key, x: noisy(key, x)[None],
            "returned shape (1, 3); expected shape (3,), with the same number of elements.",
        ),
        (
            lambda key, x: noisy(key, x).astype(int),
            "returned dtype int32; expected floating-point numbers, such as dtype float32.",
        ),
        (
            lambda key, x: [noisy(key, x)],
            "returned a list of length 1; it must return one array.",
        ),
    ],
)
def test_what_is_wrong_with_samples_is_told(answer: Any, sentence: str) -> None:
    finding = examine(answer, sampling())
    assert finding is not None
    assert finding.sentence == sentence


def test_the_numbers_stand_in_the_detail_which_only_the_notebook_shows() -> None:
    group = sampling()
    _, shifted = told(lambda key, x: noisy(key, x) + 1, group)
    assert shifted.splitlines()[0] == "The wrong elements:"
    for line in shifted.splitlines()[1:]:
        assert line.startswith("  [")
        assert "standard deviation 1" in line or "standard deviation 0.9" in line
    _, two = told(lambda key, x: x + jax.random.rademacher(key, x.shape, jnp.float32), group)
    assert "% of the numbers are " in two.splitlines()[1]
    finding = examine(lambda key, x: noisy(key, x) + 1, group)
    assert finding is not None
    assert "  [0]: mean" in in_notebook("noisy", finding)
    assert "noisy(*public_case('noisy', 0))" in in_notebook("noisy", finding)
    assert "[0]" not in in_grading("noisy", finding, False)


def test_of_several_arrays_the_wrong_one_is_named() -> None:
    group = sampling(pair, several=True)
    assert examine(pair, group) is None

    def second(key: Any, x: Any) -> Any:
        return {"mean": x, "draws": (noisy(key, x), 3 + noisy(jax.random.split(key)[0], x))}

    sentence, _ = told(second, group)
    assert sentence.endswith(" in 3 of 3 elements (100.0%) of [draws/1].")

    def one_key(key: Any, x: Any) -> Any:
        return {"mean": x, "draws": (noisy(key, x), noisy(key, x))}

    assert told(one_key, group)[0].startswith("returned random numbers that depend on each other")
    assert told(lambda key, x: {"mean": x}, group)[0].startswith(
        "returned 1 array; expected 3 arrays"
    )


class Claims(StandIn):
    """A process that sends any arrays it likes."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def answer(self, arguments: Any, way: Any = None) -> Returned | Failed:
        return Returned({"": self.array})


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 3), np.float32),
        np.zeros((100, 3), np.float32),
        np.zeros((1_000_000, 3), np.float32),
    ],
)
def test_fewer_answers_than_keys_are_never_enough(array: np.ndarray) -> None:
    group = sampling()
    assert told(Claims(array), group)[0] == "returned fewer answers than it was given keys."


@pytest.mark.parametrize("array", [np.float32(1), np.zeros((0, 3), np.float32), np.zeros(3)])
def test_what_is_no_array_of_answers_is_refused(array: np.ndarray) -> None:
    finding = examine(Claims(np.asarray(array)), sampling())
    assert finding is not None
