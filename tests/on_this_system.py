"""Work through a built assignment as a student, and grade a small class, on the system where this
runs: `python on_this_system.py BUILT WORK [check | grade]`.

A right answer must be right, and a wrong one must get its sentence; otherwise this ends with an
`AssertionError`. `.github/workflows/desk.yml` runs it on Windows and macOS, and
`tests/end_to_end/test_other_systems.py` where `autograder` is shown another system.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import known_samples
from autograder.runtime import system

SENTENCE = "CheckFailed: vmap_over_batch returned wrong values in"
HANGS = "\nimport time as _time\ndef vmap_over_batch(*_):\n    _time.sleep(1000)\n"
ENDS = "\nimport os as _os\ndef vmap_over_batch(*_):\n    _os._exit(3)\n"


def answers(built: BuiltAssignment) -> dict[str, nbformat.NotebookNode]:
    """Notebooks with a right and a wrong answer."""
    found = {}
    for sample in known_samples(built):
        submitted = sample.submission
        if isinstance(submitted, Path):
            submitted = nbformat.read(submitted, as_version=4)
        found["right" if sample.label == "solution" else sample.label.partition(":")[0]] = submitted
    return found


def check(built: BuiltAssignment, work: Path) -> None:
    """Check as a student does: with `otter check`, and in a notebook with its kernel."""
    folder = work / ("a folder of Zoë" if sys.getfilesystemencoding() == "utf-8" else "a folder")
    shutil.copytree(built.folder / "student", folder)
    for answer, notebook in answers(built).items():
        file = folder / f"{built.name}.ipynb"
        nbformat.write(notebook, file)
        done = subprocess.run(
            [sys.executable, "-m", "otter", "check", file.name],
            cwd=folder,
            env={**os.environ, **system.UTF8},  # otherwise Otter fails on its own characters
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        told = {"right": "All tests passed!", "wrong": SENTENCE}.get(answer, "returned None")
        assert done.returncode == 0, done.stderr
        assert told in done.stdout, done.stdout
        client = NotebookClient(
            notebook, timeout=600, resources={"metadata": {"path": str(folder)}}, allow_errors=True
        )
        client.execute()
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
        text = "\n".join(str(output.get("data", {}).get("text/plain", "")) for output in outputs)
        told = {"right": "q1 results: All test cases passed!"}.get(answer, told)
        assert told in text, text
        pictures = [output for output in outputs if "image/png" in output.get("data", {})]
        assert bool(pictures) == (answer == "wrong"), outputs
        exported = sorted(folder.glob("*.zip"))
        assert exported, text
        with zipfile.ZipFile(exported[0]) as packed:
            assert file.name in packed.namelist(), packed.namelist()
        for each in exported:
            each.unlink()
        print(f"checked: {answer}", flush=True)


def grade(built: BuiltAssignment, work: Path) -> None:
    """Grade a class of four: a right answer, a wrong one, one that hangs, and one that ends its
    process.
    """
    submissions, out = work / "a class", work / "graded"
    known = answers(built)
    for name, notebook in {"right": known["right"], "wrong": known["wrong"]}.items():
        (submissions / name).mkdir(parents=True)
        nbformat.write(notebook, submissions / name / f"{built.name}.ipynb")
    for name, more in {"hangs": HANGS, "ends": ENDS}.items():
        notebook = nbformat.from_dict(known["right"])
        for cell in notebook.cells:
            if cell.cell_type == "code" and "def vmap_over_batch" in cell.source:
                cell.source += more
        (submissions / name).mkdir()
        nbformat.write(notebook, submissions / name / f"{built.name}.ipynb")
    command = [sys.executable, "-m", "autograder", "grade", str(submissions)]
    done = subprocess.run(
        [*command, "--autograder", str(built.zip), "--out", str(out)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with (out / "final_grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    points = {name: rows[name]["total_points_earned"] for name in ("right", "wrong")}
    assert points == {"right": "10.0", "wrong": "0.0"}, rows
    for name, cause in {"hangs": "took longer than", "ends": "ended the process"}.items():
        results = (out / "submissions" / name / "results.json").read_text(encoding="utf-8")
        assert cause in results, results
        assert rows[name]["total_points_earned"] == "0.0", rows
    print(done.stderr)
    print("graded", flush=True)


def main() -> None:
    built, work, *wanted = sys.argv[1:]
    for step in (check, grade):
        if not wanted or step.__name__ in wanted:
            step(BuiltAssignment(Path(built).resolve()), Path(work).resolve())


if __name__ == "__main__":
    main()
