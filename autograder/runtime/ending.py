"""End a process without Python's final garbage collections.

At exit, Python searches all objects for cycles several times. Once JAX is imported that takes most
of a second, just before the system reclaims the memory anyway.
"""

from __future__ import annotations

import atexit
import functools
import gc


@functools.cache
def skip_final_collection() -> None:
    """Let this process end at once.

    Objects that only cycles keep alive are then not finalised, which includes most of what modules
    hold. So this is for a process whose files are closed as soon as they are written. In a
    notebook's kernel, IPython has released the names of the cells before that.
    """
    atexit.register(gc.freeze)
