"""Laws: an answer that obeys passes, one that breaks a law is told which and on what, and a
reference that does not obey stops the build. Covers too: `build.law_cases`, `calls.transforms`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograder.bank.records import Group
from autograder.build.reference import draw
from autograder.build.rehearse import rehearse
from autograder.calls.call import Failed, Returned, call
from autograder.calls.inputs import Value
from autograder.calls.spec import CallSpec
from autograder.checks.messages import in_grading, in_notebook
from autograder.errors import BuildError, DeclarationError
from autograder.questions.arguments import Array
from autograder.questions.laws import is_law
from autograder.questions.numbers import Dim, Key, Seed
from autograder.questions.question import Question
from autograder.questions.structures import Tree
from autograder.verdicts.examine import Finding, examine

LAWS = ("jit", "vmap", "grad", "permutation of B")


def a_question(**options: Any) -> Question:
    declared: dict[str, Any] = {
        "arguments": {
            "w": Tree(k=Array("D", families=("normal",))),
            "x": Array("B", "D", families=("normal",)),
            "n": Dim("N"),
        },
        "dims": {"B": (2, 6), "D": (2, 5), "N": (1, 4)},
        "laws": LAWS,
    }
    return Question("f", **{**declared, **options})


def reference(w: Any, x: Any, n: Any) -> Any:
    return jnp.tanh(x @ w["k"]) * n


def group(law: str) -> Group:
    return draw(a_question(), reference, (law,), "a", "s").groups[law]


def by_numpy(w: Any, x: Any, n: Any) -> Any:
    return np.tanh(np.asarray(x) @ np.asarray(w["k"])) * n


def detached(w: Any, x: Any, n: Any) -> Any:
    return reference(w, jax.lax.stop_gradient(x), n)


def found(function: Callable[..., Any], law: str) -> Finding | None:
    return examine(function, group(law))


@pytest.mark.parametrize("law", LAWS)
def test_who_obeys_passes(law: str) -> None:
    assert found(reference, law) is None
    assert found(jax.jit(reference, static_argnums=2), law) is None
    assert (
        found(lambda w, x, n: jax.vmap(lambda row: jnp.tanh(row @ w["k"]) * n)(jnp.asarray(x)), law)
        is None
    )


@pytest.mark.parametrize(
    ("function", "law", "sentence"),
    [
        (
            by_numpy,
            "jit",
            "jax.jit of f raised TracerArrayConversionError. [case 2 of 4: all sizes distinct, "
            "under jax.jit]",
        ),
        (
            by_numpy,
            "vmap",
            "jax.vmap of f raised TracerArrayConversionError. [case 2 of 4: all sizes distinct, "
            "under jax.vmap over 3 lanes]",
        ),
        (
            by_numpy,
            "grad",
            "the derivative of f along random directions raised TracerArrayConversionError. [case "
            "2 of 4: all sizes distinct, under jax.grad]",
        ),
    ],
)
def test_who_breaks_a_law_is_told_which(
    function: Callable[..., Any], law: str, sentence: str
) -> None:
    finding = found(function, law)
    assert finding is not None
    lines = in_grading("f", finding, False).split("\n\n")
    assert lines[0] == sentence
    assert lines[1].startswith("This breaks a law: ")
    assert lines[1].endswith(" The plain call is right.")
    assert f"public_case('f', 1, cases={law!r})" in in_notebook("f", finding, law)


def test_a_gradient_that_is_stopped_breaks_only_the_law_of_grad() -> None:
    assert [law for law in LAWS if found(detached, law) is not None] == ["grad"]
    finding = found(detached, "grad")
    assert finding is not None
    assert finding.case == 1
    assert finding.step == "values"


def test_who_is_wrong_as_it_is_breaks_no_law() -> None:
    finding = found(lambda w, x, n: reference(w, x, n) + 1, "jit")
    assert finding is not None
    assert finding.case == 0
    assert "law" not in in_grading("f", finding, False)


def test_the_order_of_rows_is_permuted() -> None:
    for answered in group("permutation of B").cases[1::2]:
        assert answered.case.label.endswith("with B permuted")
    before, after = (
        answered.case.arguments["x"].data for answered in group("permutation of B").cases[:2]
    )
    assert sorted(map(tuple, before)) == sorted(map(tuple, after))
    assert not np.array_equal(before, after)


@pytest.mark.parametrize(
    ("law", "function", "message"),
    [
        ("jit", by_numpy, "the law 'jit' cannot be used: with w={k: a JAX array of shape"),
        (
            "grad",
            detached,
            "the law does not hold for the reference: the derivative from `jax.grad`",
        ),
        (
            "grad",
            lambda w, x, n: jnp.round(reference(w, x, n), 2) + x.sum() * 0 + jnp.arange(x.shape[0]),
            "never returned an output that tests anything",
        ),
        (
            "vmap",
            lambda w, x, n: np.asarray(x).sum(1) + 0 * np.asarray(w["k"]).sum(),
            "the law 'vmap' cannot be used",
        ),
        (
            "permutation of B",
            lambda w, x, n: jnp.cumsum(reference(w, x, n)),
            "permuting the input permutes the output in the same way",
        ),
    ],
)
def test_a_reference_that_does_not_obey_stops_the_build(
    law: str, function: Callable[..., Any], message: str
) -> None:
    with pytest.raises(BuildError) as told:
        draw(a_question(), function, (law,), "a", "s")
    assert message in str(told.value)


def test_sums_obey_the_law_of_permutations() -> None:
    assert draw(
        a_question(), lambda w, x, n: (x @ w["k"]).sum() * n, ("permutation of B",), "a", "s"
    ).groups
    assert draw(
        a_question(), lambda w, x, n: (x * w["k"]).ravel() * n, ("permutation of B",), "a", "s"
    ).groups


def test_keys_are_mapped_too() -> None:
    question = Question(
        "f", arguments={"key": Key(), "n": Dim("N")}, dims={"N": (2, 5)}, laws=("vmap", "jit")
    )
    drawn = draw(
        question, lambda key, n: jax.random.normal(key, (n,)), ("vmap", "jit"), "a", "s"
    ).groups
    assert drawn["vmap"].cases[1].case.arguments["key"].data.shape == (3,)
    assert examine(lambda key, n: jax.random.normal(key, (n,)), drawn["vmap"]) is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"laws": ("pmap",)},
            "question 'f': laws='pmap' (type=str) is not a law of this question; its laws are "
            "'jit', 'vmap', 'grad', 'permutation of B', 'permutation of D'",
        ),
        ({"laws": ("permutation of N",)}, "is not a law of this question"),
        (
            {"laws": "jit"},
            "question 'f': laws='jit' (type=str) is not a tuple of names of laws such as "
            '("jit",)',
        ),
        ({"laws": ("jit", "jit")}, "names a law twice"),
        (
            {"arguments": {"s": Seed()}, "dims": {}, "laws": ("jit",)},
            "needs an argument that JAX can trace: an Array, a Tree or a Key",
        ),
        (
            {"arguments": {"k": Key()}, "dims": {}, "laws": ("grad",)},
            "needs an argument with a derivative",
        ),
        ({"gradient": ("n",)}, "names 'n', which is neither an array of floating-point numbers"),
        (
            {"gradient": "x"},
            "question 'f': gradient='x' (type=str) is not a tuple of names of arguments such as "
            '("w",)',
        ),
        ({"gradient": ("y",)}, "names 'y', which is not an argument; the arguments are w, x, n"),
        ({"constructor": ("y",)}, "names 'y', which is not an argument"),
        ({"constructor": ("n",), "gradient": ("x",)}, "does not work with a class"),
        ({"method": "a b"}, "question 'f': method='a b' (type=str) is not the name of a method"),
        ({"several": 1}, "question 'f': several=1 (type=int) is neither True nor False"),
        ({"arguments": {"w": Tree()}, "dims": {}}, "a Tree needs at least one field"),
        (
            {"arguments": {"w": Tree(a=1)}, "dims": {}},
            "is not an argument such as Array, Number or Tree",
        ),
    ],
)
def test_a_bad_declaration_is_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DeclarationError) as told:
        a_question(**options)
    assert message in str(told.value)


def test_a_law_that_is_not_declared_is_told_in_the_master() -> None:
    with pytest.raises(
        BuildError, match=r"^question 'f': has no law 'jit'; declare it with laws=\('jit',\)$"
    ):
        rehearse(a_question(laws=()), reference, "jit")


def test_the_derivative_of_several_arrays_is_that_of_all_in_any_order() -> None:
    question = Question(
        "f",
        arguments={"x": Array("B", families=("normal",))},
        dims={"B": (2, 6)},
        several=True,
        laws=("grad",),
    )
    drawn = draw(
        question, lambda x: {"z": x**3, "a": (jnp.sin(x), jnp.arange(3))}, ("grad",), "a", "s"
    ).groups["grad"]
    assert examine(lambda x: {"a": [jnp.sin(x), jnp.arange(3)], "z": x * x * x}, drawn) is None
    finding = examine(
        lambda x: {"a": [jnp.sin(x), jnp.arange(3)], "z": jax.lax.stop_gradient(x) ** 3}, drawn
    )
    assert finding is not None
    assert finding.case == 1


def test_an_author_who_returns_several_arrays_is_told_how_to_say_so() -> None:
    message = (
        r"the reference returned a tuple of length 2; it must return one array\. If the "
        r"function returns several arrays, declare the question with several=True$"
    )
    with pytest.raises(BuildError, match=message):
        draw(a_question(laws=()), lambda w, x, n: (x, x), ("public",), "a", "s")


def test_what_is_a_law() -> None:
    assert all(map(is_law, LAWS))
    assert not any(map(is_law, ("permutation of ", "public", "", None, 3)))


ARGUMENTS = {
    "a": Value("jax", np.array([1.0, 2.0], np.float32)),
    "b": Value("jax", np.array([3.0, 4.0], np.float32)),
    "n": Value("int", np.asarray(2)),
}


def test_the_gradient_is_taken_of_what_is_named() -> None:
    one = call(lambda a, b, n: (a * b).sum() * n, ARGUMENTS, CallSpec(gradient=("b",)))
    assert isinstance(one, Returned)
    np.testing.assert_array_equal(one.array, [2.0, 4.0])
    both = call(
        lambda a, b, n: (a * b).sum() * n, ARGUMENTS, CallSpec(several=True, gradient=("a", "b"))
    )
    assert isinstance(both, Returned)
    assert {name: array.tolist() for name, array in both.output.items()} == {
        "a": [6.0, 8.0],
        "b": [2.0, 4.0],
    }
    assert (
        call(lambda a, b, n: a * b, ARGUMENTS, CallSpec(gradient=("b",))).cause
        == "raised TypeError."
    )  # type: ignore[union-attr]


class Scaled:
    def __init__(self, n: int) -> None:
        self.n = n

    def __call__(self, a: Any, b: Any) -> Any:
        return (a + b) * self.n

    def difference(self, a: Any, b: Any) -> Any:
        return (b - a) * self.n


def test_a_class_is_made_and_its_method_called() -> None:
    way = CallSpec(constructor=("n",), method="__call__")
    outcome = call(Scaled, ARGUMENTS, way)
    assert isinstance(outcome, Returned)
    assert outcome.array.tolist() == [8.0, 12.0]
    other = call(Scaled, ARGUMENTS, CallSpec(constructor=("n",), method="difference"))
    assert isinstance(other, Returned)
    assert other.array.tolist() == [4.0, 4.0]
    assert (
        call(Scaled, ARGUMENTS, CallSpec(constructor=("n",), method="missing")).cause
        == "raised AttributeError."
    )  # type: ignore[union-attr]
    assert call(object, ARGUMENTS, way) == Failed(
        "takes 0 positional arguments; the question calls it with 1: (n)."
    )
