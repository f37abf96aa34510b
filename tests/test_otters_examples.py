"""Otter's own example assignments grade the same with the plugin as without it.

They are not part of this project: name a checkout of Otter-Grader's public repository in OTTER_SOURCE to run these.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import PLUGIN

from autograder.samples import BuiltAssignment, otter_run

SOURCE = os.environ.get("OTTER_SOURCE")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(SOURCE is None, reason="OTTER_SOURCE names no checkout of Otter-Grader")]

EXAMPLES = {
    "docs/tutorial/demo.ipynb": "docs/tutorial/submissions/ipynbs",
    "docs/_static/notebooks/assign-full-example-v1.ipynb": "",
    "examples/env-validation/env-validation.ipynb": "",
}
"""Where submissions to a master are. The other examples ask for fitted models, which do not cross from a submission."""


def assigned(master: Path, folder: Path, *, plugin: bool) -> BuiltAssignment:
    """The example built, with this plugin or without any; nothing else in it is changed but that no PDF is made."""
    shutil.copytree(master.parent, folder / "master")
    notebook = nbformat.read(master, as_version=4)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    config = next(cell for cell in notebook.cells if "# ASSIGNMENT CONFIG" in cell.source)
    lines = [line for line in config.source.splitlines() if not re.match(r"\s*(solutions_pdf|template_pdf|pdf|filtering|pagebreaks):", line)]
    lines += [f"plugins:\n  - {PLUGIN}"] if plugin else []
    config.source = "\n".join(lines)
    nbformat.write(notebook, folder / "master" / master.name)
    command = [sys.executable, "-m", "otter", "assign", "--no-run-tests", str(folder / "master" / master.name), str(folder / "built")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "OTTER_ARRAYS_SECRET": "s"})
    assert done.returncode == 0, done.stderr[-3000:]
    return BuiltAssignment(folder / "built")


def seen(results: dict[str, Any] | None) -> Any:
    """What a student and an instructor see, but for addresses of objects and the lines on the way to an exception, which go through a stand-in."""
    assert results is not None
    kept = {name: value for name, value in results.items() if name != "extra_data"}
    text = re.sub(r"0x[0-9a-f]{6,}", "0x…", json.dumps(kept, indent=1).replace("\\n", "\n"))
    return re.sub(r"(?m)^ *(File \\?\".*\n.*\n|\^+\n)", "", text)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_grades_the_same_with_the_plugin_as_without(example: str, tmp_path: Path) -> None:
    master = Path(str(SOURCE), example)
    (tmp_path / "stock").mkdir()
    (tmp_path / "ours").mkdir()
    stock = assigned(master, tmp_path / "stock", plugin=False)
    ours = assigned(master, tmp_path / "ours", plugin=True)
    folder = EXAMPLES[example]
    submissions = [stock.solution, stock.untouched]
    submissions += sorted((Path(str(SOURCE)) / folder).glob("*.ipynb")) if folder else []
    for submission in submissions:
        expected, found = otter_run(submission, stock.zip), otter_run(submission, ours.zip)
        print(example, submission.name, expected.score, found.score)
        assert seen(found.results) == seen(expected.results), submission
