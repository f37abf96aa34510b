"""The length of a function's trace. It grows with a size that a Python loop runs over, but not with
a size that a transform handles.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograder.calls.inputs import Value
from autograder.calls.passed import to_python
from autograder.calls.spec import PLAIN, CallSpec
from autograder.calls.transforms import apply, width


def equations(
    function: Callable[..., Any], arguments: Mapping[str, Value], way: CallSpec = PLAIN
) -> int | None:
    """The number of equations in the jaxpr of a call, including those inside loops and compiled
    parts, or None if it cannot be traced.

    The arguments are concrete, so tracing fails only where Python depends on a value that JAX has
    computed.
    """
    program = _trace(function, arguments, way)
    return None if program is None else sum(1 for _ in all_equations(program))


def compiled_names(
    function: Callable[..., Any], arguments: Mapping[str, Value], way: CallSpec = PLAIN
) -> frozenset[str]:
    """The names of the functions that a call compiles as parts of its own. There are none if it
    cannot be traced.
    """
    program = _trace(function, arguments, way)
    if program is None:
        return frozenset()
    names = (equation.params.get("name") for equation in all_equations(program))
    return frozenset(name for name in names if isinstance(name, str))


def _trace(function: Callable[..., Any], arguments: Mapping[str, Value], way: CallSpec) -> Any:
    import jax

    with width(way):
        passed = to_python(arguments, late=True).values()

    def traced() -> None:
        apply(function, tuple(arguments), way, late=True)(*passed)

    with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None), width(way):
        try:
            return jax.make_jaxpr(traced)().jaxpr
        except BaseException:  # noqa: BLE001
            # Whatever it raises during tracing, it cannot be traced.
            return None


def all_equations(jaxpr: Any) -> Iterator[Any]:
    """The equations of a jaxpr, including those inside loops and compiled parts."""
    for equation in jaxpr.eqns:
        yield equation
        yield from equations_within(equation.params)


def equations_within(params: Mapping[str, Any]) -> Iterator[Any]:
    """The equations of the programs among the parameters of a primitive."""
    for parameter in params.values():
        for each in parameter if isinstance(parameter, tuple | list) else (parameter,):
            inner = getattr(each, "jaxpr", each)
            if hasattr(inner, "eqns"):
                yield from all_equations(inner)
