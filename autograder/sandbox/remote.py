"""Stand-ins for the objects and classes of a submission. Each has the special methods of the class
that it stands for, and everything done to it happens in the submission's process.

The result of an operation is plain data, which a test then compares here, or another stand-in. A
stand-in never equals plain data only because its object says so.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

from autograder.sandbox.operations import OPERATIONS
from autograder.sandbox.sources import NOT_ASKED, signature_of
from autograder.sandbox.stand_ins import Home, RemoteFunction, Target

_PROBED = (
    "__array_",
    "__cuda_",
    "__dlpack",
    "__jax_",
    "__reduce",
    "__getstate",
    "__setstate",
    "__copy",
    "__deepcopy",
    "__getnewargs",
    "_repr_",
    "_ipython_",
)
"""How the names of attributes begin that libraries look for; no stand-in asks for them."""


class NotComparable(TypeError):
    """A test compares an object of the submission with plain data, and the object holds none."""


class RemoteClass(type):
    """The metaclass of the stand-ins for a submission's classes. Each of its instances stands for
    one class.
    """

    def __call__(cls, *positional: Any, **named: Any) -> Any:
        return do(cls, "__call__", *positional, **named)

    def __getattr__(cls, name: str) -> Any:
        return attribute(cls, name)

    def __setattr__(cls, name: str, value: Any) -> None:
        do(cls, "setattr", name, value)

    def __instancecheck__(cls, value: Any) -> bool:
        return type.__instancecheck__(cls, value) or bool(do(cls, "isinstance", value))

    def __subclasscheck__(cls, other: Any) -> bool:
        return type.__subclasscheck__(cls, other) or (
            type(other) is RemoteClass and bool(do(cls, "issubclass", other))
        )

    @property
    def __signature__(cls) -> inspect.Signature:
        return signature_of(do(cls, "signature"))

    def __bool__(cls) -> bool:
        return True

    def __eq__(cls, other: object) -> bool:
        """Whether it is the same class, or the class of an installed package that this one stands
        for.
        """
        if cls is other or not isinstance(other, type) or type(other) is RemoteClass:
            return cls is other
        own = (cls.__module__, cls.__qualname__)
        return own[0] != "__main__" and own == (other.__module__, other.__qualname__)

    def __hash__(cls) -> int:
        return type.__hash__(cls)

    def __repr__(cls) -> str:
        return f"<class '{cls.__module__}.{cls.__qualname__}'>"

    def __dir__(cls) -> list[str]:
        return list(do(cls, "__dir__"))

    # the class of an enumeration has these
    def __len__(cls) -> Any:
        return do(cls, "__len__")

    def __iter__(cls) -> Any:
        return do(cls, "__iter__")

    def __getitem__(cls, key: Any) -> Any:
        return do(cls, "__getitem__", key)

    def __contains__(cls, item: Any) -> bool:
        return any(item is each or item == each for each in cls)


class RemoteObject:
    """The stand-in for an object. Its class is the stand-in for the object's class."""

    __slots__ = ("__weakref__", "_arrays_self")

    __array_ufunc__ = None  # NumPy leaves `array * stand_in` to the stand-in

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """The object's class from an installed package, if that is loaded here, so that
        `isinstance` works.
        """
        for module, name in vars(type(self))["_arrays_library"]:
            found: Any = sys.modules.get(module)
            for part in name.split(".") if found is not None else ():
                found = getattr(found, part, None)
            if isinstance(found, type):
                return found
        return type(self)

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        found = do(self, "getattr", "__dict__")
        return found if isinstance(found, dict) else {}

    def __getattr__(self, name: str) -> Any:
        return attribute(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        do(self, "setattr", name, value)

    def __delattr__(self, name: str) -> None:
        do(self, "delattr", name)

    def __eq__(self, other: object) -> Any:
        return self is other or compare(self, "__eq__", other)

    def __ne__(self, other: object) -> Any:
        return self is not other and compare(self, "__ne__", other)

    def __hash__(self) -> int:
        return hash(str(_target(self)))

    def __str__(self) -> str:
        return str(do(self, "__str__"))

    def __repr__(self) -> str:
        return str(do(self, "__repr__"))

    def __format__(self, form: str) -> str:
        return str(do(self, "__format__", form))

    def __dir__(self) -> list[str]:
        return list(do(self, "__dir__"))


def target_of(value: Any) -> Target | None:
    """The target that names the object that `value` stands for; None if it is not a stand-in."""
    if type(value) is RemoteClass or type(type(value)) is RemoteClass:
        return _target(value)
    return value.target if type(value) is RemoteFunction else None


def _is_stand_in(value: Any) -> bool:
    return target_of(value) is not None


def _target(value: Any) -> Target:
    if type(type(value)) is RemoteClass:
        return object.__getattribute__(value, "_arrays_self")  # type: ignore[no-any-return]
    return vars(value)["_arrays_target"]  # type: ignore[no-any-return]


def _home_of(value: Any) -> Home:
    kind = value if type(value) is RemoteClass else type(value)
    return vars(kind)["_arrays_home"]  # type: ignore[no-any-return]


def _name_of(value: Any) -> str:
    if type(value) is RemoteClass:
        return value.__name__
    return f"an object of class {type(value).__name__}"


def do(value: Any, operation: str, *positional: Any, **named: Any) -> Any:
    """Perform an operation on the object that `value` stands for."""
    return _home_of(value).operate(_target(value), _name_of(value), operation, positional, named)


def attribute(value: Any, name: str) -> Any:
    """An attribute of the object that `value` stands for. Raises `AttributeError`, also for names
    that are never asked for.
    """
    if name in NOT_ASKED or name.startswith(_PROBED):
        raise AttributeError(f"{_name_of(value)} has no attribute {name!r} here")
    return do(value, "getattr", name)


def compare(one: Any, operation: str, other: Any) -> Any:
    """The result of comparing an object with `other`. A comparison with plain data is done here,
    with the plain data inside the object. Raises `NotComparable` if it holds none.
    """
    if _is_stand_in(other):
        return do(one, operation, other)
    if other is None and operation in ("__eq__", "__ne__"):
        return operation == "__ne__"
    return OPERATIONS[operation](plain_inside(one), other)


def compute(one: Any, operation: str, *others: Any) -> Any:
    """The result of an operator. If the object's class answers with plain data although the test's
    own numbers take part, the result is computed here from the plain data inside the object,
    because its class could make anything of these numbers. Raises `NotComparable` if it holds none.
    """
    answer = do(one, operation, *others)
    if not _is_stand_in(answer) and not all(map(_is_stand_in, others)):
        return OPERATIONS[operation](plain_inside(one), *others)
    return answer


def plain_inside(value: Any) -> Any:
    """A copy of the plain data inside an object, such as a named tuple. Raises `NotComparable`."""
    try:
        inside = do(value, "view")
    except TypeError:
        inside = value
    # What comes from the submission's process is a claim, and may be another object.
    if _is_stand_in(inside):
        raise NotComparable(
            f"{_name_of(value)} meets plain data in this test, which only its own class could judge"
            ": compare a number, a string or an array that it holds"
        )
    return inside
