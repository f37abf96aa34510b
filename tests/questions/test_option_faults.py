"""Options of a declaration that cannot work: a sentence refuses each and says which can."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograder import Array, DeclarationError, Question, Tree

WIDE = (
    "has 64-bit numbers, which x64=False makes 32-bit; remove x64=False, declare the array with "
    'numpy=True, or use dtype "float32" or "complex64"'
)


def asked(x: Any, **options: Any) -> Question:
    arguments = {"x": x, "w": Tree(velocity=Array("N"))}
    return Question("f", arguments=arguments, dims={"N": (1, 9)}, **options)


@pytest.mark.parametrize(
    ("argument", "options", "sentence"),
    [
        (Array("N", dtype="float64"), {"x64": False}, WIDE),
        (Array("N", dtype="complex128"), {"x64": False}, WIDE),
        (Tree(y=Array("N", dtype="float64")), {"x64": False}, WIDE),
        (Array("N"), {"x64": 1}, "x64=1 (type=int) is neither True nor False"),
        (
            Array("N"),
            {"nonfinite": "yes"},
            'nonfinite=\'yes\' (type=str) is neither "expected" nor ""',
        ),
        (
            Array("N", dtype="bfloat16", numpy=True),
            {},
            "cannot be drawn: NumPy has no bfloat16; remove numpy=True",
        ),
        (
            Array("N"),
            {"may_change": "x"},
            "may_change='x' (type=str) is not a tuple of names of arguments such as (\"x\",)",
        ),
        (
            Array("N"),
            {"may_change": ("y",)},
            "may_change=('y',) (type=tuple) names 'y', which is not an argument; the arguments "
            "are x, w",
        ),
        (
            Array("N"),
            {"changed": ("x",)},
            "changed=('x',) (type=tuple) names 'x', a JAX array, which no function can write "
            "into; declare it with numpy=True",
        ),
        (
            Array("N", dtype="bfloat16"),
            {"may_change": ("x",)},
            "may_change=('x',) (type=tuple) names 'x', which no function can write into; name a "
            "Tree, a List, or an Array with numpy=True",
        ),
        (
            Array("N"),
            {"changed": ("w",), "gradient": ("w",)},
            "changed=('w',) (type=tuple) has no gradient; remove gradient",
        ),
        (
            Array("N"),
            {"changed": ("w",), "constructor": ("x",)},
            "changed=('w',) (type=tuple) does not work with a class; remove constructor",
        ),
        (
            Array("N"),
            {"changed": ("w",), "laws": ("jit",)},
            "changed=('w',) (type=tuple) does not work with the laws of jit, vmap and grad: "
            "under a JAX transform, no function can write in place; remove these laws",
        ),
    ],
)
def test_what_cannot_work_is_refused(argument: Any, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DeclarationError, match=re.escape(sentence) + "$"):
        asked(argument, **options)


@pytest.mark.parametrize(
    ("argument", "options", "wide"),
    [
        (Array("N"), {}, False),
        (Array("N"), {"x64": True}, True),
        (Array("N", dtype="float64"), {}, True),
        (Array("N", dtype="float64", numpy=True), {}, False),
        (Array("N", dtype="int64"), {}, True),
        (Tree(y=Array("N", dtype="complex128")), {}, True),
    ],
)
def test_numbers_of_64_bits_ask_for_64_bits(argument: Any, options: Any, wide: bool) -> None:
    assert asked(argument, **options).way.x64 == wide


@pytest.mark.parametrize(
    ("argument", "options"),
    [
        (Array("N", dtype="float64"), {"x64": True}),
        (Array("N", dtype="complex128", numpy=True), {"changed": ("x",), "may_change": ("w",)}),
        (Array("N", dtype="bfloat16"), {"nonfinite": "expected", "changed": ("w",)}),
    ],
)
def test_what_can_work_is_accepted(argument: Any, options: dict[str, Any]) -> None:
    asked(argument, **options)
