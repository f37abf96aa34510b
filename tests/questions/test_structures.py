"""Structures of arguments: dicts, tuples, named tuples, lists, and the declarations that are
refused. Covers too: `questions.lists`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from autograder import (
    Array,
    Choice,
    DeclarationError,
    List,
    NamedTuple,
    Number,
    Question,
    Tree,
    Tuple,
)
from autograder.bank import storage
from autograder.build.banks import build
from autograder.calls.inputs import Value, describe, flatten, is_unchanged, unflatten
from autograder.calls.passed import to_python as all_to_python
from autograder.questions.argument import Argument, Drawing
from autograder.verdicts.examine import examine

NESTED = Tree(
    layers=List(
        NamedTuple("Layer", kernel=Array("D", "F"), bias=Array("F"), act=Choice("relu", "tanh")),
        length="L",
    ),
    opts=Tuple(Number(0.1, 1.0), Choice(True, False)),
    rows=List(Array("n", 2), length=3, ragged={"n": (0, 4)}),
)


def to_python(value: Value) -> Any:
    return all_to_python({"a": value})["a"]


def nested() -> Any:
    return NESTED.draw(
        np.random.default_rng(1), Drawing({"D": 2, "F": 3, "L": 2}, "normal", "tree", "1")
    )


def test_a_structure_arrives_as_python_has_it() -> None:
    value = nested()
    made = to_python(value)
    assert type(made) is dict
    assert [type(layer).__name__ for layer in made["layers"]] == ["Layer", "Layer"]
    assert made["layers"][0].kernel.shape == (2, 3)
    assert made["layers"][1][2] == "tanh"
    assert type(made["opts"]) is tuple
    assert made["opts"][1] is False
    assert all(row.shape[1:] == (2,) for row in made["rows"])
    assert to_python(value)["layers"][0].__class__ is made["layers"][0].__class__


def test_a_structure_survives_being_flattened_and_is_described() -> None:
    value = nested()
    again = unflatten(flatten({"a": value}))["a"]
    assert describe(again) == describe(value)
    assert describe(value).startswith(
        "{layers: [Layer(kernel=a JAX array of shape (2, 3), bias=a JAX array of shape (3,), "
        "act='tanh'), Layer("
    )
    assert [path for path, _ in value.leaves("a")] == [path for path, _ in again.leaves("a")]


def test_a_change_inside_a_structure_is_seen() -> None:
    value = nested()
    passed = to_python(value)
    assert is_unchanged(passed, value)
    passed["layers"].append(1)
    assert not is_unchanged(passed, value)
    passed = to_python(value)
    passed["rows"][0] = jnp.ones((1, 2))
    assert not is_unchanged(passed, value)


def forward(x: Any, model: Any, batch: Any, rows: Any) -> Any:
    for layer in model["layers"]:
        x = jnp.asarray(x) @ layer.kernel + layer.bias
    scale, flip = model["opts"]
    total = sum(jnp.sum(jnp.asarray(row)) for row in rows)
    return (-x if flip else x) * scale + batch.y + total


def test_structures_are_built_stored_and_judged(tmp_path: Path) -> None:
    question = Question(
        "forward",
        arguments={
            "x": Array("B", "D"),
            "model": Tree(
                layers=List(NamedTuple("Layer", kernel=Array("D", "D"), bias=Array("D")), "L"),
                opts=Tuple(Number(0.1, 1.0), Choice(True, False)),
            ),
            "batch": NamedTuple("Batch", y=Array("D")),
            "rows": List(Array("n"), length="B", ragged={"n": (1, 4)}),
        },
        dims={"B": (1, 4), "D": (1, 4), "L": (1, 3)},
        laws=("jit", "vmap", "grad"),
    )
    built = build("t", [question], {"forward": forward}, "s")
    storage.save(built.hidden, tmp_path / "bank.safetensors")
    groups = storage.load(tmp_path / "bank.safetensors").groups["forward"]
    wrong = {
        "no flip": lambda x, model, batch, rows: forward(
            x, {**model, "opts": (model["opts"][0], False)}, batch, rows
        ),
        "the first row only": lambda x, model, batch, rows: forward(x, model, batch, rows[:1]),
        "layers backwards": lambda x, model, batch, rows: forward(
            x, {**model, "layers": model["layers"][::-1]}, batch, rows
        ),
        "changes the list": lambda x, model, batch, rows: (
            forward(x, model, batch, rows) + 0 * len(rows.append(0) or rows)
        ),
    }
    assert all(examine(forward, group) is None for group in groups.values())
    for name, answer in wrong.items():
        assert any(examine(answer, group) is not None for group in groups.values()), name


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        (Tuple(), "a Tuple needs at least one field"),
        (Tuple(3), "0=3 is not an argument such as Array, Number or Tuple"),  # type: ignore[arg-type]
        (Tree(lr=Number(2, 1)), "lr: the range from 2 to 1 is empty"),
        (
            NamedTuple("a batch", x=Array("N")),
            "'a batch' is not the name of a class; write NamedTuple('Batch', x=…)",
        ),
        (
            NamedTuple("Batch", _x=Array("N")),
            "the field '_x' begins with _, which a named tuple does not accept",
        ),
        (
            List(3, length=2),  # type: ignore[arg-type]
            "3 is not an argument; write List(Array('D'), length='L')",
        ),
        (
            List(Array("N"), length=1.5),  # type: ignore[arg-type]
            "length=1.5 is neither a dimension nor a whole number; write length='L' and give L a "
            "range in dims",
        ),
        (List(Array("N"), length="L /"), "length='L /' is not an expression for a size"),
        (
            List(Array("N"), length=2, ragged={"m": (1, 2)}),
            "ragged has 'm', which Array('N') does not use",
        ),
        (
            List(Array("m"), length=2, ragged={"m": (3, 2)}),
            "ragged['m']=(3, 2) is not a pair of whole numbers (smallest, largest)",
        ),
    ],
)
def test_a_structure_that_cannot_be_drawn_is_refused(argument: Argument, message: str) -> None:
    with pytest.raises(DeclarationError, match=re.escape(f"cannot be drawn: {message}")):
        Question("f", arguments={"a": argument, "x": Array("N")}, dims={"N": (1, 4)})


def test_a_description_is_shown_as_it_is_written() -> None:
    for argument in (
        Array("N", 3, dtype="int32", values=(0, "C")),
        Array("N", "N", values="symmetric"),
        Array(),
        Choice("a", None, 2),
        Tree(kernel=Array("D"), lr=Number(low=0.1, high=1)),
        Tuple(Array("N"), Choice(True, False)),
        NamedTuple("Batch", x=Array("N", families=("equal",))),
        List(Array("n"), length="L", ragged={"n": (1, 2)}),
    ):
        assert eval(repr(argument)) == argument
