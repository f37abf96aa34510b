"""Convert content to what JSON can hold and every reader of JSON can read. Standard library
only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

LONGEST_TEXT = 200_000
"""The most characters of one text."""

DEEPEST = 50
"""The most levels of nesting."""

LARGEST_INT = 2**63
"""Integers from here on become text, because readers have no room for more bits."""


def of(value: Any, depth: int = 0) -> Any:
    """`value` as dicts with text as keys, lists, text, numbers, booleans and None.

    NaN and infinities become text, and NumPy scalars become numbers. In text, lone surrogates,
    which some readers refuse, and control characters, which databases and terminals refuse, are
    replaced. Text longer than `LONGEST_TEXT` is cut. Anything else becomes the name of its type.
    """
    if value is None or isinstance(value, bool | str | int | float):
        return _scalar(value)
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {str(of(key, depth + 1)): of(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [of(each, depth + 1) for each in value]
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return of(value.item(), depth + 1)
    return type(value).__name__


def text(value: str) -> str:
    """The text without lone surrogates, and without control characters other than line breaks and
    tabs; cut if it is too long.
    """
    rest = len(value) - LONGEST_TEXT
    shown = value if rest <= 0 else f"{value[:LONGEST_TEXT]}… ({rest} more characters)"
    return shown if shown.isprintable() else "".join(map(_sign, shown))


def _sign(sign: str) -> str:
    code = ord(sign)
    hidden = code < 32 or 127 <= code < 160 or 0xD800 <= code < 0xE000
    return "\ufffd" if hidden and sign not in "\n\t\r" else sign


def _scalar(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return text(str(value))
    if isinstance(value, float):
        number = float(value)
        if math.isfinite(number):
            return number
        return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    number = int(value)
    if abs(number) < LARGEST_INT:
        return number
    return f"{'-' if number < 0 else ''}an integer of {number.bit_length()} bits"
