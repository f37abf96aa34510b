"""The code of JAX and Flax that identifies transforms, and whether a library applies one for its
own purposes.

The names of that code are internals of JAX and Flax. This module has those of all releases that
students may have (jax 0.7 to 0.11, flax 0.10.7 to 0.12.10). With any other release, a rule that
looks broken is left to grading. Grading pins its versions, the build checks every reference against
its rules, and tests cover each transform in each of its forms.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Mapping
from typing import Any

from autograder.calls.given import GIVEN

_ITERATION, _COMPILATION = "flax.nnx.transforms.iteration", "flax.nnx.transforms.compilation"
_RNGS, _LIFT = "flax.nnx.rnglib", "flax.core.lift"

NEWEST = {
    "vmap.<locals>.vmap_wrapper": (_ITERATION, "nnx.vmap"),
    "vmap.<locals>.simple_vmap_wrapper": (_ITERATION, "nnx.vmap"),
    "_graph_updates_scan.<locals>.scan_wrapper": (_ITERATION, "nnx.scan"),
    "_simple_scan.<locals>.simple_scan_wrapper": (_ITERATION, "nnx.scan"),
    "split_rngs.<locals>.split_rngs_decorator.<locals>.split_rngs_wrapper": (
        _RNGS,
        "nnx.split_rngs",
    ),
    "split_rngs": (_RNGS, "nnx.split_rngs"),
    "Rngs.split": (_RNGS, "nnx.split_rngs"),
    "JitWrapped.__call__": (_COMPILATION, "nnx.jit"),
    "SimpleJitWrapped.__call__": (_COMPILATION, "nnx.jit"),
    "vmap.<locals>.inner": (_LIFT, "nn.vmap"),
    "scan.<locals>.inner": (_LIFT, "nn.scan"),
    "vmap.<locals>.vmap_f": ("jax._src.api", "jax.vmap"),
    "scan": ("jax._src.lax.control_flow.loops", "jax.lax.scan"),
    "_cpp_pjit.<locals>.cache_miss": ("jax._src.pjit", "jax.jit"),
}
"""The code that runs when a transformed function is called: its qualified name, with its module and
the transform.
"""

EARLIER = {
    "vmap.<locals>.tree_vmap_wrapper": (_ITERATION, "nnx.vmap"),
    "scan.<locals>.scan_wrapper": (_ITERATION, "nnx.scan"),
    "scan.<locals>.tree_scan_wrapper": (_ITERATION, "nnx.scan"),
    "TreeJitWrapped.__call__": (_COMPILATION, "nnx.jit"),
}
"""The same code in Flax before 0.12.6."""

TRANSFORMS = {**EARLIER, **NEWEST}

BIND = "Primitive.bind"

OTHERS = {
    "Variable.__init__": "flax.nnx.variablelib",
    "Module.init_with_output": "flax.linen.module",
    "Module.apply": "flax.linen.module",
    BIND: "jax._src.core",
    "making": "autograder.calls.given",
}
"""Code that makes or receives parameters, or does one step of work, with its module."""


def by_library(transform: str, frame: types.FrameType, own: Mapping[str, Any]) -> bool:
    """Whether JAX or Flax applies the transform for its own purposes, or the author's given code
    does.
    """
    if caller_of(frame) == GIVEN:
        return True
    if transform == "jax.jit":
        return _is_library_function(own.get("fun"))
    if transform == "nnx.split_rngs":
        # With nothing to split, the call only makes a decorator.
        return _called_from_library(frame) or type(own.get("node")).__name__ == "Missing"
    if transform not in ("jax.vmap", "jax.lax.scan") or not _called_from_library(frame):
        return False
    # Flax's own transforms pass on a function that may look like the one they were given.
    return caller_of(frame).startswith((_LIFT, "flax.nnx.transforms")) or _is_library_function(
        own.get("fun", own.get("f"))
    )


def _called_from_library(frame: types.FrameType) -> bool:
    return caller_of(frame).split(".")[0] in ("jax", "flax")


def caller_of(frame: types.FrameType) -> str:
    """The module of the calling function, without the wrappers that JAX and Flax put around their
    public functions.
    """
    caller = frame.f_back
    while caller is not None and caller.f_globals.get("__name__") in (
        "jax._src.traceback_util",
        "flax.nnx.graphlib",
        "flax.nnx.graph",  # before flax 0.12.5
        "contextlib",
    ):
        caller = caller.f_back
    return "" if caller is None else str(caller.f_globals.get("__name__"))


def _is_library_function(function: Any) -> bool:
    import jax

    while isinstance(function, functools.partial | jax.custom_jvp | jax.custom_vjp):
        function = function.func if isinstance(function, functools.partial) else function.fun
    # An object that wraps a function, as Flax makes them, may report the wrapped function's module.
    named = (
        function if isinstance(function, types.FunctionType | types.MethodType) else type(function)
    )
    return str(named.__module__).split(".")[0] in ("jax", "flax")
