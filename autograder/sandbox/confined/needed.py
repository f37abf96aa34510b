"""Import and set up what every submission needs before anything is confined."""

from __future__ import annotations

import contextlib
import gc
import importlib

from autograder.runtime import jax_settings
from autograder.sandbox.confined import recursion

_NEEDED = ("jax.numpy", "flax.linen", "flax.nnx", "autograder.sandbox.confined.shell")
"""Modules that submissions need."""

_AHEAD = (
    "jaxlib.mlir.dialects.builtin",
    "jaxlib.mlir.dialects.mhlo",
    "IPython.core.application",
    "IPython.core.magics",
    "IPython.core.completer",
    "IPython.core.oinspect",
    "sqlite3",
)
"""Modules that the first shell and the first compiled program would import."""


def load() -> None:
    """Import what submissions need while the files can still be read and the other side is still
    busy.

    The process has started without garbage collection (see `autograder.sandbox.surroundings.BOOT`)
    and has it from here on.
    """
    for needed in _NEEDED:
        importlib.import_module(needed)
    for needed in _AHEAD:
        with contextlib.suppress(ImportError):  # a release may not have it
            importlib.import_module(needed)
    gc.enable()
    recursion.bound()
    jax_settings.for_tiny_programs()
