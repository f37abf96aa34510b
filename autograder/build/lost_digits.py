"""Notice a reference that loses digits which another way of computing would keep: its float64
output differs by more than the rounding of its inputs explains.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.build.advice import to_keep_digits
from autograder.build.answered_cases import arguments_of
from autograder.build.float64 import in_float64
from autograder.build.noises import Sample, difference
from autograder.build.random_draws import draw_random_numbers
from autograder.build.tolerance import NOISIEST, THRESHOLD, Scales
from autograder.calls.call import Returned, call
from autograder.calls.nudges import coarsest, nudge_floats
from autograder.calls.spec import Case
from autograder.errors import BuildError
from autograder.questions.question import Question

MOVED = 4
"""How many float64 calls move the inputs by a rounding unit to measure what rounding explains."""


def check(question: Question, reference: Any, measured: Sample, scales: Scales) -> None:
    """Refuse a reference that loses digits on a case. Raises `BuildError`."""
    case, output = measured.case, measured.output
    rounding = coarsest(case.arguments)
    if rounding <= np.finfo(np.float64).eps or rounding > np.finfo(np.float32).eps:
        return
    lost = {
        name: share
        for name in output
        if (share := difference(measured.wide, name, output, scales[name])[0]) is not None
        and share > NOISIEST
    }
    if not lost or any(draw_random_numbers(question, [(reference, case)])):
        return
    explained = _explain(reference, measured, scales)
    for name, share in lost.items():
        if share > THRESHOLD * explained.get(name, np.inf):
            raise BuildError(
                f"question {question.name!r}: the reference loses its digits: with "
                f"{arguments_of(case)} ({case.label}) it differs from its float64 result by "
                f"{share:.2g} of the largest number, but the rounding of its inputs explains only "
                f"{explained[name]:.1g}. {to_keep_digits(question)}"
            )


def _explain(reference: Any, measured: Sample, scales: Scales) -> dict[str, float]:
    """How much the float64 output changes when the inputs move by a unit in the last place of
    float32; infinite if that cannot be measured.
    """
    case, wide = measured.case, measured.wide
    found = dict.fromkeys(measured.output, 0.0)
    rng = np.random.default_rng(7)
    for _ in range(MOVED):
        arguments = nudge_floats(case.arguments, rng)
        moved = in_float64(
            lambda case: call(reference, case.arguments, case.way),
            Case(case.label, case.sizes, arguments, case.way),
        )
        for name in found:
            share = (
                difference(moved, name, wide.output, scales[name])[0]
                if isinstance(wide, Returned)
                else None
            )
            found[name] = max(found[name], np.inf if share is None else share)
    return found
