"""Arguments that code makes in the process that calls the answer: `Function`, `Made`, `Rngs`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from autograder.calls import given
from autograder.calls.inputs import Value
from autograder.questions.argument import Argument, Drawing
from autograder.questions.numbers import LARGEST_SEED
from autograder.questions.portable import NUMERICAL, NotPortable, portable


@dataclass(frozen=True, init=False, repr=False)
class Function(Argument):
    """A function as an argument: `Function(cubic=lambda x: x**3 - 2 * x, cosine=jnp.cos)`.

    Each keyword names one function: a lambda, a function that the notebook defines, one of `jax` or
    `numpy`, or the text of one. The function may use `np`, `jnp`, `jax`, `math` and its own
    parameters. `public` names the functions that students see; by default it is the first. The
    hidden cases use the others. A hidden function must hold no answer, because the submission's
    process holds its source while it is called.
    """

    functions: Mapping[str, Any]
    public: tuple[str, ...]
    texts: Mapping[str, str] = field(compare=False)
    unfit: tuple[str, ...] = field(compare=False)

    dims: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ("function",)

    def __init__(self, *, public: tuple[str, ...] | None = None, **functions: Any) -> None:
        texts, unfit = {}, []
        for name, function in functions.items():
            try:
                texts[name] = portable(function, name, packages=NUMERICAL)
            except NotPortable as fault:
                unfit.append(f"{name} {fault}")
        object.__setattr__(self, "functions", functions)
        object.__setattr__(self, "public", tuple(functions)[:1] if public is None else public)
        object.__setattr__(self, "texts", texts)
        object.__setattr__(self, "unfit", tuple(unfit))

    def faults(self) -> list[str]:
        if len(self.functions) < 2:
            return [
                "a Function needs at least two named functions, as in Function(cubic=lambda x: "
                "x**3, cosine=jnp.cos): students see the first, and the hidden cases use the "
                "others"
            ]
        if not isinstance(self.public, tuple | list):
            return [
                f"public={self.public!r} is not a tuple of names; write "
                f"public=({next(iter(self.functions))!r},)"
            ]
        unknown = [name for name in self.public if name not in self.functions]
        if unknown:
            return [
                f"public names {unknown[0]!r}, which is not one of its functions; they are "
                f"{', '.join(self.functions)}"
            ]
        if not self.public:
            return ["public=() names no function; students need at least one to try"]
        if not self.options(public=False):
            return [
                "public names all functions, so none is left for the hidden cases; remove at "
                "least one"
            ]
        return list(self.unfit)

    def options(self, public: bool) -> tuple[str, ...]:
        return tuple(name for name in self.functions if (name in self.public) == public)

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """The function that the case asks for, as source text."""
        return Value("function", text=self.texts[wanted.option])

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        for name in self.options(wanted.public):
            if self.texts[name] != value.text:
                yield "", [Value("function", text=self.texts[name])]

    def __repr__(self) -> str:
        return f"Function({', '.join(f'{name}=…' for name in self.functions)})"


@dataclass(frozen=True, init=False, repr=False)
class Made(Argument):
    """An argument made by code: `Made(lambda params: optax.adam(1e-2).init(params))`.

    The code's parameters name other arguments; it gets its own copies of them. It may use every
    package that the notebook imports. It runs in the process that makes the call.
    """

    maker: Any
    text: str = field(compare=False)
    unfit: str = field(compare=False)

    dims: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ("made",)

    def __init__(self, maker: Any) -> None:
        text = unfit = ""
        try:
            name = str(getattr(maker, "__name__", ""))
            text = portable(maker, name if name.isidentifier() else "made")
        except NotPortable as fault:
            unfit = f"the code {fault}"
        object.__setattr__(self, "maker", maker)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "unfit", unfit)

    @property
    def needs(self) -> tuple[str, ...]:
        return given.parameters(self.text) if self.text else ()

    def faults(self) -> list[str]:
        return [self.unfit] if self.unfit else []

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """The code as text. It runs when the call is made."""
        return Value("made", text=self.text)

    def __repr__(self) -> str:
        return f"Made({given.expression(self.text) if self.text else repr(self.maker)})"


@dataclass(frozen=True, init=False)
class Rngs(Argument):
    """An `nnx.Rngs`: `Rngs()` has one seed, and `Rngs("params", "dropout")` has streams of these
    names, each with its own seed.
    """

    streams: tuple[str, ...]

    dims: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = ("rngs",)
    seeds: ClassVar[bool] = True

    def __init__(self, *streams: str) -> None:
        object.__setattr__(self, "streams", streams)

    def faults(self) -> list[str]:
        for name in self.streams:
            if not isinstance(name, str) or not name.isidentifier():
                return [f"{name!r} is not the name of a stream; write Rngs('params', 'dropout')"]
        if len(set(self.streams)) < len(self.streams):
            return ["names a stream twice"]
        return []

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw the seeds uniformly, as an int64 array of shape (streams,), or 0-d without
        streams.
        """
        return self._of(rng)

    def _of(self, rng: np.random.Generator) -> Value:
        shape = (len(self.streams),) if self.streams else ()
        seeds = np.asarray(rng.integers(LARGEST_SEED, size=shape), np.int64)
        return Value("rngs", seeds, text=" ".join(self.streams))

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        return self._of(rng)

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        for place in range(value.data.size):
            seeds = value.data.copy()
            seeds.reshape(-1)[place] = rng.integers(LARGEST_SEED)
            yield "", [replace(value, data=seeds)]
