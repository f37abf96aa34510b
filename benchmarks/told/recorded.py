"""Notes how long the parts of a grading take, in each of its processes: one line for each interval,
`part begin end`, in seconds of the system's monotonic clock.
"""

import functools
import importlib.abc
import importlib.machinery
import os
import sys
import time
from collections.abc import Callable
from typing import Any

JAX = {
    "/jax/core/compile/jaxpr_trace_duration": "tracing",
    "/jax/core/compile/jaxpr_to_mlir_module_duration": "lowering",
    "/jax/core/compile/backend_compile_duration": "compiling",
}
"""Events of JAX's public module `jax.monitoring`, and the part that each is."""

_file = -1


def begin(file: int) -> None:
    """Note everything that this process does from now on in the open file `file`."""
    global _file
    _file = file
    sys.meta_path.insert(0, _Finder())


def note(part: str, begun: float, ended: float) -> None:
    """Write one interval."""
    os.write(_file, f"{part} {begun:.4f} {ended:.4f}\n".encode())


def timed(part: str | Callable[..., str], function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which notes each of its calls as `part`, or as `part` names it by the call's
    arguments."""

    @functools.wraps(function)
    def called(*positional: Any, **named: Any) -> Any:
        begun = time.monotonic()
        try:
            return function(*positional, **named)
        finally:
            name = part if isinstance(part, str) else part(*positional, **named)
            note(name, begun, time.monotonic())

    return called


def _listen(jax: Any) -> None:
    def heard(event: str, seconds: float, **_: Any) -> None:
        if event in JAX:
            now = time.monotonic()
            note(JAX[event], now - seconds, now)

    jax.monitoring.register_event_duration_secs_listener(heard)


def _of_request(worker: Any, header: dict[str, Any], *_: Any, **__: Any) -> str:
    if "do" not in header:
        return "confining"
    return "cells" if header["do"] in ("cell", "define", "defined", "names") else "calls"


def _host(module: Any) -> None:
    module.Worker.ask = timed(_of_request, module.Worker.ask)


def _tests(module: Any) -> None:
    module.ExceptionTestFile.run = timed("tests", module.ExceptionTestFile.run)


def _started(module: Any) -> None:
    """Have the process of a submission note what it does, in the same file."""
    start = module._interpreter

    def interpreter(code: str, *more: Any, pass_fds: Any = (), **named: Any) -> Any:
        code = code.replace(
            "from autograder", f"import recorded; recorded.begin({_file}); from autograder", 1
        )
        return start(code, *more, pass_fds=(*pass_fds, _file), **named)

    module._interpreter = interpreter


def _needed(module: Any) -> None:
    module.load = timed("imports", module.load)


_CHANGED = {
    "jax": _listen,
    "autograder.sandbox.host": _host,
    "autograder.sandbox.started": _started,
    "autograder.sandbox.confined.needed": _needed,
    "otter.test_files.exception_test": _tests,
}
"""What is done to a module once it is imported."""

_IMPORTED = ("jax", "flax")
"""Packages whose import is noted."""


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name not in _CHANGED and name not in _IMPORTED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None:
            return None
        run, change = spec.loader.exec_module, _CHANGED.get(name)

        def imported(module: Any) -> None:
            timed("imports", run)(module) if name in _IMPORTED else run(module)
            if change is not None:
                change(module)

        spec.loader.exec_module = imported  # type: ignore[method-assign]
        return spec
