"""A general mistake: its name, its hint, and how to recognise it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.verdicts.scenes import Scene


@dataclass(frozen=True)
class Mistake:
    """A mistake, known by its stable `name`.

    `hint` describes it to a student. `explains` says whether it explains a wrong case, and `spares`
    whether a right case is consistent with it. `several` says that it is a claim about the elements
    of an array together, which means nothing where all arrays have one element.
    """

    name: str
    hint: str
    explains: Callable[[Scene], bool]
    spares: Callable[[Scene], bool] = lambda _: True
    several: bool = False
