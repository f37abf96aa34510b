"""Processes end without a final garbage collection, and what a notebook still has to write is
written.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

PROCESS = """\
import os, sys
from autograder.runtime.ending import skip_final_collection

class Told:
    def __init__(self, name):
        self.name = name
    def __del__(self, write=os.write):  # at the end `os` may be gone
        write(1, self.name)

in_a_cycle = Told(b"looked at")
in_a_cycle.itself = in_a_cycle
if sys.argv[1] == "without":
    skip_final_collection()
    skip_final_collection()
"""

CELL = """\
from autograder.runtime.ending import skip_final_collection
skip_final_collection()
unwritten = open({path!r}, "w")
def write(text):
    unwritten.write(text)
write("kept")
"""


@pytest.mark.parametrize(("asked", "told"), [("without", ""), ("with", "looked at")])
def test_what_is_in_cycles_is_left_as_it_is(asked: str, told: str) -> None:
    assert (
        subprocess.run(
            [sys.executable, "-c", PROCESS, asked], check=True, capture_output=True, text=True
        ).stdout
        == told
    )


def test_a_file_that_a_notebook_has_not_closed_is_written(tmp_path: Path) -> None:
    path = tmp_path / "unwritten"
    NotebookClient(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL.format(path=str(path)))])
    ).execute()
    assert path.read_text() == "kept"
