"""Which parameters does a module, a state or a container hold, of which shapes, and are they another one in every lane?"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograder.evidence.facts import LARGEST_KEPT, Parameter

DEEPEST = 8
"""So deep containers are searched for parameters."""


def is_parameter(variable: Any) -> bool:
    """Whether it is a parameter of NNX; without importing Flax, which whoever has a parameter has done."""
    nnx = sys.modules.get("flax.nnx")
    return nnx is not None and isinstance(variable, nnx.Param)


def parameters_in(container: Any, depth: int = 0) -> Iterator[Any]:
    """The arrays of all parameters in a container: of NNX by their type, of Linen by the collection `params`."""
    nnx = sys.modules.get("flax.nnx")
    if depth > DEEPEST or container is None or isinstance(container, str | int | float | np.ndarray):
        return
    if nnx is not None and isinstance(container, nnx.Variable):
        if is_parameter(container):
            yield container.get_raw_value()
    elif nnx is not None and isinstance(container, nnx.Module):
        for _, node in nnx.iter_graph(container):
            if is_parameter(node):
                yield node.get_raw_value()
    elif isinstance(container, Mapping):
        for name, part in container.items():
            yield from _arrays_in(part) if name == "params" else parameters_in(part, depth + 1)
    elif isinstance(container, tuple | list):
        for part in container:
            yield from parameters_in(part, depth + 1)


def _arrays_in(tree: Any) -> Iterator[Any]:
    import jax

    return (leaf for leaf in jax.tree.leaves(tree) if hasattr(leaf, "shape"))


def describe(array: Any, lanes: int | None) -> Parameter:
    """A parameter as it is seen inside of a vmap of so many lanes, or outside of any (None)."""
    shape = tuple(int(size) for size in array.shape)
    if is_traced(array):
        # A value that a vmap has mapped is one for each lane; its shape is that of one.
        return Parameter((lanes, *shape) if lanes is not None and type(array).__name__ == "BatchTracer" else shape)
    if not shape or np.size(array) > LARGEST_KEPT:
        return Parameter(shape)
    parts = np.asarray(array).reshape(shape[0], -1)
    if np.all(parts == parts.flat[0]):
        return Parameter(shape)
    return Parameter(shape, len(np.unique(parts, axis=0)) == shape[0])


def is_traced(array: Any) -> bool:
    """Whether it stands for a value that JAX has yet to compute."""
    import jax

    return isinstance(array, jax.core.Tracer)
