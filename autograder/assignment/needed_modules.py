"""Find the modules of this package that others need by reading their import statements."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path

PACKAGE = "autograder"


def needed_modules(roots: Iterable[str]) -> dict[str, str]:
    """The sources of the modules `roots` and of everything that they import, by path in the
    package's folder.

    Imports inside functions count; imports for type checkers do not. A module that is loaded only
    by name (`importlib.import_module`) must be a root.
    """
    folder = Path(str(resources.files(PACKAGE)))
    paths = {_dotted_name(path.relative_to(folder.parent)): path for path in folder.rglob("*.py")}
    found: dict[str, str] = {}
    wanted = [*roots]
    while wanted:
        name = wanted.pop()
        path = paths.get(name)
        if path is None or name in found:
            continue
        found[name] = path.read_text(encoding="utf-8")
        wanted += [".".join(name.split(".")[:depth]) for depth in range(1, name.count(".") + 1)]
        wanted += imports(found[name])
    return {
        paths[name].relative_to(folder.parent).as_posix(): text
        for name, text in sorted(found.items())
    }


def imports(source: str) -> list[str]:
    """The full names that a module's import statements may mean: modules, and what they contain."""
    return [
        name
        for node in _outside_type_checking(ast.parse(source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]


def _outside_type_checking(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not for_types(child):
            yield child
            yield from _outside_type_checking(child)


def for_types(node: ast.AST) -> bool:
    """Whether a statement is only for type checkers."""
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _dotted_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
