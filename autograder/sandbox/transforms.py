"""Make JAX's transforms of a submission's function in the submission's process, because the
function cannot be traced here.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from autograder.sandbox.stand_ins import RemoteFunction

_TRANSFORMS = (
    *("grad", "value_and_grad", "jacobian", "jacfwd", "jacrev", "hessian", "vmap", "pmap", "jit"),
    *("jvp", "vjp", "linearize", "checkpoint", "remat", "make_jaxpr", "eval_shape"),
)

_SENT = "_sent_to_the_submission"


def send_transforms() -> None:
    """Make each of JAX's transforms, when it receives a stand-in for a function, return one that is
    made where the function is. Does nothing if JAX is not imported.
    """
    jax = sys.modules.get("jax")
    for name in _TRANSFORMS if jax is not None else ():
        transform = getattr(jax, name, None)
        if callable(transform) and not hasattr(transform, _SENT):
            setattr(jax, name, _send(name, transform))


def _send(name: str, transform: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(transform)
    def of_any_function(*positional: Any, **named: Any) -> Any:
        function = positional[0] if positional else named.get("fun", named.get("f"))
        if isinstance(function, RemoteFunction):
            return function.transform(name, positional, named)
        return transform(*positional, **named)

    setattr(of_any_function, _SENT, True)
    return of_any_function
