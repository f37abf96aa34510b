"""How JAX is set for answers to be judged: compiler flags, settings that are put back, and what suits many tiny programs.

No value depends on what `for_tiny_programs` does.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.runtime import switches

FAST_TO_COMPILE = "--xla_backend_optimization_level=0"
"""Builds and grading call tiny programs a few times each: what they cost is their compilation. Values differ by rounding, which the tolerance
measures."""

_UNOPTIMISED = "jax_disable_most_optimizations"
"""The same as a setting of JAX, for a process that has started already."""

FOR_MOST_PROCESSORS = "--xla_cpu_max_isa=AVX2"
"""What is compiled for one x86 processor runs on nearly all others."""


def compiler_flags() -> str:
    """XLA_FLAGS for a process that computes answers to be judged; what is set here already comes last, and so wins."""
    portable = FOR_MOST_PROCESSORS if "avx2" in instructions() else ""
    return " ".join(f"{FAST_TO_COMPILE} {portable} {own_compiler_flags()}".split())


def own_compiler_flags() -> str:
    """XLA_FLAGS as they are set here."""
    return os.environ.get("XLA_FLAGS", "")


@functools.cache
def instructions() -> frozenset[str]:
    """The sets of instructions that this processor has, as Linux names them; none where nothing tells."""
    with contextlib.suppress(OSError):
        found = re.search(r"^(?:flags|Features)\s*:(.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
        return frozenset(found[1].split()) if found else frozenset()
    return frozenset()


def set_back(settings: Mapping[str, Any]) -> None:
    """Give the settings of this process the values of `settings`."""
    import jax

    for name, value in settings.items():
        if getattr(jax.config, name) != value:
            jax.config.update(name, value)


@contextlib.contextmanager
def as_in_grading() -> Iterator[None]:
    """Where a function is judged in a person's own notebook: JAX computes and compiles as it will in grading, and as before afterwards.

    On the processor, since a GPU multiplies matrices in fewer bits by default, and at the lowest optimisation level, which is also faster for the few
    calls of a check (see `FAST_TO_COMPILE`).
    """
    import jax

    cpus = []
    with contextlib.suppress(RuntimeError):  # JAX may have been told to know nothing but the accelerator
        cpus = jax.devices("cpu")
    before = jax.config.values.get(_UNOPTIMISED)
    with contextlib.nullcontext() if not cpus or jax.default_backend() == "cpu" else jax.default_device(cpus[0]):
        if before is not None:
            jax.config.update(_UNOPTIMISED, True)
        try:
            yield
        finally:
            if before is not None:
                jax.config.update(_UNOPTIMISED, before)


RARELY = 100_000
"""Objects between two collections of garbage: tracing makes thousands, and each collection also asks XLA for its own."""


def for_tiny_programs() -> None:
    """Call it once JAX and Flax are imported, in a process that lives for one submission or one build."""
    if not switches.enabled("tuned"):
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
