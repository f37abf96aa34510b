"""Tell whether a question involves random numbers: in float64, JAX draws other ones."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

from autograder.calls.call import call
from autograder.calls.spec import Case
from autograder.questions.question import Question


def takes_random_numbers(question: Question) -> bool:
    """Whether an argument of the question is a seed or a key."""
    return any(
        argument.seeds or "key" in argument.kinds for argument in question.arguments.values()
    )


def draws_random_numbers(question: Question, reference: Any, case: Case) -> bool:
    """Whether the reference draws random numbers, which are other ones in float64."""
    if takes_random_numbers(question):
        return True
    import jax

    jax.clear_caches()  # the trace of a program that is already compiled would not show its draws
    seen: list[bool] = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.name in ("random.py", "prng.py") and "jax" in path.parts:
            seen.append(True)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        call(reference, case.arguments, case.way, interruptible=False)
    finally:
        sys.setprofile(before)
    return bool(seen)
