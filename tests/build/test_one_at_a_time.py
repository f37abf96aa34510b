"""Two calls differ in one argument alone. An answer that caches results by a part of its arguments
loses points, and one that caches them by all of them does not.

Covers too: `build.corners`, `build.other_sizes`, `questions.changed_arrays`, `questions.choices`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder import (
    Array,
    Choice,
    DeclarationError,
    Dim,
    Key,
    List,
    Number,
    Question,
    Seed,
    Tree,
    Tuple,
)
from autograder.bank.groups import HIDDEN_GROUPS
from autograder.bank.records import Group
from autograder.build.banks import build
from autograder.build.one_at_a_time import CHANGED
from autograder.build.plan import generator
from autograder.build.shapes import AT_ITS_SMALLEST, USUAL
from autograder.calls.inputs import Value, describe
from autograder.calls.passed import to_python
from autograder.questions.argument import Argument, Drawing
from autograder.verdicts.examine import examine

Groups = dict[str, Group]


def groups_of(question: Question, function: Any, secret: str = "a") -> Groups:
    return dict(build("t", [question], {"f": function}, secret).hidden.groups["f"])


def refused(groups: Groups, answer: Any) -> list[str]:
    return [name for name in HIDDEN_GROUPS if examine(answer, groups[name]) is not None]


def scaled(seed: float, x: Any, factor: float) -> Any:
    noise = np.random.default_rng(int(seed)).standard_normal()
    return np.asarray(np.asarray(x) * int(factor) + noise, np.float32)


SECRETS = ("a", "s1", "s2", "s3")
"""Each secret draws other sizes and other numbers to change."""


@functools.cache
def groups_of_scaled(secret: str = "a") -> Groups:
    question = Question(
        "f",
        arguments={
            "seed": Seed(as_float=True, fractions=True),
            "x": Array("B", "D"),
            "factor": Dim("F", as_float=True, fractions=True),
        },
        dims={"B": (1, 9), "D": (1, 9), "F": (1, 9)},
    )
    return groups_of(question, scaled, secret)


def numbers(x: Any) -> np.ndarray:
    return np.asarray(x)


CACHES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "seed": lambda seed, x, factor: seed,
    "seed and shapes": lambda seed, x, factor: (seed, x.shape, factor),
    "x": lambda seed, x, factor: (numbers(x).tobytes(), x.shape),
    "all but the seed": lambda seed, x, factor: (numbers(x).tobytes(), x.shape, factor),
    "all but the factor": lambda seed, x, factor: (numbers(x).tobytes(), x.shape, seed),
    "shape and dtype": lambda seed, x, factor: (seed, x.shape, x.dtype.name, factor),
    "the sum": lambda seed, x, factor: (seed, factor, x.shape, round(float(x.sum()), 3)),
    "the first row": lambda seed, x, factor: (seed, factor, x.shape, numbers(x)[0].tobytes()),
    "the last row": lambda seed, x, factor: (seed, factor, x.shape, numbers(x)[-1].tobytes()),
    "the last column": lambda seed, x, factor: (seed, factor, x.shape, str(numbers(x)[:, -1])),
    "the first number": lambda seed, x, factor: (seed, factor, x.shape, float(x[0, 0])),
    "the largest number": lambda seed, x, factor: (seed, factor, x.shape, float(x.max())),
    "rounded": lambda seed, x, factor: (seed, factor, x.shape, numbers(x).round(1).tobytes()),
}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("part", CACHES)
def test_a_cache_on_a_part_of_the_arguments_loses_points(part: str, secret: str) -> None:
    kept: dict[Any, Any] = {}

    def answer(seed: float, x: Any, factor: float) -> Any:
        key = CACHES[part](seed, x, factor)
        if key not in kept:
            kept[key] = scaled(seed, x, factor)
        return kept[key]

    assert refused(groups_of_scaled(secret), answer)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("part", CACHES)
def test_so_does_one_that_keeps_the_last_result_only(part: str, secret: str) -> None:
    last: list[Any] = [None, None]

    def answer(seed: float, x: Any, factor: float) -> Any:
        key = CACHES[part](seed, x, factor)
        if last[0] != key:
            last[:] = key, scaled(seed, x, factor)
        return last[1]

    assert refused(groups_of_scaled(secret), answer)


def with_a_cache_on_everything() -> Any:
    kept: dict[Any, Any] = {}

    def answer(seed: float, x: Any, factor: float) -> Any:
        key = (int(seed), int(factor), x.shape, numbers(x).tobytes())
        if key not in kept:
            kept[key] = scaled(seed, x, factor)
        return kept[key].copy()

    return answer


@functools.lru_cache
def generated(seed: int) -> float:
    return float(np.random.default_rng(seed).standard_normal())


@functools.partial(jax.jit, static_argnames="factor")
def compiled(x: Any, noise: Any, factor: int) -> Any:
    return x * factor + noise


RIGHT = {
    "on everything": with_a_cache_on_everything(),
    "lru_cache on the seed": lambda seed, x, factor: np.float32(
        numbers(x) * int(factor) + generated(int(seed))
    ),
    "jit": lambda seed, x, factor: compiled(jnp.asarray(x), generated(int(seed)), int(factor)),
    "truncated by NumPy": lambda seed, x, factor: np.float32(
        numbers(x) * np.trunc(factor) + generated(np.int64(seed))
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_cache_on_all_that_matters_keeps_every_point(name: str) -> None:
    assert refused(groups_of_scaled(), RIGHT[name]) == []


WRONG = {
    "falsy zero": lambda seed, x, factor: scaled(int(seed) or 1, x, factor),
    "rounds the seed": lambda seed, x, factor: scaled(round(seed), x, factor),
    "rounds the factor": lambda seed, x, factor: scaled(seed, x, round(factor)),
    "a seed of 16 bits": lambda seed, x, factor: scaled(int(seed) % 2**16, x, factor),
    "does not cast": lambda seed, x, factor: numbers(x) * np.float32(factor) + generated(int(seed)),
}


@pytest.mark.parametrize("name", WRONG)
def test_values_at_the_ends_and_fractions_are_asked_for(name: str) -> None:
    assert refused(groups_of_scaled(), WRONG[name])


def test_the_last_result_of_other_arguments_is_no_answer_whatever_the_order_of_sizes() -> None:
    question = Question(
        "f",
        arguments={"layers": Dim("L"), "x": Array("B", "D")},
        dims={"L": (1, 5), "B": (1, 9), "D": (1, 9)},
    )
    groups = groups_of(question, lambda layers, x: x * layers)
    last: list[Any] = [None, None]

    def answer(layers: int, x: Any) -> Any:
        if last[0] != (x.shape, x.tobytes()):
            last[:] = (x.shape, x.tobytes()), x * layers
        return last[1]

    assert refused(groups, answer) == ["corners"]
    labels = [each.case.label for each in groups["corners"].cases]
    fewest, usual = labels.index("L at its smallest, 1"), labels.index("all sizes distinct")
    assert f"{fewest}, {usual}" in str(groups["corners"].calls)


@pytest.mark.parametrize("secret", [*SECRETS, "s4", "s5", "s6", "s7"])
def test_where_half_of_the_elements_are_clipped_rounded_ones_are_no_key(secret: str) -> None:
    question = Question("f", arguments={"x": Array("B", "D")}, dims={"B": (1, 9), "D": (1, 9)})
    kept: dict[Any, Any] = {}

    def answer(x: Any) -> Any:
        key = (x.shape, numbers(x).round(1).tobytes())
        if key not in kept:
            kept[key] = numbers(jax.nn.relu(x))
        return kept[key]

    assert refused(groups_of(question, jax.nn.relu, secret), answer) == ["repeated"]


def test_each_case_of_repeated_is_the_one_before_with_one_argument_changed() -> None:
    repeated = groups_of_scaled()["repeated"]
    assert repeated.calls == (0, 1, 2, 3, 1, 0)
    assert [each.case.label.partition(", ")[2] for each in repeated.cases] == [
        "",
        "changed in seed",
        "changed in x",
        "changed in x",
    ]
    assert len({tuple(each.case.sizes.items()) for each in repeated.cases}) == 1
    first, seed, swapped, nudged = (each.case.arguments for each in repeated.cases)
    assert first["x"] is seed["x"]
    assert int(seed["seed"].data) == 0
    np.testing.assert_array_equal(
        np.sort(swapped["x"].data, axis=None), np.sort(seed["x"].data, axis=None)
    )
    np.testing.assert_array_equal(swapped["x"].data[:-1], seed["x"].data[:-1])
    assert np.count_nonzero(swapped["x"].data != seed["x"].data) == 2
    assert np.count_nonzero(nudged["x"].data != swapped["x"].data) == 1


def test_corners_have_one_size_at_its_smallest_and_all_else_as_usual() -> None:
    corners = {each.case.label: each.case for each in groups_of_scaled()["corners"].cases}
    usual = corners["all sizes distinct"]
    fewer = corners["F at its smallest, 1"]
    assert fewer.arguments["x"] is usual.arguments["x"]
    assert fewer.arguments["seed"] is usual.arguments["seed"]
    row = corners["B at its smallest, 1"].arguments["x"].data
    np.testing.assert_array_equal(row, usual.arguments["x"].data[:1])
    assert int(corners["every size at its largest"].arguments["seed"].data) == 2**24 - 1
    assert int(corners["all sizes equal"].arguments["seed"].data) == 0


def model(params: Any, x: Any, rate: Any, mode: str, key: Any) -> Any:
    for kernel, bias in params["layers"]:
        x = jnp.tanh(x @ kernel + bias)
    noise = jax.random.normal(key, (x.shape[0], 1))
    return (x @ params["kernel"] + noise) * (rate + {"a": 1, "b": 2, "c": 3}[mode])


def test_every_array_of_a_structure_every_option_and_every_number_is_changed_alone() -> None:
    question = Question(
        "f",
        arguments={
            "params": Tree(
                kernel=Array("D", "F"),
                layers=List(Tuple(Array("D", "D"), Array("D")), length=2),
            ),
            "x": Array("B", "D"),
            "rate": Number(0.0, 1.0),
            "mode": Choice("a", "b", "c"),
            "key": Key(),
        },
        dims={"B": (2, 6), "D": (2, 5), "F": (2, 5)},
    )
    repeated = groups_of(question, model)["repeated"]
    changed = [each.case.label.partition(", changed in ")[2] for each in repeated.cases]
    assert changed == [
        "",
        "params/kernel",
        "params/layers/0/0",
        "params/layers/0/1",
        "params/layers/1/0",
        "params/layers/1/1",
        "x",
        "x",
        "rate",
        "rate",
        "mode",
        "mode",
        "key",
    ]
    texts = [each.case.arguments["mode"].text for each in repeated.cases]
    assert set(texts) == {"'a'", "'b'", "'c'"}
    assert 0.0 in [float(each.case.arguments["rate"].data) for each in repeated.cases]
    for one, other in zip(repeated.cases, repeated.cases[1:], strict=False):
        leaves = [
            {
                name + leaf.text: leaf.data.tobytes()
                for argument, value in each.case.arguments.items()
                for name, leaf in value.leaves(argument)
            }
            for each in (one, other)
        ]
        different = {
            name.partition("'")[0]
            for name in leaves[0].keys() | leaves[1].keys()
            if leaves[0].get(name) != leaves[1].get(name)
        }
        assert len(different) == 1


def test_what_never_matters_is_left_out_and_drawn_cases_stay() -> None:
    question = Question(
        "f",
        arguments={"seed": Seed(), "x": Array("N"), "unused": Array("N")},
        dims={"N": (4, 9)},
    )
    repeated = groups_of(question, lambda seed, x, unused: x.sum())["repeated"]
    labels = [each.case.label for each in repeated.cases]
    # Swapping two elements keeps the sum, so other numbers change x.
    assert labels == [
        "all sizes distinct",
        "all sizes distinct, changed in x",
        "all sizes distinct, changed in x",
        "all sizes distinct",
    ]


@pytest.mark.parametrize(
    ("argument", "holds"),
    [
        (Array("N", dtype="int32", values=(0, "N")), lambda x: x.min() >= 0 and x.max() < 6),
        (Array("N", values=(0.5, 1.0)), lambda x: x.min() >= 0.5 and x.max() <= 1),
        (Array("N", dtype="int32", values=[1, 5, 9]), lambda x: set(x.tolist()) <= {1, 5, 9}),
        (Array("N", values="positive"), lambda x: x.min() > 0),
        (Array("N", "N", values="rows sum to 1"), lambda x: np.allclose(x.sum(-1), 1)),
        (Array("N", "N", values="symmetric"), lambda x: np.array_equal(x, x.T)),
        (
            Array("N", "N", values="positive definite"),
            lambda x: np.array_equal(x, x.T) and np.linalg.eigvalsh(x).min() > 0,
        ),
        (Array("N", values="sorted"), lambda x: bool(np.all(np.diff(x) >= 0))),
        (
            Array("N", dtype="int32", values="permutation"),
            lambda x: sorted(x.tolist()) == list(range(6)),
        ),
        (Array("N", values="distinct"), lambda x: len(set(x.tolist())) == 6),
        (Array("N", draw=lambda rng, shape: rng.uniform(2, 3, shape)), lambda x: x.min() >= 2),
        (Array("N", dtype="bool"), lambda x: x.dtype == bool),
        (Array("N", dtype="uint8"), lambda x: x.dtype == np.uint8),
        (Array("N", dtype="bfloat16"), lambda x: x.dtype.name == "bfloat16"),
        (Array("N", dtype="complex64"), lambda x: x.dtype == np.complex64),
        (Array(), lambda x: x.shape == ()),
    ],
)
def test_changed_arrays_keep_what_was_declared(argument: Array, holds: Any) -> None:
    rng = generator("s")
    wanted = Drawing({"N": 6}, argument.families[0], argument.kinds[0])
    for _ in range(5):
        value = argument.draw(rng, wanted)
        tried = [each for _, tries in argument.changes(value, rng, wanted) for each in tries]
        assert any(each.data.tobytes() != value.data.tobytes() for each in tried)
        for each in tried:
            assert (each.kind, each.data.shape) == (value.kind, value.data.shape)
            assert each.data.dtype == value.data.dtype
            assert holds(each.data), each.data


def test_a_fraction_is_of_floats_only_and_is_shown() -> None:
    seed: Argument = Seed(as_float=True, fractions=True)
    value = seed.draw(generator("s"), Drawing({}, "", "float"))
    (passed,) = to_python({"seed": value}).values()
    assert passed == int(value.data) + 0.75
    assert describe(value) == f"{int(value.data)}.75"
    for kind in ("float", "numpy.float32"):
        size = Dim("N", as_float=True, fractions=True).draw(
            generator("s"), Drawing({"N": 3}, "", kind)
        )
        assert to_python({"n": size})["n"] == 3.75
    whole = Dim("N", as_float=True, fractions=True).draw(
        generator("s"), Drawing({"N": 3}, "", "int")
    )
    assert to_python({"n": whole})["n"] == 3
    assert describe(Value("float", np.asarray(3))) == "3.0"


def test_students_see_floats_with_a_fraction_and_without() -> None:
    rng = generator("s")
    wanted = Drawing({"N": 3}, "", "float", public=True)
    dim = Dim("N", as_float=True, fractions=True)
    assert {dim.draw(rng, wanted).text for _ in range(20)} == {"", "0.75"}


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        (Seed(fractions=True), "fractions=True needs a float; write as_float=True too"),
        (
            Dim("N", as_float=True, fractions=1),  # type: ignore[arg-type]
            "fractions=1 (type=int) is neither True nor False",
        ),
    ],
)
def test_fractions_that_cannot_be_are_named(argument: Argument, told: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        Question("f", arguments={"a": argument, "n": Dim("N")}, dims={"N": (1, 3)})
    assert str(caught.value) == (
        f"question 'f': arguments['a']={argument!r} (type={type(argument).__name__}) cannot be "
        f"drawn: {told}"
    )


@pytest.mark.parametrize("secret", list("abcd"))
def test_every_option_stays_in_corners_and_sizes_that_follow_have_the_usual_values(
    secret: str,
) -> None:
    question = Question(
        "f",
        arguments={"seed": Seed(), "x": Array("N", "D"), "k": Dim("K"), "mode": Choice(1, 2, 3)},
        dims={"N": (2, 9), "K": (1, "N"), "H": (1, 3), "D": "2 * H"},
    )

    def reference(seed: int, x: Any, k: int, mode: int) -> Any:
        return np.asarray(np.asarray(x)[:k] * mode + seed % 7, np.float32)

    corners = groups_of(question, reference, secret)["corners"].cases
    assert {each.case.arguments["mode"].text for each in corners} == {"1", "2", "3"}
    labelled = {each.case.label: each.case.arguments for each in corners}
    (usual,) = (found for label, found in labelled.items() if label in USUAL)
    small = [found for label, found in labelled.items() if AT_ITS_SMALLEST in label]
    assert len(small) >= 3
    assert all(found["seed"] is usual["seed"] for found in small)


def of_heads(x: Any, heads: int) -> Any:
    parts = jnp.reshape(jnp.asarray(x), (x.shape[0], heads, -1))
    return jnp.reshape(jax.nn.softmax(parts, axis=-1), x.shape)


def of_the_largest(x: Any, k: int) -> Any:
    return jnp.sum(jnp.sort(jnp.asarray(x), axis=1)[:, -k:], axis=1)


def of_patches(x: Any, width: int) -> Any:
    return jnp.cumsum(jnp.reshape(jnp.asarray(x), (-1, width)), axis=1).reshape(-1)


SIZED = {
    "heads of equal width": (of_heads, ("T", "D"), "H", {"T": (1, 6), "H": (1, 4), "K": (2, 5)}),
    "one head, or one of few widths": (of_heads, ("D",), "H", {"H": (1, 2), "K": (3, 6)}),
    "no more than there are": (of_the_largest, ("N", "M"), "K", {"N": (2, 6), "M": (2, 7)}),
    "a width that divides": (of_patches, ("D",), "W", {"D": (2, 12), "W": (1, 6)}),
}
DEPENDENT: dict[str, Any] = {
    "heads of equal width": {"D": "H * K"},
    "one head, or one of few widths": {"D": "H * K"},
    "no more than there are": {"K": (1, "M")},
    "a width that divides": {},
}


@pytest.mark.parametrize(
    "secret", ["a", *(pytest.param(secret, marks=pytest.mark.slow) for secret in SECRETS[1:])]
)
@pytest.mark.parametrize("sizes", SIZED)
def test_a_cache_without_a_size_that_others_make_up_for_loses_points(
    sizes: str, secret: str
) -> None:
    function, shape, dim, dims = SIZED[sizes]
    if shape == ("D",) and function is of_heads:

        def reference(x: Any, size: int) -> Any:
            return of_heads(x[None], size)[0]
    else:
        reference = function
    question = Question(
        "f",
        arguments={"x": Array(*shape), "size": Dim(dim)},
        dims={**dims, **DEPENDENT[sizes]},
        where=(lambda sizes: sizes["D"] % sizes["W"] == 0) if dim == "W" else None,
    )
    groups = groups_of(question, reference, secret)
    kept: dict[Any, Any] = {}

    def cached(x: Any, size: int) -> Any:
        key = (numbers(x).tobytes(), x.shape)
        if key not in kept:
            kept[key] = reference(x, size)
        return kept[key]

    last: dict[str, Any] = {}

    def last_result(x: Any, size: int) -> Any:
        if last.get("key") != (key := (numbers(x).tobytes(), x.shape)):
            last.update(key=key, result=reference(x, size))
        return last["result"]

    assert refused(groups, cached)
    assert refused(groups, last_result)
    assert not refused(groups, reference)


def test_a_size_that_no_other_makes_up_for_is_left_as_it_is() -> None:
    question = Question(
        "f",
        arguments={"x": Array("T", "D"), "heads": Dim("H"), "width": Dim("K")},
        dims={"T": (1, 6), "H": (1, 4), "K": (2, 5), "D": "H * K"},
    )
    groups = groups_of(question, lambda x, heads, width: of_heads(x, heads))
    assert all(CHANGED + "x" in case.case.label for case in groups["repeated"].cases[1:3])
    assert not any(
        CHANGED + name in case.case.label
        for case in groups["repeated"].cases
        for name in ("heads", "width")
    )
