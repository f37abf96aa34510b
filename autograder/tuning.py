"""JAX for many tiny programs that run a few times each: what it does once for every program, and once would do.

No value depends on any of it.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import threading
from typing import Any

from autograder import shortcuts

RARELY = 100_000
"""Objects between two collections of garbage: tracing makes thousands, and each collection also asks XLA for its own."""


def for_tiny_programs() -> None:
    """Call it once JAX and Flax are imported, in a process that lives for one submission or one build."""
    if not shortcuts.taken("tuned"):
        return
    _share_contexts()
    gc.freeze()  # what the imports made stays for good
    gc.set_threshold(RARELY, 20, 20)


def _share_contexts() -> None:
    """JAX makes a new MLIR context for each program that it lowers, which loads every dialect: 2 to 4 ms, a fifth of what a submission costs.

    A context holds types and dialects, and nothing of a program. Each thread gets one of its own. The name is private to JAX: a release without it is
    only slower.
    """
    with contextlib.suppress(ImportError, AttributeError):
        from jax._src.interpreters import mlir

        new, kept = mlir.make_ir_context, threading.local()

        @functools.wraps(new)
        def shared() -> Any:
            if not hasattr(kept, "context"):
                kept.context = new()
            return kept.context

        mlir.make_ir_context = shared
        shared()  # the first one costs most, and forks of this process have it already
