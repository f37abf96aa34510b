"""How a question calls a student's function, and one such call. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from autograder.calls.given import name_of
from autograder.calls.inputs import Value
from autograder.calls.narrow_floats import letter

_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    "tenth",
)


@dataclass(frozen=True)
class Step:
    """One of several calls of an object, or, without a `method`, a look at its state.

    `part` names its answer among the arrays of the output. `told` says which step it is, in words
    that follow the name of the class. `names` are the arguments, or the attributes.
    """

    part: str
    told: str
    method: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class CallSpec:
    """How a question calls what a student wrote, and which part of the result it compares.

    - `several`: each array of a nested answer counts by itself.
    - `method`: the method of an instance to call. The class gets the arguments in `constructor`.
    - `gradient`: the arguments with respect to which the answer's gradient replaces the answer.
    - `keywords`: the arguments to pass by keyword.
    - `then`: the arguments of the function that was returned, whose answer replaces it.
    - `through`: the name under which given code calls what the student wrote, and the text of that
      code (see `autograder.calls.given`), which is called instead.
    - `calls`: calls of one instance, each a method and the names of its arguments. An empty method
      asks for the instance's state, or for the attributes named after it.
    - `law`: the law whose transform the call is put under. The transform acts on the arguments in
      `traced`, and draws the random numbers that it needs from `seed`.
    - `x64`: JAX computes in 64 bits.
    - `may_change`: arguments that the function may write into.
    - `changed`: arguments that it must write into. Their contents after the call are the answer, by
      name, and what it returns only with `several`.
    - `samples`: the number of answers to ask for, each for a key made from the argument `sampled`.
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
    keywords: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    calls: tuple[tuple[str, ...], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The spec as JSON types. Fields that later versions added are omitted at their default, so
        that a bank that does not use them keeps its bytes.
        """
        return {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name in _ALWAYS or getattr(self, each.name) != each.default
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> CallSpec:
        """The inverse of `to_json`."""
        return cls(**{name: _as_tuple(value) for name, value in stored.items()})

    def steps(self) -> list[Step]:
        """The steps to take with an instance, in order."""
        found, number = [], 0
        several = sum(not method for method, *_ in self.calls) > 1
        for method, *names in self.calls:
            number += bool(method)
            ordinal = _ordinal(max(number, 1))
            if method:
                part, told = f"call {number}", f"(the {ordinal} call, `{method}`)"
            else:
                when = f"{'after' if number else 'before'} the {ordinal} call"
                part = f"state {when.replace('the ', '')}" if several else "state"
                told = f"(its state {when})"
            found.append(Step(part, told, method, tuple(names)))
        return found

    def step_of(self, part: str) -> Step | None:
        """The step that gave an array of this name, or None."""
        return next((step for step in self.steps() if f"{part}/".startswith(f"{step.part}/")), None)

    def subject(self, question: str, part: str | None = None) -> str:
        """The subject of a sentence about the outcome of a call: about the array `part`, or about
        the whole call if `part` is None.
        """
        name = (
            f"jax.grad of {question}"
            if self.gradient
            else f"{question}(…).{self.method}"
            if self.method not in ("", "__call__")
            else question
        )
        if self.through:
            name = f"{name} (called through `{name_of(self.through[1])}`)"
        step = None if part is None else self.step_of(part)
        if step is not None:
            name = f"{name} {step.told}"
        elif self.then and part is not None:
            name = f"{name} {RETURNED_FUNCTION}"
        if self.law == "grad":
            return f"the derivative of {name} along random directions"
        # A transform's law has the transform's name; other laws have several words.
        return f"jax.{self.law} of {name}" if self.law.isidentifier() else name

    def under(self, law: str, arguments: Mapping[str, Value], seed: int = 0) -> CallSpec:
        """This spec under a law.

        The law's transform acts on every argument that it can: arrays and keys, or for derivatives
        only floating-point arrays.
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
"""The fields of the first format, which every bank stores, whatever their value."""

RETURNED_FUNCTION = "(the function that it returned)"
"""The words after the name of a function whose returned function is called."""


def _ordinal(number: int) -> str:
    return _ORDINALS[number - 1] if number <= len(_ORDINALS) else f"{number}th"


def _as_tuple(stored: Any) -> Any:
    return tuple(map(_as_tuple, stored)) if isinstance(stored, list) else stored


PLAIN = CallSpec()


@dataclass(frozen=True)
class Case:
    """One call.

    `sizes` holds the size of each dimension, and `label` says what is special about them.
    `arguments` are in the order of the call, and `way` says how to call.
    """

    label: str
    sizes: Mapping[str, int]
    arguments: Mapping[str, Value]
    way: CallSpec = PLAIN
