"""Run the cells of a submission. When a cell stops, still run the definitions further down in it.

A notebook in which a cell stops half-way may still contain an answer. So the definitions and
imports after the line that failed run anyway, and nothing else of that cell.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
from dataclasses import dataclass
from typing import Any

_PLAIN_CELLS = ("time", "capture", "prun")
"""Cell magics that run their cell unchanged."""

_CELL = "<ipython-input"
"""The prefix of the file names that Python gives to cells."""

TEXT_KEPT = 1000
"""At most this many characters of an exception's text are kept."""


@dataclass(frozen=True)
class Stop:
    """What stopped a cell: the line in the cell (0 if unknown), the exception's type and text, and
    the names that were still defined.
    """

    line: int
    name: str
    text: str
    defined: tuple[str, ...]


def run(shell: Any, source: str) -> Stop | None:
    """Run a cell as Jupyter does. Returns what stopped it, or None."""
    result = shell.run_cell(source, store_history=False)
    if result.success:
        return None
    raised = result.error_before_exec or result.error_in_exec
    line = _line(raised, source)
    defined = () if result.error_before_exec else define(shell, source, after=line)
    try:
        text = str(getattr(raised, "msg", "") if isinstance(raised, SyntaxError) else raised)[
            :TEXT_KEPT
        ]
    except BaseException:  # noqa: BLE001 - its __str__ is the submission's code
        text = ""
    return Stop(line, type(raised).__name__, text, defined)


def define(shell: Any, source: str, after: int = 0) -> tuple[str, ...]:
    """Run the top-level definitions and imports of a cell after line `after` (0: all of them).
    Returns the names that they bound.

    Existing names keep their values, because Jupyter would not have reached these lines either.
    """
    body, above = _as_plain_cell(source)
    try:
        statements = ast.parse(shell.transform_cell(body)).body
    except (SyntaxError, ValueError, RecursionError):
        return ()
    bound: list[str] = []
    for statement in statements:
        names = _binds(statement)
        if (
            not names
            or statement.lineno + above <= after
            or all(name in shell.user_ns for name in names)
        ):
            continue
        ast.increment_lineno(statement, above)
        with contextlib.suppress(BaseException):  # a definition that fails too defines nothing
            code = compile(ast.Module([statement], []), shell.compile.cache(source), "exec")
            exec(code, shell.user_ns)
            bound += names
    return tuple(dict.fromkeys(bound))


def _line(raised: BaseException, source: str) -> int:
    """The line at which the cell stopped; 0 inside a cell magic, which runs its code under another
    name.
    """
    if source.lstrip().startswith("%%"):
        return 0
    line = 0
    if isinstance(raised, SyntaxError) and str(raised.filename).startswith(_CELL):
        line = raised.lineno or 0
    else:
        step = raised.__traceback__
        while step is not None and not line:
            code = step.tb_frame.f_code
            line = (
                step.tb_lineno
                if code.co_name == "<module>" and code.co_filename.startswith(_CELL)
                else 0
            )
            step = step.tb_next
    return line + _blank_above(source) if line else 0


def _as_plain_cell(source: str) -> tuple[str, int]:
    """A cell without its first line, if that is a cell magic which runs the cell unchanged, and the
    number of lines removed.
    """
    above = _blank_above(source)
    lines = source.splitlines()[above:]
    if lines and lines[0].startswith("%%"):
        words = lines[0][2:].split()
        return ("\n".join(lines[1:]), above + 1) if words and words[0] in _PLAIN_CELLS else ("", 0)
    return "\n".join(lines), above


def _blank_above(source: str) -> int:
    """The number of blank lines at the top of a cell, which IPython removes."""
    return len(list(itertools.takewhile(lambda line: not line.strip(), source.splitlines())))


def _binds(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [
            (alias.asname or alias.name).split(".")[0]
            for alias in statement.names
            if alias.name != "*"
        ]
    return []
