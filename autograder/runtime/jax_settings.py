"""How JAX is set where answers are judged: settings that are restored, and tuning for many tiny
programs.

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
"""The lowest optimisation level (see `compiler_flags`) as a JAX setting, for a process that has
already started.
"""


@contextlib.contextmanager
def as_in_grading(recorded: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """JAX computes and compiles inside the block as it will in grading; afterwards its settings are
    as before. For checks in a student's notebook. `recorded` are the settings in the bank. The
    block gets those that the notebook sets otherwise, with its values.

    It computes on the CPU, because a GPU multiplies matrices in fewer bits by default, and at the
    lowest optimisation level, which is also faster for the few calls of a check. Where JAX may use
    the accelerator only (JAX_PLATFORMS=cuda), it multiplies there in full.
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
        except RuntimeError:  # JAX is set to use the accelerator only
            settings[PRODUCTS] = "highest"
    with (
        contextlib.nullcontext() if not cpus else jax.default_device(cpus[0]),
        _unoptimised(),
        exactly(settings) as changed,
    ):
        yield changed


@contextlib.contextmanager
def _unoptimised() -> Iterator[None]:
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
    """Let JAX compute on the CPU if it is set to use an accelerator that is not there. Returns a
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
"""Allocated objects between two garbage collections. Tracing makes thousands, and each collection
also makes XLA collect its own.
"""


def for_tiny_programs() -> None:
    """Tune garbage collection and MLIR contexts for many tiny programs.

    To be called once JAX and Flax are imported, in a process that lives for one submission or one
    build.
    """
    if not switches.enabled("tuned"):
        return
    _share_contexts()
    gc.freeze()  # the objects that the imports made are never collected
    gc.set_threshold(RARELY, 20, 20)


def _share_contexts() -> None:
    """Share one MLIR context per thread among all programs that JAX lowers.

    JAX makes a new context for each program, which loads every dialect: 2 to 4 ms each, in all a
    fifth of the time of a submission. A context holds types and dialects, and nothing of a program.
    The name is private to JAX: a release without it is only slower.
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
