"""Questions that are called in other ways than by position, each with its solution, for the tests
of these ways.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from autograder import Array, Dim, Function, Made, Number, Question, Rngs, Tree, state
from autograder.bank.records import Group
from autograder.build.reference import draw


@dataclass(frozen=True)
class Asked:
    """A question, declared by `declare`, and its solution."""

    name: str
    solution: Any
    options: dict[str, Any] = field(default_factory=dict)

    def question(self, **more: Any) -> Question:
        return Question(self.name, **{**self.options, **more})

    def group(self, name: str = "public", **more: Any) -> Group:
        return draw(self.question(**more), self.solution, (name,), "a", "s").groups[name]


def newton(f: Callable[[Any], Any], x: Any, steps: int) -> Any:
    for _ in range(steps):
        x = x - f(x) / jax.grad(f)(x)
    return x


def wave(x: Any) -> Any:
    """A function of several lines."""
    turned = jnp.sin(x)
    return 2 * x + turned - 1


NEWTON = Asked(
    "newton",
    newton,
    {
        "arguments": {
            "f": Function(
                cubic=lambda x: x**3 + 2 * x - 5,
                cosine=lambda x: 3 * x - jnp.cos(x),
                wave=wave,
            ),
            "x": Number(1.0, 2.0),
            "steps": Dim("S"),
        },
        "dims": {"S": (1, 3)},
    },
)


def make_step(loss: Callable[[Any], Any], rate: float) -> Callable[[Any], Any]:
    return lambda w: w - rate * jax.grad(loss)(w)


STEP = Asked(
    "make_step",
    make_step,
    {
        "arguments": {
            "loss": Function(square=lambda w: jnp.sum(w**2), fourth=lambda w: jnp.sum(w**4)),
            "rate": Number(0.01, 0.1),
            "w": Array("D", families=("normal",)),
        },
        "dims": {"D": (2, 4)},
        "then": ("w",),
    },
)


def roots(a: Any, x: Any, steps: int) -> Any:
    cubic = newton(lambda x: x**3 + 10 * x - a, x, steps)
    return jnp.stack([cubic, newton(lambda x: 3 * x - jnp.cos(x) - a, x, steps)])


THROUGH = Asked(
    "newton",
    newton,
    {
        "arguments": {"a": Number(-2.0, 2.0), "x": Number(-1.0, 1.0), "steps": Dim("S")},
        "dims": {"S": (1, 3)},
        "through": roots,
    },
)


def adam_step(params: Any, state: Any, grads: Any) -> Any:
    updates, state = optax.adam(0.01).update(grads, state, params)
    return optax.apply_updates(params, updates), state


ADAM = Asked(
    "adam_step",
    adam_step,
    {
        "arguments": {
            "params": Tree(w=Array("D"), b=Array()),
            "state": Made(lambda params: optax.adam(0.01).init(params)),
            "grads": Tree(w=Array("D"), b=Array()),
        },
        "dims": {"D": (2, 4)},
        "several": True,
    },
)


class Layer(nnx.Module):
    def __init__(self, din: int, dout: int, *, rngs: nnx.Rngs) -> None:
        self.linear = nnx.Linear(din, dout, rngs=rngs)

    def __call__(self, x: Any) -> Any:
        return jnp.tanh(self.linear(x))


LAYER = Asked(
    "Layer",
    Layer,
    {
        "arguments": {"din": Dim("D"), "dout": Dim("F"), "rngs": Rngs(), "x": Array("B", "D")},
        "dims": {"B": (1, 3), "D": (2, 4), "F": (2, 4)},
        "constructor": ("din", "dout", "rngs"),
        "keywords": ("rngs",),
    },
)


class Average:
    """A running mean, and how far an array is from it."""

    def __init__(self, size: int, share: float) -> None:
        self.mean, self.share = np.zeros(size, np.float32), share

    def update(self, x: Any) -> Any:
        self.mean = self.mean + self.share * (np.asarray(x).mean(axis=0) - self.mean)
        return self.mean

    def __call__(self, x: Any) -> Any:
        return jnp.asarray(x) - self.mean


AVERAGE = Asked(
    "Average",
    Average,
    {
        "arguments": {
            "size": Dim("D"),
            "share": Number(0.2, 0.8),
            "first": Array("N", "D"),
            "second": Array("M", "D"),
        },
        "dims": {"N": (2, 4), "M": (2, 4), "D": (2, 4)},
        "constructor": ("size", "share"),
        "calls": (("update", "first"), ("update", "second"), ("__call__", "first"), state("mean")),
    },
)

ALL = {
    "a function": NEWTON,
    "then": STEP,
    "made": ADAM,
    "keywords": LAYER,
    "calls": AVERAGE,
    "through": THROUGH,
}
