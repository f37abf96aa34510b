"""A few numbers for an array, by which two answers can be seen to be the same, or nearly, without keeping either. NumPy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SIZE = 4
"""So many numbers."""

CLOSE = 1e-3
"""Two arrays whose numbers differ by no more than this, relative to the largest of them, are nearly the same."""


def sketch(array: np.ndarray) -> list[float]:
    """Projections of the array, flattened, onto fixed random directions, to four digits; what is not finite counts as nothing.

    Equal arrays have equal sketches; arrays of other values have, but for chance, other ones. Of what are no numbers there is none.
    """
    try:
        flat = np.nan_to_num(np.real(array).astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0).ravel()
    except (TypeError, ValueError):
        return []
    directions = np.random.default_rng(7).standard_normal((SIZE, flat.size)) / max(flat.size, 1) ** 0.5
    return [float(f"{number:.4g}") for number in directions @ flat]


def near(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two sketches are of nearly the same array."""
    if not one or len(one) != len(other):
        return False
    first, second = np.asarray(one), np.asarray(other)
    return bool(np.max(np.abs(first - second), initial=0.0) <= CLOSE * max(np.max(np.abs(first), initial=0.0), 1e-30))
