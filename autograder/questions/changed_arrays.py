"""Make arrays that differ only slightly from a drawn one: two elements trade places, or one element
changes.

They expose an answer that looks at only part of its argument. NumPy only.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from autograder.calls.inputs import Value
from autograder.calls.narrow_floats import letter
from autograder.questions.argument import Drawing
from autograder.questions.values import draw as draw_values
from autograder.questions.values import element_by_element, ends, rearrangeable

REDRAWN = 3
"""How many new arrays to draw when no slight change exposes an answer."""

STEPS = (0.02, 0.1, 0.5, 2.0, -4.0)
"""How much to change an element, as a share of the largest element of its array. The smallest comes
first.
"""

UNSEEN_TRIES = 5
"""How many inner elements, and then how many of all, to move so little that rounding does not show
it. Where an answer clips, most elements matter little.
"""

KEPT = 0.05
"""The share of the elements that stay as they are when the others move to an end of their range. A
constant array would test little.
"""

UNSEEN = 0.8
"""The share of the way to the next rounded digit by which a number moves."""


class Described(Protocol):
    """What this module needs of an `autograder.questions.arguments.Array`."""

    @property
    def shape(self) -> tuple[str | int, ...]:
        """Its sizes: dimensions, expressions or whole numbers."""

    @property
    def values(self) -> Any:
        """What its elements may be."""

    @property
    def own_draw(self) -> Callable[..., Any] | None:
        """The author's own function to draw the elements, or None."""

    @property
    def families(self) -> tuple[str, ...]:
        """The distributions of its elements."""

    @property
    def dims(self) -> tuple[str, ...]:
        """The dimensions whose sizes it depends on."""

    def draw(self, rng: np.random.Generator, wanted: Drawing) -> Value:
        """An array as a case asks for it."""


def of_array(
    array: Described, value: Value, rng: np.random.Generator, wanted: Drawing
) -> Iterator[tuple[str, Iterable[Value]]]:
    """Two changes of an array (see `autograder.questions.argument.Argument.changes`): reorder its
    elements, or change one of them.

    Where a change would break the array's structure, or makes no difference, the array is drawn
    again.
    """
    named = {
        size: length
        for size, length in zip(array.shape, value.data.shape, strict=True)
        if isinstance(size, str) and size.isidentifier()
    }
    wanted = replace(wanted, sizes={**wanted.sizes, **named}, kind=value.kind)
    free = array.own_draw is None
    if free and rearrangeable(array.values):
        swaps = _swaps(value.data, rng, rows_only=array.values in ("rows sum to 1", "permutation"))
    else:
        swaps = iter(())
    if free and element_by_element(array.values):
        others = _single_changes(array, value.data, rng, wanted.sizes)
    else:
        others = iter(())
    for changed in (swaps, others):
        yield "", _changed_values(value, changed, array, rng, wanted)


def fill(
    array: Described,
    value: Value,
    sizes: Mapping[str, int],
    rng: np.random.Generator,
    *,
    largest: bool,
) -> Value:
    """An array with nearly all of its whole numbers, or truth values, at one end of their range, or
    `value` itself where it has none.
    """
    found = None if array.own_draw is not None else ends(array.values, value.data.dtype.name, sizes)
    if found is None:
        return value
    kept = rng.random(value.data.shape) < KEPT
    end = np.asarray(found[largest], value.data.dtype)
    return replace(value, data=np.where(kept, value.data, end))


def _changed_values(
    value: Value,
    changed: Iterator[np.ndarray],
    array: Described,
    rng: np.random.Generator,
    wanted: Drawing,
) -> Iterator[Value]:
    for data in changed:
        if data.tobytes() != value.data.tobytes():
            yield replace(value, data=data)
    if not all(dim in wanted.sizes for dim in array.dims):
        return  # the sizes of a ragged list's elements are unknown here
    for place in range(REDRAWN):
        family = array.families[(place + 1) % len(array.families)]
        drawn = array.draw(rng, replace(wanted, family=family))
        if drawn.data.shape == value.data.shape:
            yield drawn


def _swaps(data: np.ndarray, rng: np.random.Generator, *, rows_only: bool) -> Iterator[np.ndarray]:
    """The array with two elements swapped: of its last row, of its last column, of all elements but
    the first, and of all elements, in turn.
    """
    if data.size < 2:
        return
    flat = np.arange(data.size).reshape(data.shape)
    regions = [flat[-1].ravel()] if data.ndim > 1 else []
    if not rows_only or data.ndim == 1:
        regions += [flat[..., -1].ravel(), flat.ravel()[1:], flat.ravel()]
    sizes = _comparable(data).ravel()
    for region in regions:
        if region.size < 2:
            continue
        low, high = (region[int(pick(sizes[region]))] for pick in (np.argmin, np.argmax))
        pairs = [(low, high), tuple(rng.choice(region, size=2, replace=False))]
        for one, other in pairs:
            swapped = data.copy()
            swapped.reshape(-1)[[one, other]] = data.reshape(-1)[[other, one]]
            yield swapped


def _comparable(data: np.ndarray) -> np.ndarray:
    """Real numbers that sort as the elements do: complex ones by their absolute value."""
    return np.asarray(np.abs(data) if data.dtype.kind == "c" else data).astype(np.float64)


def _single_changes(
    array: Described, data: np.ndarray, rng: np.random.Generator, sizes: Mapping[str, int]
) -> Iterator[np.ndarray]:
    """The array with one element changed: first by the smallest step, then by others. Each time,
    first one that is at neither end of any axis, then any element.
    """
    if not data.size:
        return
    ways = (_inner_index, _any_index)
    smallest = [(choose, STEPS[0]) for choose in ways for _ in range(UNSEEN_TRIES)]
    for choose, step in (*smallest, *itertools.product(ways, STEPS[1:])):
        index = choose(data.shape, rng)
        changed = data.copy()
        changed[index] = _other_number(array, data, index, step, rng, sizes)
        yield changed


def _inner_index(shape: tuple[int, ...], rng: np.random.Generator) -> tuple[int, ...]:
    """The index of an element that is at neither end of any axis longer than two, and first along
    the shorter axes.

    The last row is left to `_swaps`.
    """
    return tuple(int(rng.integers(1, size - 1)) if size > 2 else 0 for size in shape)


def _any_index(shape: tuple[int, ...], rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(rng.integers(0, size)) for size in shape)


def _other_number(
    array: Described,
    data: np.ndarray,
    index: tuple[int, ...],
    step: float,
    rng: np.random.Generator,
    sizes: Mapping[str, int],
) -> Any:
    """Another number for one element, as the declaration allows it."""
    kind, old = letter(data.dtype), data[index]
    if kind == "b":
        return not old
    if isinstance(array.values, list | tuple):
        if kind == "f" and isinstance(array.values, tuple):
            between = [np.min(data), np.max(data)]
            moved = old + step * (between[1] - between[0])
            if between[0] <= moved <= between[1]:
                return moved
        if not all(dim in sizes for dim in array.dims):
            return rng.choice(data.ravel())
        drawn = draw_values(array.values, rng, (8,), sizes, _no_numbers, kind in "iu")
        others = [each for each in drawn if each != old]
        return others[0] if others else old
    if kind in "iu":
        others = [each for each in np.unique(data) if each != old]
        if others and step > 0:
            return others[int(rng.integers(len(others)))]
        limits = np.iinfo(data.dtype)
        return old + 1 if old < limits.max else old - 1
    if array.values == "positive":
        return old * (1 + abs(step))
    largest = float(np.max(np.abs(data.astype(np.complex128 if kind == "c" else np.float64))))
    move = step * (largest or 1.0)
    if step == STEPS[0] and kind == "f":
        move = _hidden_move(float(old), move)
    return old + np.asarray(move, data.dtype)


def _hidden_move(old: float, most: float) -> float:
    """A move of at most `most` that rounding to one digit does not show: the number and its sign
    round to the same value.
    """
    rounded = round(old, 1)
    low, high = rounded - 0.05, rounded + 0.05
    if rounded == 0:
        low, high = (low, 0.0) if np.signbit(old) else (0.0, high)
    end = max(low, high, key=lambda end: abs(end - old))
    return float(np.clip(UNSEEN * (end - old), -most, most))


def _no_numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    raise AssertionError("a range and a list of values need no other numbers")
