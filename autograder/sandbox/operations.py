"""The operations that a test can perform on an object of the submission: their names, which both
sides know, and what each does where the object is.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

COMPARISONS = ("__lt__", "__le__", "__gt__", "__ge__")

ARITHMETIC = (
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and",
    "or",
    "xor",
    "lshift",
    "rshift",
)
"""Operators of two values. Each has a form for the right operand and one that changes the left."""

OF_ONE: Mapping[str, Callable[..., Any]] = {
    "__len__": len,
    "__next__": next,
    "__bool__": bool,
    "__int__": int,
    "__float__": float,
    "__complex__": complex,
    "__index__": operator.index,
    "__neg__": operator.neg,
    "__pos__": operator.pos,
    "__abs__": abs,
    "__invert__": operator.invert,
    "__reversed__": reversed,
    "__round__": round,
    "__array__": np.asarray,
    "__enter__": lambda managed: managed.__enter__(),
    "__exit__": lambda managed, *details: managed.__exit__(*(details or (None, None, None))),
}

OF_TWO = tuple(f"__{form}{name}__" for name in ARITHMETIC for form in ("", "r", "i"))
"""The special methods of the operators."""

SUPPORTED = (
    *OF_ONE,
    "__iter__",
    "__call__",
    "__getitem__",
    "__setitem__",
    "__delitem__",
    *COMPARISONS,
    *OF_TWO,
)
"""The special methods that a stand-in has if its object's type has them."""

_PLAIN: tuple[Any, ...] = (tuple, list, dict, set, frozenset, str, bytes, int, float, complex)


def view(value: Any) -> Any:
    """The plain data inside an object whose class derives from a class of plain data, such as a
    named tuple. Raises `TypeError` for any other object.
    """
    for kind in _PLAIN:
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, np.ndarray):
        return np.array(value, subok=False)
    raise TypeError(f"a {type(value).__name__} holds no plain data")


def signature(function: Any) -> list[list[Any]]:
    """The parameters of a function: name, kind, whether it has a default, and the default."""
    return [
        [
            each.name,
            int(each.kind),
            each.default is not each.empty,
            None if each.default is each.empty else each.default,
        ]
        for each in inspect.signature(function).parameters.values()
    ]


def _of_two(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(operator, f"{name}_" if name in ("and", "or") else name)
    return found


def _of_two_swapped(name: str) -> Callable[..., Any]:
    of_two = _of_two(name)
    return lambda one, other: of_two(other, one)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    **OF_ONE,
    "__iter__": iter,
    "__call__": lambda function, *positional, **named: function(*positional, **named),
    "__getitem__": operator.getitem,
    "__setitem__": operator.setitem,
    "__delitem__": operator.delitem,
    **{f"__{name}__": getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
    **{f"__{name}__": _of_two(name) for name in ARITHMETIC},
    **{f"__r{name}__": _of_two_swapped(name) for name in ARITHMETIC},
    **{f"__i{name}__": getattr(operator, f"i{name}") for name in ARITHMETIC},
    "__hash__": hash,
    "__str__": str,
    "__repr__": repr,
    "__format__": format,
    "__dir__": dir,
    "getattr": getattr,
    "setattr": setattr,
    "delattr": delattr,
    "isinstance": lambda kind, value: isinstance(value, kind),
    "issubclass": lambda kind, other: issubclass(other, kind),
    "signature": signature,
    "source": inspect.getsource,
    "view": view,
}
"""What each operation does, by name. The object comes first."""
