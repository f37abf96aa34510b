"""Call a function in float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from autograder.calls.call import Failed, Returned
from autograder.calls.nudges import floats_changed
from autograder.calls.spec import Case
from autograder.runtime.judged_settings import in_64_bits


def in_float64(evaluate: Callable[[Case], Returned | Failed], case: Case) -> Returned | Failed:
    """The outcome of a case on float64 arrays.

    Flax keeps parameters in float32, so they stay bit for bit the same; other random numbers may
    change.
    """

    wide = floats_changed(case.arguments, lambda data: data.astype(np.float64))
    with in_64_bits():
        return evaluate(replace(case, arguments=wide))
