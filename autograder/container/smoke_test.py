"""The last step of setting up a grading image: grade a submission that is right on every public
case, in the way every submission is graded.

The zip has no solution, but its bank has the reference's outputs on the public cases: the
submission looks them up.
"""

from __future__ import annotations

import inspect
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
from autograder.calls.inputs import to_python
from autograder.calls.spec import Case
from autograder.container.launcher import OUTSIDE
from autograder.grading.results import question_rows
from autograder.grading.settings import settings_of
from autograder.sameness.words import samples_of

ANSWERS = "ready_answers.npz"

_LOOKED_UP = """\
from typing import Any

import jax
import numpy as np


{numbers}

def looked_up(question, *arguments):
    \"\"\"The expected arrays by name: "" for one by itself.\"\"\"
    given = [array for argument in arguments for array in numbers(argument)]
    with np.load({file!r}) as answers:
        for case in range({cases}):
            names = [f"{{question}}.{{case}}.{{place}}" for place in range(len(given))]
            known = [answers[name] for name in names if name in answers]
            if len(known) == len(given) and all(map(np.array_equal, given, known)):
                start = f"{{question}}.{{case}}/"
                found = [name for name in answers if name.startswith(start)]
                return {{name[len(start):]: answers[name] for name in found}}


def output(found):
    return found.get("", found)
"""

_FUNCTION = """\
def {name}(*arguments):
    return output(looked_up({name!r}, *arguments))
"""

_CLASS = """\
class {name}:
    def __init__(self, *arguments):
        self.arguments = arguments

    def {method}(self, *arguments):
        return output(looked_up({name!r}, *self.arguments, *arguments))
"""

_OF_GRADIENT = """\
def {name}(*arguments):
    slopes = looked_up({name!r}, *arguments)
    leaves = [leaf for place in {places} for leaf in jax.tree.leaves(arguments[place])]
    return sum((slope * leaf).sum() for slope, leaf in zip(slopes.values(), leaves))
"""
"""A linear function with the expected gradient. JAX and the bank order the arrays of a gradient in
the same way.
"""


class NotReady(Exception):
    """The image cannot grade; the text says why."""


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
            "-m",
            "autograder.container.launcher",
            str(copy),
            *([] if container else [OUTSIDE]),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            results = json.loads((copy / "results" / "results.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise NotReady(f"grading left no results:\n{done.stdout}{done.stderr}") from None
    rows = [row for row in results["tests"] if PUBLIC in row.get("tags", ())]
    wrong = [
        row for row in question_rows(results) if row.get("max_score") is None and "score" not in row
    ] + [row for row in rows if row.get("status") != "passed" and not _not_looked_up(row, found)]
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
        f"{taken['seconds']} s; otter-arrays {version('otter-arrays')}, {packages}; isolation: "
        f"{confined}"
    )


def _not_looked_up(row: Mapping[str, Any], found: records.Bank) -> bool:
    """Whether a row says that random numbers were not returned: of those the bank has no answer,
    only how often what happens.
    """
    return any(
        str(row.get("output", "")).startswith(f"{question} returned None.")
        for question in found.groups
        if samples_of(found.group(question, PUBLIC).same) is not None
    )


def _write_submission(found: records.Bank, folder: Path) -> None:
    answers: dict[str, Any] = {}
    most = max((len(found.group(question, PUBLIC).cases) for question in found.groups), default=0)
    cells = [
        nbformat.v4.new_code_cell(
            _LOOKED_UP.format(file=ANSWERS, cases=most, numbers=inspect.getsource(numbers))
        )
    ]
    for question in found.groups:
        cases = found.group(question, PUBLIC).cases
        for number, answered in enumerate(cases):
            answers.update(
                {f"{question}.{number}/{name}": array for name, array in answered.expected.items()}
            )
            order = sorted(
                answered.case.arguments, key=lambda name: name not in answered.case.way.constructor
            )
            given = [
                array
                for name in order
                for array in numbers(to_python(answered.case.arguments[name]))
            ]
            for place, array in enumerate(given):
                answers[f"{question}.{number}.{place}"] = array
        cells += [nbformat.v4.new_code_cell(_answer(question, each.case)) for each in cases[:1]]
    np.savez(folder / ANSWERS, **answers)
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), folder / "ready.ipynb")


def numbers(value: Any) -> list[np.ndarray]:
    """The arrays inside an argument, in order; a text, a truth value or None as the bytes that
    Python writes. Also the submission has this function.
    """
    import jax

    if isinstance(value, (dict, list, tuple)):
        inside = value.values() if isinstance(value, dict) else value
        return [array for each in inside for array in numbers(each)]
    if value is None or isinstance(value, (str, bool)):
        return [np.frombuffer(repr(value).encode(), np.uint8)]
    if callable(value):
        return []
    value = jax.lax.stop_gradient(value)
    if jax.dtypes.issubdtype(getattr(value, "dtype", None), jax.dtypes.prng_key):
        value = jax.random.key_data(value)
    return [np.asarray(value)]


def _answer(question: str, case: Case) -> str:
    if case.way.method:
        return _CLASS.format(name=question, method=case.way.method)
    if case.way.gradient:
        return _OF_GRADIENT.format(
            name=question, places=[list(case.arguments).index(name) for name in case.way.gradient]
        )
    return _FUNCTION.format(name=question)


if __name__ == "__main__":
    try:
        print(check(Path(sys.argv[1])))
    except (NotReady, records.BankError) as fault:
        print(f"otter-arrays is NOT ready: {fault}", file=sys.stderr)
        sys.exit(1)
