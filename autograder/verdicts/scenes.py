"""What a mistake is looked for in: the outcome of a case, with the right output. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from autograder.calls.call import Failed, Returned
from autograder.calls.outputs import Output
from autograder.verdicts.arrays import dtype_kind, small, widen

Outcome = Returned | Failed


@dataclass(frozen=True)
class Scene:
    """One case on which mistakes are tried: the returned array, the expected one, and the sizes of
    the question's dimensions.
    """

    actual: np.ndarray
    expected: np.ndarray
    tolerance: float
    sizes: Mapping[str, int]

    def same(self, wanted: np.ndarray) -> bool:
        """Whether the answer equals `wanted`, within the rounding allowed for numbers of its
        size.
        """
        if self.actual.shape != wanted.shape:
            return False
        largest = float(np.max(np.abs(self.expected), initial=0.0))
        scale = max(1.0, float(np.max(np.abs(wanted), initial=0.0)) / largest) if largest else 1.0
        return bool(np.all(np.abs(self.actual - wanted) <= 4 * self.tolerance * scale))

    @property
    def right(self) -> bool:
        """Whether the answer is right on this case."""
        return self.actual.shape == self.expected.shape and bool(
            np.all(np.abs(self.actual - self.expected) <= self.tolerance)
        )


@dataclass(frozen=True)
class Expected:
    """The right output of one case, the error allowed in each of its arrays, and the sizes of the
    question's dimensions.
    """

    output: Output
    tolerances: Mapping[str, float]
    sizes: Mapping[str, int]

    def of(self, outcome: Outcome, part: str) -> Scene | None:
        """The expected array `part` with the returned one; None if none was returned that can be
        compared with it.
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
