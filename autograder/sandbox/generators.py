"""Share the states of Python's and NumPy's global random generators between a test and an answer,
as if both ran in one process.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.sandbox.library import checked_state, python_state

Pack = Callable[[Any], Any]


def get_states(pack: Pack) -> dict[str, Any]:
    """The states, each packed by `pack`."""
    return {
        "python": pack(random.getstate()),
        "numpy": pack(dict(np.random.get_state(legacy=False))),
    }


def set_states(states: Mapping[str, Any] | None, unpack: Pack) -> None:
    """Set the states that `get_states` packed. Ignores anything that cannot be a state, because it
    may come from a submission.
    """
    if not isinstance(states, Mapping):
        return
    try:
        random.setstate(python_state(unpack(states["python"])))
        np.random.set_state(checked_state(unpack(states["numpy"])))
    except Exception:  # noqa: BLE001 - whatever they raise for data that is no state
        return


class SharedStates:
    """Tell whether a test has seeded the global generators, so that the answer must see it."""

    def __init__(self) -> None:
        self._last = self._now()

    def remember(self) -> None:
        """Note the current states as those that the other side has."""
        self._last = self._now()

    def has_changed(self) -> bool:
        """Whether a test has drawn or seeded since then."""
        return self._now() != self._last

    @staticmethod
    def _now() -> tuple[Any, ...]:
        state = np.random.get_state(legacy=False)
        return (
            random.getstate(),
            state["state"]["key"].tobytes(),
            state["state"]["pos"],
            state["has_gauss"],
            state["gauss"],
        )
