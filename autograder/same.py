"""Words for `Question(…, same=…)`: what is right besides the reference's own numbers.

    from autograder.same import up_to_sign

    question = Question(
        "principal_axes",
        arguments=dict(x=Array("N", "D")),
        dims=dict(N=(8, 20), D=(2, 5)),
        same=up_to_sign(0),
    )

A question with several outputs has words for each: `same={"1": up_to_sign(0)}`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.calls.sampling import LOOPED
from autograder.errors import DeclarationError
from autograder.sameness.residuals import source_of
from autograder.sameness.words import (
    AsSet,
    Residual,
    Samples,
    UpToOrder,
    UpToRotation,
    UpToSign,
)

MOST_SAMPLES = 1_000_000
"""The most keys for which a question may ask for answers."""


def up_to_sign(axis: int) -> UpToSign:
    """Each vector along `axis` may have the other sign, and a complex one any phase.

    Eigenvectors in columns run along axis 0, the rows of V in an SVD along axis 1. The sign of each
    vector is free by itself. If two are bound together, such as u and v of an SVD, write the
    equation with `residual`. Raises `DeclarationError`.
    """
    return UpToSign(_axis("up_to_sign", axis))


def up_to_order(axis: int) -> UpToOrder:
    """The entries along `axis` may stand in any order, each exactly as often as expected. Raises
    `DeclarationError`.
    """
    return UpToOrder(_axis("up_to_order", axis))


def up_to_rotation() -> UpToRotation:
    """One rotation or reflection may turn all vectors along the last axis. Lengths and angles must
    be right.

    It suits the points of an embedding, or any basis of the same subspace in columns.
    """
    return UpToRotation()


def as_set() -> AsSet:
    """The entries along the first axis may stand in any order, and may be repeated. Everything
    expected must be there, and nothing else.
    """
    return AsSet()


def residual(function: Callable[[Any, Any], Any]) -> Residual:
    """An answer is right if `function(args, out)` is zero up to rounding, such as the residual of
    an equation's solution: `residual(lambda args, out: args["A"] @ out - args["b"])`.

    `args` holds the arguments by name. `out` is the returned array, or a dict of arrays by name
    (`out["0"]`) if the question has `several`. In a tuple of arrays, each is an equation. The
    function may use `np`, `jnp`, `jax` and `math`. Shape and dtype must still be those of the
    reference's answer. Raises `DeclarationError`.
    """
    return Residual(source_of(function))


def samples(count: int = 20_000, *, key: str = "") -> Samples:
    """An answer is right if its random numbers have the reference's distribution, whichever way it
    draws them.

    The function is called with `count` keys, made from the one that the question draws. `key` names
    the argument if there are several keys or seeds. The check compares quantiles, spread, and the
    dependence between elements and between keys, and it tests whether the same key gives the same
    numbers again. Raises `DeclarationError`.
    """
    if type(count) is not int or not LOOPED <= count <= MOST_SAMPLES:
        raise DeclarationError(
            f"samples({count!r}) is not a whole number from {LOOPED} to {MOST_SAMPLES}"
        )
    if not isinstance(key, str):
        raise DeclarationError(f"samples(…, key={key!r}) is not the name of an argument")
    return Samples(count, key)


def _axis(word: str, axis: object) -> int:
    if type(axis) is not int:
        raise DeclarationError(f"{word}({axis!r}) needs the number of an axis; write {word}(0)")
    return axis
