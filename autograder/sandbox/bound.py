"""Bind the names that a test uses to values of the submission."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.sandbox.counted import CannotCross
from autograder.sandbox.expected_names import ExpectedNames
from autograder.sandbox.functions import Functions
from autograder.sandbox.open_packages import import_object
from autograder.sandbox.remote import NotComparable, RemoteClass, plain_inside
from autograder.sandbox.stand_ins import RemoteFunction, Unavailable
from autograder.sandbox.transforms import send_transforms


def bind(
    name: str,
    description: Mapping[str, Any],
    arrays: Mapping[str, Any],
    functions: Functions,
    expected: ExpectedNames,
) -> Any:
    """The value of a submission's name in a test: a copy of plain data, an object that is also
    installed here, or a stand-in. `description` and `arrays` are what the submission's process says
    about it.
    """
    known = expected.library.get(name)
    if known is not None and description.get("public") == list(known):
        found = import_object(*known)
        send_transforms()
        return found
    try:
        if "data" in description:
            return functions.unpack_parts(description["data"], arrays)
        if "ref" in description:
            found = functions.resolve(description["ref"], name)
            plain = name in expected.plain and isinstance(type(found), RemoteClass)
            return plain_inside(found) if plain else found
    except (CannotCross, NotComparable) as reason:
        return Unavailable(name, str(reason))
    if description.get("callable") is True:
        return RemoteFunction(functions, name)
    return Unavailable(name, "an object that is neither plain data nor a function")
