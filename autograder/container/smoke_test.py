"""The last step of setting up a grading image: grade a submission that is right on every public
case, in the way that every submission is graded.

The zip has no solution, but its bank has the reference's outputs on the public cases, and the
submission looks them up.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from autograder.bank import records, storage
from autograder.bank.groups import PUBLIC
from autograder.container import ready_answers
from autograder.container.launcher import OUTSIDE
from autograder.container.ready_answers import ANSWERS
from autograder.grading.results import question_rows
from autograder.grading.settings import settings_of


class NotReady(Exception):
    """The image cannot grade. The text says why."""


def check(root: Path, *, container: bool = True) -> str:
    """Grade the public cases with the zip unpacked in `root`/source. Returns the line to print.
    Raises `NotReady`.

    `container`: see `autograder.container.launcher.main`.
    """
    with tempfile.TemporaryDirectory(prefix="otter-arrays-") as scratch:
        copy = Path(scratch, "autograder")
        shutil.copytree(root / "source", copy / "source")
        (copy / "submission").mkdir()
        (copy / "results").mkdir()
        settings = settings_of(
            json.loads((copy / "source" / "otter_config.json").read_text(encoding="utf-8"))
        )
        if settings is None:
            raise NotReady(
                "otter_config.json has no settings of this plugin; build the zip with `autograder "
                "build`"
            )
        found = storage.load(copy / "source" / "files" / str(settings["bank"]), "the hidden bank")
        _write_submission(found, copy / "submission")
        command = [
            sys.executable,
            "-I",
            "-X",
            "utf8",
            "-m",
            "autograder.container.launcher",
            str(copy),
            *([] if container else [OUTSIDE]),
        ]
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
        try:
            results = json.loads((copy / "results" / "results.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise NotReady(f"grading wrote no results:\n{done.stdout}{done.stderr}") from None
    rows = [row for row in results["tests"] if PUBLIC in row.get("tags", ())]
    only_called = {
        question: why
        for question in found.groups
        for each in found.group(question, PUBLIC).cases[:1]
        if (why := ready_answers.cannot_be_looked_up(each.case))
    }
    wrong = [
        row for row in question_rows(results) if row.get("max_score") is None and "score" not in row
    ] + [
        row
        for row in rows
        if row.get("status") != "passed" and row["name"].split(":")[0] not in only_called
    ]
    if wrong or not rows:
        raise NotReady(
            "the public cases were not graded as right: "
            f"{wrong[0]['output'] if wrong else 'they have no row'}\n"
            f"{done.stdout}{done.stderr}"
        )
    extra = results["extra_data"]
    packages = ", ".join(f"{name} {number}" for name, number in extra["packages"].items())
    taken = extra["container"]
    confined = ", ".join(extra["isolation"].get("active", ())) or "off"
    return (
        f"otter-arrays ready: {found.assignment}: public cases of "
        f"{', '.join(sorted({row['name'].split(':')[0] for row in rows}))} graded in "
        f"{taken['seconds']} s{_sentence(only_called)}; otter-arrays {version('otter-arrays')}, "
        f"{packages}; isolation: {confined}"
    )


def _sentence(only_called: Mapping[str, str]) -> str:
    """A sentence about the questions that were called but whose answers could not be looked up."""
    return "".join(f" ({name} only called: {why})" for name, why in only_called.items())


def _write_submission(found: records.Bank, folder: Path) -> None:
    answers: dict[str, Any] = {}
    public = {question: found.group(question, PUBLIC).cases for question in found.groups}
    most = max(map(len, public.values()), default=0)
    cells = [nbformat.v4.new_code_cell(ready_answers.looking_up(most))]
    for question, cases in public.items():
        answers.update(ready_answers.answers(question, cases))
        cells += [
            nbformat.v4.new_code_cell(ready_answers.source(question, each.case))
            for each in cases[:1]
        ]
    np.savez(folder / ANSWERS, **answers)
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), folder / "ready.ipynb")


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except (NotReady, records.BankError) as fault:
        print(f"otter-arrays is NOT ready: {fault}", file=sys.stderr)
        sys.exit(1)
