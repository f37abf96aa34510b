"""A notebook that is cheap to submit but expensive to read is refused; a large honest one is
not.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.grading.notebook_bounds import (
    CLEAR,
    MAX_CELLS,
    bound,
    put_bounded,
    too_many_cells,
)

COPY = "If that does not help, copy your answers into a new copy of the assignment's notebook."


def cell(number: int = 0, **more: Any) -> dict[str, Any]:
    made = {"cell_type": "code", "id": f"c{number}", "metadata": {}, "source": "x = 1"}
    return {**made, "outputs": [], "execution_count": None, **more}


def notebook(*cells: Any, **metadata: Any) -> bytes:
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content).encode()


def printed(lines: int = 1) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": ["line, [1], {2}\n"] * lines}


def picture(size: int) -> dict[str, Any]:
    data = {"image/png": "iVBOR" * (size // 5), "text/plain": ["<Figure size 640x480>"]}
    return {"output_type": "display_data", "metadata": {}, "data": data}


PLOT = {"application/vnd.plotly.v1+json": {"data": [{"x": list(range(1_500_000))}]}}


@pytest.mark.parametrize(
    "content",
    [
        notebook(*[cell(number, outputs=[picture(40_000)]) for number in range(500)]),
        notebook(*[cell(number, outputs=[printed(20)] * 8) for number in range(500)]),
        notebook(cell(outputs=[{"output_type": "display_data", "metadata": {}, "data": PLOT}])),
        notebook(cell(outputs=[printed(300_000)])),
        notebook(cell(source=["x = [[], {}, (),]\n"] * 10_000)),
        notebook(cell(), widgets={f"w{number}": {"state": {}} for number in range(50_000)}),
        notebook(cell(outputs=[{"output_type": "stream"}], collapsed=True)),
    ],
    ids=["pictures", "outputs", "numbers", "lines", "source", "widgets", "not valid, but small"],
)
def test_a_large_honest_notebook_is_read_as_it_is(content: bytes) -> None:
    assert bound(content, "hw.ipynb") == (content, "")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            notebook()[:-1] + b', "a": [' + b"{}," * 5_000_000 + b"{}]}",
            "5,000,005 lists and objects (at most 200,000)",
        ),
        (
            notebook(**{f"k{number}": 1 for number in range(900_000)}),
            "900,004 names in objects (at most 500,000)",
        ),
        (
            notebook(cell(source=["a"] * 3_000_000)),
            "3,000,014 entries in lists and objects (at most 2,000,000)",
        ),
        (
            notebook()[:-1] + b', "a": ' + b"[" * 3_000 + b"]" * 3_000 + b"}",
            "3,001 levels of nested lists and objects (at most 100)",
        ),
        (
            notebook(cell(source=[1] * 1_000_000)),
            "1,000,014 entries in lists and objects (at most 10,000)",
        ),
    ],
    ids=["objects", "names", "entries", "levels", "not valid"],
)
def test_what_would_become_gigabytes_is_told_with_its_number(content: bytes, told: str) -> None:
    sentence = f"hw.ipynb is too large for grading: it has {told}. {CLEAR} {COPY}"
    assert bound(content, "hw.ipynb")[1] == sentence


def test_a_large_one_that_is_not_valid_is_read_without_its_outputs() -> None:
    content = notebook(cell(outputs=[{"output_type": "stream", "text": 5}] * 60_000))
    made, told = bound(content, "hw.ipynb")
    assert (made, told) == (notebook(cell()), "")


@pytest.mark.parametrize("content", [b"{", b"[]", b"7", b'{"cells": 7}', b"\xff", b"{}" * 3_000])
def test_what_is_no_notebook_is_left_to_those_who_say_so(content: bytes) -> None:
    assert bound(content, "hw.ipynb") == (content, "")


def test_more_bytes_than_may_be_are_not_looked_at() -> None:
    told = bound(b"x" * (50 * 2**20 + 1), "hw.ipynb")[1]
    assert told == f"hw.ipynb is larger than 50 MB. {CLEAR}"


def test_one_with_too_many_cells_is_told() -> None:
    cells = [nbformat.v4.new_code_cell("1") for _ in range(MAX_CELLS)]
    made = nbformat.v4.new_notebook(cells=cells)
    assert too_many_cells(made, "hw.ipynb") == ""
    made.cells.append(nbformat.v4.new_markdown_cell("text"))
    assert too_many_cells(made, "hw.ipynb") == (
        "hw.ipynb is too large for grading: it has 2,001 cells (at most 2,000). Remove the cells "
        "that are not needed, save it, and submit it again."
    )


def test_an_empty_notebook_takes_the_place_of_one_that_is_too_large(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "hw.ipynb"
    file.write_bytes(b'{"cells": [' + b"[]," * 300_000 + b"[]]}")
    told = put_bounded(file, "hw.ipynb")
    assert told.startswith(
        "hw.ipynb is too large for grading: it has 300,003 lists and objects (at most 200,000)"
    )
    assert capsys.readouterr().out == f"Not graded: {told}\n"
    assert nbformat.read(file, as_version=4).cells == []
    script = tmp_path / "hw.py"
    script.write_bytes(b"[]," * 300_000)
    assert put_bounded(script, "hw.py") == ""
    assert script.stat().st_size == 900_000
