"""Why two arrays differ: `Mismatch`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

MEASURED = ("values", "residual", "samples")
"""The steps at which an error is measured."""

IMPRECISE = (
    " Was it computed in half precision (float16, bfloat16, TF32), or by a formula that loses "
    "digits?"
)

SINGLE = " Was it computed in single precision (float32, complex64)? The question asks for 64 bits."

SINGLE_PRECISION = 2.0**-16
"""An error below this share of the largest expected value, in an output of 64 bits, is what a few
operations in single precision (24 bits) leave.
"""


@dataclass(frozen=True)
class Mismatch:
    """Why two arrays differ: the `step` that failed, a `sentence` without any expected value, and a
    bounded `sample` with some.

    `wrong` of `size` elements are wrong, where they could be compared one by one; `error` is the
    difference that is the most times what is `allowed` there, at `place`. `imprecise` says that no
    difference is larger than half precision explains.
    """

    step: str
    sentence: str
    sample: str = ""
    wrong: int = 0
    size: int = 0
    error: float = 0.0
    allowed: float = 0.0
    imprecise: bool = False
    place: tuple[int, ...] = ()

    @property
    def tolerances(self) -> float:
        """The error in tolerances; infinite if the values could not be compared, or must be
        equal.
        """
        return self.error / self.allowed if self.step in MEASURED and self.allowed else np.inf

    def as_wrong(self) -> Mismatch:
        """The same mismatch, not called imprecise: the values are near for another reason."""
        told = self.sentence.removesuffix(IMPRECISE).removesuffix(SINGLE)
        sentence = told.replace(" an imprecise value", " a wrong value", 1)
        sentence = sentence.replace(" imprecise values", " wrong values", 1)
        return replace(self, sentence=sentence, imprecise=False)
