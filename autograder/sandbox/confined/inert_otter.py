"""The `otter` that a notebook imports in grading."""

from __future__ import annotations

import types


def inert_otter(checks: list[str]) -> types.ModuleType:
    """What a student notebook's own calls of Otter get here: they are noted, and the trusted side does them."""

    class Notebook:
        def __init__(self, *_: object, **__: object) -> None: ...

        def check(self, question: str, *_: object, **__: object) -> None:
            checks.append(question)

        def check_all(self, *_: object, **__: object) -> None: ...

        def export(self, *_: object, **__: object) -> None: ...

        def to_pdf(self, *_: object, **__: object) -> None: ...

        def run_plugin(self, *_: object, **__: object) -> None: ...

        def add_plugin_files(self, *_: object, **__: object) -> None: ...

    module = types.ModuleType("otter")
    module.Notebook = Notebook  # type: ignore[attr-defined]
    return module
