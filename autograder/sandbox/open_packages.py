"""The packages whose modules, functions and classes a test uses as they are installed here,
whatever the submission has made of its own: they compute with plain data, and compare it.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

_OPEN = {"numpy", "pandas", "scipy", "jax", "sklearn", "statsmodels"}

_OF_THE_LIBRARY = sys.stdlib_module_names - {
    *("antigravity", "this", "idlelib", "turtle", "turtledemo", "test", "pip", "ensurepip"),
    *("lib2to3", "venv", "tkinter", "curses", "builtins", "__main__"),
}
"""Modules of the standard library that can be imported without a window or a message."""


def is_open(module: str) -> bool:
    """Whether a module is used as it is installed here."""
    parts = module.split(".")
    return (
        all(part.isidentifier() for part in parts)
        and not any(part in ("__main__", "tests", "test", "conftest") for part in parts)
        and (parts[0] in _OPEN or parts[0] in _OF_THE_LIBRARY)
    )


def open_name(value: Any) -> tuple[str, str] | None:
    """The module and the name by which an object of an open package is found, ("jax.numpy", "")
    for a module; None for any other object.
    """
    if isinstance(value, types.ModuleType):
        own = value.__name__
        return (own, "") if is_open(own) and sys.modules.get(own) is value else None
    module: Any = getattr(value, "__module__", None)
    name: Any = getattr(value, "__qualname__", None)
    if not (isinstance(module, str) and isinstance(name, str) and is_open(module)):
        return None
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return (module, name) if found is value else None


def imported(module: str, name: str) -> Any:
    """An object of an installed package, or the module itself if `name` is empty."""
    found = importlib.import_module(module)
    for part in name.split(".") if name else ():
        found = getattr(found, part)
    return found
