"""Write a master notebook to start from: one small question that builds, grades and audits as it
stands, with notes on what to edit.
"""

from __future__ import annotations

import keyword
import re
from pathlib import Path

import nbformat
from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.errors import BuildError
from autograder.runtime.file_names import is_device

TEMPLATE = "master.md"

_CELL = re.compile(r"^<!-- (\w+) ([\w-]+) -->\n", re.MULTILINE)


class CannotStart(BuildError):
    """The notebook cannot be written. The text says why."""


def function_name(assignment: str) -> str:
    """The name of the function that students write in this assignment, which is the assignment's
    name with underscores. Raises `CannotStart`.
    """
    name = assignment.replace("-", "_").lower()
    if not re.fullmatch(r"[a-z]\w*", name) or keyword.iskeyword(name):
        raise CannotStart(
            f"{assignment!r} is not a name for an assignment: write letters, digits and hyphens, "
            "beginning with a letter, such as centred-rows"
        )
    if is_device(assignment):
        raise CannotStart(
            f"{assignment!r} is not a name for an assignment: Windows does not allow files with "
            f"this name; write another, such as {assignment.lower()}-1"
        )
    return name


def write(assignment: str, folder: Path) -> Path:
    """Write `folder`/ASSIGNMENT/ASSIGNMENT.ipynb and return its path. Never overwrites a file.
    Raises `CannotStart`.
    """
    target = folder / assignment / f"{assignment}.ipynb"
    notebook = master(assignment)
    if target.exists():
        raise CannotStart(f"{target} already exists; choose another name, or edit it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
    except OSError as fault:
        raise CannotStart(f"{target} cannot be written: {fault.strerror}") from None
    return target


def master(assignment: str) -> nbformat.NotebookNode:
    """The notebook. Raises `CannotStart` if an assignment cannot have this name."""
    environment = Environment(
        loader=PackageLoader("autograder"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    text = environment.get_template(TEMPLATE).render(
        assignment=assignment, function=function_name(assignment)
    )
    _, *parts = _CELL.split(text)
    make = {
        "markdown": nbformat.v4.new_markdown_cell,
        "code": nbformat.v4.new_code_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    cells = [
        make[kind](source.strip("\n"), id=name)
        for kind, name, source in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)
