"""Convert plain data to JSON and arrays: the values of a submission that can cross to the trusted
side, and arguments the other way.

Numbers, texts, arrays, `...`, lists, tuples, sets and dicts of them, plain pandas tables, and a few
types of the standard library (see `autograder.sandbox.library`) cross as copies of exactly these
types. Other objects do not cross, because they would bring their own code. A reference to such an
object can cross instead.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np

from autograder.calls.outputs import Unusable, to_array
from autograder.sandbox.bulk import pack_items, unpack_items
from autograder.sandbox.counted import (
    MAX_CHARACTERS,
    MAX_RANGE,
    CannotCross,
    Counted,
    Received,
    TooLarge,
)
from autograder.sandbox.jax_data import pack_jax, unpack_jax
from autograder.sandbox.library import KINDS, pack_known, unpack_known
from autograder.sandbox.tables import pack_table, unpack_table
from autograder.sandbox.wire import sendable

LONG_TEXT = 2_000
"""A text with at least this many characters crosses as an array."""

Refer = Callable[[Any], "Mapping[str, Any] | None"]
"""Makes a reference to an object: JSON with one key, or None if the object cannot be referred
to.
"""

Resolve = Callable[[str, Any], Any]
"""Finds what a reference stands for, given its one key and the content. Raises `LookupError` for a
key that no reference has.
"""


def pack(value: Any, arrays: dict[str, np.ndarray], refer: Refer | None = None) -> Any:
    """`value` as JSON. Its arrays go into `arrays`, and `refer` makes references to what is not
    plain data. Raises `CannotCross`.

    JAX arrays arrive as JAX arrays if the other side can refer too, and as NumPy arrays otherwise.
    """
    return _Packer(arrays, refer).pack(value, 0)


def unpack(node: Any, arrays: Mapping[str, np.ndarray], resolve: Resolve | None = None) -> Any:
    """The value that `pack` was given. `resolve` finds what a reference stands for. Raises
    `CannotCross` for a node that `pack` cannot have made.
    """
    return _Unpacker(arrays, resolve).unpack(node, 0)


class _Packer(Counted):
    def __init__(self, arrays: dict[str, np.ndarray], refer: Refer | None) -> None:
        super().__init__()
        self._arrays, self._refer = arrays, refer
        self._characters = 0

    def pack(self, value: Any, depth: int) -> Any:
        self.count(depth)
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return self._pack_text(value)
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
            many = self._pack_items(value)
            return {
                kind.__name__: [self.pack(item, depth + 1) for item in value]
                if many is None
                else many
            }
        if kind is dict:
            parts = [self._pack_items(part) for part in (value, value.values())]
            if None not in parts:
                return {"dict": {"items": parts}}
            return {
                "dict": [
                    [self.pack(key, depth + 1), self.pack(item, depth + 1)]
                    for key, item in value.items()
                ]
            }
        if kind is range:
            if len(value[: MAX_RANGE + 1]) > MAX_RANGE:
                raise TooLarge(f"a range of more than {MAX_RANGE} numbers")
            return {"range": [value.start, value.stop, value.step]}
        if kind is slice:
            ends = (value.start, value.stop, value.step)
            return {"slice": [self.pack(end, depth + 1) for end in ends]}
        ways = (
            (pack_known, pack_table) if self._refer is None else (pack_jax, pack_known, pack_table)
        )
        for pack_more in ways:
            packed = pack_more(value, lambda part: self.pack(part, depth + 1))
            if packed is not None:
                return packed
        try:
            return self._pack_array(value)
        except CannotCross:
            referred = None if self._refer is None else self._refer(value)
            if referred is None:
                raise
            return referred

    def _pack_items(self, items: Collection[Any]) -> Any:
        many = pack_items(list(items), self._pack_array)
        if many is not None:
            self.count_long(len(items))
        return many

    def _pack_text(self, text: str) -> Any:
        if len(text) >= LONG_TEXT:
            data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
            return {"text": self._pack_array(data)}
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            raise TooLarge(f"data with more than {MAX_CHARACTERS} characters of text")
        return text

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


class _Unpacker(Counted):
    def __init__(self, arrays: Mapping[str, np.ndarray], resolve: Resolve | None) -> None:
        super().__init__(arrays if isinstance(arrays, Received) else None)
        self._arrays, self._resolve = arrays, resolve

    def unpack(self, node: Any, depth: int) -> Any:
        self.count(depth)
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
                self._items(content, depth)
            )
        if kind == "dict" and type(content) is dict:
            keys, values = (self._items(part, depth) for part in content["items"])
            return dict(zip(keys, values, strict=True))
        if kind == "dict":
            return {
                self.unpack(key, depth + 1): self.unpack(item, depth + 1) for key, item in content
            }
        if kind == "range":
            made = range(*content)
            return made if len(made[: MAX_RANGE + 1]) <= MAX_RANGE else self._unknown(kind)
        if kind == "slice":
            return slice(*(self.unpack(end, depth + 1) for end in content))
        if kind == "text":
            return self.unpack(content, depth + 1).tobytes().decode("utf-8", "surrogatepass")
        if kind == "ellipsis":
            return ...
        if kind in ("frame", "series", "index"):
            return unpack_table(kind, content, lambda part: self.unpack(part, depth + 1))
        if kind in KINDS:
            return unpack_known(
                kind, content, lambda part: self.unpack(part, depth + 1), self.count_long
            )
        if kind == "array":
            return self._arrays[content].copy()
        if kind == "scalar":
            return self._arrays[content][()]
        if self._resolve is not None:
            if kind in ("jax", "key"):
                return unpack_jax(kind, content, lambda part: self.unpack(part, depth + 1))
            return self._resolve(kind, content)
        return self._unknown(kind)

    def _items(self, content: Any, depth: int) -> Iterable[Any]:
        if type(content) is dict:
            ((kind, arrays),) = content.items()
            return unpack_items(
                kind, arrays, lambda part: self.unpack(part, depth + 1), self.count_long
            )
        return (self.unpack(item, depth + 1) for item in content)

    @staticmethod
    def _unknown(kind: str) -> Any:
        raise CannotCross(f"data of an unknown form ({kind})")
