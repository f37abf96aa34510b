"""A build decides everything that it can decide, and stops with a sentence where it cannot.

Covers too: `build.advice`, `build.answered_cases`, `build.degenerate`, `build.drawn`,
`build.reference`, `build.rehearse`, `build.record`.
"""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, Dim, Key, Number, Question, Seed
from autograder.bank.groups import HIDDEN_GROUPS
from autograder.bank.storage import load, save
from autograder.build.banks import build
from autograder.build.record import BuildRecord, GroupCounts
from autograder.build.rehearse import rehearse
from autograder.errors import BuildError


def scale_rows(seed: float, x: Any, factor: float) -> Any:
    weights = jax.random.normal(jax.random.key(int(seed)), (x.shape[0], 1))
    return (x * weights * int(factor)).sum(axis=1)


SCOPE = {"scale_rows": scale_rows}


def test_the_same_secret_gives_the_same_bytes_and_another_one_other_cases(
    scale_question: Question, tmp_path: Path
) -> None:
    for name, secret in (("first", "a"), ("second", "a"), ("other", "b")):
        built = build("t", [scale_question], SCOPE, secret)
        save(built.hidden, tmp_path / f"{name}.hidden")
        save(built.public, tmp_path / f"{name}.public")
    contents = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert contents["first.hidden"] == contents["second.hidden"]
    assert contents["first.hidden"] != contents["other.hidden"]
    assert contents["first.public"] == contents["other.public"]


def test_the_public_bank_holds_public_cases_only_and_shares_none_with_the_hidden_groups(
    scale_question: Question,
) -> None:
    built = build("t", [scale_question], SCOPE, "a")
    assert set(built.public.groups["scale_rows"]) == {"public"}
    seeds = {
        name: {int(answered.case.arguments["seed"].data) for answered in group.cases}
        for name, group in built.hidden.groups["scale_rows"].items()
    }
    assert set(seeds) == {"public", *HIDDEN_GROUPS}
    ends = {0, 2**24 - 1}
    assert not seeds["public"] & ends
    assert seeds["repeated"] & ends == {0}
    assert seeds["corners"] & ends == ends
    for one, other in itertools.combinations(seeds.values(), 2):
        assert not one & other - ends


def test_alternatives_and_misconceptions_are_counted(scale_question: Question) -> None:
    @scale_question.alternative
    def by_einsum(seed: float, x: Any, factor: float) -> Any:
        return jnp.einsum(
            "bd,bo->b", x, jax.random.normal(jax.random.key(int(seed)), (x.shape[0], 1))
        ) * int(factor)

    @scale_question.misconception("the sum runs over rows", hint="look at axis")
    def sums_rows(seed: float, x: Any, factor: float) -> Any:
        return (
            x * jax.random.normal(jax.random.key(int(seed)), (x.shape[0], 1)) * int(factor)
        ).sum(axis=0)

    @scale_question.misconception("not with jnp", hint="use jnp", told_by="method")
    def same_values(seed: float, x: Any, factor: float) -> Any:
        return scale_rows(seed, x, factor)

    whole = build("t", [scale_question], SCOPE, "a").record
    stored = json.loads(json.dumps(whole.to_json()))
    assert list(stored) == ["assignment", "secret", "questions"]
    assert list(stored["questions"]["scale_rows"]) == [
        "groups",
        "alternatives",
        "misconceptions",
        "rules",
        "tolerance",
        "imprecise",
        "options",
        "trivial",
        "idle",
    ]
    told = ["name", "told_by", "refused_in", "refused_on", "unmet", "margin", "least", "source"]
    assert list(stored["questions"]["scale_rows"]["misconceptions"]["sums_rows"]) == told
    assert list(stored["questions"]["scale_rows"]["tolerance"]) == [
        "noise",
        "relative",
        "set_by_the_author",
        "measured",
    ]
    assert BuildRecord.from_json(stored) == whole
    record = whole.questions["scale_rows"]
    assert record.groups["repeated"] == GroupCounts(cases=4, shapes=1, calls=6)
    assert list(record.alternatives) == ["by_einsum"]
    assert record.misconceptions["sums_rows"].refused_in == ("public", *HIDDEN_GROUPS)
    assert record.misconceptions["same_values"].refused_in == ()
    assert "def sums_rows" in record.misconceptions["sums_rows"].source


def refused(questions: list[Question], scope: dict[str, Any], message: str) -> None:
    with pytest.raises(BuildError, match=message):
        build("t", questions, scope, "a")


def test_a_missing_solution_is_named(scale_question: Question) -> None:
    refused(
        [scale_question],
        {},
        r"^question 'scale_rows': the master has no solution: no code cell defines a function "
        r"scale_rows$",
    )


def test_an_assignment_without_questions_of_this_kind_has_empty_banks(tmp_path: Path) -> None:
    built = build("t", [], {}, "a")
    save(built.hidden, tmp_path / "bank")
    assert load(tmp_path / "bank").groups == {}


def test_two_questions_of_one_name_are_refused(scale_question: Question) -> None:
    refused(
        [scale_question, scale_question],
        SCOPE,
        r"^question 'scale_rows': declared 2 times; give each question its own name$",
    )


def test_a_reference_that_raises_is_named_with_its_case(scale_question: Question) -> None:
    def raises(seed: float, x: Any, factor: float) -> Any:
        raise ValueError("no luck")

    refused(
        [scale_question],
        {"scale_rows": raises},
        r"^question 'scale_rows': with seed=\d+\.0, x=a JAX array of shape \(\d, \d\), "
        r"factor=\d\.0 \(all sizes distinct\) the reference raised ValueError\.\nValueError: no "
        r"luck\nline \d+: raise ValueError\(\"no luck\"\)$",
    )


def by_pallas(seed: float, x: Any, factor: float) -> Any:
    from jax.experimental import pallas

    def kernel(given: Any, out: Any) -> None:
        out[...] = given[...] * 2

    return pallas.pallas_call(kernel, out_shape=jax.ShapeDtypeStruct(x.shape, x.dtype))(x)


@pytest.mark.parametrize(
    "function",
    [
        by_pallas,
        lambda seed, x, factor: jnp.linalg.inv(jnp.eye(x.shape[0], dtype=jnp.bfloat16)),
        lambda seed, x, factor: jax.device_put(x, jax.devices("gpu")[0]),
        lambda seed, x, factor: jax.make_mesh((1000,), ("rows",)),
        lambda seed, x, factor: jnp.sum(x.astype(jnp.int4)),
    ],
)
def test_what_jax_cannot_do_on_the_processor_is_told_as_that(
    scale_question: Question, function: Any
) -> None:
    refused(
        [scale_question],
        {"scale_rows": function},
        r"the reference raised [A-Z]\w+Error\.\n(?s:.*)\nJAX cannot do this on the CPU, where "
        r"submissions are graded: use operations that run on the CPU$",
    )


def test_a_reference_that_changes_between_calls_is_refused(scale_question: Question) -> None:
    count = itertools.count()

    def drifts(seed: float, x: Any, factor: float) -> Any:
        return x[:, 0] + next(count)

    refused(
        [scale_question],
        {"scale_rows": drifts},
        r"^question 'scale_rows': the reference changes between calls: it returns two different "
        r"outputs for the same arguments \(",
    )


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda seed, x, factor: x[:, 0] * 0, "it is all zeros"),
        (lambda seed, x, factor: jnp.ones(9), "all its elements are equal"),
        (
            lambda seed, x, factor: x[:, 0] / 0,
            "none of its elements is finite, for example because numbers are divided by a spread "
            "or a sum of 0",
        ),
        (lambda seed, x, factor: x[:0], "it has no elements"),
    ],
)
def test_a_reference_that_tests_nothing_is_refused(
    scale_question: Question, function: Any, why: str
) -> None:
    refused(
        [scale_question],
        {"scale_rows": function},
        re.escape(
            f"the reference never returned an output that tests anything: {why}. Narrow the "
            "ranges in dims"
        ),
    )


def test_a_dtype_that_no_bank_can_keep_is_named(scale_question: Question) -> None:
    refused(
        [scale_question],
        {"scale_rows": lambda seed, x, factor: np.asarray(x).astype(np.longdouble)},
        "the reference returns dtype float128, which a bank cannot store",
    )


def test_a_refused_alternative_stops_the_build(scale_question: Question) -> None:
    @scale_question.alternative
    def flattened(seed: float, x: Any, factor: float) -> Any:
        return scale_rows(seed, x, factor)[None]

    refused(
        [scale_question],
        SCOPE,
        r"the alternative flattened is refused in cases='public': with .* it returned shape \(1, "
        r"\d\); expected shape \(\d,\)",
    )


def test_a_misconception_that_passes_stops_the_build(scale_question: Question) -> None:
    scale_question.misconception("no mistake", hint="none")(scale_rows)
    refused(
        [scale_question],
        SCOPE,
        r"the misconception 'no mistake' \(scale_rows\) passes every hidden case",
    )


def test_a_misconception_left_to_the_method_must_have_right_values(
    scale_question: Question,
) -> None:
    @scale_question.misconception("wrong values", hint="none", told_by="method")
    def doubled(seed: float, x: Any, factor: float) -> Any:
        return 2 * scale_rows(seed, x, factor)

    refused(
        [scale_question],
        SCOPE,
        'is declared with told_by="method", but its values differ in public, corners, random, '
        "repeated, types; remove told_by",
    )


def test_a_dead_case_is_drawn_again() -> None:
    """A single rectified number is zero half of the time; no such case may stay."""
    question = Question(
        "rectified",
        arguments={"seed": Seed(), "x": Array("B"), "n": Dim("B")},
        dims={"B": (1, 1)},
        trivial="A positive number stays as it is.",
    )
    built = build("t", [question], {"rectified": lambda seed, x, n: jnp.maximum(x, 0)}, "a")
    for group in built.hidden.groups["rectified"].values():
        assert all(np.all(answered.expected[""] > 0) for answered in group.cases)


def test_a_rehearsal_says_what_the_group_does(scale_question: Question) -> None:
    scale_question.misconception("forgets the factor", hint="look")(
        lambda seed, x, factor: scale_rows(seed, x, 1.0)
    )
    assert rehearse(scale_question, scale_rows, "repeated") == (
        "scale_rows, repeated: 6 calls of 4 cases over 1 shapes; 0 alternatives accepted; 1 of 1 "
        "misconceptions refused.\n"
        "  refused: forgets the factor"
    )


def test_a_misconception_too_close_to_the_right_answer_stops_the_build(
    scale_question: Question,
) -> None:
    scale_question.rtol = 1e-3
    scale_question.misconception("almost", hint="h")(
        lambda seed, x, factor: scale_rows(seed, x, factor) * 1.005
    )
    refused(
        [scale_question],
        SCOPE,
        r"^question 'scale_rows': the misconception 'almost' \(<lambda>\) differs from the right "
        r"answer by only 5 times the allowed error; it must differ by at least 10 times\. Make "
        r"the difference larger \(other ranges in dims, other families\), or set a smaller rtol$",
    )


def test_a_misconception_that_one_case_refuses_stops_the_build(scale_question: Question) -> None:
    seeds: list[float] = []

    def wrong_once(seed: float, x: Any, factor: float) -> Any:
        seeds.append(seed)
        return scale_rows(seed, x, factor) * (2 if seed == seeds[0] else 1)

    # The first case that a build calls is public, so no hidden case refuses this answer.
    scale_question.misconception("wrong once", hint="h")(wrong_once)
    refused(
        [scale_question],
        SCOPE,
        r"^question 'scale_rows': the misconception 'wrong once' \(wrong_once\) passes every "
        r"hidden case\. ",
    )


def test_an_authors_tolerance_replaces_the_measured_one_and_is_noted(
    scale_question: Question,
) -> None:
    scale_question.rtol, scale_question.atol = 1e-2, 0.5
    built = build("t", [scale_question], SCOPE, "a")
    for answered in built.hidden.groups["scale_rows"]["random"].cases:
        assert answered.tolerances[""] == pytest.approx(
            0.5 + 1e-2 * np.abs(answered.expected[""]).max()
        )
    measured = built.record.questions["scale_rows"].tolerance
    assert measured.set_by_the_author == {"rtol": 1e-2, "atol": 0.5}
    assert 0 < measured.measured < 1e-4


def test_the_noise_is_kept_by_where_it_comes_from(scale_question: Question) -> None:
    scale_question.alternative(
        lambda seed, x, factor: np.asarray(scale_rows(seed, x, factor), np.float64) * (1 + 1e-7)
    )
    noise = build("t", [scale_question], SCOPE, "a").record.questions["scale_rows"].tolerance.noise
    assert set(vars(noise)) == {"nudged", "compiled", "float64", "alternatives", "own"}
    assert noise.nudged is not None
    assert 0 < noise.nudged < 1e-5
    assert noise.alternatives == pytest.approx(1e-7, rel=0.1)


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (
            lambda x: x * 0 + np.where(np.arange(x.size) == 0, 1.0, 0.0).astype(np.float32),
            "more than 90% of its elements are equal",
        ),
        (
            lambda x: 1 - 1e-6 * np.arange(x.size, dtype=np.float32),
            "its elements hardly differ, like those of a saturated function",
        ),
        (lambda x: x * 0, "it is all zeros"),
        (lambda x: x * np.inf, "none of its elements is finite"),
    ],
)
def test_references_that_test_little_are_refused_with_the_reason(output: Any, why: str) -> None:
    question = Question("f", arguments={"x": Array("B")}, dims={"B": (16, 40)})
    refused([question], {"f": output}, f"never returned an output that tests anything: {why}")


def test_a_reference_of_plus_and_minus_one_tests_enough() -> None:
    question = Question("f", arguments={"x": Array("B")}, dims={"B": (16, 40)})
    assert build("t", [question], {"f": jnp.sign}, "a").hidden.groups["f"]


def test_a_reference_that_takes_an_argument_by_keyword_is_told_the_word() -> None:
    def scaled(x: Any, *, rate: float) -> Any:
        return x * rate

    question = Question(
        "scaled", arguments={"x": Array("N"), "rate": Number(0.5, 2.0)}, dims={"N": (2, 5)}
    )
    with pytest.raises(BuildError) as caught:
        build("t", [question], {"scaled": scaled}, "s")
    assert str(caught.value).endswith(
        "It takes rate by keyword only: declare the question with keywords=('rate',); describe "
        "an nnx.Rngs with Rngs()"
    )


def test_an_alternative_that_takes_whole_numbers_for_labels_is_told_of_values() -> None:
    def chosen(x: Any, labels: Any) -> Any:
        return jnp.asarray(x)[jnp.arange(len(labels)), jnp.asarray(labels)]

    question = Question(
        "chosen",
        arguments={"x": Array("N", "C"), "labels": Array("N", dtype="int32")},
        dims={"N": (2, 6), "C": (2, 5)},
    )

    @question.alternative
    def by_one_hot(x: Any, labels: Any) -> Any:
        return (x * jax.nn.one_hot(labels, x.shape[1])).sum(axis=1)

    with pytest.raises(
        BuildError,
        match=re.escape(
            "Whole numbers such as labels range from -900 to 900. If they are labels or indices, "
            "declare their range, such as values=(0, 'C') for numbers below the size C"
        ),
    ):
        build("t", [question], {"chosen": chosen}, "s")


def test_an_alternative_that_draws_otherwise_is_told_of_samples() -> None:
    question = Question("drawn", arguments={"key": Key(), "x": Array("N")}, dims={"N": (4, 9)})

    @question.alternative
    def by_another_key(key: Any, x: Any) -> Any:
        return x + jax.random.normal(jax.random.split(key)[0], x.shape)

    with pytest.raises(
        BuildError,
        match=re.escape(
            "If both draw valid random numbers in different ways, declare the question with "
            "same=samples(20_000), from autograder.same"
        ),
    ):
        build("t", [question], {"drawn": lambda key, x: x + jax.random.normal(key, x.shape)}, "s")


def test_a_complex_alternative_a_little_off_is_not_told_of_signs() -> None:
    question = Question("waves", arguments={"x": Array("N")}, dims={"N": (8, 9)})

    @question.alternative
    def off(x: Any) -> Any:
        return jnp.fft.fft(x) * (1 + 1e-4j)

    with pytest.raises(BuildError) as caught:
        build("t", [question], {"waves": jnp.fft.fft}, "s")
    assert "up_to_sign" not in str(caught.value)
