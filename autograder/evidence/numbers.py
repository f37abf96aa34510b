"""The numbers that a call was given and returned, and whether an answer is among them."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.calls.outputs import Output
from autograder.evidence.facts import LARGEST_KEPT
from autograder.evidence.parameters import is_traced

SAME = 1e-4
"""The relative tolerance, as a share of the answer's largest number, within which a number of the
answer equals one of a transform's output. The answer may reshape, slice or cast that output, but
not compute with it.
"""


def arrays_in(value: Any) -> list[np.ndarray] | None:
    """The arrays of numbers in a container, or None if the numbers are unknown or too many."""
    import jax

    arrays = [leaf for leaf in jax.tree.leaves(value) if isinstance(leaf, jax.Array | np.ndarray)]
    if (
        any(is_traced(array) for array in arrays)
        or sum(array.size for array in arrays) > LARGEST_KEPT
    ):
        return None
    return [
        np.asarray(array)
        for array in arrays
        if getattr(array.dtype, "kind", "") in tuple("fiubc") or str(array.dtype) == "bfloat16"
    ]


def among(answer: Output, outputs: list[np.ndarray] | None) -> bool | None:
    """Whether the numbers of an answer, counting repeats, are among those of the outputs, or None
    if unknown.
    """
    if not answer or outputs is None:
        return None
    wanted = np.sort(np.concatenate([_numbers(array) for array in answer.values()]))
    given = np.sort(np.concatenate([np.zeros(0), *map(_numbers, outputs)]))
    allowed = SAME * max(np.max(np.abs(wanted), initial=0.0), 1e-30)
    place = 0
    for number in wanted:
        while place < given.size and given[place] < number - allowed:
            place += 1
        if place == given.size or given[place] > number + allowed:
            return False
        place += 1
    return True


def _numbers(array: np.ndarray) -> np.ndarray:
    """The numbers of an array in one row, with both parts of complex ones."""
    parts = [array.real, array.imag] if array.dtype.kind == "c" else [array]
    return np.concatenate([part.astype(np.float64).ravel() for part in parts])
