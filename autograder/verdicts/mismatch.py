"""Why two arrays differ: `Mismatch`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

MEASURED = ("values", "residual", "samples")
"""The steps that measure an error."""

IMPRECISE = (
    " Was it computed in half precision (float16, bfloat16, TF32), or by a formula that loses "
    "digits?"
)

SINGLE = " Was it computed in single precision (float32, complex64)? The question asks for 64 bits."

SINGLE_PRECISION = 2.0**-16
"""The share of the largest expected value that a few operations in single precision (24 bits) may
lose in an output of 64 bits.
"""


@dataclass(frozen=True)
class Mismatch:
    """The difference between two arrays: the `step` that failed, a `sentence` without any expected
    value, and a bounded `sample` with some.

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
        """The error in tolerances. It is infinite if the values could not be compared or must be
        equal.
        """
        return self.error / self.allowed if self.step in MEASURED and self.allowed else np.inf

    def as_wrong(self) -> Mismatch:
        """The same mismatch, called wrong instead of imprecise: half precision does not explain
        it.
        """
        told = self.sentence.removesuffix(IMPRECISE).removesuffix(SINGLE)
        sentence = told.replace(" an imprecise value", " a wrong value", 1)
        sentence = sentence.replace(" imprecise values", " wrong values", 1)
        return replace(self, sentence=sentence, imprecise=False)
