"""Answer JAX's question for a compiled program from this process's memory, in place of a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

NEVER = 1e9
"""Seconds that a compilation must take before JAX keeps it: no compilation takes this long."""

Setting = str | float | int


def settings(folder: Path, *, seconds: float) -> dict[str, Setting]:
    """JAX's settings for a cache in `folder` that keeps each program that took at least `seconds`
    to compile.
    """
    return {
        "jax_compilation_cache_dir": str(folder),
        "jax_persistent_cache_min_compile_time_secs": seconds,
        "jax_persistent_cache_min_entry_size_bytes": -1,
        # XLA's own caches would put the folder's name into the key
        "jax_persistent_cache_enable_xla_caches": "none",
    }


def variables(chosen: Mapping[str, Setting]) -> dict[str, str]:
    """The same settings as environment variables."""
    return {name.upper(): str(value) for name, value in chosen.items()}


def answer_from(
    find: Callable[[str], bytes | None],
    keep: Callable[[str, bytes], None] | None = None,
) -> bool:
    """Make JAX in this process ask `find` for each program before it compiles it, and give `keep`
    what it has compiled. Both get JAX's key, a digest of the program.

    To be called after JAX is imported and before anything is computed. Returns False if this
    release of JAX has no place for that; then it compiles each program. JAX's public settings know
    only caches in a folder.
    """
    with contextlib.suppress(ImportError, AttributeError):
        import jax
        from jax._src import compilation_cache
        from jax._src.compilation_cache_interface import CacheInterface

        class Asked(CacheInterface):  # type: ignore[misc]
            def get(self, key: str) -> bytes | None:
                return find(key)

            def put(self, key: str, value: bytes) -> None:
                if keep is not None:
                    keep(key, value)

        # Raises here if JAX has no such function to replace.
        compilation_cache.get_file_cache  # noqa: B018
        compilation_cache.get_file_cache = lambda path: (Asked(), path)
        chosen = settings(Path("in memory"), seconds=NEVER if keep is None else 0.0)
        for name, value in chosen.items():
            jax.config.update(name, value)
        return True
    return False
