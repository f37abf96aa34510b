"""Limit the size of a submitted notebook. Its parts are counted before it is read, because reading
a notebook checks, converts and copies each part.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.runtime import json_bounds
from autograder.runtime.json_bounds import Counts, TooMuch
from autograder.sandbox.files import MAX_FILE

MOST = Counts(parts=200_000, entries=2_000_000, names=500_000)
"""The limits for a notebook's JSON. A notebook of 500 cells with thousands of outputs reaches a
tenth of them.
"""

MOST_INVALID = Counts(parts=2_000, entries=10_000, names=10_000)
"""The same limits for a notebook that is not valid."""

MAX_CELLS = 2_000
"""The most cells of a notebook, including text cells."""

CLEAR = (
    "Clear its outputs (Kernel → Restart Kernel and Clear Outputs), save it, and submit it again."
)
_COPY = "If that does not help, copy your answers into a new copy of the assignment's notebook."
_FEWER = "Remove the cells that are not needed, save it, and submit it again."


def read(content: bytes) -> Any:
    """The JSON of a notebook. Raises `TooMuch`, and `ValueError` or `RecursionError` if it is not
    JSON.
    """
    return json_bounds.read(content, MOST)


def bound(content: bytes, name: str) -> tuple[bytes, str]:
    """The content of a notebook in a readable form, and a sentence if it is too large for that, or
    "".

    A large notebook that is not valid comes back without its outputs, because reading it would list
    every fault in it.
    """
    if len(content) > MAX_FILE:
        return content, f"{name} is larger than {MAX_FILE // 2**20} MB. {CLEAR}"
    try:
        found = json_bounds.count(content)
        json_bounds.compare(found, MOST)
        if not _more(found, MOST_INVALID) or _is_valid(content):
            return content, ""
        content = _without_outputs(content)
        json_bounds.check(content, MOST_INVALID)
    except TooMuch as fault:
        return content, f"{name} is too large for grading: it has {fault}. {CLEAR} {_COPY}"
    except (ValueError, RecursionError, AttributeError, TypeError):
        pass  # it is not JSON, or not a notebook, and the code that reads it will say so
    return content, ""


def put_bounded(submission: Path, name: str) -> str:
    """Make a submitted notebook readable. If it is too large for that, put an empty one in its
    place and return a sentence that calls it `name`; otherwise return "".
    """
    if submission.suffix == ".py":
        return ""
    with submission.open("rb") as file:
        content = file.read(MAX_FILE + 1)
    made, told = bound(content, name)
    if told:
        print(f"Not graded: {told}", flush=True)
        made = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    if made is not content:
        submission.write_bytes(made)
    return told


def too_many_cells(notebook: Any, name: str) -> str:
    """A sentence about a notebook that was read and has too many cells; "" if it does not."""
    count = len(notebook.get("cells", ()))
    return (
        f"{name} is too large for grading: it has {count:,} cells (at most {MAX_CELLS:,}). {_FEWER}"
        if count > MAX_CELLS
        else ""
    )


def _more(found: Counts, most: Counts) -> bool:
    return found.parts > most.parts or found.entries > most.entries


def _is_valid(content: bytes) -> bool:
    """Whether it is a valid notebook, by the validator that stops at the first fault."""
    import nbformat.validator

    notebook = read(content)
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        return False
    version = nbformat.validator.get_validator(4, notebook.get("nbformat_minor", 0))
    return version is not None and next(iter(version.iter_errors(notebook)), None) is None


def _without_outputs(content: bytes) -> bytes:
    notebook = read(content)
    for cell in notebook["cells"]:
        if cell.get("outputs"):
            cell["outputs"] = []
    return json.dumps(notebook).encode()
