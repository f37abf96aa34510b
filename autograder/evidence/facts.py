"""Facts about one call of a function: which transforms it applied, and which parameters it made and
used.

The process that runs the function, which may be a submission's own, gathers the facts. So they are
claims, small enough to be checked in full. Pure Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

TRANSFORMS = (
    "nnx.vmap",
    "nnx.scan",
    "nnx.split_rngs",
    "nnx.jit",
    "nn.vmap",
    "nn.scan",
    "jax.vmap",
    "jax.lax.scan",
    "jax.jit",
)
"""The transforms that are recorded. `nnx` is `flax.nnx`, `nn` is `flax.linen`."""

CARRY, SEVERAL = "carry", "several"
"""Entries of `in_axes` that are not numbers: `nnx.Carry`, and a pytree with more than one axis in
it.
"""

PRODUCT, ARITHMETIC = "product", "arithmetic"
WORK = (PRODUCT, ARITHMETIC)
"""The kinds of work that a transformed function may do. It sums products, as a layer does with its
inputs and its kernel, or it computes with numbers at all instead of passing them on.
"""

MOST = 500
"""At most this many calls of transforms and this many parameters are recorded: the first ones."""

LARGEST_KEPT = 100_000
"""The most elements of an array whose values are examined. Of larger arrays only the shape is
recorded.
"""

Axis = int | str | None

_WORK = {*map(repr, WORK)}


class NoFacts(ValueError):
    """A message from another process that does not describe facts."""


@dataclass(frozen=True)
class Applied:
    """One call of a transformed function.

    `inside` is the index of the innermost call around it, or None. `lanes` is the size of the
    mapped axis, the number of steps of a scan, or the number of splits. `in_axes` has an entry for
    each positional argument. `makes` says that the call made parameters. `answers` says that the
    numbers that the student's function returned are among those that this call returned (None: they
    could not be compared, as inside `jax.jit`), and `given` that they are among those that this
    call was given. `work` has the kinds of work that the call did (None: unknown).
    """

    transform: str
    inside: int | None = None
    lanes: int | None = None
    in_axes: tuple[Axis, ...] | None = None
    makes: bool = False
    answers: bool | None = None
    given: bool | None = None
    work: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Parameter:
    """A parameter that the function made or used.

    `shape` has a leading lane axis where each lane made its own. `differ` says whether the slices
    along the first axis are all different (None: unknown, or all elements are equal, as in a new
    bias).
    """

    shape: tuple[int, ...]
    differ: bool | None = None


@dataclass(frozen=True)
class Facts:
    """Everything that was seen in one call of a function. `stopped` says that the function switched
    off the profiling hook.
    """

    applied: tuple[Applied, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    stopped: bool = False

    def around(self, index: int) -> list[int]:
        """The indices of the calls around call number `index`, innermost first."""
        found = []
        place = self.applied[index].inside
        while place is not None:
            found.append(place)
            place = self.applied[place].inside
        return found


def to_json(facts: Facts) -> dict[str, Any]:
    """The facts as JSON types."""
    return asdict(facts)


def from_json(said: object) -> Facts:
    """The facts in another process's message. Raises `NoFacts`, whose text repeats nothing of the
    message.
    """
    if not isinstance(said, Mapping):
        raise NoFacts("the facts are no mapping")
    applied = [
        _read_applied(each, index) for index, each in enumerate(_read_list(said.get("applied")))
    ]
    parameters = [
        Parameter(_read_shape(each.get("shape")), _read_truth_value(each.get("differ")))
        for each in _read_list(said.get("parameters"))
    ]
    return Facts(tuple(applied), tuple(parameters), said.get("stopped") is True)


def _read_applied(said: Mapping[str, Any], index: int) -> Applied:
    transform, inside, in_axes = said.get("transform"), said.get("inside"), said.get("in_axes")
    if transform not in TRANSFORMS:
        raise NoFacts("a transform of another name")
    if inside is not None and (type(inside) is not int or not 0 <= inside < index):
        raise NoFacts("a call inside of none before it")
    axes = None
    if in_axes is not None:
        if not isinstance(in_axes, Sequence) or len(in_axes) > MOST:
            raise NoFacts("in_axes of another kind")
        axes = tuple(
            axis if axis is None or axis in (CARRY, SEVERAL) else _read_number(axis, -99)
            for axis in in_axes
        )
    lanes = said.get("lanes")
    return Applied(
        str(transform),
        inside,
        None if lanes is None else _read_number(lanes),
        axes,
        said.get("makes") is True,
        _read_truth_value(said.get("answers")),
        _read_truth_value(said.get("given")),
        _read_work(said.get("work")),
    )


def _read_work(said: object) -> tuple[str, ...] | None:
    if said is None:
        return None
    if not isinstance(said, list | tuple) or len(said) > len(WORK) or {*map(repr, said)} - _WORK:
        raise NoFacts("work of another kind")
    return tuple(map(str, said))


def _read_list(said: object) -> Sequence[Mapping[str, Any]]:
    if (
        not isinstance(said, list | tuple)
        or len(said) > MOST
        or not all(isinstance(each, Mapping) for each in said)
    ):
        raise NoFacts("a list of another kind")
    return said


def _read_shape(said: object) -> tuple[int, ...]:
    if not isinstance(said, list | tuple) or len(said) > 32:
        raise NoFacts("a shape of another kind")
    return tuple(_read_number(size) for size in said)


def _read_number(said: object, least: int = 0) -> int:
    if type(said) is not int or not least <= said < 2**40:
        raise NoFacts("a number of another kind")
    return said


def _read_truth_value(said: object) -> bool | None:
    return said if isinstance(said, bool) else None
