"""Keep the objects of a submission that tests hold by reference. The objects stay in this process;
only a description of each crosses.
"""

from __future__ import annotations

import itertools
import os
import types
from collections.abc import Callable, Mapping
from typing import Any

from autograder.sandbox.open_packages import import_object
from autograder.sandbox.operations import SUPPORTED

MAX_KEPT = 10_000
"""At most this many objects are kept; beyond that, the oldest is dropped."""

MAX_TEXT = 4_000
"""At most this many characters of a docstring cross."""


class Kept:
    """The objects by number, and the numbers by object: the same object always has the same
    number.
    """

    def __init__(self, namespace: Callable[[], Mapping[str, Any]]) -> None:
        """`namespace` returns the submission's names."""
        self._namespace = namespace
        self._kept: dict[str, Any] = {}
        self._numbers: dict[int, str] = {}
        self._next = itertools.count()
        self._process = os.urandom(4).hex()  # a number from an earlier process names no object here

    def refer(self, value: Any) -> dict[str, Any]:
        """A reference to `value`, with everything that the other side needs for a stand-in."""
        return {"ref": self.described(value)}

    def described(self, value: Any) -> dict[str, Any]:
        """What a stand-in for `value` needs to know: its number, its name, what it is, and its
        class.
        """
        said: dict[str, Any] = {"kept": self._number(value), "name": _name(value)}
        if isinstance(value, type):
            return {**said, "kind": "class", **self._class(value)}
        if isinstance(value, (types.FunctionType, types.MethodType, types.BuiltinFunctionType)):
            return {**said, "kind": "function", "doc": _doc(value)}
        return {**said, "kind": "object", "class": self.described(type(value))}

    def find(self, target: Mapping[str, Any]) -> Any:
        """The object that a request names. Raises `LookupError`, or whatever an import raises."""
        if "kept" in target:
            return self._kept[target["kept"]]
        if "import" in target:
            return import_object(*target["import"])
        return self._namespace()[target["name"]]

    def _number(self, value: Any) -> str:
        number = self._numbers.get(id(value))
        if number is None:
            number = f"{self._process}-{next(self._next)}"
            self._kept[number], self._numbers[id(value)] = value, number
            if len(self._kept) > MAX_KEPT:
                oldest = next(iter(self._kept))
                del self._numbers[id(self._kept.pop(oldest))]
        return number

    def _class(self, kind: type) -> dict[str, Any]:
        """The special methods of a class, its base classes, and the built-in exception among
        them.
        """
        own = [base for base in kind.__bases__ if base.__module__ == "__main__"]
        return {
            "doc": _doc(kind),
            "module": str(kind.__module__),
            "qualified": str(kind.__qualname__),
            "methods": [name for name in SUPPORTED if getattr(kind, name, None) is not None],
            "hash": _hash(kind),
            "own_bases": [self.described(base) for base in own],
            "library": [
                [base.__module__, base.__qualname__]
                for base in kind.__mro__
                if base is not object and base.__module__ != "__main__"
            ][:50],
            "exception": next(
                (
                    base.__name__
                    for base in kind.__mro__
                    if base.__module__ == "builtins" and issubclass(base, BaseException)
                ),
                "",
            ),
        }


def _hash(kind: Any) -> str:
    """How objects of a class hash: "none" if they cannot be hashed, "own" if in their own way, ""
    otherwise.
    """
    if kind.__hash__ is None:
        return "none"
    return "" if kind.__hash__ is object.__hash__ else "own"


def _name(value: Any) -> str:
    name = getattr(value, "__name__", None)
    return name if isinstance(name, str) else type(value).__name__


def _doc(value: Any) -> str | None:
    doc = vars(value).get("__doc__") if isinstance(value, type) else value.__doc__
    return doc[:MAX_TEXT] if isinstance(doc, str) else None
