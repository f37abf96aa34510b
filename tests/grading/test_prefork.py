"""Otter's kernel, started before it is asked for: it gives the same verdicts, and leaves nothing
behind if nobody asks for it.

Covers too: `grading.application`, `runtime.switches`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import GradedSample, otter_run
from autograder.runtime import switches, system

pytestmark = pytest.mark.skipif(not system.FORKS, reason="forks on Linux only")

BEGUN = """\
import dataclasses, os, pathlib, sys, tempfile, threading
from autograder.grading import prefork
from autograder.sandbox.settings import Settings
{before}
scratch = tempfile.mkdtemp()
prefork.begin(Settings(hidden=[scratch], level="best"), pathlib.Path(scratch, "ipython"))
print(len(prefork._waiting))
prefork.end()
left = os.listdir(tempfile.gettempdir())
print(len(prefork._waiting), [name for name in left if name.startswith("submission-")])
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
        ("", {switches.VARIABLE: "compiled,ahead"}),
    ],
    ids=["other threads", "not wished"],
)
def test_none_is_begun_where_it_would_not_be_taken(
    tmp_path: Path, before: str, variables: dict[str, str]
) -> None:
    assert begun(tmp_path, before, **variables) == ["0", "0 []"]


def rows(graded: GradedSample) -> str:
    assert graded.results is not None, graded.printed
    return json.dumps(graded.results["tests"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [
        "right",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("wrong", "kills itself", "raises")
        ),
    ],
)
def test_no_verdict_depends_on_a_shortcut(one_assignment: BuiltAssignment, answer: str) -> None:
    (question,) = one_assignment.record().questions
    wrong = next(
        known.source
        for known in one_assignment.misconceptions(question).values()
        if known.told_by == "values"
    )
    sources = {
        "wrong": wrong,
        "kills itself": (
            "def f(seed, x_batch, features):\n"
            "    import os, signal\n"
            "    os.kill(os.getpid(), signal.SIGSEGV)"
        ),
        "raises": "def f(seed, x_batch, features):\n    raise ValueError('no idea')",
    }
    submission = (
        one_assignment.answered({question: sources[answer]})
        if answer in sources
        else one_assignment.solution
    )
    found = {
        rows(
            otter_run(
                submission, one_assignment.zip, env={**os.environ, switches.VARIABLE: without}
            )
        )
        for without in ("", *switches.SHORTCUTS)
    }
    assert len(found) == 1


def test_the_kernel_runs_no_profile_of_the_user(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    graded = otter_run(
        one_assignment.solution, one_assignment.zip, env={**os.environ, "IPYTHONDIR": str(tmp_path)}
    )
    assert graded.share == 1.0
    # A kernel that knows of no parent says this.
    assert "ipython kernel" not in graded.printed
    assert not (tmp_path / "ran").exists()


KERNEL = """\
import json, sys
from pathlib import Path

import nbformat
import otter.run.run_autograder
from nbclient import NotebookClient

from autograder.grading import prefork, provisioner
from autograder.sandbox import prestart
from autograder.sandbox.settings import Settings

prestart.start = lambda settings: None  # no submission is graded here
folder = Path(sys.argv[1])
if provisioner.begin(folder):
    prefork.begin(Settings(hidden=[]), folder / "ipython")
forked = bool(prefork._waiting)
cells = [nbformat.v4.new_code_cell(source) for source in json.loads(sys.argv[2])]
spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
notebook = nbformat.v4.new_notebook(cells=cells, metadata=spec)
done = NotebookClient(notebook, allow_errors=True).execute()
said = [
    "".join(output.get("text", "") or output.get("evalue", "") for output in cell.outputs)
    for cell in done.cells
]
print(json.dumps({"forked": forked, "said": said}))
"""

IN_A_KERNEL = {
    "what stands where Python's debugger stood": """
import doctest, pdb
print([kind.__qualname__ for kind in doctest._OutputRedirectingPdb.__mro__])
print(pdb.Pdb.__module__, pdb.set_trace.__module__)
import bdb
for kind in (bdb.Bdb, *pdb.Pdb.__mro__[:-3]):
    print(sorted(found.__qualname__ for found in kind.__subclasses__()))""",
    "doctests as Otter runs them": """
from otter.test_files.ok_test import run_doctest
for source in (
    ">>> 1 + 1\\n2",
    ">>> print('a')\\nb",
    ">>> [][0]\\nTraceback (most recent call last):\\nIndexError: list index out of range",
    ">>> 1 / 0\\n1",
):
    print(run_doctest("q", source, {}))""",
    "doctests as Python runs them": """
import types
module = types.ModuleType("taught", ">>> 2 * 21\\n42\\n>>> 1\\n2")
print(doctest.testmod(module))""",
    "doctests that stop for the debugger": """
source = ">>> pdb.set_trace.__self__.__class__.__name__\\n'_OutputRedirectingPdb'"
print(run_doctest("q", ">>> import pdb\\n" + source, {}))""",
    "tests of unittest": """
import io, unittest
class Sums(unittest.TestCase):
    def test_right(self): self.assertEqual(1 + 1, 2)
    def test_wrong(self): self.assertEqual(1 + 1, 3)
suite = unittest.defaultTestLoader.loadTestsFromTestCase(Sums)
suite.addTests(doctest.DocTestSuite(module))
print(unittest.TextTestRunner(stream=io.StringIO()).run(suite))""",
    "what is asked for and shown": """
import builtins, faulthandler, getpass, sys
print(builtins.input.__qualname__, getpass.getpass.__qualname__)
print(faulthandler.enable.__module__, faulthandler.register.__module__)
print(type(sys.displayhook).__qualname__, sys.breakpointhook is sys.__breakpointhook__)
print(type(sys.stdout).__module__, sys.excepthook.__qualname__)
breakpoint()""",
}


def test_a_forked_kernel_is_as_one_that_was_started_anew(tmp_path: Path) -> None:
    found = {}
    for without in ("", "ahead"):
        (tmp_path / f"without {without}").mkdir()
        command = [
            sys.executable,
            "-c",
            KERNEL,
            str(tmp_path / f"without {without}"),
            json.dumps(list(IN_A_KERNEL.values())),
        ]
        done = subprocess.run(
            command,
            env={**os.environ, switches.VARIABLE: without},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found[without] = json.loads(done.stdout)
    assert [found[""]["forked"], found["ahead"]["forked"]] == [True, False]
    assert dict(zip(IN_A_KERNEL, found[""]["said"], strict=True)) == dict(
        zip(IN_A_KERNEL, found["ahead"]["said"], strict=True)
    )
    assert "(True, '')" in found[""]["said"][1]
