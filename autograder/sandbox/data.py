"""Plain data as JSON and arrays: the values of a submission that can cross to the trusted side, and
arguments the other way.

Numbers, texts, arrays, `...`, lists, tuples, sets and dicts of them, plain pandas tables, and a few
types of the standard library (see `autograder.sandbox.library`) cross as copies of exactly these
types. Nothing else does: an object would bring its own code.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.calls.outputs import Unusable, to_array
from autograder.sandbox.library import KINDS, pack_known, unpack_known
from autograder.sandbox.tables import pack_table, unpack_table
from autograder.sandbox.wire import sendable

MAX_DEPTH = 40
MAX_NODES = 100_000


class CannotCross(Exception):
    """A value that cannot cross; the text names its type."""


def pack(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """`value` as JSON; its arrays go into `arrays`. Raises `CannotCross`."""
    return _Packer(arrays).pack(value, 0)


def unpack(node: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """The value that `pack` was given. Raises `CannotCross` for a node that `pack` cannot have
    made.
    """
    return _Unpacker(arrays).unpack(node, 0)


class _Counted:
    def __init__(self) -> None:
        self._nodes = 0

    def _count(self, depth: int) -> None:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise CannotCross("data that is nested too deeply or has too many parts")


class _Packer(_Counted):
    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        super().__init__()
        self._arrays = arrays

    def pack(self, value: Any, depth: int) -> Any:
        self._count(depth)
        kind = type(value)
        if value is None or kind in (bool, str):
            return value
        if value is Ellipsis:
            return {"ellipsis": True}
        if kind is int:
            return {"int": str(value)} if abs(value) >= 2**53 else value
        if kind is float:
            return {"float": value.hex()}
        if kind is complex:
            return {"complex": [value.real.hex(), value.imag.hex()]}
        if kind is bytes:
            return {"bytes": base64.b64encode(value).decode()}
        if kind in (list, tuple, set, frozenset):
            return {kind.__name__: [self.pack(item, depth + 1) for item in value]}
        if kind is dict:
            return {
                "dict": [
                    [self.pack(key, depth + 1), self.pack(item, depth + 1)]
                    for key, item in value.items()
                ]
            }
        if kind is range:
            return {"range": [value.start, value.stop, value.step]}
        for pack_more in (pack_known, pack_table):
            packed = pack_more(value, lambda part: self.pack(part, depth + 1))
            if packed is not None:
                return packed
        return self._pack_array(value)

    def _pack_array(self, value: Any) -> Any:
        try:
            array = to_array(value)
        except Unusable as unusable:
            raise CannotCross(unusable.what) from None
        if not sendable(array.dtype):
            raise CannotCross(f"an array of dtype {array.dtype}")
        name = str(len(self._arrays))
        self._arrays[name] = array
        return {"scalar" if isinstance(value, np.generic) else "array": name}


class _Unpacker(_Counted):
    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        super().__init__()
        self._arrays = arrays

    def unpack(self, node: Any, depth: int) -> Any:
        self._count(depth)
        if node is None or type(node) in (bool, str, int):
            return node
        if type(node) is not dict or len(node) != 1:
            raise CannotCross("data of an unknown form")
        ((kind, content),) = node.items()
        try:
            return self._of_kind(kind, content, depth)
        except CannotCross:
            raise
        except Exception as fault:
            raise CannotCross(f"data of an unknown form ({kind})") from fault

    def _of_kind(self, kind: str, content: Any, depth: int) -> Any:
        if kind == "int":
            return int(content) if len(content) < 4000 else self._unknown(kind)
        if kind == "float":
            return float.fromhex(content)
        if kind == "complex":
            return complex(*map(float.fromhex, content))
        if kind == "bytes":
            return base64.b64decode(content, validate=True)
        if kind in ("list", "tuple", "set", "frozenset"):
            return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind](
                self.unpack(item, depth + 1) for item in content
            )
        if kind == "dict":
            return {
                self.unpack(key, depth + 1): self.unpack(item, depth + 1) for key, item in content
            }
        if kind == "range":
            return range(*content)
        if kind == "ellipsis":
            return ...
        if kind in ("frame", "series", "index"):
            return unpack_table(kind, content, lambda part: self.unpack(part, depth + 1))
        if kind in KINDS:
            return unpack_known(kind, content, lambda part: self.unpack(part, depth + 1))
        if kind == "array":
            return self._arrays[content].copy()
        if kind == "scalar":
            return self._arrays[content][()]
        return self._unknown(kind)

    @staticmethod
    def _unknown(kind: str) -> Any:
        raise CannotCross(f"data of an unknown form ({kind})")
