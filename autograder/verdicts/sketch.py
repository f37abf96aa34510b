"""Sketch an array as a few numbers that show whether two answers are the same, or nearly so,
without keeping either. NumPy only.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SIZE = 4
"""The length of a sketch."""

LARGEST = 1e300
"""Larger elements count as this one, so that their sum stays finite."""

CLOSE = 1e-3
"""Two sketches whose numbers differ by at most this, relative to the largest, belong to nearly the
same array.
"""


def sketch(array: np.ndarray) -> list[float]:
    """Projections of the flattened array onto fixed random directions, to four digits: a list of
    `SIZE` floats.

    NaN and infinities count as 0. Equal arrays have equal sketches, and different arrays differ in
    theirs, except by chance. An array of anything but numbers has an empty sketch.
    """
    try:
        flat = np.nan_to_num(
            np.real(array).astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0
        ).ravel()
        flat = np.clip(flat, -LARGEST, LARGEST)
    except (TypeError, ValueError):
        return []
    directions = (
        np.random.default_rng(7).standard_normal((SIZE, flat.size)) / max(flat.size, 1) ** 0.5
    )
    return [float(f"{number:.4g}") for number in directions @ flat]


def near(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two sketches belong to nearly the same array."""
    if not one or len(one) != len(other):
        return False
    first, second = np.asarray(one), np.asarray(other)
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return False  # an older version stored it
    return bool(
        np.max(np.abs(first - second), initial=0.0)
        <= CLOSE * max(np.max(np.abs(first), initial=0.0), 1e-30)
    )
