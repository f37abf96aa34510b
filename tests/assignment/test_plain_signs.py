"""Test files in ASCII are the same programs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.assignment.plain_signs import in_ascii, write_in_ascii

WRITTEN = [
    "text = 'größer – “so”'",
    "text = '''é\n  ü'''",
    "text = f'ä {1 + 1} ö'",
    "text = r'\\d ß'",
    "text = 'an emoji: 🎉'",
    "text = 'é' 'è', b'e'  # a comment: é",
    "text = '\\\\é'",
    "def f(x):\n    'Größe'\n    return x\ntext = f.__doc__",
]


def value_of(source: str) -> object:
    names: dict[str, object] = {}
    exec(source, names)
    return names["text"]


@pytest.mark.parametrize("source", WRITTEN)
def test_a_program_stays_what_it_is(source: str) -> None:
    found = in_ascii(source)
    assert found.isascii()
    assert value_of(found) == value_of(source)
    assert found.count("\n") == source.count("\n")


@pytest.mark.parametrize("source", ["größe = 1", "text = 'plain'", "text = r'''ß\n'''", "f'{ä}'"])
def test_what_cannot_be_written_so_stays(source: str) -> None:
    assert in_ascii(source) == source


def test_each_file_of_a_folder_is_rewritten_and_windows_reads_it(tmp_path: Path) -> None:
    content = "# für\ntext = 'a ” and Ü'\n"
    for name in ("q1.py", "q2.py"):
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "other.txt").write_text("ü", encoding="utf-8")
    write_in_ascii(tmp_path)
    write_in_ascii(tmp_path / "missing")
    read = "import sys; print(ascii(open(sys.argv[1], encoding='cp1252').read()))"
    for name in ("q1.py", "q2.py"):
        done = subprocess.run(
            [sys.executable, "-c", read, str(tmp_path / name)],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert value_of(ast.literal_eval(done.stdout)) == "a ” and Ü"
    assert (tmp_path / "other.txt").read_text(encoding="utf-8") == "ü"
