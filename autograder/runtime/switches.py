"""The shortcuts that make grading faster, by name, and how to switch each off: to measure how much
it saves, and to test that no verdict depends on it.

    OTTER_ARRAYS_WITHOUT=compiled,ahead otter run …
"""

from __future__ import annotations

import os

VARIABLE = "OTTER_ARRAYS_WITHOUT"

SHORTCUTS = {
    "compiled": (
        "programs that were compiled when the assignment was built "
        "(autograder.runtime.compiled_programs)"
    ),
    "unoptimised": (
        "programs compiled at XLA's lowest optimisation level, for most processors "
        "(autograder.runtime.compiler_flags)"
    ),
    "tuned": "JAX told that programs are tiny (autograder.runtime.jax_settings)",
    "warm": (
        "in a class, the submission's process forked from one that has imported JAX "
        "(autograder.sandbox.nursery)"
    ),
    "ahead": (
        "Otter's kernel forked from Otter, and the submission's process started meanwhile "
        "(autograder.grading.prefork)"
    ),
}

IN_WORKERS = ("compiled", "unoptimised", "tuned", "warm")
"""The shortcuts that make a submission's process differ from an ordinary interpreter with JAX. Each
can be switched off.
"""


def is_enabled(name: str) -> bool:
    """Whether to take the shortcut `name`. Raises `KeyError` if there is none of this name."""
    SHORTCUTS[name]
    return name not in left_out()


def left_out() -> tuple[str, ...]:
    """The shortcuts that are switched off in this process."""
    named = os.environ.get(VARIABLE, "").split(",")
    return tuple(name for name in SHORTCUTS if name in named)
