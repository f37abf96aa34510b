"""Find the notebook among the submitted files: the only one or, among several, the one for this
assignment.

It is moved up to where Otter looks, together with the other files of its folder.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.errors import Refused
from autograder.grading import notebook_bounds
from autograder.sandbox.files import MAX_DEPTH, MAX_FILE, MAX_FILES, printable, remove

ENDING = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)
"""The endings of notebook names, including those that browsers and mail programs add to."""

MAX_READ = 100_000
"""A placeholder is looked for only in cells of at most this many characters."""


@dataclass(frozen=True)
class Wanted:
    """What identifies an assignment's notebook: the assignment's name, the ids of its cells, and
    the functions that it defines.
    """

    name: str = ""
    cells: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()

    @staticmethod
    def of(config: Path) -> Wanted:
        """The features in the autograder's `otter_config.json`; none if it cannot be read, which
        Otter will report.
        """
        try:
            return Wanted.read(config.read_text(encoding="utf-8"))
        except OSError:
            return Wanted()

    @staticmethod
    def read(config: str | bytes) -> Wanted:
        """The features in the content of an `otter_config.json`; none if it cannot be read."""
        try:
            plugins = json.loads(config)["plugins"]
            settings = next(
                each
                for entry in plugins
                if isinstance(entry, dict)
                for name, each in entry.items()
                if name.endswith(".ArraysPlugin")
            )
            functions = {
                check[0] for checks in settings["checks"].values() for check in checks if check
            }
            return Wanted(
                str(settings.get("assignment", "")),
                frozenset(settings["tests_of_cells"]),
                frozenset(functions),
            )
        except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
            return Wanted()


def bring_up(submission: Path, wanted: Wanted) -> list[str]:
    """Move the only notebook or the best one into `submission` itself; without a notebook, the only
    script. Returns a sentence for each notebook removed.

    Raises `Refused` if it is unclear which of several notebooks is meant.
    """
    found = list(files(submission))
    notebooks = [path for path in found if ENDING.search(path.name)] or [
        path for path in found if path.suffix != ".py" and _content(path) is not None
    ]
    scripts = [path for path in found if path.suffix == ".py" and path.name != "__init__.py"]
    if not notebooks:
        if len(scripts) == 1:
            _move(scripts[0], submission, scripts[0].name)
        return []
    chosen = notebooks[0] if len(notebooks) == 1 else _best(notebooks, submission, wanted)
    others = [
        path for path in notebooks if path != chosen and path.parent in (submission, chosen.parent)
    ]
    sentences = [
        f"{printable(path.name)} is a further notebook; {printable(chosen.name)} is graded"
        for path in others
    ]
    for path in others:
        remove(path)
    _move(chosen, submission, ENDING.sub("", chosen.name) + ".ipynb")
    return sentences


def files(folder: Path) -> Iterator[Path]:
    """The plain files that a person submitted, without hidden files and those that systems and
    editors add.
    """
    count = 0
    for above, folders, names in os.walk(folder):
        depth = len(Path(above).relative_to(folder).parts)
        folders[:] = (
            []
            if depth >= MAX_DEPTH
            else sorted(name for name in folders if not name.startswith((".", "__")))
        )
        for name in sorted(names):
            path = Path(above, name)
            if not name.startswith(".") and stat.S_ISREG(path.lstat().st_mode):
                count += 1
                if count > MAX_FILES:
                    return
                yield path


def _content(path: Path) -> Mapping[str, Any] | None:
    """A notebook's JSON; None if the file is not a notebook."""
    try:
        if path.stat().st_size > MAX_FILE:
            return None
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        found = notebook_bounds.read(content) if content.lstrip().startswith(b"{") else None
    except (OSError, ValueError, RecursionError):
        return None
    return (
        found
        if isinstance(found, dict) and isinstance(found.get("cells"), list) and "nbformat" in found
        else None
    )


def is_notebook(path: Path) -> bool:
    """Whether a file is a notebook, by its name or by its content."""
    return bool(ENDING.search(path.name)) or (path.suffix != ".py" and _content(path) is not None)


def best(paths: Sequence[Path], wanted: Wanted, *, answers: bool = True) -> list[Path]:
    """The notebooks with the most evidence for them: several if nothing tells which of them is
    meant. Without `answers`, the only evidence that counts is which assignment a notebook belongs
    to.
    """
    if len(paths) < 2:
        return list(paths)
    ranks = {path: _rank(path, wanted)[: None if answers else 2] for path in paths}
    return [path for path in paths if ranks[path] == max(ranks.values())]


def _best(paths: Sequence[Path], submission: Path, wanted: Wanted) -> Path:
    found = best(paths, wanted)
    if len({path.read_bytes() for path in found}) > 1:
        names = sorted(printable(path.relative_to(submission).as_posix()) for path in found)
        raise Refused(
            f"{len(found)} notebooks were submitted: "
            f"{', '.join(names[:5])}{f' and {len(names) - 5} more' if len(names) > 5 else ''}. "
            "Submit one."
        )
    return found[0]


def _rank(path: Path, wanted: Wanted) -> tuple[int, ...]:
    """The evidence for a notebook, strongest first: its metadata, its cells, the functions that it
    answers, its name.
    """
    content = _content(path)
    if content is None:
        return (-1,)
    otter = content["metadata"].get("otter") if isinstance(content.get("metadata"), dict) else None
    named = otter.get("assignment_name") if isinstance(otter, dict) else None
    cells = [cell for cell in content["cells"] if isinstance(cell, dict)]
    stem = PurePosixPath(ENDING.sub("", path.name)).name
    sources = [_source(cell) for cell in cells if cell.get("cell_type") == "code"]
    return (
        1
        if wanted.name and named == wanted.name
        else -1
        if wanted.name and named is not None
        else 0,
        int(any(isinstance(cell.get("id"), str) and cell["id"] in wanted.cells for cell in cells)),
        sum(any(_answers(source, function) for source in sources) for function in wanted.functions),
        sum(
            any(f"def {function}(" in source for source in sources) for function in wanted.functions
        ),
        int(bool(wanted.name) and stem == wanted.name),
        int(bool(wanted.name) and stem.startswith(wanted.name)),
    )


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source")
    return (
        "".join(line for line in source if isinstance(line, str))
        if isinstance(source, list)
        else source
        if isinstance(source, str)
        else ""
    )


def _answers(source: str, function: str) -> bool:
    """Whether a cell defines the function with more in it than the placeholder for an answer."""
    if f"def {function}(" not in source:
        return False
    if len(source) > MAX_READ:
        return True
    try:
        tree = ast.parse(
            "\n".join(
                line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))
            )
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return any(
        isinstance(node, ast.FunctionDef)
        and node.name == function
        and not all(_says_nothing(each) for each in node.body)
        for node in ast.walk(tree)
    )


def _says_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring, `...` or `pass`."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _move(path: Path, submission: Path, name: str) -> None:
    """Move a file, and the other entries of its folder, up to `submission`. Existing entries
    stay.
    """
    folder = path.parent
    while os.path.lexists(submission / name) and submission / name != path:
        name = f"_{name}"
    path.replace(submission / name)
    if folder != submission:
        for entry in sorted(folder.iterdir()):
            if not os.path.lexists(submission / entry.name):
                shutil.move(entry, submission / entry.name)
