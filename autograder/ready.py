"""The last step of setting up a grading image: grade a submission that is right on every public case, by the road of every submission.

The zip has no solution, but its bank has the reference's outputs on the public cases: the submission looks them up.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from autograder import bank
from autograder.cases import PUBLIC
from autograder.launcher import OUTSIDE
from autograder.settings import settings_of
from autograder.values import to_python

ANSWERS = "ready_answers.npz"

_FUNCTION = """\
def {name}(*arguments):
    import numpy as np
    with np.load({file!r}) as answers:
        for case in range({cases}):
            given = [answers[f"{name}.{{case}}.{{place}}"] for place in range({arguments})]
            if all(np.array_equal(np.asarray(one), np.asarray(other)) for one, other in zip(arguments, given)):
                return answers[f"{name}.{{case}}"]
"""


class NotReady(Exception):
    """The image cannot grade; the text says why."""


def check(root: Path, *, container: bool = True) -> str:
    """Grade the public cases with the zip that is unpacked in `root`/source; returns the line to print. Raises `NotReady`.

    `container`: see `autograder.launcher.main`.
    """
    with tempfile.TemporaryDirectory(prefix="otter-arrays-") as scratch:
        copy = Path(scratch, "autograder")
        shutil.copytree(root / "source", copy / "source")
        (copy / "submission").mkdir()
        (copy / "results").mkdir()
        settings = settings_of(json.loads((copy / "source" / "otter_config.json").read_text(encoding="utf-8")))
        if settings is None:
            raise NotReady("otter_config.json has no settings of this plugin; build the zip with `autograder build`")
        found = bank.load(copy / "source" / "files" / str(settings["bank"]), "the hidden bank")
        _write_submission(found, copy / "submission")
        command = [sys.executable, "-I", "-m", "autograder.launcher", str(copy), *([] if container else [OUTSIDE])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            results = json.loads((copy / "results" / "results.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise NotReady(f"grading left no results:\n{done.stdout}{done.stderr}") from None
    rows = [row for row in results["tests"] if PUBLIC in row.get("tags", ())]
    wrong = [row for row in results["tests"] if row.get("max_score") is None and "score" not in row] + [
        row for row in rows if row.get("status") != "passed"
    ]
    if wrong or not rows:
        raise NotReady(
            f"the public cases were not graded as right: {wrong[0]['output'] if wrong else 'they have no row'}\n{done.stdout}{done.stderr}"
        )
    extra = results["extra_data"]
    packages = ", ".join(f"{name} {number}" for name, number in extra["packages"].items())
    taken = extra["container"]
    confined = ", ".join(extra["isolation"].get("active", ())) or "off"
    return (
        f"otter-arrays ready: {found.assignment}: public cases of {', '.join(sorted({row['name'].split(':')[0] for row in rows}))} graded in "
        f"{taken['seconds']} s; otter-arrays {version('otter-arrays')}, {packages}; isolation: {confined}"
    )


def _write_submission(found: bank.Bank, folder: Path) -> None:
    answers: dict[str, Any] = {}
    cells = []
    for question in found.groups:
        group = found.group(question, PUBLIC)
        for number, answered in enumerate(group.cases):
            answers[f"{question}.{number}"] = answered.expected
            for place, value in enumerate(answered.case.arguments.values()):
                answers[f"{question}.{number}.{place}"] = np.asarray(to_python(value))
        arguments = len(group.cases[0].case.arguments) if group.cases else 0
        cells.append(nbformat.v4.new_code_cell(_FUNCTION.format(name=question, file=ANSWERS, cases=len(group.cases), arguments=arguments)))
    np.savez(folder / ANSWERS, **answers)
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), folder / "ready.ipynb")


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except (NotReady, bank.BankError) as fault:
        print(f"otter-arrays is NOT ready: {fault}", file=sys.stderr)
        sys.exit(1)
