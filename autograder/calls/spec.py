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

    `part` is the name of its answer among the named arrays of the output, and `told` says behind
    the name of the class which step it is. `names` are the arguments, or the attributes.
    """

    part: str
    told: str
    method: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class CallSpec:
    """How a question calls what a student wrote, and which part of the result it takes.

    `several`: the arrays of a nested answer are taken one by one. `method`: the method of an
    instance to call; the class gets the arguments in `constructor`. `gradient`: take the answer's
    gradient with respect to these arguments instead of the answer. `keywords` names the arguments
    that are passed by keyword. `then`: what was returned is called with these arguments, and its
    answer is taken. `through`: the name under which given code calls what the student wrote, and
    the text of that code (see `autograder.calls.given`), which is called in its place. `calls`: an
    instance is called several times, each a method and the names of its arguments; an empty method
    asks for its state, or for the attributes named behind it. `law` puts the call under the
    law's transform, which acts on the arguments in `traced`; random numbers that it needs come from
    `seed`. `x64`: JAX computes in 64 bits. `may_change`: arguments that the function may write
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
    keywords: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    calls: tuple[tuple[str, ...], ...] = ()

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
        return cls(**{name: _as_tuple(value) for name, value in stored.items()})

    def steps(self) -> list[Step]:
        """What is done with an instance, one after the other."""
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
        """The subject of a sentence that reports the outcome of a call: about the array `part`, or,
        if it is None, about the call as a whole.
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

RETURNED_FUNCTION = "(the function that it returned)"
"""What a sentence says behind the name of a function whose answer is called."""


def _ordinal(number: int) -> str:
    return _ORDINALS[number - 1] if number <= len(_ORDINALS) else f"{number}th"


def _as_tuple(stored: Any) -> Any:
    return tuple(map(_as_tuple, stored)) if isinstance(stored, list) else stored


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
