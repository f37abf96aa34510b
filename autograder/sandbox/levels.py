"""Measure what a hostile submission could do at each level of isolation, by starting real workers
that try it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.runtime import system
from autograder.sandbox import after_the_start
from autograder.sandbox.confined.confine import LAYERS
from autograder.sandbox.confined.probe import HOLES
from autograder.sandbox.host import Worker
from autograder.sandbox.own_process import protect_this_process
from autograder.sandbox.settings import Settings
from autograder.sandbox.users import worker_uid

MEASURED = (
    "signal the grader through a descriptor",
    "run a thousand threads",
    "leave files behind",
    "outlive the grader",
)
"""What is tried outside the probe, because only the grader's side can see the result."""

TRIES = (*HOLES, *MEASURED)

_LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "every layer": (),
    "no Landlock": ("landlock",),
    "no seccomp": ("seccomp",),
    "no Landlock, no seccomp": ("landlock", "seccomp"),
}


@dataclass(frozen=True)
class Level:
    """One level: whose process it is ("own" or "same" user), which layers it has, and what was
    still possible.
    """

    user: str
    layers: str
    active: Sequence[str]
    open_holes: Sequence[str]


def measure() -> list[Level]:
    """Every level that this machine offers, strictest first. Starts two workers for each; no
    submission runs.
    """
    protect_this_process()
    wanted = (
        [(True, layers, left_out) for layers, left_out in _LEFT_OUT.items()]
        if worker_uid() is not None
        else []
    )
    if system.WALLS:
        wanted += [(False, layers, left_out) for layers, left_out in _LEFT_OUT.items()]
    wanted.append((False, "no layer", LAYERS))
    return [_level(own_user, layers, left_out) for own_user, layers, left_out in wanted]


def _level(own_user: bool, layers: str, left_out: Sequence[str]) -> Level:
    with tempfile.TemporaryDirectory() as name:
        hidden = Path(name, "bank")
        hidden.write_text("what nobody may read", encoding="utf-8")
        os.chmod(name, 0o700)  # noqa: PTH101 - a folder made by the standard library
        settings = Settings(
            hidden=[name, str(hidden)], level="best", leave_out=left_out, own_user=own_user
        )
        worker = Worker(settings)
        try:
            tries = after_the_start.try_cells(worker)
        finally:
            worker.end()
        tries["leave files behind"] = after_the_start.left_behind()
        tries["outlive the grader"] = not system.WALLS or after_the_start.outlives(settings)
        return Level(
            "own" if own_user else "same",
            layers,
            worker.started.active,
            [*worker.started.open_holes, *(name for name in MEASURED if tries[name])],
        )
