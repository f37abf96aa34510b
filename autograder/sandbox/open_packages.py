"""Let a test use modules, functions and classes as they are installed here, if they only compute
with plain data and compare it.

A name counts only if the assignment's own notebook binds it to such an object, and only if the
submission does the same. If a submission could choose, `import pickle as json` would make a test
load whatever the submission likes.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Mapping
from typing import Any

_OPEN = {"numpy", "pandas", "scipy", "jax", "sklearn", "statsmodels"}

Public = tuple[str, str]
"""A module, and the name of an object in it; "" for the module itself."""

USUAL: Mapping[str, Public] = {
    name: (name, "")
    for name in (
        *("numpy", "pandas", "math", "random", "itertools", "functools", "collections", "re"),
        *("json", "datetime", "string", "statistics", "fractions", "scipy"),
    )
} | {"np": ("numpy", ""), "pd": ("pandas", "")}
"""What names are bound to if a zip does not say what its notebook binds them to."""


def public_name(value: Any) -> Public | None:
    """The module and the name by which anybody can import an object; None if there is no such
    name.
    """
    if isinstance(value, types.ModuleType):
        own = value.__name__
        return (own, "") if sys.modules.get(own) is value and own != "__main__" else None
    module: Any = getattr(value, "__module__", None)
    name: Any = getattr(value, "__qualname__", None)
    if not (isinstance(module, str) and isinstance(name, str)) or module == "__main__":
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return (module, name) if found is value else None


def library_names(namespace: Mapping[str, Any]) -> dict[str, Public]:
    """The names in `namespace` that are bound to objects of open packages, and these objects."""
    found = {name: public_name(value) for name, value in namespace.items()}
    return {
        name: public
        for name, public in found.items()
        if public is not None
        and (public[0].split(".")[0] in _OPEN or public[0].split(".")[0] in sys.stdlib_module_names)
    }


def import_object(module: str, name: str) -> Any:
    """An object of an installed package, or the module itself if `name` is empty."""
    found = importlib.import_module(module)
    for part in name.split(".") if name else ():
        found = getattr(found, part)
    return found
