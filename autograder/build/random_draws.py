"""Tell whether a question involves random numbers: in float64, JAX draws other ones."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
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


def draw_random_numbers(question: Question, calls: Sequence[tuple[Any, Case]]) -> list[bool]:
    """Of each call, a function and its case, whether it draws random numbers, which are other ones
    in float64.
    """
    if not calls:
        return []  # and keep what JAX has compiled
    if takes_random_numbers(question):
        return [True] * len(calls)
    if not _draw(calls):
        return [False] * len(calls)
    # Of two calls that share a program, only the first was seen to draw.
    return [_draw([each]) for each in calls]


def _draw(calls: Sequence[tuple[Any, Case]]) -> bool:
    """Whether one of the calls draws random numbers."""
    import jax

    jax.clear_caches()  # the trace of a program that is already compiled would not show its draws
    seen: list[bool] = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and _is_of_jax_random(frame.f_code.co_filename):
            seen.append(True)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        for function, case in calls:
            call(function, case.arguments, case.way, interruptible=False)
    finally:
        sys.setprofile(before)
    return bool(seen)


@functools.cache
def _is_of_jax_random(filename: str) -> bool:
    path = Path(filename)
    return path.name in ("random.py", "prng.py") and "jax" in path.parts
