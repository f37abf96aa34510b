"""Whatever an answer is, prints or raises: results.json is JSON in Gradescope's form, on every
road. Whatever a file is called: it is graded or told why not, and nothing else is written.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import socket
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from attack_files import with_answer
from class_commands import EXPORT, graded
from roads import by_the_zip

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import check_results, otter_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes, sockets")

RETURNED = {
    "infinities": "jnp.full(n, jnp.inf)",
    "minus-infinity-0-d": "np.float64('-inf')",
    "nan": "jnp.full(n, jnp.nan)",
    "nan-0-d": "jnp.array(jnp.nan)",
    "python-s-nan": "float('nan')",
    "complex-nan": "np.full(n, complex('nan+infj'))",
    "complex-0-d": "complex(float('nan'), float('-inf'))",
    "a-dict": "{'a': jnp.inf, '\\ud800': [jnp.nan] * 3, '\\0': {}}",
    "a-tuple": "(np.inf, -np.inf, jnp.full((n, n), np.nan))",
    "largest": "np.full(n, np.finfo('float64').max)",
    "huge-integer": "10**400",
    "huge-integers": "[10**5000] * n",
    "integer-of-64-bits": "np.full(n, 2**64 - 1, 'uint64')",
    "text": "'\\ud800\\0' * n",
    "texts": "np.array(['\\ud800', '\\0'] * n)",
    "not-a-time": "np.full(n, 'NaT', 'datetime64[s]')",
    "a-set": "{float('inf'), float('nan')}",
}
"""What an answer returns."""

DONE = {
    "prints-a-surrogate": "print('\\ud800', '\\0', '\\x1b[31m')",
    "prints-10-mb": "print('x' * 10_000_000)",
    "prints-10-mb-of-lines": "print('\\0\\n' * 5_000_000)",
    "raises-a-surrogate": "raise ValueError('\\udcff\\0\\x1b]0;x\\x07')",
    "raises-10-mb": "raise ValueError('\\ud800' * 10_000_000)",
    "raises-infinity": "raise ValueError(float('inf'), 10**4000)",
    "raises-an-odd-name": "raise type('\\udcff\\n# x', (Exception,), {})(float('nan'))",
    "warns": "import warnings; warnings.warn('\\ud800\\0' * 1000)",
    "exits-with-infinity": "raise SystemExit(float('inf'))",
    "syntax-of-an-odd-file": "compile('(', '\\ud800\\0'.replace('\\0', ''), 'exec')",
}
"""What an answer does before it returns infinities; each is done in its cell too."""


def answers() -> dict[str, str]:
    """Wrong answers, by name."""
    head = "import jax.numpy as jnp, numpy as np\n"
    body = "def vmap_over_batch(seed, x_batch, features):\n    n = len(x_batch) * int(features)\n"
    found = {name: f"{head}{body}    return {returned}\n" for name, returned in RETURNED.items()}
    for name, done in DONE.items():
        found[name] = f"{head}{body}    {done}\n    return jnp.full(n, jnp.inf)\n{done}\n"
    return found


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def texts(content: Any) -> Iterator[str]:
    """Each text and each key."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts(value)


def assert_results(written: bytes, name: str) -> None:
    """JSON in Gradescope's form, that any reader can read, with no points in it."""
    assert len(written) < 3_000_000, name
    results = json.loads(written.decode("utf-8"), parse_constant=refuse)
    check_results(results)
    for text in texts(results):
        assert not re.search(r"[\0-\x08\x0e-\x1f\x7f\ud800-\udfff]", text), (name, text[:300])
    assert [row["score"] for row in results["tests"] if "max_score" in row] == [0.0] * 7, name


ANSWERS = answers()

ODD = {
    **{
        name: name.encode()
        for name in (
            *("\r=1+1.ipynb", "\t=1.ipynb", "=1+1.ipynb", "+1.ipynb", "-1.ipynb", "@SUM(A1).ipynb"),
            *("a\n=1.ipynb", "Ada.ipynb", "ada.ipynb", "\u00e9.ipynb", "e\u0301.ipynb"),
            *("STRASSE.ipynb", "stra\u00dfe.ipynb", "CON.ipynb", "nul.ipynb", "a;=1.ipynb"),
            *("'=1.ipynb", '"=1.ipynb', "\uff1d1.ipynb", "-rf.ipynb", " .ipynb"),
            *("$(touch x).ipynb", "`touch x`.ipynb", "<b>.ipynb", "%s%n{0}.ipynb", "|=1.ipynb"),
            *("\uac00.ipynb", "\u1100\u1161.ipynb", f"{'x' * 240}.ipynb"),
        )
    },
    "latin-1": b"caf\xe9.ipynb",
    "a surrogate": b"\xed\xa0\x80.ipynb",
}
"""Names of files, as bytes; the key says them."""


def everything(folder: Path, beside: Path) -> dict[str, tuple[int, int, bytes]]:
    """Each file, link and folder below `folder`: its kind and mode, its size and its content. What
    is in `beside` is left out."""
    found = {}
    for path in folder.rglob("*"):
        if beside not in (path, *path.parents):
            told = path.lstat()
            plain = path.is_file() and not path.is_symlink()
            found[str(path)] = (told.st_mode, told.st_nlink, path.read_bytes() if plain else b"")
    return found


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "final_grades.csv").open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["file"] != "points-per-question"]


def assert_a_class(out: Path, entries: int) -> list[dict[str, str]]:
    """One line for each entry, graded or told why; keys that name one folder each on any system;
    and no formula anywhere."""
    rows = rows_of(out)
    assert len(rows) == entries
    for row in rows:
        assert row["total_points_earned"] or row["grading_status"].startswith(
            ("not graded: ", "no submission: ")
        ), row
        for value in row.values():
            assert value.isprintable(), row
            assert not value.lstrip(' \ufffd"').startswith(tuple("=+-@\uff1d")), row
    keys = [row["id"].removeprefix("'") for row in rows if row["total_points_earned"]]
    alike = [unicodedata.normalize("NFC", key).casefold() for key in keys]
    assert len(set(alike)) == len(alike), alike
    assert {path.name for path in (out / "submissions").iterdir()} == set(keys)
    return rows


@pytest.mark.slow
def test_a_class_of_odd_answers_and_names_is_graded_and_written(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    for name in ANSWERS:
        nbformat.write(with_answer(one_assignment, ANSWERS[name]), folder / f"{name}.ipynb")
    wrong = (folder / "nan.ipynb").read_bytes()
    for name in ODD:
        (folder / os.fsdecode(ODD[name])).write_bytes(wrong)
    secret = tmp_path / "elsewhere"
    secret.mkdir()
    shutil.copy(one_assignment.solution, secret / "solution.ipynb")
    (folder / "link.ipynb").symlink_to(secret / "solution.ipynb")
    (folder / "linked").symlink_to(secret)
    (folder / "nowhere.ipynb").symlink_to(tmp_path / "out" / "made.ipynb")
    (folder / "results.json").symlink_to(secret / "solution.ipynb")
    (folder / "mia").mkdir()
    (folder / "mia" / "linked").symlink_to(secret)
    (folder / "mia" / "hw.ipynb").write_bytes(wrong)
    os.mkfifo(folder / "mia" / "pipe.ipynb")
    os.mkfifo(folder / "pipe.ipynb")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(folder / "socket.ipynb"))
    before = everything(tmp_path, out)
    done = graded(folder, one_assignment.zip, out, "--workers", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert everything(tmp_path, out) == before
    for line in done.stdout.splitlines():
        assert line.isprintable()
    rows = assert_a_class(out, len(ANSWERS) + len(ODD) + 7)
    told = {row["file"]: row["grading_status"] for row in rows if not row["total_points_earned"]}
    link = "not graded: it is a link, and autograder follows no links; put the file itself there"
    plain = "not graded: it is not a plain file"
    assert told == {
        **dict.fromkeys(("link.ipynb", "linked", "nowhere.ipynb", "results.json"), link),
        **dict.fromkeys(("pipe.ipynb", "socket.ipynb"), plain),
    }
    assert {row["total_points_earned"] for row in rows} - {""} == {"0.0"}
    for path in (out / "submissions").iterdir():
        assert {each.name for each in path.iterdir()} == {
            "graded.json",
            "output.txt",
            "results.json",
        }
        assert_results((path / "results.json").read_bytes(), path.name)
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "<b>.ipynb" not in page
    assert "\0" not in page


@pytest.mark.slow
def test_a_hard_link_cannot_be_told_from_a_file(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    shutil.copy(one_assignment.solution, tmp_path / "solution.ipynb")
    (folder / "eve.ipynb").hardlink_to(tmp_path / "solution.ipynb")
    before = everything(tmp_path, out)
    assert graded(folder, one_assignment.zip, out, "--quiet").returncode == 0
    assert everything(tmp_path, out) == before
    (row,) = assert_a_class(out, 1)
    assert row["total_points_earned"] == "10.0"


KEYS = ("..", "/abs", "", "CON", "a/../b", "a b", ".hidden", "~", "\\\\host\\x", "x" * 300)


@pytest.mark.slow
def test_an_export_with_keys_that_are_no_folders(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    folder, out = tmp_path / "export", tmp_path / "out"
    (folder / "submission_7").mkdir(parents=True)
    (folder / "CON").mkdir()
    (tmp_path / "abs").mkdir()
    (tmp_path / "hw.ipynb").write_bytes(one_assignment.solution.read_bytes())
    for place in ("submission_7", "CON"):
        shutil.copy(one_assignment.untouched, folder / place / "hw.ipynb")
    (folder / "submission_metadata.yml").write_text(
        EXPORT
        + "".join(
            f"{json.dumps(key)}:\n  :submitters:\n  - :name: Eve {number}\n"
            for number, key in enumerate(KEYS)
        )
    )
    before = everything(tmp_path, out)
    done = graded(folder, one_assignment.zip, out, "--workers", "2", "--names")
    assert done.returncode == 0, done.stdout + done.stderr
    assert everything(tmp_path, out) == before
    rows = assert_a_class(out, 2 + 2 + len(KEYS) - 1)
    people = {row["name"]: row for row in rows}
    assert people["Eve 3"]["total_points_earned"] == "0.0"
    for number, key in enumerate(KEYS):
        if key != "CON":
            assert people[f"Eve {number}"]["grading_status"] == (
                "no submission: submission_metadata.yml names it, but no folder of an export has "
                "such a name; export it again"
            )


@pytest.mark.slow
@pytest.mark.parametrize("name", ANSWERS)
def test_results_of_the_command_and_of_the_zip_are_json(
    one_assignment: BuiltAssignment, tmp_path: Path, name: str
) -> None:
    notebook = with_answer(one_assignment, ANSWERS[name])
    found = otter_run(notebook, one_assignment.zip).results
    assert_results(json.dumps(found).encode(), name)  # `otter_run` reads it strictly
    by_the_zip(notebook, one_assignment, tmp_path / "root")
    assert_results((tmp_path / "root" / "results" / "results.json").read_bytes(), name)
