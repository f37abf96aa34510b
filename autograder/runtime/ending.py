"""The end of a process. Python then looks for cycles among all objects that there are, several times; where JAX has been imported that takes most of a
second, after which the memory is given back anyway."""

from __future__ import annotations

import atexit
import functools
import gc


@functools.cache
def skip_final_collection() -> None:
    """Let this process end at once. What only cycles hold by then is not finalised any more, and that is most of what modules hold: for a process
    whose files are closed when they are written. In a notebook's kernel, IPython lets go of what the cells have named before that."""
    atexit.register(gc.freeze)
