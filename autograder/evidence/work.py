"""The kinds of work that a function does, by the JAX primitives that it binds. JAX prints their
names in every jaxpr.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from autograder.evidence.facts import ARITHMETIC, PRODUCT
from autograder.evidence.jaxpr import equations_within

_PRODUCTS = {
    "dot_general",
    "ragged_dot",
    "ragged_dot_general",
    "conv_general_dilated",
    "triangular_solve",
}

_SUMS = {"reduce_sum", "cumsum", "scan", "while"}

FEW = 2
"""At least this many separate products and sums make a sum of products, term by term."""

_ELSEWHERE = {"pure_callback", "io_callback", "ffi_call"}
"""Primitives that call code that JAX does not see."""

_PASSING = {
    "broadcast_in_dim",
    "concatenate",
    "convert_element_type",
    "copy",
    "copy_p",
    "dynamic_slice",
    "dynamic_update_slice",
    "expand_dims",
    "gather",
    "iota",
    "pad",
    "reshape",
    "rev",
    "scatter",
    "select_n",
    "slice",
    "squeeze",
    "stop_gradient",
    "transpose",
}
"""Primitives that only move or repeat numbers."""

_AROUND = {
    "closed_call",
    "cond",
    "core_call",
    "custom_jvp_call",
    "custom_vjp_call",
    "custom_vjp_call_jaxpr",
    "jit",
    "pjit",
    "remat",
    "remat2",
    "checkpoint",
    "scan",
    "while",
}
"""Primitives that only do the work of the programs inside them."""


def primitives(primitive: Any, params: Mapping[str, Any]) -> Counter[str]:
    """The names of a primitive and of the primitives in the programs that it is given."""
    within = (str(each.primitive.name) for each in equations_within(params))
    return Counter([str(primitive.name), *within])


def is_staged(operands: Iterable[Any]) -> bool:
    """Whether JAX only writes a program with these operands, instead of computing with them."""
    names = {type(operand).__name__ for operand in operands}
    return {name for name in names if name.endswith("Tracer")} == {"DynamicJaxprTracer"}


def kinds(bound: Counter[str]) -> tuple[str, ...] | None:
    """The kinds of work of the primitives of these names, with the number of times each was bound.
    None if some of the work happens outside JAX.
    """
    if bound.keys() & _ELSEWHERE:
        return None
    computing = bound.keys() - _PASSING - _AROUND
    summed = bool(bound.keys() & _SUMS) or min(bound["mul"], bound["add"]) >= FEW
    product = bool(bound.keys() & _PRODUCTS) or ("mul" in bound and summed)
    return (*([PRODUCT] if product else []), *([ARITHMETIC] if computing else []))
