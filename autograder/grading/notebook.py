"""Make Otter's notebook without the submission's code: each cell becomes a request to the
worker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import nbformat

_BEGIN = """\
from autograder.grading.kernel import begin
__otter_arrays__ = begin({settings!r})"""

_CELL = "__otter_arrays__.cell({source!r}, {tests!r}, globals())"

_CELLS = "__otter_arrays__.cells({batch!r}, globals())"

ONE_BY_ONE = 200
"""With more cells than this, one request asks for several, because Otter takes some milliseconds
for each.
"""

_SKIPPED = "__otter_arrays__.skip_cell()"

_END = "__otter_arrays__.end(globals())"


def without_submitted_code(
    submission: nbformat.NotebookNode,
    settings: Mapping[str, Any],
    tests_of_cells: Mapping[str, Sequence[str]],
) -> nbformat.NotebookNode:
    """A notebook for Otter's kernel in which no line of the submission is code.

    `settings` is the argument of `autograder.grading.kernel.begin`. `tests_of_cells` comes from the
    build and names, by cell id, the tests to run after a cell. Tests named in the submission's own
    metadata are ignored.
    """
    cells = [nbformat.v4.new_code_cell(_BEGIN.format(settings=dict(settings)), id="begin")]
    asked: list[tuple[str, list[str]] | None] = []
    for cell in submission.cells:
        source, identifier = cell.get("source"), cell.get("id")
        if cell.get("cell_type") != "code" or not isinstance(source, str):
            continue
        tests = tests_of_cells.get(identifier, ()) if isinstance(identifier, str) else ()
        asked.append(None if _is_ignored(cell.get("metadata")) else (str(source), list(tests)))
    size = -(-len(asked) // ONE_BY_ONE)
    for first in range(0, len(asked), max(size, 1)):
        batch = asked[first : first + size]
        cells.append(nbformat.v4.new_code_cell(_request(batch)))
    cells.append(nbformat.v4.new_code_cell(_END, id="end"))
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernelspec})


def _request(batch: Sequence[tuple[str, list[str]] | None]) -> str:
    """The code that has these cells run. None stands for a cell that is ignored."""
    if len(batch) > 1:
        return _CELLS.format(batch=list(batch))
    if batch[0] is None:
        return _SKIPPED
    source, tests = batch[0]
    return _CELL.format(source=source, tests=tests)


def _is_ignored(metadata: Any) -> bool:
    """Whether Otter would ignore this cell, because `otter assign` or its author marked it."""
    if not isinstance(metadata, Mapping):
        return False
    tags, noted = metadata.get("tags"), metadata.get("otter")
    return (isinstance(tags, list) and "otter_ignore" in tags) or (
        isinstance(noted, Mapping) and bool(noted.get("ignore"))
    )


def of_another(notebook: nbformat.NotebookNode, wanted: str) -> str | None:
    """A sentence if this is another assignment's notebook; None if it is this one's or does not
    say.
    """
    noted = notebook.metadata.get("otter")
    submitted = noted.get("assignment_name") if isinstance(noted, dict) else None
    if submitted is None or submitted == wanted:
        return None
    # The name is the submission's own text, so it is repeated only if an assignment could have it.
    other = (
        f"the assignment {submitted!r}"
        if isinstance(submitted, str) and re.fullmatch(r"[\w.-]{1,60}", submitted)
        else "another assignment"
    )
    return f"this is the notebook of {other}, but {wanted!r} was expected. Submit {wanted}.ipynb."
