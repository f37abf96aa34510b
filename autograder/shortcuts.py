"""What makes grading faster, by name, and how to do without: to see what each gives, and that no verdict depends on it.

OTTER_ARRAYS_WITHOUT=compiled,ahead otter run …
"""

from __future__ import annotations

import os

VARIABLE = "OTTER_ARRAYS_WITHOUT"

SHORTCUTS = {
    "compiled": "programs that were compiled when the assignment was built (autograder.compiled)",
    "ahead": "Otter's kernel forked from Otter, and the submission's process started meanwhile (autograder.sandbox.ahead)",
    "tuned": "JAX told that programs are tiny (autograder.tuning)",
}


def taken(name: str) -> bool:
    """Whether to take the shortcut. Raises `KeyError` if there is none of that name."""
    SHORTCUTS[name]
    return name not in os.environ.get(VARIABLE, "").split(",")
