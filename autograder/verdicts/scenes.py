"""The evidence for a mistake: the outcome of a case, with the right output. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autograder.bank.records import Tolerance
from autograder.calls.call import Failed, Returned
from autograder.calls.outputs import Output
from autograder.verdicts.arrays import close, dtype_kind, magnitude, small, widen

Outcome = Returned | Failed


@dataclass(frozen=True)
class Scene:
    """One case to try mistakes on: the returned array, the expected one, and the sizes of the
    question's dimensions.
    """

    actual: np.ndarray
    expected: np.ndarray
    tolerance: Tolerance
    sizes: Mapping[str, int]

    def same(self, wanted: np.ndarray) -> bool:
        """Whether the answer equals `wanted`, within the rounding that its size allows."""
        if self.actual.shape != wanted.shape:
            return False
        if isinstance(self.tolerance, np.ndarray):
            allowed: Tolerance = allowed_at(wanted, self.expected, self.tolerance)
        else:
            largest = magnitude(self.expected)
            allowed = self.tolerance * (max(1.0, magnitude(wanted) / largest) if largest else 1.0)
        return bool(np.all(close(self.actual, wanted, 4 * allowed)))

    @property
    def right(self) -> bool:
        """Whether the answer is right on this case."""
        return self.actual.shape == self.expected.shape and bool(
            np.all(close(self.actual, self.expected, self.tolerance))
        )

    @property
    def error(self) -> np.ndarray:
        """The difference of each element, and 0 where both have the same infinity, or NaN. The
        arrays must have the same shape.
        """
        with np.errstate(invalid="ignore"):
            error = self.actual - self.expected
        same = close(self.actual, self.expected, 0.0)
        return np.where(same, 0.0, np.where(np.isnan(error), np.inf, error))


def allowed_at(wanted: np.ndarray, expected: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
    """The error allowed in each element of `wanted`: that of the expected element next in size,
    because elements of one size have one tolerance.
    """
    sizes, order = np.unique(np.abs(expected), return_index=True)
    places = np.clip(np.searchsorted(sizes, np.abs(wanted)), 0, max(sizes.size - 1, 0))
    return tolerance.ravel()[order][places] if sizes.size else np.zeros(wanted.shape)


@dataclass(frozen=True)
class Expected:
    """The right output of one case, the error allowed in each of its arrays, and the sizes of the
    question's dimensions.
    """

    output: Output
    tolerances: Mapping[str, Tolerance]
    sizes: Mapping[str, int]

    def of(self, outcome: Outcome, part: str) -> Scene | None:
        """The expected array `part` with the returned one, or None if no comparable one was
        returned.
        """
        if (
            not isinstance(outcome, Returned)
            or part not in outcome.output
            or not _comparable(outcome.output[part], self.output[part])
        ):
            return None
        return Scene(
            widen(outcome.output[part]), widen(self.output[part]), self.tolerances[part], self.sizes
        )


def _comparable(actual: np.ndarray, expected: np.ndarray) -> bool:
    kind = dtype_kind(actual.dtype)
    return (
        kind == dtype_kind(expected.dtype)
        and kind in ("floating", "integer")
        and small(actual, expected)
    )
