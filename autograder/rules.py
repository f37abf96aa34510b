"""Rules on how an answer is computed, for what its values cannot show. Authors build requirements
with these functions. Pure Python.

    from autograder.rules import shared_parameters, transform

    question.requires(
        "one layer for all rows",
        transform("nnx.vmap", lanes="B"),
        shared_parameters("B"),
        otherwise="does not apply one layer to all rows under nnx.vmap.",
        misconception="no shared layer under nnx.vmap",
        hint="Lift a function of one row with `in_axes=(None, 0)`.",
    )

The facts come from the process that runs the answer, and a determined student can forge them. So
give rules few points.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.errors import DeclarationError
from autograder.evidence.facts import CARRY, SEVERAL, TRANSFORMS, Axis
from autograder.evidence.requirements import (
    ConstantTrace,
    Either,
    Every,
    Parameters,
    Requirement,
    SharedParameters,
    StackedParameters,
    Vectorised,
)
from autograder.evidence.transform import Transform


def transform(
    *names: str,
    lanes: str | None = None,
    in_axes: Sequence[Axis] | None = None,
    inside: Transform | None = None,
    makes_parameters: bool = False,
    gives_answer: bool = False,
) -> Transform:
    """The answer applies one of the transforms in `names` (see
    `autograder.evidence.facts.TRANSFORMS`), wherever and however it is written.

    `lanes` is the dimension whose size is that of the mapped axis, or the number of steps of a
    scan, or of splits. `in_axes` must match exactly, with an entry for each passed argument;
    `lanes`, by contrast, leaves the order of arguments and captured values to students. `inside` is
    another transform: this call must be inside a call of it. With `makes_parameters`, the call
    makes parameters. With `gives_answer`, the numbers that the function returns are among those
    that the call returned, so that it was not made for show. The transformed function must then
    also do what it does in the solution and in every alternative, as far as they agree: sum
    products (of its inputs with a kernel), and return other numbers than it was given.

    Raises `DeclarationError` for arguments that cannot be used.
    """
    if not names:
        raise DeclarationError(
            f"transform() does not name a transform; the transforms are {', '.join(TRANSFORMS)}"
        )
    for name in names:
        if name not in TRANSFORMS:
            raise DeclarationError(
                f"transform({name!r}) is not a known transform; the transforms are "
                f"{', '.join(TRANSFORMS)}"
            )
    if in_axes is not None and not all(
        axis is None or type(axis) is int or axis in (CARRY, SEVERAL) for axis in in_axes
    ):
        raise DeclarationError(
            f"transform(…, in_axes={in_axes!r}): an entry is a number from 0, None, or {CARRY!r}"
        )
    if inside is not None and not isinstance(inside, Transform):
        raise DeclarationError(f"transform(…, inside={inside!r}) is not a transform(…)")
    return Transform(
        names,
        lanes,
        None if in_axes is None else tuple(in_axes),
        inside,
        makes_parameters,
        gives_answer,
    )


def either(*of: Requirement) -> Either:
    """At least one of these requirements holds. Raises `DeclarationError`."""
    return Either(_requirements("either", of))


def every(*of: Requirement) -> Every:
    """All of these requirements hold. Raises `DeclarationError`."""
    return Every(_requirements("every", of))


def shared_parameters(dim: str) -> SharedParameters:
    """There are parameters, and none has a leading axis of the size of `dim`, not even for equal
    copies.
    """
    return SharedParameters(dim)


def stacked_parameters(dim: str) -> StackedParameters:
    """There are parameters with a leading axis of the size of `dim`, and they differ in every
    lane.
    """
    return StackedParameters(dim)


def parameters(*shapes: Sequence[str | int]) -> Parameters:
    """There are parameters of all these shapes, given for one model: `parameters(("D", "F"),
    ("F",))` is a linear layer with a bias.
    """
    return Parameters(tuple(tuple(shape) for shape in shapes))


def constant_trace(dim: str) -> ConstantTrace:
    """The program that JAX traces does not grow with the size of `dim`. It would if Python looped
    over it.
    """
    return ConstantTrace(dim)


def vectorised(*dims: str) -> Requirement:
    """Python does not loop over any of these dimensions, in NumPy or in JAX: neither the number of
    lines and calls that it runs nor the program that JAX traces grows with their sizes.

    Loops, comprehensions, recursion, `map`, `np.vectorize`, `np.apply_along_axis`, `list(x)` and
    `sum(x)` count as loops. Work that grows with the logarithm of the size does not.

    Raises `DeclarationError` for arguments that cannot be used.
    """
    if not dims or not all(isinstance(dim, str) for dim in dims):
        raise DeclarationError(
            f"vectorised({', '.join(map(repr, dims))}) names no dimension; write "
            'vectorised("N") for one that `dims` of the question defines'
        )
    of = tuple(Vectorised(dim) for dim in dims)
    return of[0] if len(of) == 1 else Every(of)


def _requirements(name: str, of: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    for each in of:
        if not isinstance(each, Requirement):
            raise DeclarationError(f"{name}(…): {each!r} is not a requirement such as transform(…)")
    if not of:
        raise DeclarationError(
            f"{name}() has no requirement; write at least one, such as transform(…)"
        )
    return of
