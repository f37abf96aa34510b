"""Cases: what each group covers, and that a draw can be repeated.

Covers too: `bank.groups`, `build.fitting_sizes`, `build.shapes`.
"""

from __future__ import annotations

import numpy as np
import pytest

from autograder import Array, Dim, Question
from autograder.bank.groups import GROUPS
from autograder.build.fitting_sizes import LARGEST_DISTINCT_SIZE
from autograder.build.plan import generator, plan
from autograder.build.shapes import Shape, growing
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.argument import Drawing


def drawn(question: Question, group: str, secret: str = "s") -> list[Case]:
    return [slot.draw() for slot in plan(question, group, generator(secret, group)).slots]


def test_the_same_secret_draws_the_same_cases_and_another_one_others(
    scale_question: Question,
) -> None:
    for group in GROUPS:
        first, second, other = (drawn(scale_question, group, secret) for secret in ("a", "a", "b"))
        assert [case.sizes for case in first] == [case.sizes for case in second]
        for one, two in zip(first, second, strict=True):
            np.testing.assert_array_equal(one.arguments["x"].data, two.arguments["x"].data)
        assert any(
            one.arguments["seed"].data != three.arguments["seed"].data
            for one, three in zip(first, other, strict=True)
        )


LARGEST = {"B": 9, "D": 9, "F": 9}


@pytest.mark.parametrize("secret", list("abcdefgh"))
def test_corners_have_every_dimension_smallest_all_distinct_all_equal_and_all_largest(
    scale_question: Question, secret: str
) -> None:
    shapes = [case.sizes for case in drawn(scale_question, "corners", secret)]
    shapes.remove(LARGEST)
    for dim in "BDF":
        alone = [sizes for sizes in shapes if sizes[dim] == 1]
        assert len(alone) == 1
        assert all(size > 1 for other, size in alone[0].items() if other != dim)
    assert sum(len(set(sizes.values())) == 3 and 1 not in sizes.values() for sizes in shapes) == 1
    assert sum(len(set(sizes.values())) == 1 for sizes in shapes) == 1


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("secret", list("abcdefgh"))
def test_every_size_stays_in_its_range_and_shapes_follow_the_sizes(group: str, secret: str) -> None:
    question = Question(
        "f",
        arguments={"x": Array("B", "D"), "n": Dim("N")},
        dims={"B": (3, 20), "D": (1, 2), "N": (4, 4)},
    )
    for case in drawn(question, group, secret):
        assert all(low <= case.sizes[dim] <= high for dim, (low, high) in question.dims.items())
        assert case.arguments["x"].data.shape == (case.sizes["B"], case.sizes["D"])
        assert case.arguments["n"].data == case.sizes["N"]


def test_a_narrow_range_keeps_its_size_when_sizes_shall_be_distinct() -> None:
    question = Question("f", arguments={"x": Array("A", "B")}, dims={"A": (1, 9), "B": (2, 2)})
    for secret in "abcdefgh":
        assert drawn(question, "repeated", secret)[0].sizes["A"] not in (1, 2)


def test_repeated_calls_come_back_to_the_same_case_with_others_between(
    scale_question: Question,
) -> None:
    repeated = plan(scale_question, "repeated", generator("s", "repeated"))
    assert repeated.calls == (0, 1, 0, 2, 1, 0)
    assert len({id(slot.shape) for slot in repeated.slots}) == 1


def test_types_hand_over_every_kind_of_every_argument(scale_question: Question) -> None:
    kinds = [
        {name: value.kind for name, value in case.arguments.items()}
        for case in drawn(scale_question, "types")
    ]
    assert {kind["x"] for kind in kinds} == {"jax", "numpy"}
    assert (
        {kind["seed"] for kind in kinds}
        == {kind["factor"] for kind in kinds}
        == {"float", "int", "numpy.float32"}
    )


def test_random_cases_take_each_family_of_values_for_each_shape(scale_question: Question) -> None:
    cases = drawn(scale_question, "random")
    assert len(cases) == 9
    assert len({id(case.sizes) for case in cases}) == 3
    sizes = [float(np.max(np.abs(case.arguments["x"].data))) for case in cases[:3]]
    assert sizes[2] < 0.05 < sizes[0] < 10 < sizes[1] or scale_question.dims == {}


def test_seeds_are_exact_as_float32(scale_question: Question) -> None:
    for case in drawn(scale_question, "random"):
        seed = int(case.arguments["seed"].data)
        assert int(np.float32(seed)) == seed


def test_equal_values_are_one_value() -> None:
    value = Array("B", families=("equal",)).draw(
        generator("s"), Drawing({"B": 5}, "equal", "numpy")
    )
    assert len(set(value.data.tolist())) == 1


def test_distinct_sizes_stay_small(scale_question: Question) -> None:
    shapes = [case.sizes for case in drawn(scale_question, "corners") if case.sizes != LARGEST]
    assert all(size <= LARGEST_DISTINCT_SIZE for sizes in shapes for size in sizes.values())


def test_an_unknown_group_is_named() -> None:
    question = Question("f", arguments={"x": Array("B")}, dims={"B": (1, 2)})
    with pytest.raises(
        ValueError,
        match=(
            r"^cases='edge' is not a group of cases; the groups are public, corners, random, "
            r"repeated, types$"
        ),
    ):
        plan(question, "edge", generator("s"))


@pytest.mark.parametrize("secret", list("abcdefgh"))
def test_one_random_shape_lies_between_the_small_sizes_and_the_largest(secret: str) -> None:
    question = Question(
        "f",
        arguments={"x": Array("B", "D"), "n": Dim("N")},
        dims={"B": (3, 20), "D": (1, 9), "N": (4, 4)},
    )
    first = drawn(question, "random", secret)[0].sizes
    assert LARGEST_DISTINCT_SIZE < first["B"] < 20
    assert (first["D"], first["N"]) == (8, 4)


def dependent(**more: object) -> Question:
    return Question(
        "f",
        arguments={"x": Array("N", "D"), "w": Array("D", "D"), "k": Dim("K"), "h": Dim("H")},
        dims={"N": (2, 20), "K": (1, "N"), "H": (1, 4), "S": (1, 5), "D": "H * S"},
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("secret", list("abcd"))
def test_sizes_that_depend_on_others_fit_them(group: str, secret: str) -> None:
    for case in drawn(dependent(), group, secret):
        assert case.sizes["D"] == case.sizes["H"] * case.sizes["S"]
        assert 1 <= case.sizes["K"] <= case.sizes["N"]
        assert case.arguments["x"].data.shape == (case.sizes["N"], case.sizes["D"])
    labels = [case.label for case in drawn(dependent(), "corners", secret)]
    assert "K at its smallest, 1" in labels
    assert "every size at its largest" in labels
    largest = next(
        case.sizes
        for case in drawn(dependent(), "corners", secret)
        if case.label == "every size at its largest"
    )
    assert largest == {"N": 20, "K": 20, "H": 4, "S": 5, "D": 20}


@pytest.mark.parametrize("secret", ["a", "b"])
def test_sizes_that_follow_from_others_are_at_their_ends_too(secret: str) -> None:
    question = Question(
        "f",
        arguments={"x": Array("D"), "y": Array("R"), "z": Array("E")},
        dims={"H": (1, 4), "K": (2, 5), "N": (3, 6), "D": "H * K", "R": "D - N + 6", "E": "K + 1"},
    )
    shapes = [case.sizes for case in drawn(question, "corners", secret)]
    for dim, ends in {"D": (2, 20), "R": (2, 23), "E": (3, 6)}.items():
        found = [sizes[dim] for sizes in shapes]
        assert (min(found), max(found)) == ends
    labels = [case.label for case in drawn(question, "corners", secret)]
    assert "R at its largest, 23" in labels
    assert "E at its smallest, 3" not in labels  # K is already at its smallest


@pytest.mark.parametrize("group", GROUPS)
def test_only_sizes_that_where_accepts_are_drawn(group: str) -> None:
    question = dependent(where=lambda sizes: sizes["D"] % 2 == 0 and sizes["K"] != sizes["N"])
    for case in drawn(question, group):
        assert case.sizes["D"] % 2 == 0
        assert case.sizes["K"] < case.sizes["N"]


def test_where_that_accepts_nothing_stops_the_build_with_a_sentence() -> None:
    question = dependent(where=lambda sizes: sizes["N"] > 20)
    with pytest.raises(BuildError) as caught:
        plan(question, "random", generator("s"))
    assert str(caught.value) == (
        "question 'f': in 500 tries, no sizes fit dims={'N': (2, 20), 'K': (1, 'N'), 'H': (1, "
        "4), 'S': (1, 5), 'D': 'H * S'} and where; widen the ranges, or write a size that "
        "follows from others as an expression such as D='H * K'"
    )


def test_growing_sizes_change_one_dimension_and_what_follows_from_it() -> None:
    question = dependent()
    shape = Shape("s", {"N": 9, "K": 4, "H": 2, "S": 3, "D": 6})
    found = [each.sizes for each in growing(question, shape, "H", [1, 3])]
    assert found == [
        {"N": 9, "K": 4, "H": 1, "S": 3, "D": 3},
        {"N": 9, "K": 4, "H": 3, "S": 3, "D": 9},
    ]
    with pytest.raises(BuildError, match="D depends on other sizes"):
        growing(question, shape, "D", [1, 30])
