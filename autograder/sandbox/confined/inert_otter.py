"""The `otter` that a notebook imports during grading."""

from __future__ import annotations

import math
import sys
import types
from importlib import metadata
from typing import Any


def put_inert_otter(checks: list[str]) -> Any:
    """Make this process import an `otter` whose calls do nothing. Returns one of its notebooks.

    The names of the questions that the notebook asks to check are added to `checks`; the trusted
    side checks them.
    """

    class Notebook:
        def __init__(self, *_: object, **__: object) -> None: ...

        def check(self, question: str, *_: object, **__: object) -> Any:
            checks.append(question)
            return _Unknown()

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return _nothing  # check_all, export, to_pdf, and anything else that Otter may have

    notebook = _module("otter.check.notebook", Notebook=Notebook)
    logs = _module("otter.check.logs")
    api = _module("otter.api", export_notebook=_nothing, grade_submission=_nothing)
    check = _module("otter.check", notebook=notebook, logs=logs)
    _module("autograder.student.notebook", Notebook=Notebook)
    _module("otter", Notebook=Notebook, api=api, check=check, logs=logs, __version__=_version())
    return Notebook()


class _Unknown:
    """The result of a check, which this process does not know."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return math.nan

    def __repr__(self) -> str:
        return "This is checked after the cell."


def _module(name: str, **content: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = []
    vars(module).update(content)
    sys.modules[name] = module
    return module


def _nothing(*_: object, **__: object) -> None: ...


def _version() -> str:
    try:
        return metadata.version("otter-grader")
    except metadata.PackageNotFoundError:
        return ""
