"""Check that an autograder zip does not contain the solution."""

from __future__ import annotations

import ast
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignment.built import BuiltAssignment, solution_of
from autograder.assignment.inspection import OK, WRONG, Inspection
from autograder.grading.settings import settings_of
from autograder.questions.sources import defines

DISTINCTIVE = 30
"""Nobody writes a line with more characters than this twice by chance."""

SEVERAL = 3
"""A file with this many distinctive lines of a solution copied them from it."""

LARGEST = 20 * 2**20
"""Bytes. A larger file is data."""

_MARKS = re.compile(
    r"(?P<alone># (?:BEGIN|END) SOLUTION\b|## Ignore ##)"
    r"|(?P<behind># ?SOLUTION(?: NO PROMPT)?[^\S\n]*$)"
    r"|\.misconception\(|\.alternative\b",
    re.MULTILINE,
)
"""What only a master has: marks alone on their line, a mark behind code, and declared answers. No
part is searched for from every position of a line, because a file of data may be one long line.
"""

_OURS = (".whl", ".safetensors", ".lock")


@dataclass(frozen=True)
class Secret:
    """The solution of one question: its function's body, and the distinctive lines of the whole
    cell.
    """

    question: str
    body: Sequence[str]
    distinctive: frozenset[str]

    @staticmethod
    def of(question: str, source: str, handed_out: str) -> Secret:
        """The solution in `source`. `handed_out` is text that students can read anyway."""
        shown = set(_lines(handed_out))
        distinctive = {line for line in _lines(source) if len(line) > DISTINCTIVE} - shown
        return Secret(question, _body(question, source), frozenset(distinctive))

    def is_in(self, text: str) -> bool:
        """Whether a file gives the solution away, by containing its whole body or several of its
        distinctive lines.

        A single shared line does not count, because helpers share lines with solutions. A body of
        one line counts only in a function with the question's name.
        """
        lines = _lines(text)
        taken = self.distinctive.intersection(lines)
        if len(taken) >= SEVERAL and 2 * len(taken) >= len(self.distinctive):
            return True
        if not self.body or not _follow(self.body, lines):
            return False
        named = re.compile(rf"(?:async )?(?:def|class) {re.escape(self.question)}\b")
        return any(named.match(line) for line in lines) or (
            len(self.body) > 1 and bool(self.distinctive.intersection(self.body))
        )


def leaks(archive: Path, contents: Mapping[str, bytes]) -> Iterator[Inspection]:
    """Check whether the zip contains sources of answers. It may contain answers only as numbers.

    The zip is the instructor's, but students' processes run beside it.
    """
    secrets = _secrets(archive)
    questions, cells = _of_questions(contents)
    for name, text in _texts(contents):
        solved = not secrets and _is_the_notebook(name, contents, questions, cells)
        if name.endswith("build_record.json") or _has_marks(text) or solved:
            yield Inspection(
                "no solution inside",
                WRONG,
                f"{name} contains the solution or other answers; remove it from `files` and "
                "`autograder_files`",
            )
            return
        for secret in secrets:
            if secret.is_in(text):
                yield Inspection(
                    "no solution inside",
                    WRONG,
                    f"{name} contains the solution of {secret.question}; remove the solution from "
                    "the file, or the file from `files` and `autograder_files`",
                )
                return
    yield Inspection(
        "no solution inside",
        OK,
        "compared with the solution beside the zip"
        if secrets
        else (
            "no file has marks of a solution; the solution itself is not beside the zip, so it "
            "was not compared"
        ),
    )


def _has_marks(text: str) -> bool:
    for found in _MARKS.finditer(text):
        start = text.rfind("\n", 0, found.start()) + 1
        before = text[start : found.start()].strip()
        if not before if found["alone"] else before or not found["behind"]:
            return True
    return False


def _texts(contents: Mapping[str, bytes], above: str = "") -> Iterator[tuple[str, str]]:
    """The text of each file in a zip, and in zips inside it. For a notebook it is the text of its
    cells.
    """
    for name, content in contents.items():
        if name.endswith(_OURS) or len(content) > LARGEST:
            continue
        if not above and zipfile.is_zipfile(io.BytesIO(content)):
            try:
                with zipfile.ZipFile(io.BytesIO(content)) as packed:
                    inner = {
                        entry.filename: packed.read(entry)
                        for entry in packed.infolist()
                        if not entry.is_dir() and entry.file_size <= LARGEST
                    }
            except (OSError, RuntimeError, ValueError, zipfile.BadZipFile, NotImplementedError):
                continue
            yield from _texts(inner, f"{name}: ")
            continue
        text = content.decode("utf-8", errors="replace")
        yield f"{above}{name}", "\n".join(_cells(text)) if name.endswith(".ipynb") else text


def _cells(text: str) -> list[str]:
    """The sources of a notebook's cells; empty if the text is not a notebook."""
    return [_source(cell) for cell in _raw_cells(text)]


def _raw_cells(text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    cells = found.get("cells") if isinstance(found, dict) else None
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(map(str, source))


def _of_questions(contents: Mapping[str, bytes]) -> tuple[set[str], set[str]]:
    """The functions that the assignment asks for, and the ids of its notebook's cells."""
    try:
        settings = settings_of(json.loads(contents["otter_config.json"])) or {}
    except (KeyError, ValueError, AttributeError):
        settings = {}
    checks = settings.get("checks", {}).values()
    return {check[0] for each in checks for check in each if check}, set(
        settings.get("tests_of_cells", {})
    )


def _is_the_notebook(
    name: str, contents: Mapping[str, bytes], questions: set[str], cells: set[str]
) -> bool:
    """Whether a file is the assignment's own notebook, which holds the answers or the places for
    them.
    """
    if not name.endswith(".ipynb"):
        return False
    found = _raw_cells(contents.get(name, b"").decode("utf-8", errors="replace"))
    return any(
        cell.get("id") in cells
        or (
            cell.get("cell_type") == "code"
            and any(defines(_source(cell), question) for question in questions)
        )
        for cell in found
    )


def _lines(text: str) -> list[str]:
    """The lines that are neither empty nor comments, without surrounding spaces."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _body(question: str, source: str) -> list[str]:
    """The lines of the function's body, without its docstring; all lines of a source that cannot be
    parsed.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return _lines(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == question:
            first = node.body[1:] if ast.get_docstring(node) is not None else node.body
            lines = source.splitlines()[first[0].lineno - 1 : node.end_lineno] if first else []
            return _lines("\n".join(lines))
    return _lines(source)


def _follow(body: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether the lines of the body occur one after another in a file."""
    return any(
        lines[start : start + len(body)] == list(body)
        for start, line in enumerate(lines)
        if line == body[0]
    )


def _secrets(archive: Path) -> list[Secret]:
    """The solutions of the questions; empty unless the zip is still where it was built."""
    built = BuiltAssignment(archive.resolve().parent.parent)
    try:
        record, solution = built.record(), built.solution
        handed_out = "\n".join(_cells(built.untouched.read_text(encoding="utf-8")))
        return [
            Secret.of(question, solution_of(solution, question), handed_out)
            for question in record.questions
        ]
    except (OSError, ValueError, StopIteration):
        return []
