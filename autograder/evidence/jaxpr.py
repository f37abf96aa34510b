"""The length of a function's trace. It grows with a size that a Python loop runs over, but not with
one that a transform handles.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from autograder.calls.inputs import Value
from autograder.calls.passed import to_python
from autograder.calls.spec import PLAIN, CallSpec
from autograder.calls.transforms import apply, width


def equations(
    function: Callable[..., Any], arguments: Mapping[str, Value], way: CallSpec = PLAIN
) -> int | None:
    """The number of equations in the jaxpr of a call, including those inside loops and compiled
    parts; None if it cannot be traced.

    The arguments are concrete, so tracing fails only where Python depends on a value that JAX has
    computed.
    """
    import jax

    with width(way):
        passed = to_python(arguments, late=True).values()

    def traced() -> None:
        apply(function, tuple(arguments), way, late=True)(*passed)

    with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None), width(way):
        try:
            return _count(jax.make_jaxpr(traced)().jaxpr)
        except BaseException:  # noqa: BLE001
            # Whatever it raises under tracing, it cannot be traced.
            return None


def _count(jaxpr: Any) -> int:
    total = 0
    for equation in jaxpr.eqns:
        total += 1
        for parameter in equation.params.values():
            for each in parameter if isinstance(parameter, tuple | list) else (parameter,):
                inner = getattr(each, "jaxpr", each)
                total += _count(inner) if hasattr(inner, "eqns") else 0
    return total
