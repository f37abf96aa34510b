"""Find out whether a notebook's file holds what the student ran: it may not be saved."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Sequence
from pathlib import Path


def names_in_tests(folder: Path) -> set[str]:
    """The names that test files take from the notebook: the parameters of their functions."""
    found: set[str] = set()
    for path in sorted(folder.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                found |= {each.arg for each in (*node.args.args, *node.args.kwonlyargs)}
    return found - {"env"}  # Otter passes all names as this one


def not_in_file(notebook: Path, ran: Sequence[str], names: Iterable[str]) -> list[str]:
    """The names among `names` whose newest definition is not in the notebook's file. `ran` holds
    the cells that were run, in order.
    """
    cells = json.loads(notebook.read_text(encoding="utf-8")).get("cells", [])
    saved = {
        _normalise("".join(cell["source"])) for cell in cells if cell.get("cell_type") == "code"
    }
    newest = {name: source for source in ran for name in _names_defined(source)}
    return sorted(
        name for name in names if name in newest and _normalise(newest[name]) not in saved
    )


def _normalise(source: str) -> str:
    """A cell without what editors change on their own: white space at the ends of lines."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _names_defined(source: str) -> set[str]:
    """The names that a cell defines at its top level. There are none if it is not plain Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found
