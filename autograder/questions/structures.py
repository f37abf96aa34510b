"""Several arguments as one: `Tree` (a dict), `Tuple` and `NamedTuple`. `lists` has `List`."""

from __future__ import annotations

import abc
import keyword
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from autograder.calls.inputs import Value, named_tuple
from autograder.questions.argument import Argument, Drawing


class _Structure(Argument):
    """An argument that contains others, by name. A subclass says how to put them together."""

    several: ClassVar[bool] = True
    traceable: ClassVar[bool] = True

    fields: Mapping[str, Argument]

    def __repr__(self) -> str:
        """The declaration as an author would write it."""
        return f"{type(self).__name__}({', '.join(self._spell())})"

    def _spell(self) -> list[str]:
        return [f"{name}={each!r}" for name, each in self.fields.items()]

    @property
    def dims(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(dim for each in self.fields.values() for dim in each.dims))

    @property
    def holds_numpy(self) -> bool:
        return any(each.holds_numpy for each in self.fields.values())

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for each in self.fields.values() for name in each.needs))

    @abc.abstractmethod
    def _assemble(self, fields: Mapping[str, Value]) -> Value:
        """The value that contains `fields`."""

    def faults(self) -> list[str]:
        called = type(self).__name__
        if not self.fields:
            return [f"a {called} needs at least one field"]
        found = [
            f"{name}={each!r} is not an argument such as Array, Number or {called}"
            for name, each in self.fields.items()
            if not isinstance(each, Argument)
        ]
        return found or [
            f"{name}: {fault}" for name, each in self.fields.items() for fault in each.faults()
        ]

    def options(self, public: bool) -> tuple[str, ...]:
        most = max((len(each.options(public)) for each in self.fields.values()), default=0)
        return tuple(map(str, range(most)))

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """Draw every field. A field that lacks the family of the case uses its own first one."""
        return self._assemble(
            {name: draw_inside(each, rng, wanted) for name, each in self.fields.items()}
        )

    @property
    def differentiable(self) -> bool:
        return all(each.differentiable for each in self.fields.values())

    @property
    def wide(self) -> bool:
        return any(each.wide for each in self.fields.values())

    @property
    def permutable(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(dim for each in self.fields.values() for dim in each.permutable))

    def vary(self, value: Value, rng: np.random.Generator) -> Value:
        return self._assemble(
            {name: each.vary(value.fields[name], rng) for name, each in self.fields.items()}
        )

    def fill(
        self, value: Value, sizes: Mapping[str, int], rng: np.random.Generator, *, largest: bool
    ) -> Value:
        return self._assemble(
            {
                name: each.fill(value.fields[name], sizes, rng, largest=largest)
                for name, each in self.fields.items()
            }
        )

    def changes(
        self, value: Value, rng: np.random.Generator, wanted: Drawing
    ) -> Iterator[tuple[str, Iterable[Value]]]:
        return changes_inside(self.fields, value, rng, wanted)

    def permute(self, value: Value, dim: str, order: np.ndarray) -> Value:
        return self._assemble(
            {
                name: each.permute(value.fields[name], dim, order)
                for name, each in self.fields.items()
            }
        )

    def sizes(self, expression: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, each in self.fields.items():
            found = {**each.sizes(f"{expression}[{self._key(name)}]"), **found}
        return found

    def _key(self, name: str) -> str:
        """The Python expression that indexes a field."""
        return name

    def own_family(self, family: str) -> str:
        return family  # each field decides for itself


def families_of(fields: Mapping[str, Argument]) -> tuple[str, ...]:
    """The families of the argument that has the most of them."""
    described = [each for each in fields.values() if isinstance(each, Argument)]
    families = [each.families for each in described if each.families != ("",)]
    return max(families, key=len, default=("normal",))


def draw_inside(each: Argument, rng: np.random.Generator, wanted: Drawing) -> Value:
    """Draw an argument inside another one. The outer one's options are numbers, which choose among
    the options of the inner one.
    """
    options = each.options(wanted.public)
    chosen = options[int(wanted.option) % len(options)] if options else ""
    return each.draw(
        rng,
        replace(
            wanted,
            family=each.own_family(wanted.family),
            kind=each.kinds[0],
            option=chosen,
        ),
    )


def changes_inside(
    described: Mapping[str, Argument], value: Value, rng: np.random.Generator, wanted: Drawing
) -> Iterator[tuple[str, Iterable[Value]]]:
    """The changes of one part, and nothing else, of a value that contains others (see
    `Argument.changes`).
    """
    for name, each in described.items():
        inside = replace(wanted, family=each.own_family(wanted.family))
        for part, tries in each.changes(value.fields[name], rng, inside):
            yield f"/{name}{part}", _with_field(value, name, tries)


def _with_field(value: Value, name: str, tries: Iterable[Value]) -> Iterator[Value]:
    return (replace(value, fields={**value.fields, name: tried}) for tried in tries)


@dataclass(frozen=True, repr=False)
class Tree(_Structure):
    """A dict of arguments, such as the parameters of a model: `Tree(kernel=Array("D", "F"),
    bias=Array("F"))`. Trees may be nested.
    """

    fields: Mapping[str, Argument]
    families: tuple[str, ...]

    kinds: ClassVar[tuple[str, ...]] = ("tree",)

    def __init__(self, **fields: Argument) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "families", families_of(fields))

    def _assemble(self, fields: Mapping[str, Value]) -> Value:
        return Value("tree", fields=fields)

    def _key(self, name: str) -> str:
        return repr(name)


@dataclass(frozen=True, repr=False)
class Tuple(_Structure):
    """A tuple of arguments: `Tuple(Array("B", "D"), Array("B"))`."""

    fields: Mapping[str, Argument]
    families: tuple[str, ...]

    kinds: ClassVar[tuple[str, ...]] = ("tuple",)

    def __init__(self, *fields: Argument) -> None:
        by_place = {str(place): each for place, each in enumerate(fields)}
        object.__setattr__(self, "fields", by_place)
        object.__setattr__(self, "families", families_of(by_place))

    def _spell(self) -> list[str]:
        return [repr(each) for each in self.fields.values()]

    def _assemble(self, fields: Mapping[str, Value]) -> Value:
        return Value("tuple", fields=fields)


@dataclass(frozen=True, repr=False)
class NamedTuple(_Structure):
    """A named tuple of arguments: `NamedTuple("Batch", x=Array("B", "D"), y=Array("B"))`. The
    function can read the fields by name and by index.
    """

    name: str
    fields: Mapping[str, Argument]
    families: tuple[str, ...]

    kinds: ClassVar[tuple[str, ...]] = ("named",)

    def __init__(self, name: str, **fields: Argument) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "families", families_of(fields))

    def _spell(self) -> list[str]:
        return [repr(self.name), *super()._spell()]

    def faults(self) -> list[str]:
        if (
            not isinstance(self.name, str)
            or not self.name.isidentifier()
            or keyword.iskeyword(self.name)
        ):
            return [f"{self.name!r} is not the name of a class; write NamedTuple('Batch', x=…)"]
        return super().faults() + [
            f"the field {name!r} begins with _, which a named tuple does not accept"
            for name in self.fields
            if name.startswith("_")
        ]

    def _assemble(self, fields: Mapping[str, Value]) -> Value:
        return named_tuple(self.name, fields)

    def _key(self, name: str) -> str:
        return str(list(self.fields).index(name))
