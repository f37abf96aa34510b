"""Questions with words: the build measures what the words leave free, refuses words that do not
fit, and names a missing one.

Covers too: `build.compared`, `build.judged`, `build.residuals`, `build.samples`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, Key, Question, Seed
from autograder.bank.storage import load, save
from autograder.build.banks import Built, build
from autograder.build.reference import draw
from autograder.errors import BuildError
from autograder.same import (
    as_set,
    residual,
    samples,
    up_to_order,
    up_to_rotation,
    up_to_sign,
)
from autograder.verdicts.examine import examine

X = {"x": Array("N", "D", families=("normal",))}
TALL = {"N": (5, 9), "D": (2, 4)}


def axes(x: Any) -> Any:
    return jnp.linalg.svd(x, full_matrices=False)[2].T


def negative(x: Any) -> Any:
    return -axes(x)


def asked(**declared: Any) -> Question:
    given: dict[str, Any] = {"arguments": X, "dims": TALL, "shapes": 1, "seeds": 2, **declared}
    return Question("f", **given)


def built(question: Question, reference: Any) -> Built:
    return build("t", [question], {"f": reference}, "a")


def refused(question: Question, reference: Any, message: str) -> None:
    with pytest.raises(BuildError, match=message):
        built(question, reference)


def test_a_missing_word_is_named_where_an_alternative_needs_it() -> None:
    words = {
        r"same=up_to_sign\(0\)": (axes, negative),
        r"same=up_to_order\(0\)": (lambda x: 2 * x, lambda x: 2 * x[::-1]),
        r"same=up_to_rotation\(\)": (lambda x: 2 * x, lambda x: 2 * x @ _turn(x)),
        r"same=as_set\(\)": (
            lambda x: x[:2],
            lambda x: jnp.concatenate([x[:2], x[:1]]),
        ),
    }
    for word, (reference, alternative) in words.items():
        question = asked()
        question.alternative(alternative)
        refused(
            question,
            reference,
            rf"^question 'f': the alternative (<lambda>|negative) is refused in cases='public': "
            rf"[^\n]*\nThe two answers differ only in what {word} allows: if both are "
            rf"right, declare the question with {word}, from autograder\.same",
        )


def _turn(x: Any) -> Any:
    size = x.shape[1]
    return jnp.linalg.qr(jnp.arange(1.0, size * size + 1).reshape(size, size) ** 2)[0]


def test_the_axis_of_a_sign_is_for_the_author_to_say() -> None:
    question = asked()
    question.alternative(negative)
    refused(
        question,
        axes,
        r"from autograder\.same \(the axis is the one along which a vector lies; other axes also "
        r"work here\)\n",
    )


def test_of_several_arrays_those_that_need_a_word_are_named() -> None:
    def svd(x: Any) -> Any:
        return tuple(jnp.linalg.svd(x, full_matrices=False))

    def other(x: Any) -> Any:
        u, s, v = svd(x)
        return -u, s, -v

    question = asked(several=True)
    question.alternative(other)
    refused(question, svd, r"same=\{'0': up_to_sign\(0\), '2': up_to_sign\(0\)\}, from autograder")
    declared = asked(several=True, same={"0": up_to_sign(0), "2": up_to_sign(1)})
    declared.alternative(other)
    built(declared, svd)


def test_an_alternative_that_is_wrong_is_not_called_right_but_for_a_word() -> None:
    question = asked()
    question.alternative(lambda x: 2 * axes(x))
    with pytest.raises(BuildError) as fault:
        built(question, axes)
    assert "autograder.same" not in str(fault.value)


def test_a_reference_whose_own_answer_jumps_needs_a_word() -> None:
    def jumps(x: Any) -> Any:
        sign = 1.0 if isinstance(x, jax.core.Tracer) else -1.0
        return sign * axes(x)

    refused(
        asked(),
        jumps,
        r"^question 'f': with x=a JAX array of shape \(\d, \d\) \(.*\) the reference returns a "
        r"different answer under jax\.jit\. The two answers differ only in what "
        r"same=up_to_sign\(0\)",
    )
    noise = built(asked(same=up_to_sign(0)), jumps).record.questions["f"].tolerance.noise
    assert noise.largest < 1e-4


@pytest.mark.parametrize(
    ("reference", "declared", "told"),
    [
        (axes, {"same": up_to_sign(2)}, "same=up_to_sign(2) does not fit what the reference "),
        (axes, {"same": up_to_order(-3)}, "it has no axis -3"),
        (
            lambda x: x.sum(axis=1),
            {"same": up_to_rotation()},
            "a rotation needs at least two axes; it turns the vectors along the last",
        ),
        (lambda x: x > 0, {"same": up_to_sign(0)}, "its dtype is bool"),
        (lambda x: x.sum(), {"same": as_set()}, "it has no axis 0"),
        (
            lambda x: jnp.tile(x, (500, 1)),
            {"same": as_set()},
            "the maximum number of entries in any order is 2000",
        ),
        (
            lambda x: (x, x + 1),
            {"same": {"2": as_set()}, "several": True},
            "same={'2': as_set()} names an array that the reference does not return; it returns "
            "'0', '1'",
        ),
    ],
)
def test_a_word_that_does_not_fit_is_refused(
    reference: Any, declared: dict[str, Any], told: str
) -> None:
    refused(asked(**declared), reference, re.escape(told))


def test_what_is_declared_is_judged_the_same_from_the_bank(tmp_path: Path) -> None:
    question = asked(same=up_to_sign(0), laws=("jit", "vmap"), imprecise=0.5)
    save(built(question, axes).hidden, tmp_path / "bank")
    groups = load(tmp_path / "bank").groups["f"]
    assert all(group.same == {"": up_to_sign(0)} for group in groups.values())
    for group in groups.values():
        assert examine(negative, group) is None
        assert examine(lambda x: jnp.abs(axes(x)), group) is not None


def test_a_question_without_words_is_stored_as_before(tmp_path: Path) -> None:
    save(built(asked(), lambda x: 2 * x).hidden, tmp_path / "bank")
    content = (tmp_path / "bank").read_bytes()
    for word in (b'\\"same\\"', b"statistics", b'\\"samples\\"', b"sampled"):
        assert word not in content


# -- residuals

SYSTEM = {
    "a": Array("N", "N", families=("normal",)),
    "b": Array("N", families=("normal",)),
}
EQUATION = residual(lambda args, out: args["a"] @ out - args["b"])


def solve(a: Any, b: Any) -> Any:
    return jnp.linalg.solve(a, b)


def system(**declared: Any) -> Question:
    given: dict[str, Any] = {"same": EQUATION, **declared}
    return Question("f", arguments=SYSTEM, dims={"N": (2, 8)}, shapes=1, seeds=2, **given)


def test_what_solves_the_equation_is_right_and_what_does_not_is_wrong(tmp_path: Path) -> None:
    question = system(laws=("jit", "vmap"))

    @question.misconception("transposed", hint="Not the transpose.")
    def transposed(a: Any, b: Any) -> Any:
        return jnp.linalg.solve(a.T, b)

    made = built(question, solve)
    record = made.record.questions["f"]
    assert 0 < record.tolerance.noise.largest < 1e-3
    assert record.tolerance.relative >= 16 * record.tolerance.noise.largest
    save(made.hidden, tmp_path / "bank")
    for name, group in load(tmp_path / "bank").groups["f"].items():
        for right in (
            solve,
            lambda a, b: jnp.linalg.inv(a) @ b,
            lambda a, b: jnp.linalg.lstsq(a, b)[0],
        ):
            assert examine(right, group) is None, name
        for wrong in (
            lambda a, b: 1.001 * solve(a, b),
            lambda a, b: 0 * b,
            lambda a, b: b,
            lambda a, b: solve(a, b)[:, None],
            lambda a, b: solve(a, b) * jnp.nan,
            lambda a, b: solve(a, b) + 0j,
            lambda a, b: jnp.float32(0),
        ):
            assert examine(wrong, group) is not None, name
        finding = examine(transposed, group)
        assert finding is not None
        assert finding.diagnosis is not None
        assert finding.diagnosis.name == "transposed"


def test_less_stable_answers_are_right_where_an_alternative_is() -> None:
    usual = draw(system(), solve, ("random",), "t", "a")
    question = system()

    @question.alternative
    def by_rough_inverse(a: Any, b: Any) -> Any:
        return solve(a, b) * (1 + 1e-5)

    rough = draw(question, solve, ("random",), "t", "a")
    for one, other in zip(usual.groups["random"].cases, rough.groups["random"].cases, strict=True):
        assert other.tolerances[""] > 2 * one.tolerances[""]


def test_a_condition_beside_an_equation_is_allowed_its_rounding() -> None:
    question = Question(
        "f",
        arguments=X,
        dims=TALL,
        same=residual(lambda args, out: (out**2 - args["x"] ** 2, np.minimum(out, 0))),
        shapes=1,
    )
    group = draw(question, jnp.abs, ("random",), "t", "a").groups["random"]
    assert examine(lambda x: jnp.sqrt(x * x), group) is None
    assert examine(lambda x: jnp.abs(x) - 1e-9, group) is None
    finding = examine(lambda x: x, group)
    assert finding is not None
    assert finding.sentence.startswith("returned a wrong solution: the residual of equation 2 is ")


def test_the_author_may_say_what_is_allowed() -> None:
    (case, *_) = draw(system(atol=0.25), solve, ("random",), "t", "a").groups["random"].cases
    assert case.tolerances[""] == 0.25


@pytest.mark.parametrize(
    ("equation", "told"),
    [
        (
            residual(lambda args, out: args["a"] @ out),
            r"the residual of the reference's own answer is not zero: it is [\d.e+-]+ of the "
            r"residual of an entirely wrong answer\. Write a residual that is zero for a right "
            r"answer",
        ),
        (
            residual(lambda args, out: 0 * out),
            r"the residual does not change when the answer does: it accepts every answer",
        ),
        (
            residual(lambda args, out: args["c"] @ out),
            r"the residual of the reference's answer raised KeyError: 'c'",
        ),
    ],
)
def test_a_residual_that_cannot_judge_is_refused(equation: Any, told: str) -> None:
    refused(system(same=equation), solve, told)


def test_an_alternative_that_does_not_solve_it_is_refused() -> None:
    question = system()
    question.alternative(lambda a, b: 2 * solve(a, b))
    refused(
        question,
        solve,
        r"the alternative <lambda> is refused in cases='public': .* it "
        r"returned a wrong solution: the residual is [\d.]+ \(allowed: [\d.e-]+\)\.",
    )


def test_a_law_that_the_reference_does_not_obey_cannot_be_asked_for() -> None:
    def not_traced(a: Any, b: Any) -> Any:
        return np.linalg.solve(np.asarray(a), np.asarray(b))

    refused(
        system(laws=("jit",)),
        not_traced,
        r"the law 'jit' cannot be used: .* the law does not hold for the reference: "
        r"`jax\.jit` of the function returns what the function returns",
    )


# -- samples

SAMPLED = {"key": Key(), "x": Array("D", families=("normal",))}


def noisy(key: Any, x: Any) -> Any:
    return x + jax.random.normal(key, x.shape)


def sampled(count: int = 4_000, **declared: Any) -> Question:
    given: dict[str, Any] = {"arguments": SAMPLED, "dims": {"D": (2, 3)}, **declared}
    return Question("f", shapes=1, seeds=1, same=samples(count), **given)


def test_what_is_distributed_alike_is_right(tmp_path: Path) -> None:
    question = sampled()

    @question.misconception("uniform", hint="Normal.")
    def uniform(key: Any, x: Any) -> Any:
        return x + 3 * jax.random.uniform(key, x.shape, minval=-1)

    made = built(question, noisy)
    assert 0.09 < made.record.questions["f"].tolerance.relative < 0.11
    for bank in (made.hidden, made.public):
        save(bank, tmp_path / "bank")
        for group in load(tmp_path / "bank").groups["f"].values():
            assert examine(noisy, group) is None
            assert examine(lambda key, x: 2 * x - noisy(key, x), group) is None
            assert examine(lambda key, x: x, group) is not None
            finding = examine(uniform, group)
            assert finding is not None
            assert finding.diagnosis is not None
            assert finding.diagnosis.name == "uniform"
    assert (tmp_path / "bank").stat().st_size < 200_000


def test_the_reference_is_sampled_with_other_keys_than_students_are() -> None:
    """With the same keys, mirrored noise would differ from it by more than chance."""
    (case, *_) = draw(sampled(), noisy, ("random",), "t", "a").groups["random"].cases
    assert (case.case.way.samples, case.case.way.sampled) == (4_000, "key")
    rows = jax.vmap(lambda key: noisy(key, case.case.arguments["x"].data))(
        jax.random.split(jax.random.key(int(case.case.arguments["key"].data)), 4_000)
    )
    assert not np.allclose(case.statistics["means"], np.asarray(rows)[400:].mean(axis=0), atol=1e-4)


@pytest.mark.slow
def test_a_seed_is_sampled_too_and_twice_the_same_secret_gives_the_same_bank(
    tmp_path: Path,
) -> None:
    def by_seed(seed: Any, x: Any) -> Any:
        return np.asarray(x) + np.random.default_rng(int(seed)).standard_normal(x.shape)

    for name in ("one", "other"):
        question = sampled(arguments={"seed": Seed(as_float=True), "x": SAMPLED["x"]})
        save(built(question, by_seed).hidden, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_rules_are_judged_on_single_calls() -> None:
    from autograder.rules import constant_trace

    question = sampled()
    question.requires(
        "no loop", constant_trace("D"), otherwise="loops.", misconception="a loop", hint="None."
    )
    made = built(question, noisy)
    assert all(case.way.samples == 0 for case in made.hidden.methods["f"].cases)


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        (
            lambda key, x: 2 * x,
            r"the reference returns the same numbers for every key: nothing is random\. Remove "
            r"same=samples\(…\)",
        ),
        (
            lambda key, x: jnp.zeros(2_001) + jax.random.normal(key, (2_001,)),
            r"an answer of 2001 numbers \(.*\) is too large for samples \(maximum: 2000\); narrow "
            r"the ranges in dims",
        ),
        (
            lambda key, x: np.arange(2.0 + int(jax.random.key_data(key)[1]) % 2),
            r"returned arrays whose number or shapes depend on the key\.",
        ),
    ],
)
def test_a_reference_that_cannot_be_sampled_is_refused(reference: Any, told: str) -> None:
    refused(sampled(), reference, told)


def test_a_misconception_that_samples_hardly_tell_is_refused() -> None:
    question = sampled(2_000)

    @question.misconception("a little wider", hint="Not so wide.")
    def wider(key: Any, x: Any) -> Any:
        return x + 1.26 * jax.random.normal(key, x.shape)

    refused(
        question,
        noisy,
        r"the misconception 'a little wider' \(wider\) differs too little from a right answer: "
        r"with other keys, its samples may not show the difference\. Make the difference larger "
        r"\(other ranges in dims\), or ask for more samples$",
    )
