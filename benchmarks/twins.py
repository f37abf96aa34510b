"""The things that are timed against each other: an assignment, its twin in plain Otter, and the
bare floor. All three make the same calls.

The twin has the same questions and the same cases. Its tests compare with the reference in the
notebook by `np.testing.assert_allclose`, as an author would without this package.
"""

from __future__ import annotations

import itertools
import json
import os
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np

from autograder.assignment.built import BuiltAssignment, solution_of
from autograder.bank import filenames, records, storage
from autograder.bank.groups import METHOD
from autograder.bank.records import Bank

CALLS = """\
def calls(question, group):
    import ast
    import json
    import jax.numpy as jnp
    import numpy as np
    with np.load("cases.npz") as kept:
        for arguments in json.loads(str(kept[f"{question}.{group}"])):
            given = []
            for name, kind in arguments:
                value = kept[name]
                given.append(
                    {
                        "jax": jnp.asarray,
                        "numpy": np.array,
                        "literal": lambda value: ast.literal_eval(str(value)),
                    }.get(kind, lambda value: value.item())(value)
                )
            yield given
"""

HEAD = """\
from otter.test_files import test_case
OK_FORMAT = False
name = {name!r}
points = None

{calls}
{reference}
"""

TEST = """\
@test_case(points={points}, hidden={hidden})
def test_{group}({question}):
    import jax
    import numpy as np
    def compare(one, other):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    for given in calls({question!r}, {group!r}):
        jax.tree.map(compare, {question}(*given), reference_{question}(*given))
"""


def five(masters: list[Path], target: Path) -> Path:
    """One master notebook with the questions of all `masters`."""
    whole = nbformat.read(masters[0], as_version=4)
    cells = []
    for number, master in enumerate(masters, 1):
        for place, cell in enumerate(nbformat.read(master, as_version=4).cells):
            if "# ASSIGNMENT CONFIG" in cell.source and number > 1:
                continue
            cell.source = cell.source.replace("name: q1", f"name: q{number}")
            cell.id = f"{number}-{place}"
            cells.append(cell)
    whole.cells = cells
    nbformat.write(whole, target)
    return target


def twin(built: BuiltAssignment, target: Path) -> Path:
    """The zip of the same assignment in plain Otter: no plugin, the same cases, and the reference
    in the tests.
    """
    found = storage.load(built.hidden_bank)
    with (
        zipfile.ZipFile(built.zip) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        config = json.loads(old.read("otter_config.json"))
        (settings,) = config.pop("plugins")[0].values()
        new.writestr("otter_config.json", json.dumps(config))
        for name in ("run_otter.py", "setup.sh", "run_autograder", "environment.yml"):
            new.writestr(name, old.read(name))
        for test, checks in settings["checks"].items():
            new.writestr(f"tests/{test}.py", _tests(test, checks, built))
        write_cases(found, target.with_suffix(".npz"))
        new.write(target.with_suffix(".npz"), "files/cases.npz")
    return target


def changed(archive: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """A copy of a zip, with each entry passed through `change`, which gets its name and content."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, change(entry.filename, old.read(entry)))
    return target


def unconfined(built: BuiltAssignment, target: Path) -> Path:
    """The zip with isolation off."""

    def off(name: str, content: bytes) -> bytes:
        if name != "otter_config.json":
            return content
        config = json.loads(content)
        for settings in config["plugins"][0].values():
            settings["isolation"] = "off"
        return json.dumps(config).encode()

    return changed(built.zip, target, off)


def shortened(built: BuiltAssignment, target: Path, *, shapes: int, cases: int) -> tuple[Path, int]:
    """The zip with only the first `shapes` shapes of each group and the first `cases` cases of each
    shape, and the number of calls in it.
    """
    found, calls = storage.load(built.hidden_bank), 0
    groups: dict[str, dict[str, records.Group]] = {}
    for question, of_question in found.groups.items():
        groups[question] = {}
        for name, group in of_question.items():
            seen: dict[tuple[tuple[str, int], ...], int] = {}
            kept = []
            for index, answered in enumerate(group.cases):
                shape = tuple(sorted(answered.case.sizes.items()))
                seen[shape] = seen.get(shape, 0) + 1
                if list(seen).index(shape) < shapes and seen[shape] <= cases:
                    kept.append(index)
            order = tuple(kept.index(index) for index in group.calls if index in kept)
            known = tuple(
                replace(each, outcomes=tuple(each.outcomes[index] for index in kept))
                for each in group.known
            )
            groups[question][name] = replace(
                group, cases=tuple(group.cases[index] for index in kept), calls=order, known=known
            )
            calls += len(order)
    file = target.with_suffix(".safetensors")
    storage.save(replace(found, groups=groups), file)
    short = file.read_bytes()
    return changed(
        built.zip,
        target,
        lambda name, content: short if name.endswith(built.hidden_bank.name) else content,
    ), calls


def write_cases(found: Bank, target: Path) -> None:
    """Write the arguments of every call of every group to `target`, in call order."""
    arrays: dict[str, np.ndarray] = {}
    for question, groups in found.groups.items():
        for group in groups.values():
            rows = []
            for call in group.calls:
                row = []
                for name, value in group.cases[call].case.arguments.items():
                    key = f"{question}.{group.name}.{call}.{name}"
                    written = value.kind == "literal"
                    arrays[key] = np.asarray(value.text) if written else value.data
                    kinds = ("jax", "numpy", "literal")
                    row.append((key, value.kind if value.kind in kinds else "number"))
                rows.append(row)
            arrays[f"{question}.{group.name}"] = np.asarray(json.dumps(rows))
    np.savez(target, **arrays)


def _tests(test: str, checks: list[list[str]], built: BuiltAssignment) -> str:
    question = checks[0][0]
    reference = (
        "import jax\nimport jax.numpy as jnp\nimport flax.linen as nn\nfrom flax import nnx\n"
        + solution_of(built.solution, question).replace(
            f"def {question}(", f"def reference_{question}("
        )
    )
    body = HEAD.format(name=test, calls=CALLS, reference=reference)
    groups = [group for _, group, *_ in checks if group != METHOD]
    return body + "\n".join(
        TEST.format(points=1, hidden=group != "public", group=group, question=question)
        for group in groups
    )


def twin_submission(built: BuiltAssignment, target: Path) -> Path:
    """The solution as a submission of the twin: the same cells, without this package's `check`."""
    notebook = nbformat.read(built.solution, as_version=4)
    notebook.metadata.pop("otter", None)
    nbformat.write(notebook, target)
    return target


FLOOR = """\
import json, sys
import numpy as np
import jax, jax.numpy as jnp, flax.linen as nn
from flax import nnx
{calls}
for cell in json.load(open({cells!r})):
    exec(cell)
for question, group in {groups!r}:
    for given in calls(question, group):
        jax.tree.map(np.asarray, globals()[question](*given))
"""


def floor(built: BuiltAssignment, folder: Path) -> list[str]:
    """A command that does the least possible: import, execute the submission's cells, and call the
    functions on the cases.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = storage.load(built.hidden_bank)
    write_cases(found, folder / "cases.npz")
    notebook = nbformat.read(built.solution, as_version=4)
    cells = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and "otter" not in cell.source and "grader" not in cell.source
    ]
    cells = [
        cell
        for cell in cells
        if not any(mark in cell for mark in ("BEGIN TEST", "test_", "autograder"))
    ]
    (folder / "cells.json").write_text(json.dumps(cells))
    groups = [(question, group) for question, groups in found.groups.items() for group in groups]
    (folder / "floor.py").write_text(
        FLOOR.format(calls=CALLS, cells=str(folder / "cells.json"), groups=groups)
    )
    return [sys.executable, str(folder / "floor.py")]


DESK = """\
import sys
import nbformat
from nbclient import NotebookClient
notebook = nbformat.read("{name}.ipynb", as_version=4)
for cell in notebook.cells:
    if cell.cell_type == "code" and (
        "grader.check" in cell.source or "grader.export" in cell.source
    ):
        cell.source = ""
notebook.cells.append(nbformat.v4.new_code_cell({calls!r} + '''
import jax
import numpy as np
for question, group in {groups!r}:
    for given in calls(question, group):
        jax.tree.map(np.asarray, globals()[question](*given))
'''))
NotebookClient(notebook).execute()
"""


def desk(built: BuiltAssignment, folder: Path) -> dict[str, list[str]]:
    """Three commands to time in a student's folder, which is `folder`.

    They are `otter check`, `otter check` with tests that only call the function on the public
    cases, and a process that executes the notebook and makes these calls without Otter around it.
    """
    shutil.copytree(built.folder / "student", folder)
    shutil.copy(built.solution, folder)
    public = storage.load(folder / filenames.PUBLIC_FILE)
    write_cases(public, folder / "cases.npz")
    name = built.solution.stem
    groups = [
        (question, group)
        for question, of_question in public.groups.items()
        for group in of_question
    ]
    (folder / "desk.py").write_text(DESK.format(name=name, calls=CALLS, groups=groups))
    (folder / "calling").mkdir()
    for path in (folder / "tests").glob("*.py"):
        question = next(
            question for question in public.groups if f"({question})" in path.read_text()
        )
        test = (
            "@test_case(points=1, hidden=False)\n"
            f"def test_calls({question}):\n"
            "    import jax\n"
            "    import numpy as np\n"
        )
        test += (
            f"    for given in calls({question!r}, 'public'):\n"
            f"        jax.tree.map(np.asarray, {question}(*given))\n"
        )
        (folder / "calling" / path.name).write_text(
            HEAD.format(name=path.stem, calls=CALLS, reference="") + test
        )
    check = [sys.executable, "-m", "otter", "check", f"{name}.ipynb"]
    return {
        "otter check": check,
        "check that calls": [*check, "-t", "calling"],
        "desk floor": [sys.executable, "desk.py"],
    }


def class_of(built: BuiltAssignment, folder: Path, count: int) -> Path:
    """A folder of `count` submissions: the solution, every alternative and every misconception in
    turn."""
    folder.mkdir()
    answers: list[dict[str, str] | None] = [None]
    for question in built.record().questions:
        answers += [{question: source} for source in built.alternatives(question).values()]
        answers += [{question: known.source} for known in built.misconceptions(question).values()]
    for number, answer in zip(range(count), itertools.cycle(answers), strict=False):
        nbformat.write(
            nbformat.read(built.solution, as_version=4)
            if answer is None
            else built.answered(answer),
            folder / f"{number:03d}.ipynb",
        )
    return folder


def otter_run(archive: Path, notebook: Path, output: Path) -> list[str]:
    """The command that grades one notebook with `otter run`."""
    output.mkdir(parents=True, exist_ok=True)
    return [
        sys.executable,
        "-m",
        "otter",
        "run",
        "--no-logo",
        "-a",
        str(archive),
        "-o",
        str(output),
        str(notebook),
    ]


def loop(archive: Path, notebook: Path, out: Path, count: int, at_once: int) -> list[str]:
    """The command that grades one notebook `count` times with `otter run`, `at_once` at a time."""
    run = " ".join(shlex.quote(part) for part in otter_run(archive, notebook, out / "{}"))
    folders = " ".join(shlex.quote(str(out / str(number))) for number in range(count))
    return [
        "sh",
        "-ec",
        f"mkdir -p {folders}; seq 0 {count - 1} | xargs -P {at_once} -I{{}} sh -c "
        f"{shlex.quote(run)}",
    ]


def grade(submissions: Path, archive: Path, out: Path) -> list[str]:
    """The command that grades a class with `autograder grade`."""
    return [
        sys.executable,
        "-m",
        "autograder",
        "grade",
        str(submissions),
        "--autograder",
        str(archive),
        "--out",
        str(out),
        "--quiet",
    ]


def build(masters: list[Path], out: Path) -> None:
    """Build masters with the command line, each time with the same cases. Raises
    `subprocess.CalledProcessError`.
    """
    subprocess.run(
        [sys.executable, "-m", "autograder", "build", *map(str, masters), "--out", str(out)],
        env={**os.environ, "OTTER_ARRAYS_SECRET": "of the benchmarks"},
        check=True,
    )
