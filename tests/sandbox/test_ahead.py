"""Otter's kernel, begun before it is asked for: the same verdicts, and what happens when it is not asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import shortcuts
from autograder.samples import BuiltAssignment, Graded, otter_run
from autograder.sandbox.forked import POSSIBLE

pytestmark = pytest.mark.skipif(not POSSIBLE, reason="forks on Linux only")

BEGUN = """\
import dataclasses, os, pathlib, sys, tempfile, threading
from autograder.sandbox import ahead, host
{before}
scratch = tempfile.mkdtemp()
ahead.begin(host.Settings(hidden=[scratch], level="best"), pathlib.Path(scratch, "ipython"))
print(len(ahead._waiting))
ahead.end()
print(len(ahead._waiting), [name for name in os.listdir(tempfile.gettempdir()) if name.startswith("submission-")])
"""


def begun(tmp_path: Path, before: str = "", **variables: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", BEGUN.format(before=before)],
        env={**os.environ, "TMPDIR": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_kernel_that_nobody_asks_for_ends_and_leaves_nothing(tmp_path: Path) -> None:
    assert begun(tmp_path) == ["1", "0 []"]


@pytest.mark.parametrize(
    ("before", "variables"),
    [
        ("threading.Thread(target=threading.Event().wait, daemon=True).start()", {}),
        ("", {shortcuts.VARIABLE: "compiled,ahead"}),
    ],
    ids=["other threads", "not wished"],
)
def test_none_is_begun_where_it_would_not_be_taken(tmp_path: Path, before: str, variables: dict[str, str]) -> None:
    assert begun(tmp_path, before, **variables) == ["0", "0 []"]


def rows(graded: Graded) -> str:
    assert graded.results is not None, graded.printed
    return json.dumps(graded.results["tests"])


@pytest.mark.parametrize(
    "answer", ["right", pytest.param("wrong", marks=pytest.mark.slow), "kills itself", pytest.param("raises", marks=pytest.mark.slow)]
)
def test_no_verdict_depends_on_a_shortcut(one_assignment: BuiltAssignment, answer: str) -> None:
    (question,) = one_assignment.record()["questions"]
    wrong = next(known["source"] for known in one_assignment.misconceptions(question).values() if known["told_by"] == "values")
    sources = {
        "wrong": wrong,
        "kills itself": "def f(seed, x_batch, features):\n    import os, signal\n    os.kill(os.getpid(), signal.SIGSEGV)",
        "raises": "def f(seed, x_batch, features):\n    raise ValueError('no idea')",
    }
    submission = one_assignment.answered({question: sources[answer]}) if answer in sources else one_assignment.solution
    found = {
        rows(otter_run(submission, one_assignment.zip, env={**os.environ, shortcuts.VARIABLE: without})) for without in ("", *shortcuts.SHORTCUTS)
    }
    assert len(found) == 1


def test_the_kernel_runs_no_profile_of_the_user(one_assignment: BuiltAssignment, tmp_path: Path) -> None:
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    graded = otter_run(one_assignment.solution, one_assignment.zip, env={**os.environ, "IPYTHONDIR": str(tmp_path)})
    assert graded.share == 1.0
    assert "ipython kernel" not in graded.printed  # what a kernel says of itself that knows of no parent
    assert not (tmp_path / "ran").exists()
