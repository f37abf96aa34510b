"""How a question calls a student's function, and one such call. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from autograder.calls.inputs import Value
from autograder.calls.narrow_floats import letter


@dataclass(frozen=True)
class CallSpec:
    """How a question calls what a student wrote, and which part of the result it takes.

    `several`: the arrays of a nested answer are taken one by one. `method`: the method of an
    instance to call; the class gets the arguments in `constructor`. `gradient`: take the answer's
    gradient with respect to these arguments instead of the answer. `law` puts the call under the
    law's transform, which acts on the arguments in `traced`; random numbers that it needs come
    from `seed`. `x64`: JAX computes in 64 bits. `may_change`: arguments that the function may write
    into. `changed`: arguments that it must write into; they are taken as they are after the call,
    by name, and what it returns only with `several`. `samples` asks for so many answers, for keys
    made from the argument `sampled`.
    """

    several: bool = False
    constructor: tuple[str, ...] = ()
    method: str = ""
    gradient: tuple[str, ...] = ()
    law: str = ""
    traced: tuple[str, ...] = ()
    seed: int = 0
    x64: bool = False
    may_change: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    samples: int = 0
    sampled: str = ""

    def to_json(self) -> dict[str, Any]:
        """The spec as JSON types. Fields that came later are left out at their default, so that a
        bank which does not use them keeps its bytes.
        """
        return {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name in _ALWAYS or getattr(self, each.name) != each.default
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> CallSpec:
        """The spec that `to_json` gave."""
        found: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in stored.items()
        }
        return cls(**found)

    def own_arguments(self, arguments: Sequence[str]) -> tuple[str, ...]:
        """The arguments with which the student's object itself is called: for a class, only those
        of its constructor.
        """
        return (
            tuple(name for name in arguments if name in self.constructor)
            if self.method
            else tuple(arguments)
        )

    def subject(self, question: str) -> str:
        """The subject of a sentence that reports the outcome of a call."""
        name = (
            f"jax.grad of {question}"
            if self.gradient
            else f"{question}(…).{self.method}"
            if self.method not in ("", "__call__")
            else question
        )
        if self.law == "grad":
            return f"the derivative of {name} along random directions"
        # The law of a transform has the transform's name; other laws have several words.
        return f"jax.{self.law} of {name}" if self.law.isidentifier() else name

    def under(self, law: str, arguments: Mapping[str, Value], seed: int = 0) -> CallSpec:
        """This spec under a law.

        The law's transform acts on all arguments that it can: arrays and keys, of which only
        floating-point arrays have derivatives.
        """
        kinds = {
            name: {
                letter(leaf.data.dtype) if leaf.kind in ("jax", "numpy") else leaf.kind
                for _, leaf in value.leaves()
            }
            for name, value in arguments.items()
        }
        accepted = {"f"} if law == "grad" else {"f", "i", "u", "b", "c", "key"}
        return replace(
            self,
            law=law,
            traced=tuple(name for name, found in kinds.items() if found <= accepted),
            seed=seed,
        )


_ALWAYS = ("several", "constructor", "method", "gradient", "law", "traced", "seed")
"""The fields of the first format, which a bank has whatever their value."""

PLAIN = CallSpec()


@dataclass(frozen=True)
class Case:
    """One call: the sizes of the dimensions, a `label` that says what is special about them, the
    arguments in call order, and the way of the call.
    """

    label: str
    sizes: Mapping[str, int]
    arguments: Mapping[str, Value]
    way: CallSpec = PLAIN
