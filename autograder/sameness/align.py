"""Bring an answer as near to the expected array as a word allows. NumPy and SciPy only.

The result differs from the answer only in what the word says does not matter, so no wrong answer
becomes right. Nothing here raises, whatever array a submission returned: an array that cannot be
aligned stays as it is, and the comparison says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.calls.narrow_floats import is_narrow
from autograder.calls.outputs import Output
from autograder.sameness.words import Alignment, AsSet, Same, UpToOrder, UpToRotation, UpToSign

MOST_ENTRIES = 2_000
"""The most entries that may stand in any order in an expected array, because each is compared with
each.
"""

MOST_COMPARED = 2**20
"""The most numbers to compare for a returned set with many repeated entries, because the submission
chooses its size.
"""


def aligned_output(actual: Output, expected: Output, same: Same, lanes: bool = False) -> Output:
    """The arrays of an answer, each aligned by its word if it has one. With `lanes` the first axis
    counts answers, and each is aligned by itself.
    """
    found = dict(actual)
    for part, word in same.items():
        if isinstance(word, Alignment) and part in actual and part in expected:
            found[part] = (_of_lanes if lanes else align)(word, actual[part], expected[part])
    return found


def _of_lanes(word: Alignment, actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    if actual.ndim == 0 or expected.ndim == 0 or len(actual) != len(expected):
        return actual
    found = [align(word, one, other) for one, other in zip(actual, expected, strict=True)]
    same_shape = len({each.shape for each in found}) == 1
    return np.stack(found) if found and same_shape else actual


def align(word: Alignment, actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """`actual`, changed towards `expected` as the word allows. It keeps its dtype; only a set gets
    the shape of `expected`.
    """
    if _kind(actual) is None or _kind(actual) != _kind(expected):
        return actual
    if actual.size == 0 or expected.size == 0:
        return actual
    with np.errstate(all="ignore"):
        return np.asarray(_ALIGN[type(word)](word, actual, expected)).astype(
            actual.dtype, copy=False
        )


def _kind(array: np.ndarray) -> str | None:
    kind = "f" if is_narrow(array.dtype) else array.dtype.kind
    return {"u": "i", "i": "i", "f": "f", "c": "c", "b": "b"}.get(kind)


def _wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _sign(word: Any, actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    if actual.shape != expected.shape or not _has_axis(word.axis, expected):
        return actual
    if actual.dtype.kind in "bu":
        return actual
    products = np.sum(_unit(actual).conj() * _unit(expected), axis=word.axis, keepdims=True)
    if actual.dtype.kind == "c":
        size = np.abs(products)
        return np.asarray(actual * np.where(size > 0, products / np.where(size > 0, size, 1), 1))
    return np.where(products < 0, -actual, actual)


def _unit(array: np.ndarray) -> np.ndarray:
    """The numbers divided by the largest, so that their products do not overflow. NaN and
    infinities become 0.
    """
    wide = _wide(array)
    finite = np.isfinite(wide)
    wide = np.where(finite, wide, 0)
    return np.asarray(wide / (np.max(np.abs(wide), initial=0.0) or 1.0))


def _has_axis(axis: int, array: np.ndarray) -> bool:
    return -array.ndim <= axis < array.ndim


def _order(word: Any, actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    if actual.shape != expected.shape or not _has_axis(word.axis, expected):
        return actual
    count = expected.shape[word.axis]
    if not 1 < count <= MOST_ENTRIES:
        return actual
    from scipy.optimize import linear_sum_assignment

    distances = _distances(
        np.moveaxis(expected, word.axis, 0).reshape(count, -1),
        np.moveaxis(actual, word.axis, 0).reshape(count, -1),
    )
    # How far apart two entries are no longer matters once they are no pair.
    _, places = linear_sum_assignment(np.minimum(distances, _FAR))
    return np.asarray(np.take(actual, places, word.axis))


_FAR = 1e3
"""Two entries at least this far apart are no pair. The unit is the largest number of each
column.
"""


def _set(_: Any, actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """For each expected entry, the nearest returned one. If returned entries that are nearest to it
    lie farther off, the farthest of those takes its place, so that an unexpected entry shows.
    """
    if (
        actual.ndim != expected.ndim
        or actual.ndim == 0
        or actual.shape[1:] != expected.shape[1:]
        or not 0 < len(expected) <= MOST_ENTRIES
        or (len(actual) > 4 * len(expected) and len(expected) * actual.size > MOST_COMPARED)
    ):
        return actual
    distances = _distances(
        expected.reshape(len(expected), -1), actual.reshape(len(actual), -1)
    )  # shape (expected, returned)
    places = np.argmin(distances, axis=1)
    nearest = np.argmin(distances, axis=0)
    off = distances[nearest, np.arange(len(actual))]
    for entry in np.argsort(off, kind="stable"):
        if off[entry] >= distances[nearest[entry], places[nearest[entry]]]:
            places[nearest[entry]] = entry
    return np.asarray(actual[places])


def _distances(expected: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """The distance of each entry of `expected` from each of `actual`, of shape (expected, actual).

    Each column is measured in units of its largest expected number, so that no column hides
    another. Infinities equal themselves, and NaN equals NaN.
    """
    one, other = _wide(expected), _wide(actual)
    finite = np.isfinite(one)
    scale = np.max(np.abs(np.where(finite, one, 0)), axis=0, initial=0.0)
    scale = np.where(scale > 0, scale, 1.0)
    found = np.empty((len(one), len(other)))
    for row, entry in enumerate(one):
        gap = np.abs(other - entry) / scale
        equal = (other == entry) | (np.isnan(other) & np.isnan(entry))
        gap = np.where(equal, 0.0, np.where(np.isfinite(gap), gap, _FAR))
        found[row] = np.sqrt(np.sum(np.minimum(gap, _FAR) ** 2, axis=1))
    return found


def _rotation(_: Any, actual: np.ndarray, expected: np.ndarray) -> np.ndarray:
    if actual.shape != expected.shape or actual.ndim < 2 or actual.dtype.kind in "biu":
        return actual
    points, wanted = (_wide(array).reshape(-1, array.shape[-1]) for array in (actual, expected))
    if not np.isfinite(points).all() or not np.isfinite(wanted).all() or points.size == 0:
        return actual
    largest = [float(np.max(np.abs(each))) or 1.0 for each in (points, wanted)]
    try:
        left, _, right = np.linalg.svd((points / largest[0]).conj().T @ (wanted / largest[1]))
    except np.linalg.LinAlgError:
        return actual
    return np.asarray((points @ (left @ right)).reshape(actual.shape))


_ALIGN: Mapping[type, Callable[[Any, np.ndarray, np.ndarray], np.ndarray]] = {
    UpToSign: _sign,
    UpToOrder: _order,
    UpToRotation: _rotation,
    AsSet: _set,
}
