"""The words of `autograder.same`: what they refuse when an author writes them, and what a question
says about them.

Covers too: `questions.same_faults`, `sameness.words`.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograder import Array, DeclarationError, Key, Question, Seed, Tree
from autograder.same import (
    as_set,
    residual,
    samples,
    up_to_order,
    up_to_rotation,
    up_to_sign,
)
from autograder.sameness.words import Residual, Samples, UpToSign, from_json, to_json

ANY = residual(lambda args, out: out - args["x"])


def refused(message: str, **declared: Any) -> None:
    given: dict[str, Any] = {
        "arguments": {"key": Key(), "x": Array("B", "D")},
        "dims": {"B": (1, 5), "D": (2, 5)},
        **declared,
    }
    with pytest.raises(DeclarationError, match=f"^question 'f': {re.escape(message)}$"):
        Question("f", **given)


def test_an_axis_is_a_number() -> None:
    for word, name in ((up_to_sign, "up_to_sign"), (up_to_order, "up_to_order")):
        for axis in ("D", 1.0, True, None):
            with pytest.raises(DeclarationError) as fault:
                word(axis)  # type: ignore[arg-type]
            assert str(fault.value) == (
                f"{name}({axis!r}) needs the number of an axis; write {name}(0)"
            )


def test_samples_are_so_many() -> None:
    for count in (1_999, 1_000_001, 2e4, True, "many"):
        with pytest.raises(DeclarationError) as fault:
            samples(count)  # type: ignore[arg-type]
        assert str(fault.value) == (
            f"samples({count!r}) is not a whole number from 2000 to 1000000"
        )
    with pytest.raises(DeclarationError) as fault:
        samples(2_000, key=3)  # type: ignore[arg-type]
    assert str(fault.value) == "samples(…, key=3) is not the name of an argument"


def test_what_is_no_word_is_refused() -> None:
    words = (
        "up_to_sign(axis), up_to_order(axis), up_to_rotation(), as_set(), residual(…), samples(…)"
    )
    refused(
        f"same='sign' (type=str) is not a word of autograder.same; its words are {words}",
        same="sign",
    )
    refused(f"same={{}} (type=dict) is empty; its words are {words}", same={}, several=True)
    refused(
        'same=0 (type=int) is not the name of an array such as "0" or "grads/kernel"',
        same={0: as_set()},
        several=True,
    )


def test_one_array_has_one_word_and_several_have_names() -> None:
    refused(
        "same={'0': UpToSign(axis=0)} (type=dict) names arrays, but the answer is one array; "
        "write the word alone, or declare several=True",
        same={"0": up_to_sign(0)},
    )
    refused(
        "same=UpToRotation() (type=UpToRotation) does not name one of the arrays; "
        'write same={"0": up_to_rotation()}',
        same=up_to_rotation(),
        several=True,
    )
    refused(
        "same['0']=Samples(count=20000, key='') (type=Samples) is not a word for one array; "
        "those are up_to_sign(axis), up_to_order(axis), up_to_rotation() and as_set(). "
        "residual(…) and samples(…) are for all arrays; write them alone",
        same={"0": samples()},
        several=True,
    )


def test_what_cannot_be_judged_together_is_refused() -> None:
    refused(
        "same=AsSet() (type=AsSet) does not work with gradient; remove gradient or same",
        same=as_set(),
        gradient=("x",),
    )
    refused(
        "laws='permutation of B' (type=str) does not work with same; the laws that do are 'jit', "
        "'vmap'",
        same=up_to_sign(0),
        laws=("permutation of B",),
    )
    refused(
        "laws=('jit',) (type=tuple) does not work with samples; declare another question without "
        "same",
        same=samples(),
        laws=("jit",),
    )
    for word in (ANY, samples()):
        refused(
            "imprecise=0.5 (type=float) does not work with a residual or samples; remove imprecise",
            same=word,
            imprecise=0.5,
        )
        refused(
            "nan=True (type=bool) does not work with a residual or samples; remove nan",
            same=word,
            nan=True,
        )
    for label in ("rtol", "atol"):
        refused(
            f"{label}=0.1 (type=float) does not work with samples: their number determines the "
            "allowed error; remove it",
            same=samples(),
            **{label: 0.1},
        )


def test_samples_need_an_argument_that_makes_random_numbers() -> None:
    refused(
        "same=Samples(count=20000, key='') (type=Samples) needs an argument that makes the random "
        "numbers: a Key or a Seed",
        same=samples(),
        arguments={"x": Tree(key=Key(), y=Array("B", "D"))},
    )
    refused(
        "same=Samples(count=20000, key='x') (type=Samples) names key='x', which is neither a Key "
        "nor a Seed; the Keys and Seeds are key",
        same=samples(key="x"),
    )
    refused(
        "same=Samples(count=3000, key='') (type=Samples) does not say which argument makes the "
        "random numbers: key, seed; write samples(3000, key='key')",
        same=samples(3_000),
        arguments={"key": Key(), "seed": Seed(), "x": Array("B", "D")},
    )


def test_the_stored_words_are_the_declared_ones() -> None:
    for same in (
        {"0": up_to_sign(0), "2": up_to_order(-1), "a/b": up_to_rotation(), "c": as_set()},
        {"": ANY},
        {"": samples(2_000, key="key")},
    ):
        assert from_json(to_json(same)) == same
    assert to_json({"0": UpToSign(1)}) == {"0": {"word": "UpToSign", "axis": 1}}
    assert isinstance(ANY, Residual)
    assert isinstance(samples(), Samples)
