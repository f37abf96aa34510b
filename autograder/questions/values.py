"""What the elements of an `Array` may be: a range, a few values, or a structure such as "sorted".

NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.questions import sizes as expressions
from autograder.questions.random_numbers import VALUE_FAMILIES

Numbers = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
"""Draws numbers of a shape, in the family and dtype that the array asks for."""


@dataclass(frozen=True)
class Structure:
    """A structure for random numbers: `make(rng, shape, numbers)` makes an array of `shape`, and
    `numbers` draws numbers without any structure.

    `least_dims` is the smallest number of dimensions that the array must have; `square`: its last
    two are equal. `kinds` lists the kinds of dtypes that can have the structure. `scales` says
    whether the elements may be of any size, so that the families "large" and "tiny" make sense.
    """

    make: Callable[[np.random.Generator, tuple[int, ...], Numbers], np.ndarray]
    least_dims: int = 0
    square: bool = False
    kinds: str = "iuf"
    scales: bool = True


def _positive(rng: np.random.Generator, shape: tuple[int, ...], numbers: Numbers) -> np.ndarray:
    drawn = np.abs(numbers(rng, shape))
    least = 1 if drawn.dtype.kind in "iu" else np.finfo(np.float16).tiny
    return np.maximum(drawn, least)


def _rows_sum_to_1(
    rng: np.random.Generator, shape: tuple[int, ...], numbers: Numbers
) -> np.ndarray:
    del numbers  # scaled numbers would give the same rows
    drawn = rng.gamma(1.0, size=shape) + 1e-3
    return np.asarray(drawn / drawn.sum(axis=-1, keepdims=True))


def _symmetric(rng: np.random.Generator, shape: tuple[int, ...], numbers: Numbers) -> np.ndarray:
    drawn = np.triu(numbers(rng, shape))
    return np.asarray(drawn + np.swapaxes(np.triu(drawn, 1), -1, -2))


def _positive_definite(
    rng: np.random.Generator, shape: tuple[int, ...], numbers: Numbers
) -> np.ndarray:
    size = shape[-1]
    drawn = numbers(rng, shape)
    scale = np.sqrt(np.mean(drawn**2, axis=(-1, -2), keepdims=True)) + 1e-12
    root = drawn / scale
    # Adding half the identity bounds the condition number, so that solving loses few digits.
    gram = root @ np.swapaxes(root, -1, -2) / size + 0.5 * np.eye(size)
    return np.asarray(gram * scale)


def _distinct(rng: np.random.Generator, shape: tuple[int, ...], numbers: Numbers) -> np.ndarray:
    drawn = numbers(rng, shape)
    count = int(np.prod(shape))
    if drawn.dtype.kind in "iu":
        reach = int(max(np.max(np.abs(drawn), initial=0), count))
        least = 0 if np.min(drawn, initial=0) >= 0 else -reach
        return rng.choice(np.arange(least, reach + 1), size=shape, replace=False)
    # Ranks, each moved by less than half a step, so that no two are close.
    ranks = rng.permutation(count) - (count - 1) / 2 + rng.uniform(-0.3, 0.3, size=count)
    spread = np.std(ranks) or 1.0
    size = np.sqrt(np.mean(drawn**2)) or 1.0
    return np.asarray(ranks / spread * size).reshape(shape)


def _permutation(rng: np.random.Generator, shape: tuple[int, ...], numbers: Numbers) -> np.ndarray:
    del numbers
    ordered = np.broadcast_to(np.arange(shape[-1]), shape)
    return rng.permuted(ordered, axis=-1)


STRUCTURES: Mapping[str, Structure] = {
    "positive": Structure(_positive),
    "rows sum to 1": Structure(_rows_sum_to_1, 1, kinds="f", scales=False),
    "positive definite": Structure(_positive_definite, 2, square=True, kinds="f"),
    "symmetric": Structure(_symmetric, 2, square=True),
    "sorted": Structure(lambda rng, shape, numbers: np.sort(numbers(rng, shape), axis=-1), 1),
    "permutation": Structure(_permutation, 1, scales=False),
    "distinct": Structure(_distinct, 1),
}
"""The structures that an author may ask for, by name."""

_WRITE = (
    "write a range such as (0, 'C') or (0.0, 1.0), a list of its possible values, or one of "
    f"{', '.join(map(repr, STRUCTURES))}"
)


def dims_of(values: Any) -> tuple[str, ...]:
    """The dimensions that the bounds of a range depend on. Raises `NotASize`."""
    if not isinstance(values, tuple):
        return ()
    return tuple(
        dict.fromkeys(
            name for bound in values if isinstance(bound, str) for name in expressions.names(bound)
        )
    )


def scales(values: Any) -> bool:
    """Whether the families "large" and "tiny" make sense for these values."""
    return values is None or (
        isinstance(values, str) and values in STRUCTURES and STRUCTURES[values].scales
    )


def element_by_element(values: Any) -> bool:
    """Whether one element may change independently of the others."""
    return not isinstance(values, str) or values == "positive"


def rearrangeable(values: Any) -> bool:
    """Whether the elements of a row may trade places."""
    return not isinstance(values, str) or values in (
        *("positive", "rows sum to 1", "permutation", "distinct"),
    )


def faults(values: Any, dtype: str, shape: tuple[str | int, ...]) -> list[str]:
    """The faults of the values of an array, one sentence each."""
    said = f"values={values!r}"
    if values is None:
        return []
    if isinstance(values, str):
        return _structure_faults(values, dtype, shape)
    if isinstance(values, list):
        if not values:
            return [f"{said} is empty; {_WRITE}"]
        if not all(isinstance(value, bool | int | float) for value in values):
            return [f"{said} has a value that is not a number; {_WRITE}"]
        if dtype.startswith("int") and any(value != int(value) for value in values):
            return [
                f"{said} has a value with a fraction, but dtype={dtype!r} has only whole numbers"
            ]
        return []
    if not isinstance(values, tuple) or len(values) != 2:
        return [f"{said} (type={type(values).__name__}) is not valid; {_WRITE}"]
    if dtype == "bool":
        return [f"{said} is a range, but dtype='bool' has only two values; remove values"]
    try:
        dims_of(values)
    except expressions.NotASize as fault:
        return [f"{said} {fault}"]
    if not all(isinstance(bound, str | int | float) for bound in values):
        return [f"{said} has a bound that is not a number; {_WRITE}"]
    low, high = values
    if not isinstance(low, str) and not isinstance(high, str) and not low < high:
        return [
            f"{said} is an empty range: it ends before its second number, as Python's range does"
        ]
    return []


def _structure_faults(values: str, dtype: str, shape: tuple[str | int, ...]) -> list[str]:
    said = f"values={values!r}"
    if values not in STRUCTURES:
        return [f"{said} is not a known structure; {_WRITE}"]
    structure = STRUCTURES[values]
    if np.dtype(dtype if dtype != "bfloat16" else "float32").kind not in structure.kinds:
        return [f"{said} does not exist for dtype={dtype!r}"]
    if len(shape) < structure.least_dims:
        plural = "" if structure.least_dims == 1 else "s"
        return [f"{said} needs at least {structure.least_dims} dimension{plural}"]
    if structure.square and shape[-1] != shape[-2]:
        return [f"{said} needs a square: write the last dimension twice, as in Array('N', 'N')"]
    return []


def family_faults(families: tuple[str, ...], values: Any) -> list[str]:
    """The faults of the names of distributions beside `values`, one sentence each."""
    if not families:
        return [f"families=() is empty; name at least one of {', '.join(VALUE_FAMILIES)}"]
    found = [
        f"families has {family!r}, which is not one of {', '.join(VALUE_FAMILIES)}"
        for family in families
        if family not in VALUE_FAMILIES
    ]
    if not found and not scales(values) and families != ("normal",):
        found.append(f"families={families!r} does not work with values={values!r}; remove families")
    return found


def ends(values: Any, dtype: str, sizes: Mapping[str, int]) -> tuple[int, int] | None:
    """The smallest and the largest whole number, or truth value, that an element may be. None if
    the elements are not whole numbers or have no range.
    """
    if dtype == "bool":
        return (0, 1)
    if "int" not in dtype or not isinstance(values, list | tuple):
        return None
    if isinstance(values, list):
        return int(min(values)), int(max(values))
    low, high = _bounds(values, sizes)
    return int(low), max(int(high) - 1, int(low))


def _bounds(values: tuple[Any, Any], sizes: Mapping[str, int]) -> tuple[Any, Any]:
    low, high = (
        expressions.evaluate(bound, sizes) if isinstance(bound, str) else bound for bound in values
    )
    return low, high


def draw(
    values: Any,
    rng: np.random.Generator,
    shape: tuple[int, ...],
    sizes: Mapping[str, int],
    numbers: Numbers,
    whole: bool,
) -> np.ndarray:
    """Draw an array of `shape` with the elements that `values` allows.

    `numbers` draws numbers without any structure, and `whole` says whether they are integers.
    """
    if isinstance(values, str):
        return STRUCTURES[values].make(rng, shape, numbers)
    if isinstance(values, list):
        return rng.choice(np.asarray(values), size=shape)
    low, high = _bounds(values, sizes)
    if whole:
        return rng.integers(int(low), max(int(high), int(low) + 1), size=shape)
    return rng.uniform(low, high, size=shape)
