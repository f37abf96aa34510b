"""Make the class of the stand-ins for one class of a submission, from its description."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import Any

from autograder.sandbox.operations import COMPARISONS, OF_TWO, SUPPORTED
from autograder.sandbox.remote import (
    RemoteClass,
    RemoteObject,
    attribute,
    compare,
    compute,
    do,
)
from autograder.sandbox.stand_ins import Home, Target

_NEVER = ("builtins", "autograder", "otter", "IPython", "ipykernel")
"""Packages whose classes no object of a submission may claim, because tests and grading run on
them.
"""

_PLAIN = ("ndarray", "DataFrame", "Series", "Index", "Array", "ArrayImpl")
"""Classes whose objects cross as copies, so no stand-in is one of them."""


def remote_class(
    home: Home, target: Target, said: Mapping[str, Any], own_bases: tuple[type, ...]
) -> type:
    """The stand-in for a class, from its description (see `autograder.sandbox.confined.kept`)."""
    name = str(said["name"])
    exception = vars(builtins).get(said.get("exception", ""))
    content: dict[str, Any] = {
        "__slots__": (),
        "__doc__": said.get("doc"),
        "__module__": str(said["module"]),
        "__qualname__": str(said["qualified"]),
        "_arrays_library": [
            (module, qualified)
            for module, qualified in said["library"]
            if isinstance(module, str)
            and isinstance(qualified, str)
            and module.split(".")[0] not in _NEVER
            and qualified not in _PLAIN
        ],
        "_arrays_home": home,
        "_arrays_target": target,
    }
    if isinstance(exception, type) and issubclass(exception, BaseException):
        del content["__slots__"]
        bases = own_bases or (exception,)
        return RemoteClass(name, bases, {**content, "__getattr__": _of_exception})
    methods = [method for method in said["methods"] if method in SUPPORTED]
    content |= {method: _method(method) for method in methods}
    if "__iter__" in methods:
        content["__contains__"] = _contains
    elif "__getitem__" not in methods:
        content["__iter__"] = None
    if said["hash"] == "none":
        content["__hash__"] = None
    elif said["hash"] == "own":
        content["__hash__"] = lambda self: int(do(self, "__hash__"))
    return RemoteClass(name, own_bases or (RemoteObject,), content)


def remote_object(target: Target, kind: Any) -> Any:
    """The stand-in for an object of the class `kind`."""
    made = kind.__new__(kind)
    hold = BaseException.__setattr__ if isinstance(made, BaseException) else object.__setattr__
    hold(made, "_arrays_self", target)
    return made


def _of_exception(raised: Any, name: str) -> Any:
    if name == "_arrays_self":
        raise AttributeError(name)
    return attribute(raised, name)


def _method(operation: str) -> Callable[..., Any]:
    if operation in COMPARISONS:
        return lambda self, other: compare(self, operation, other)
    if operation in OF_TWO:
        return lambda self, *others: compute(self, operation, *others)

    def method(self: Any, *positional: Any, **named: Any) -> Any:
        if operation == "__exit__":
            positional = ()  # an exception of the test stays here
        return do(self, operation, *positional, **named)

    method.__name__ = operation
    return method


def _contains(self: Any, item: Any) -> bool:
    """Compare here, because a `__contains__` of the submission could say yes to anything."""
    return any(item is each or item == each for each in self)
