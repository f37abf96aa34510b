"""Pack long lists of one type as arrays. A column of a table may have hundreds of thousands of
strings, and in JSON each would be a part of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Pack = Callable[[Any], Any]

LONG = 200
"""A list of one type becomes an array from this many items on."""

MAX_ITEMS = 1_000_000
"""The limit for all lists of one value together: each item takes about 60 bytes of memory on the
other side.
"""

_NUMBERS = {int: np.int64, float: np.float64, bool: np.bool_}
_TEXT, _NONE, _NAN = range(3)


def pack_items(items: Sequence[Any], pack: Pack) -> Any:
    """`items` as JSON, with their arrays packed by `pack`. None if there are few items, or if they
    are not all 64-bit integers, all floats, all booleans, or strings with missing values (None or
    NaN) among them.
    """
    if len(items) < LONG:
        return None
    types = {type(item) for item in items}
    if len(types) == 1 and (dtype := _NUMBERS.get(next(iter(types)))) is not None:
        try:
            return {"numbers": pack(np.array(items, dtype))}
        except OverflowError:
            return None
    if str not in types or not types <= {str, float, type(None)}:
        return None
    if any(type(item) is float and item == item for item in items):
        return None
    texts = [item.encode("utf-8", "surrogatepass") for item in items if type(item) is str]
    kinds = [_TEXT if type(item) is str else _NONE if item is None else _NAN for item in items]
    return {
        "texts": [
            pack(np.frombuffer(b"".join(texts), np.uint8)),
            pack(np.array([len(text) for text in texts], np.int64)),
            pack(np.array(kinds, np.uint8)),
        ]
    }


def unpack_items(kind: str, content: Any, unpack: Pack, count: Callable[[int], None]) -> list[Any]:
    """The items that `pack_items` was given. `count` is told how many there are before they are
    made, and may raise. Raises `ValueError` or another exception for arrays that `pack_items`
    cannot have made.
    """
    if kind == "numbers":
        numbers = unpack(content)
        if numbers.ndim != 1 or numbers.dtype not in _NUMBERS.values():
            raise ValueError(kind)
        count(len(numbers))
        return list(numbers.tolist())
    joined, lengths, kinds = (unpack(part) for part in content)
    if lengths.ndim != 1 or kinds.ndim != 1 or len(lengths) > len(kinds) or (lengths < 0).any():
        raise ValueError(kind)
    count(len(kinds))
    data, ends = joined.tobytes(), np.cumsum(lengths)
    if len(data) != (ends[-1] if len(ends) else 0):
        raise ValueError(kind)
    texts = iter(
        data[end - length : end].decode("utf-8", "surrogatepass")
        for end, length in zip(ends.tolist(), lengths.tolist(), strict=True)
    )
    nan = float("nan")
    return [next(texts) if each == _TEXT else None if each == _NONE else nan for each in kinds]
