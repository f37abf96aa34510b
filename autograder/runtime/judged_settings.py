"""Set JAX during a judged call as grading sets it. A notebook may have changed any setting, and no
verdict may depend on that.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

WIDTH = "jax_enable_x64"

PRODUCTS = "jax_default_matmul_precision"
"""The number of bits in which JAX computes matrix products and convolutions."""

RECORDED = (WIDTH, "jax_default_prng_impl", "jax_threefry_partitionable")
"""Settings that change numbers on purpose. A bank records them."""

GRADING: Mapping[str, Any] = {
    "jax_check_tracer_leaks": False,
    "jax_debug_infs": False,
    "jax_debug_key_reuse": False,
    "jax_debug_nans": False,
    PRODUCTS: None,
    "jax_disable_jit": False,
    "jax_enable_checks": False,
    "jax_enable_custom_prng": False,
    "jax_high_dynamic_range_gumbel": False,
    "jax_legacy_prng_key": "allow",
    "jax_numpy_dtype_promotion": "standard",
    "jax_numpy_rank_promotion": "allow",
    "jax_random_seed_offset": 0,
    "jax_transfer_guard_device_to_device": None,
    "jax_transfer_guard_device_to_host": None,
    "jax_transfer_guard_host_to_device": None,
}
"""Settings that lead to other numbers, other traces or exceptions, with the value that grading
sets. Those that a release lacks are skipped.
"""

_GUARDS = "jax_transfer_guard"


@contextlib.contextmanager
def exactly(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Set JAX as `settings` say inside the block, for all threads and even inside a JAX context
    that says otherwise. Afterwards everything is as before. The block gets the settings that were
    different, with their values.
    """
    import jax

    before: dict[str, Any] = {}
    with contextlib.ExitStack() as stack:
        for name, wanted in settings.items():
            if not hasattr(jax.config, name) or _same(name, getattr(jax.config, name), wanted):
                continue
            before[name] = getattr(jax.config, name)
            _set_for_all_threads(name, wanted, stack)
            context = _context(name)
            if context is not None and not _same(name, getattr(jax.config, name), wanted):
                stack.enter_context(context(wanted))
        yield before


def _set_for_all_threads(name: str, wanted: Any, stack: contextlib.ExitStack) -> None:
    import jax

    everywhere = _outside_of_contexts(name)
    if not _same(name, everywhere, wanted):
        stack.callback(jax.config.update, name, everywhere)
        jax.config.update(name, wanted)


def _outside_of_contexts(name: str) -> Any:
    """A setting as a new thread has it. In this thread a JAX context may say otherwise."""
    import jax

    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(getattr(jax.config, name)))
    thread.start()
    thread.join()
    return found[0]


def _context(name: str) -> Callable[[Any], contextlib.AbstractContextManager[Any]] | None:
    """JAX's public context manager for a setting, if there is one."""
    import jax

    if name == WIDTH:
        return in_64_bits
    if name.startswith(_GUARDS):
        found: Any = getattr(jax, name.removeprefix("jax_"), None)
        return None if found is None else lambda value: found(value or "allow")
    return getattr(jax, name.removeprefix("jax_"), None)


def _same(name: str, here: Any, wanted: Any) -> bool:
    if name.startswith(_GUARDS):
        return str(here or "allow") == str(wanted or "allow")
    return bool(here == wanted)


def in_64_bits(wide: bool = True) -> contextlib.AbstractContextManager[Any]:
    """A context in which JAX computes in 64 bits, or without `wide` in 32. JAX before 0.8 has it
    only in `jax.experimental`.
    """
    import jax

    found: Any = getattr(jax, "enable_x64", None)
    if found is None:
        from jax.experimental import enable_x64 as found  # type: ignore[no-redef]
    return found(wide)  # type: ignore[no-any-return]
