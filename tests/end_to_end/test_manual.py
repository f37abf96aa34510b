"""The tutorial, the questions by example and the README, run from their own text: every command of
the tutorial in order, every example.

Covers too: `__main__`, `cli.assignments`, `cli.audits`, `cli.classes`,
`cli.inspections`. Runs too: `console`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from shared import ROOT

import autograder

README, TUTORIAL, MANUAL = (
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "docs/tutorial.md", "docs/manual.md")
)


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_its_commands_and_examples_run_as_they_stand(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-ex"],
        input="".join(blocks(TUTORIAL, "sh")),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "2 submissions, 2 already graded." in done.stdout
    for name in (
        "dist/audit.html",
        "graded/report.html",
        "graded/final_grades.csv",
        "graded/submissions/right/results.json",
    ):
        assert (tmp_path / name).exists()
    results = json.loads((tmp_path / "graded/submissions/right/results.json").read_text())
    assert all(row["score"] == row["max_score"] for row in results["tests"])
    for page, said in ((README, ""), (TUTORIAL, ""), (MANUAL, "question 'f': arguments['x']")):
        examples = tmp_path / "examples.py"  # the sources of functions are looked for in a file
        examples.write_text("".join(blocks(page, "python")), encoding="utf-8")
        example = subprocess.run(
            [sys.executable, str(examples)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert example.returncode == 0, example.stderr
        assert said in example.stdout


def test_every_public_name_has_an_example() -> None:
    examples = "".join(blocks(MANUAL, "python"))
    for name in autograder.__all__:
        # Raised where a verdict cannot be given: nothing that an author calls.
        if name != "Ungraded":
            assert re.search(rf"\b{name}\b", examples), name


def test_a_command_without_what_instructors_need_says_what_to_type() -> None:
    """In a student's environment, where only what a check needs is sure to be."""
    code = "import sys\nsys.modules['click'] = None\nimport autograder.__main__ as command\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}command.main()"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        1,
        "The command `autograder` is for instructors, and click, which it needs, is not "
        'installed. Type: pip install "otter-arrays[build]"\n',
    )
