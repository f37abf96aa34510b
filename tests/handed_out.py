"""Every byte that a student is given, and the lines of a master that no student may see."""

from __future__ import annotations

import base64
import bz2
import json
import lzma
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from shared import ROOT

from autograder.assignment.built import BuiltAssignment


def brought_by(source: str) -> list[tuple[str, bytes]]:
    """The files that a notebook's first cell brings with it; none if this is another cell."""
    found = re.search(r'^_bring\("(.*)"\)$', source, re.MULTILINE)
    if found is None:
        return []
    unpacked = bz2.BZ2Decompressor()
    head, _, programs = unpacked.decompress(base64.b85decode(found[1])).partition(b"\n")
    others, files = unpacked.unused_data, []
    for name, size in json.loads(head):
        if name.endswith((".py", ".json")):
            content, programs = programs[:size], programs[size:]
        else:
            content, others = lzma.decompress(others[:size]), others[size:]
        files.append((name, content))
    assert not programs
    assert not others
    return files


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each file below `folder`; for archives, also each member."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    for member in archive.namelist():
                        yield f"{path.name}/{member}", archive.read(member)


def student_bytes(assignment: BuiltAssignment) -> list[tuple[str, bytes]]:
    found = list(contents(assignment.folder / "student"))
    # A notebook is JSON, which stores a line of code as a string with escapes, so look at it
    # decoded too.
    notebook = nbformat.read(assignment.untouched, as_version=4)
    cells = "\n".join(
        f"{cell.source}\n{json.dumps(cell.metadata)}\n{cell.get('outputs', '')}"
        for cell in notebook.cells
    )
    brought = [each for cell in notebook.cells for each in brought_by(cell.source)]
    return [
        *found,
        *brought,
        ("decoded notebook", f"{cells}\n{json.dumps(notebook.metadata)}".encode()),
    ]


def private_lines(assignment: BuiltAssignment) -> set[str]:
    """Lines of the master that only the author may see: solution, declaration, hidden tests. Lines
    that visible cells share are left out.
    """
    visible: set[str] = set()
    private: set[str] = set()
    for cell in nbformat.read(
        ROOT / "assignments" / assignment.name / f"{assignment.name}.ipynb", as_version=4
    ).cells:
        lines = [line.strip() for line in cell.source.splitlines()]
        if cell.source.startswith("## Ignore ##") or "hidden: true" in cell.source:
            private.update(lines)
        elif "# BEGIN SOLUTION" in lines and "# END SOLUTION" in lines:
            start, end = lines.index("# BEGIN SOLUTION"), lines.index("# END SOLUTION")
            private.update(lines[start + 1 : end])
            visible.update(lines[:start] + lines[end + 1 :])
        else:
            visible.update(lines)
    # The vocabulary itself is public, because the package, which is in the folder, explains it.
    package = {
        line.strip()
        for path in (ROOT / "autograder").rglob("*.py")
        for line in path.read_text().splitlines()
    }
    words = ("question = Question(", 'told_by="method",', "from autograder import")
    return {
        line
        for line in private - visible - package
        if len(line) > 15 and not line.startswith(words)
    }
