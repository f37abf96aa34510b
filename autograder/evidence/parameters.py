"""The parameters in a module, a state or a container: their shapes, and whether they differ between
lanes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograder.evidence.facts import LARGEST_KEPT, Parameter

DEEPEST = 8
"""The deepest level of nesting at which containers are searched for parameters."""


def is_parameter(variable: Any) -> bool:
    """Whether `variable` is an NNX parameter. This does not import Flax: a program that has a
    parameter has imported it.
    """
    nnx = sys.modules.get("flax.nnx")
    return nnx is not None and isinstance(variable, nnx.Param)


def parameters_in(container: Any, depth: int = 0) -> Iterator[Any]:
    """The arrays of all parameters in a container. NNX parameters are found by type, Linen
    parameters in the collection `params`.
    """
    nnx = sys.modules.get("flax.nnx")
    if (
        depth > DEEPEST
        or container is None
        or isinstance(container, str | int | float | np.ndarray)
    ):
        return
    if nnx is not None and isinstance(container, nnx.Variable):
        if is_parameter(container):
            yield _value(container)
    elif nnx is not None and isinstance(container, nnx.Module):
        for _, node in nnx.iter_graph(container):
            if is_parameter(node):
                yield _value(node)
    elif isinstance(container, Mapping):
        for name, part in container.items():
            yield from _arrays_in(part) if name == "params" else parameters_in(part, depth + 1)
    elif isinstance(container, tuple | list):
        for part in container:
            yield from parameters_in(part, depth + 1)


def _value(variable: Any) -> Any:
    return (
        variable.get_raw_value()
        if hasattr(type(variable), "get_raw_value")
        else variable.raw_value  # before flax 0.12
    )


def _arrays_in(tree: Any) -> Iterator[Any]:
    import jax

    return (leaf for leaf in jax.tree.leaves(tree) if hasattr(leaf, "shape"))


def describe(array: Any, lanes: int | None) -> Parameter:
    """The description of a parameter that was seen inside a vmap of `lanes` lanes, or outside any
    (None).
    """
    shape = tuple(int(size) for size in array.shape)
    if is_traced(array):
        # A vmapped value has one element per lane, but its shape is that of a single lane.
        return Parameter(
            (lanes, *shape)
            if lanes is not None and type(array).__name__ == "BatchTracer"
            else shape
        )
    if not shape or np.size(array) > LARGEST_KEPT:
        return Parameter(shape)
    parts = np.asarray(array).reshape(shape[0], -1)
    if np.all(parts == parts.flat[0]):
        return Parameter(shape)
    return Parameter(shape, len(np.unique(parts, axis=0)) == shape[0])


def is_traced(array: Any) -> bool:
    """Whether `array` is a tracer: it stands for a value that JAX has yet to compute."""
    import jax

    return isinstance(array, jax.core.Tracer)
