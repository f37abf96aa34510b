"""Pack values of the standard library, NumPy and pandas that are plain data too: special dicts,
fractions, dates, and arrays of texts and times.

Exactly these types cross, and the trusted side rebuilds them from numbers and texts.
"""

from __future__ import annotations

import datetime
import random
import sys
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

Pack = Callable[[Any], Any]

MAX_TEXTS = 64 * 2**20
"""The largest size of an array of texts, in bytes. Each text takes as much as the longest."""

MAX_EXPONENT = 10_000
"""The largest exponent of a `Decimal`. As a whole number it would have this many digits."""

_VIEWS: dict[type, str] = {
    kind: name
    for name, kind in (
        ("keys", type({}.keys())),
        ("values", type({}.values())),
        ("items", type({}.items())),
    )
}
_FACTORIES = {kind.__name__: kind for kind in (bool, dict, float, int, list, set, str, tuple)}
_BY_TEXT = {kind.__name__: kind for kind in (datetime.date, datetime.datetime, datetime.time)}

_POSITIONS = {"PCG64": 0, "PCG64DXSM": 0, "SFC64": 0, "MT19937": 624, "Philox": 4}
"""NumPy's generators, each with the largest position in its buffer. NumPy does not check the
position before it reads there.
"""

KINDS = (
    "Counter",
    "OrderedDict",
    "defaultdict",
    *_VIEWS.values(),
    "Fraction",
    "Decimal",
    *_BY_TEXT,
    "timedelta",
    "Timestamp",
    "texts",
    "times",
    "objects",
    "Generator",
    "RandomState",
    "Random",
)


def pack_known(value: Any, pack: Pack) -> Any:
    """`value` as JSON, with its parts packed by `pack`; None if it is of another type."""
    kind = type(value)
    if kind in (Counter, OrderedDict):
        return {kind.__name__: pack(dict(value))}
    if kind is defaultdict:
        factory = value.default_factory
        known = factory is None or factory in _FACTORIES.values()
        return {"defaultdict": [factory and factory.__name__, pack(dict(value))]} if known else None
    if kind in _VIEWS:
        return {_VIEWS[kind]: pack(list(value))}
    if kind is Fraction:
        return {"Fraction": [pack(value.numerator), pack(value.denominator)]}
    if kind is Decimal:
        return {"Decimal": str(value)}
    if kind.__name__ in _BY_TEXT and kind is _BY_TEXT[kind.__name__]:
        zone = getattr(value, "tzinfo", None)
        return (
            {kind.__name__: value.isoformat()}
            if zone is None or type(zone) is datetime.timezone
            else None
        )
    if kind is datetime.timedelta:
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    pandas = sys.modules.get("pandas")
    if pandas is not None and kind is getattr(pandas, "Timestamp", None) and value.tzinfo is None:
        return {"Timestamp": value.isoformat()}
    if kind is np.ndarray or issubclass(kind, np.generic):
        return _pack_array(np.asarray(value), pack)
    return _pack_generator(value, pack)


def unpack_known(
    kind: str, content: Any, unpack: Pack, count: Callable[[int], None] = lambda _: None
) -> Any:
    """The value that `pack_known` was given. Raises whatever Python raises for parts that do not
    fit together.

    `count` is told the size of an array of texts, in units of 64 bytes, before the array is made,
    and may raise.
    """
    if kind == "defaultdict":
        factory, found = content
        return defaultdict(
            None if factory is None else _FACTORIES[factory], _of_type(dict, unpack(found))
        )
    if kind in ("Counter", "OrderedDict"):
        return {"Counter": Counter, "OrderedDict": OrderedDict}[kind](
            _of_type(dict, unpack(content))
        )
    if kind in _VIEWS.values():
        items = _of_type(list, unpack(content))
        if kind == "values":
            return dict(enumerate(items)).values()
        return dict.fromkeys(items).keys() if kind == "keys" else dict(items).items()
    if kind == "Fraction":
        return Fraction(unpack(content[0]), unpack(content[1]))
    if kind == "Decimal":
        return _decimal(content)
    if kind in _BY_TEXT:
        return _BY_TEXT[kind].fromisoformat(content)
    if kind == "timedelta":
        return datetime.timedelta(*content)
    if kind == "Timestamp":
        import pandas

        return pandas.Timestamp(
            datetime.datetime.fromisoformat(content[:26]) if len(content) <= 26 else content[:29]
        )
    if kind in ("Generator", "RandomState", "Random"):
        return _unpack_generator(kind, content, unpack)
    return _unpack_array(kind, content, unpack, count)


def _of_type(kind: type, value: Any) -> Any:
    """`value`, if it is of exactly this type. An endless range, for example, must not pass for a
    list.
    """
    if type(value) is not kind:
        raise ValueError(kind.__name__)
    return value


def python_state(state: Any) -> Any:
    """The state of a Python generator, if it can be one. Raises `ValueError`."""
    if type(state) is not tuple or len(state) != 3 or type(state[1]) is not tuple:
        raise ValueError("no state of a generator")
    return state


def _pack_generator(value: Any, pack: Pack) -> Any:
    """A random generator as its state; None for any other value."""
    kind = type(value)
    if kind is np.random.Generator and type(value.bit_generator).__name__ in _POSITIONS:
        return {"Generator": pack(value.bit_generator.state)}
    if kind is np.random.RandomState:
        state = value.get_state(legacy=False)
        return {"RandomState": pack(state)} if state["bit_generator"] == "MT19937" else None
    return {"Random": pack(value.getstate())} if kind is random.Random else None


def _unpack_generator(kind: str, content: Any, unpack: Pack) -> Any:
    state = unpack(content)
    if kind == "Random":
        made = random.Random()
        made.setstate(python_state(state))
        return made
    state = checked_state(state)
    if kind == "RandomState":
        legacy = np.random.RandomState()
        legacy.set_state(state)
        return legacy
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)


def checked_state(state: Any) -> Any:
    """The state of a NumPy generator, if it can be one. Raises `ValueError` or `KeyError`."""
    most = _POSITIONS[state["bit_generator"]]
    for part in (state, state["state"]):
        for name in ("pos", "buffer_pos"):
            if name in part and not (type(part[name]) is int and 0 <= part[name] <= most):
                raise ValueError(name)
    return state


def _decimal(text: str) -> Decimal:
    found = Decimal(text)
    if len(text) > MAX_EXPONENT or (found.is_finite() and abs(found.adjusted()) > MAX_EXPONENT):
        raise ValueError(text)
    return found


def _pack_array(array: np.ndarray, pack: Pack) -> Any:
    """An array of texts as a list, or an array of times as whole numbers packed by `pack`; None for
    any other.
    """
    if array.dtype.kind == "U":
        return {"texts": [list(array.shape), pack(array.ravel().tolist())]}
    if array.dtype.kind in "mM":
        return {
            "times": [
                array.dtype.str,
                pack(np.atleast_1d(array).view(np.int64).reshape(array.shape)),
            ]
        }
    if array.dtype.kind == "O":
        return {"objects": [list(array.shape), pack(array.ravel().tolist())]}
    return None


def _unpack_array(kind: str, content: Any, unpack: Pack, count: Callable[[int], None]) -> Any:
    first, values = content[0], unpack(content[1])
    _of_type(np.ndarray if kind == "times" else list, values)
    if kind == "objects":
        made = np.empty(len(values), dtype=object)
        for place, value in enumerate(values):
            made[place] = value
        return made.reshape(first)
    if kind == "texts":
        if (
            any(type(text) is not str for text in values)
            or 4 * len(values) * max(map(len, values), default=0) > MAX_TEXTS
        ):
            raise ValueError("no array of texts")
        count(len(values) * max(map(len, values), default=0) // 16)
        return np.array(values, dtype=str).reshape(first)[()]
    time = np.dtype(first)
    if time.kind not in "mM":
        raise ValueError(first)
    return np.atleast_1d(values).view(time).reshape(np.shape(values))[()]
