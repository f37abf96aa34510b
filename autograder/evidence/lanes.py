"""What a call of a transformed function maps over: which axis of each argument, and how many
lanes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.evidence.facts import CARRY, MOST, SEVERAL, Axis


def lanes(transform: str, own: Mapping[str, Any]) -> int | None:
    """The number of lanes of a call, read from the local variables `own` of the transform's code,
    or None where a Flax transform leaves it to JAX.
    """
    import jax

    if transform == "nnx.split_rngs":
        splits = own.get("splits", own.get("k"))
        return splits if isinstance(splits, int) else None
    if transform == "jax.lax.scan":
        leaves = jax.tree.leaves(own.get("xs"))
        return _whole(own.get("length")) or (int(leaves[0].shape[0]) if leaves else None)
    if transform == "jax.vmap":
        return (
            _whole(own.get("axis_size"))
            or _mapped_size(own["in_axes"], own["args"])
            or _mapped_size(0, own["kwargs"])
        )
    return None


def _mapped_size(in_axes: Any, arguments: Any) -> int | None:
    import jax

    sizes: list[int] = []

    def note(axis: Any, part: Any) -> None:
        sizes.extend(leaf.shape[axis] for leaf in jax.tree.leaves(part) if axis is not None)

    jax.tree.map(
        note,
        tuple(in_axes) if isinstance(in_axes, list) else in_axes,
        arguments,
        is_leaf=lambda axis: axis is None,
    )
    return int(sizes[0]) if sizes else None


def _whole(number: Any) -> int | None:
    return (
        int(number)
        if isinstance(number, int | np.integer) and not isinstance(number, bool)
        else None
    )


def in_axes(own: Mapping[str, Any]) -> tuple[Axis, ...] | None:
    """The `in_axes` of a call, with an entry for each positional argument, read from the local
    variables `own` of the transform's code.
    """
    if "in_axes" not in own:
        return None
    axes, args = own["in_axes"], own.get("args", ())
    entries = list(axes) if isinstance(axes, tuple | list) else [axes] * len(args)
    return tuple(
        _axis(axis, args[place] if place < len(args) else None)
        for place, axis in enumerate(entries)
    )[:MOST]


def _axis(axis: Any, argument: Any) -> Axis:
    """One entry of `in_axes`: an axis counted from the front, None, or `CARRY` or `SEVERAL`."""
    if axis is None:
        return None
    if isinstance(axis, int):
        return axis + np.ndim(argument) if axis < 0 and hasattr(argument, "ndim") else axis
    if getattr(axis, "__name__", type(axis).__name__) == "Carry":
        return CARRY
    if hasattr(axis, "axes"):  # nnx.StateAxes
        axis = tuple(axis.axes)
    inner = (
        list(axis.values())
        if isinstance(axis, Mapping)
        else list(axis)
        if isinstance(axis, tuple | list)
        else [SEVERAL]
    )
    different = {_axis(each, None) for each in inner}
    return different.pop() if len(different) == 1 else SEVERAL
