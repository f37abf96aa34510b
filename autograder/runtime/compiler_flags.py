"""The flags of the compiler, XLA, in processes that compute answers to be judged: they make it
compile fast, and for most processors.

Values differ by rounding from those of an ordinary process. The build measures that difference, and
the tolerance covers it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
from importlib.metadata import version
from pathlib import Path

from packaging.specifiers import SpecifierSet

FAST_TO_COMPILE = "--xla_backend_optimization_level=0"
"""Builds and grading call tiny programs a few times each, so compilation costs the most."""

PLAIN_EMITTERS = "--xla_cpu_use_fusion_emitters=false"
"""XLA writes a program's loops itself instead of going through MLIR, in less than half of the
compile time.
"""

HAVE_PLAIN_EMITTERS = SpecifierSet(">=0.7,<0.11")
"""The releases of jaxlib that take `PLAIN_EMITTERS`. XLA ends a process that sets a flag it does
not know, and jaxlib 0.11 does not know this one.
"""

FOR_MOST_PROCESSORS = "--xla_cpu_max_isa=AVX2"
"""Programs compiled on one x86 processor then run on nearly every other."""


def compiler_flags() -> str:
    """XLA_FLAGS for a process that computes answers to be judged. The flags that the environment
    already sets come last, so they win.
    """
    plain = PLAIN_EMITTERS if version("jaxlib") in HAVE_PLAIN_EMITTERS else ""
    portable = FOR_MOST_PROCESSORS if "avx2" in instructions() else ""
    return " ".join(f"{FAST_TO_COMPILE} {plain} {portable} {own_compiler_flags()}".split())


def own_compiler_flags() -> str:
    """XLA_FLAGS as set in this process's environment."""
    return os.environ.get("XLA_FLAGS", "")


@functools.cache
def instructions() -> frozenset[str]:
    """The instruction sets of this processor, as Linux names them. It is empty where the system
    does not say.
    """
    with contextlib.suppress(OSError):
        found = re.search(
            r"^(?:flags|Features)\s*:(.*)$",
            Path("/proc/cpuinfo").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        return frozenset(found[1].split()) if found else frozenset()
    return frozenset()
