"""How large is the trace of a function? What a Python loop does with a size shows in it; what a transform does with the size does not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from autograder.calls.inputs import Value, to_python
from autograder.calls.spec import PLAIN, CallSpec
from autograder.calls.transforms import apply


def equations(function: Callable[..., Any], arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> int | None:
    """The number of equations in the jaxpr of a call, those inside of loops and compiled parts included, or None if it cannot be traced.

    Traced with concrete arguments: only Python that depends on what JAX has computed ends it.
    """
    import jax

    passed = [to_python(value) for value in arguments.values()]

    def traced() -> None:
        apply(function, tuple(arguments), way)(*passed)

    with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
        try:
            return _count(jax.make_jaxpr(traced)().jaxpr)
        except BaseException:  # noqa: BLE001 - whatever it raises under tracing, it cannot be traced
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
