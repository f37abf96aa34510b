"""JAX's settings where answers are judged: some that are restored afterwards, and tuning for many
tiny programs.

No value depends on what `for_tiny_programs` does.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from autograder.runtime import switches
from autograder.runtime.judged_settings import GRADING, PRODUCTS, exactly

_UNOPTIMISED = "jax_disable_most_optimizations"
"""The lowest optimisation level (see `compiler_flags`) as a JAX setting, for a process that is
already running.
"""


@contextlib.contextmanager
def as_in_grading(recorded: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """Make JAX compute and compile inside the block as it will in grading. Used for checks in a
    student's notebook.

    `recorded` holds the settings in the bank. The block gets those that the notebook sets
    otherwise, with its values. They are restored afterwards.

    JAX computes on the CPU, because a GPU multiplies matrices in fewer bits by default, and at the
    lowest optimisation level, which is also faster for the few calls of a check. Where JAX may only
    use the accelerator (JAX_PLATFORMS=cuda), it multiplies there at full precision.
    """
    import jax

    told = start_somewhere()
    if told:
        print(told)
    settings = {**GRADING, **(recorded or {})}
    cpus = []
    if jax.default_backend() != "cpu" or jax.config.jax_default_device is not None:
        try:
            cpus = jax.devices("cpu")
        except RuntimeError:  # JAX may only use the accelerator
            settings[PRODUCTS] = "highest"
    with (
        contextlib.nullcontext() if not cpus else jax.default_device(cpus[0]),
        unoptimised(),
        exactly(settings) as changed,
    ):
        yield changed


@contextlib.contextmanager
def unoptimised() -> Iterator[None]:
    """JAX compiles inside the block at the lowest optimisation level, which is faster for a few
    calls of tiny programs.
    """
    import jax

    # This setting has no attribute of `jax.config`, as others have.
    before = getattr(jax.config, "values", {}).get(_UNOPTIMISED)
    if before is not None:
        jax.config.update(_UNOPTIMISED, True)
    try:
        yield
    finally:
        if before is not None:
            jax.config.update(_UNOPTIMISED, before)


def start_somewhere() -> str | None:
    """Make JAX compute on the CPU if it is set to use an accelerator that does not start. Returns a
    sentence that says so, or None.
    """
    import jax

    try:
        jax.devices()
    except RuntimeError:
        named = jax.config.jax_platforms
        jax.config.update("jax_platforms", "cpu")
        jax.devices()
        return (
            f"JAX is set to use {named!r} (JAX_PLATFORMS, or jax.config), which does not start "
            "here. It computes on the CPU from now on, as grading does."
        )
    return None


RARELY = 100_000
"""The number of allocated objects between two garbage collections. Tracing makes thousands, and
each collection makes XLA collect its own objects, too.
"""


def for_tiny_programs() -> None:
    """Tune garbage collection and MLIR contexts for many tiny programs.

    Call it once JAX and Flax are imported, in a process that lives for one submission or one build.
    """
    if not switches.is_enabled("tuned"):
        return
    _share_contexts()
    gc.freeze()  # never collect what the imports made
    gc.set_threshold(RARELY, 20, 20)


def _share_contexts() -> None:
    """Share one MLIR context per thread among all programs that JAX lowers.

    JAX makes a new context for each program and loads every dialect into it. That takes 2 to 4 ms
    each time, and a fifth of a submission's time in all. A context holds types and dialects, and
    nothing of a program. The name is private to JAX: a release without it is only slower.
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
        shared()  # the first context costs most, and forks of this process inherit it
