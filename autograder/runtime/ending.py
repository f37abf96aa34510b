"""End a process without Python's final garbage collections.

At exit, Python searches all objects for cycles several times. With JAX imported that takes most of
a second, just before the system reclaims the memory anyway.
"""

from __future__ import annotations

import atexit
import functools
import gc


@functools.cache
def skip_final_collection() -> None:
    """Make this process end without the final collections.

    Python then does not finalise objects that only cycles keep alive, which includes most of what
    modules hold. So this is for a process that closes its files as soon as they are written. In a
    notebook's kernel, IPython has released the names of the cells before that.
    """
    atexit.register(gc.freeze)
