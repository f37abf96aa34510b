"""A wrong answer gets the hint of the mistake behind it, and no other.

Covers too: `verdicts.array_mistakes`, `verdicts.known_mistakes`, `verdicts.layout_mistakes`,
`verdicts.mistake`, `verdicts.scenes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from autograder import Array, Question
from autograder.bank.records import KnownMistake, KnownOutcome
from autograder.build.banks import build
from autograder.calls.call import Failed, Returned
from autograder.calls.outputs import ALONE, alone
from autograder.verdicts.diagnosis import Diagnosis, diagnose
from autograder.verdicts.examine import examine
from autograder.verdicts.known_mistakes import outcome_of
from autograder.verdicts.scenes import Expected

SIZES = ({"B": 3, "F": 4}, {"B": 5, "F": 2}, {"B": 2, "F": 7}, {"B": 4, "F": 4})
RNG = np.random.default_rng(7)
TABLES = [RNG.standard_normal((each["B"], each["F"])) for each in SIZES]


def expecting(output: np.ndarray, sizes: Mapping[str, int], tolerance: float = 1e-6) -> Expected:
    return Expected(alone(output), {"": tolerance}, sizes)


FLAT = [expecting(table.ravel(), sizes) for table, sizes in zip(TABLES, SIZES, strict=True)]
SQUARE = [expecting(table, sizes) for table, sizes in zip(TABLES, SIZES, strict=True)]


def told(
    change: Callable[[np.ndarray], Any],
    expected: list[Expected] = SQUARE,
    known: tuple[KnownMistake, ...] = (),
) -> str | None:
    diagnosis = diagnose(
        {index: Returned(alone(np.asarray(change(table)))) for index, table in enumerate(TABLES)},
        expected,
        known,
    )
    return None if diagnosis is None else diagnosis.name


def flat(change: Callable[[np.ndarray], Any]) -> str | None:
    return told(lambda table: change(table).ravel(), FLAT)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda y: y.T, "axes swapped"),
        (lambda y: y[::-1], "reversed"),
        (lambda y: y[:, ::-1], "reversed"),
        (lambda y: np.roll(y, 1, 1), "shifted by one"),
        (lambda y: np.roll(y, -1, 0), "shifted by one"),
        (lambda y: y[0], "only the first"),
        (lambda y: y[-1], "only the last"),
        (lambda y: np.repeat(y[:1], len(y), 0), "the first repeated"),
        (lambda y: y[:-1], "the last is missing"),
        (lambda y: y[1:], "the first is missing"),
        (lambda y: np.pad(y, ((0, 1), (0, 0))), "padded"),
        (lambda y: y + np.arange(1.0, y.shape[1] + 1), "a vector added"),
        (lambda y: np.concatenate([y[:-1], 5 - y[-1:]]), "only the last is wrong"),
        (lambda y: np.maximum(y, 0), "an extra ReLU"),
        (np.tanh, "an extra tanh"),
        (lambda y: -y, "the sign is wrong"),
        (lambda y: y + 0.5, "off by a constant"),
        (lambda y: y * len(y), "multiplied by B"),
        (lambda y: y / y.shape[1], "divided by F"),
        (lambda y: y * y.shape[1] ** 0.5, "multiplied by the root of F"),
    ],
)
def test_general_mistakes_with_arrays_are_named(change: Any, name: str) -> None:
    assert told(change) == name


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda y: y.T, "flattened in the wrong order"),
        (lambda y: y[::-1], "reversed"),
        (lambda y: y[:1], "only the first"),
        (lambda y: np.roll(y, 1, 0), "shifted by one"),
        (lambda y: y + np.arange(1.0, y.shape[1] + 1), "a vector added"),
    ],
)
def test_axes_of_a_flat_output_are_found_by_the_dimensions_of_the_question(
    change: Any, name: str
) -> None:
    assert flat(change) == name


def test_a_missing_relu_is_named() -> None:
    expected = [
        expecting(np.maximum(table, 0), sizes) for table, sizes in zip(TABLES, SIZES, strict=True)
    ]
    assert told(lambda y: y, expected) == "a ReLU is missing"


@pytest.mark.parametrize(
    "change",
    [
        lambda y: RNG.standard_normal(y.shape),
        lambda y: y * 1.3 + y**2,
        lambda y: np.where(y == y.max(), 9.0, y),
        lambda y: np.full_like(y, np.nan),
        lambda y: y.astype(str),
        lambda y: np.zeros((0, 3)),
        lambda y: y,
    ],
)
def test_what_is_wrong_in_no_known_way_and_what_is_right_get_no_hint(change: Any) -> None:
    assert told(change) is None


def test_the_hint_names_the_axis() -> None:
    diagnosis = diagnose(
        {index: Returned(alone(table.T.ravel())) for index, table in enumerate(TABLES)}, FLAT, ()
    )
    assert diagnosis == Diagnosis(
        "flattened in the wrong order",
        "All numbers are there, but axis B and axis F are swapped. Check the order of the axes "
        "before the result is flattened (`out_axes`, `.T`, `transpose`).",
        "general",
    )


def known(name: str, change: Callable[[np.ndarray], Any]) -> KnownMistake:
    return KnownMistake(
        name,
        f"hint of {name}",
        tuple(KnownOutcome(alone(np.asarray(change(table)))) for table in TABLES),
    )


def test_an_authors_misconception_comes_before_a_general_mistake() -> None:
    assert (
        told(lambda y: y.T, known=(known("theirs", lambda y: y.T), known("other", lambda y: y * 2)))
        == "theirs"
    )


def test_two_misconceptions_that_explain_it_equally_well_give_no_hint() -> None:
    assert (
        told(lambda y: y.T, known=(known("one", lambda y: y.T), known("two", lambda y: y.T)))
        is None
    )


def test_a_misconception_that_loses_more_digits_than_the_right_answer_is_recognised() -> None:
    """The build does not measure its rounding, which differs between compilers."""
    doubles, more = known("doubles", lambda y: y * 2), known("more", lambda y: y * 2.0001)

    def rounded(y: Any) -> Any:
        return y * (2 + 2e-3)

    assert told(rounded, known=(doubles, known("swaps", lambda y: y.T))) == "doubles"
    assert told(lambda y: y * 2.1, known=(doubles,)) is None
    assert told(rounded, known=(doubles, more)) is None, "both are as near"
    assert told(lambda y: y * 2, known=(doubles, more)) == "doubles", "the tolerance comes first"
    half = known("half", lambda y: np.where(np.arange(y.size).reshape(y.shape) % 2, y * 2, y))
    assert told(lambda y: rounded(y) - y * 0.999, known=(half,)) is None, (
        "what the mistake leaves as it is must be right"
    )


def test_a_misconception_must_explain_the_right_outcomes_too() -> None:
    mistaken = known("where B is 3", lambda y: -y if len(y) == 3 else y * 2)
    assert told(lambda y: -y if len(y) == 3 else y, known=(mistaken,)) is None


def test_one_wrong_case_among_several_agrees_if_it_returns_several_numbers() -> None:
    """One number may equal that of a declared mistake by chance."""

    def mistake(y: Any) -> Any:
        return -y if len(y) == 3 else y

    assert told(mistake, known=(known("where B is 3", mistake),)) == "where B is 3"
    assert told(mistake) is None, "a mistake of a general kind is not told from one case"

    def of_one(y: Any) -> Any:
        return mistake(y)[:1, :1]

    small = [replace(each, output=alone(each.output[ALONE][:1, :1])) for each in SQUARE]
    assert told(of_one, small, (known("where B is 3", of_one),)) is None


def failed(text: str) -> Failed:
    return Failed("raised ValueError.", f"ValueError: {text}\nline 3: return f(x)")


def test_failures_are_told_apart_by_the_exceptions_text_and_then_without_its_numbers() -> None:
    first = KnownMistake(
        "sizes",
        "h",
        tuple(outcome_of(failed(f"sizes {n} and 3 do not agree\nmore")) for n in range(4)),
    )
    second = KnownMistake(
        "order",
        "h",
        tuple(outcome_of(failed(f"sizes {n} and 4 do not agree\nmore")) for n in range(4)),
    )
    other = KnownMistake(
        "other", "h", tuple(outcome_of(failed("something else")) for _ in range(4))
    )

    def name(
        *texts: str, candidates: tuple[KnownMistake, ...] = (first, second, other)
    ) -> str | None:
        diagnosis = diagnose(dict(enumerate(map(failed, texts))), SQUARE, candidates)
        return None if diagnosis is None else diagnosis.name

    assert name(*(f"sizes {n} and 3 do not agree\nmore" for n in range(4))) == "sizes"
    assert name(*(f"sizes {n} and 4 do not agree\nmore" for n in range(4))) == "order"
    assert name(*(f"sizes {n} and 5 do not agree\nelse" for n in range(4))) is None
    assert (
        name(*(f"sizes {n} and 5 do not agree\nelse" for n in range(4)), candidates=(first, other))
        == "sizes"
    )
    assert name(*["a text of its own"] * 4) is None


def test_the_answer_of_an_earlier_call_is_recognised() -> None:
    same = [
        expecting(table, SIZES[0])
        for table in (TABLES[0], TABLES[0] + 1.25 * TABLES[0] ** 2, TABLES[0] ** 3)
    ]
    diagnosis = diagnose({index: Returned(alone(TABLES[0])) for index in range(3)}, same, ())
    assert diagnosis is not None
    assert diagnosis.name == "answer of an earlier call"


def test_what_is_wrong_only_where_a_size_is_1_is_told() -> None:
    sizes = ({"B": 1, "F": 4}, {"B": 1, "F": 3}, {"B": 3, "F": 4}, {"B": 2, "F": 5})
    expected = [expecting(RNG.standard_normal((each["B"], each["F"])), each) for each in sizes]
    outcomes = {
        i: Returned(
            e.output if e.sizes["B"] > 1 else alone(RNG.standard_normal(e.output[""].shape))
        )
        for i, e in enumerate(expected)
    }
    diagnosis = diagnose(outcomes, expected, ())
    assert diagnosis is not None
    assert (diagnosis.name, diagnosis.hint) == (
        "wrong where B is 1",
        "Everything is right except where B is 1: is an axis of size 1 squeezed or broadcast?",
    )


def test_integers_are_diagnosed_too() -> None:
    expected = [expecting(np.array([each["B"], each["F"], 9]), each, 0.0) for each in SIZES]
    diagnosis = diagnose(
        {i: Returned(alone(each.output[""][::-1])) for i, each in enumerate(expected)}, expected, ()
    )
    assert diagnosis is None or diagnosis.name == "reversed"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (lambda x: jnp.sum(x), lambda x: jnp.sum(x) + 3.0),
        (lambda x: jnp.sum(x) > 0, lambda x: jnp.array(False)),
        (lambda x: jnp.sum(x > 0), lambda x: jnp.array(2)),
    ],
)
def test_single_numbers_that_agree_by_chance_are_no_mistake_that_is_named(
    right: Any, wrong: Any
) -> None:
    question = Question("f", arguments={"x": Array("N")}, dims={"N": (3, 9)})
    for group in build("t", [question], {"f": right}, "a").hidden.groups["f"].values():
        finding = examine(wrong, group)
        assert finding is None or finding.diagnosis is None


SHAPES = [(), (1,), (3,), (5, 2), (2, 2), (2, 5), (1, 4), (2, 3, 4), (0, 3), (3, 0), (12,)]


@pytest.mark.parametrize("expected", SHAPES, ids=str)
@pytest.mark.parametrize("returned", SHAPES, ids=str)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_shape_beside_tolerances_of_elements_is_a_fault(
    expected: tuple[int, ...], returned: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(5)
    wanted = []
    outcomes = {}
    for index in range(3):
        tolerance = {ALONE: rng.uniform(1e-6, 1e-5, expected)}
        right = alone(np.asarray(rng.standard_normal(expected), np.float32))
        wanted.append(Expected(right, tolerance, {"B": 3, "D": 2}))
        array = np.asarray(rng.standard_normal(returned), np.float32)
        outcomes[index] = Returned(alone(np.where(array > 1, np.nan, array)))
    diagnose(outcomes, wanted, ())
