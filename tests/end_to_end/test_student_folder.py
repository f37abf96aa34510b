"""Every byte that a student is handed: nothing secret is among them, and everything needed is.

Covers too: `assignment.student_folder`, `bank.filenames`.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import nbformat
import numpy as np
import pytest
from handed_out import contents, private_lines, student_bytes
from nbclient import NotebookClient
from shared import ROOT, SECRET

from autograder.assignment import delivery, student_folder
from autograder.assignment.built import BuiltAssignment
from autograder.bank import filenames, storage
from autograder.bank.groups import HIDDEN_GROUPS


def test_nothing_secret_is_among_what_a_student_gets(assignment: BuiltAssignment) -> None:
    secrets = {line.encode() for line in private_lines(assignment)}
    assert len(secrets) > 20
    secrets |= {
        SECRET.encode(),
        str(ROOT).encode(),
        str(assignment.folder.parent).encode(),
        sys.prefix.encode(),
        str(Path.home()).encode() + b"/",
    }
    found = [
        (name, secret)
        for name, content in student_bytes(assignment)
        for secret in secrets
        if secret in content
    ]
    assert not found


def test_no_hidden_case_and_no_hidden_output_is_among_what_a_student_gets(
    assignment: BuiltAssignment,
) -> None:
    hidden = storage.load(assignment.hidden_bank)
    arrays: set[bytes] = set()
    for groups in hidden.groups.values():
        for name in HIDDEN_GROUPS:
            for answered in groups[name].cases:
                arrays.add(answered.expected[""].tobytes())
                arrays.update(value.data.tobytes() for value in answered.case.arguments.values())
    # A size such as 5 may stand anywhere; eight bytes of a seed or of floats do not.
    arrays = {
        content
        for content in arrays
        if len(content) >= 8 and np.frombuffer(content[:8], np.int64)[0] > 1000
    }
    assert len(arrays) > 20
    found = [
        name
        for name, content in contents(assignment.folder / "student")
        for array in arrays
        if array in content
    ]
    assert not found


def test_the_search_would_find_a_leak(one_assignment: BuiltAssignment) -> None:
    everything = b"".join(content for _, content in contents(one_assignment.folder / "autograder"))
    assert any(
        line.encode() in everything.replace(b'\\"', b'"') for line in private_lines(one_assignment)
    )
    assert one_assignment.hidden_bank.read_bytes() in everything


def test_the_folder_holds_what_a_student_needs_and_no_more(assignment: BuiltAssignment) -> None:
    folder = assignment.folder / "student"
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    (wheel,) = folder.glob("*.whl")
    assert names == {
        f"{assignment.name}.ipynb",
        "tests/q1.py",
        filenames.PUBLIC_FILE,
        "README.md",
        "requirements.lock",
        "requirements.txt",
        wheel.name,
    }


def test_the_student_notebook_has_no_outputs_and_no_tests_in_its_metadata(
    assignment: BuiltAssignment,
) -> None:
    notebook = nbformat.read(assignment.untouched, as_version=4)
    assert all(
        not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells
    )
    assert set(notebook.metadata["otter"]) <= {"assignment_name", "OK_FORMAT"}


def test_the_zip_holds_no_solution_and_no_record_of_the_build(assignment: BuiltAssignment) -> None:
    with zipfile.ZipFile(assignment.zip) as archive:
        names = archive.namelist()
        everything = b"".join(archive.read(name) for name in names)
    assert {
        "run_autograder",
        "setup.sh",
        "otter_config.json",
        "environment.yml",
        "tests/q1.py",
        f"files/{assignment.hidden_bank.name}",
    } <= set(names)
    assert not [name for name in names if name.endswith(".ipynb") or "record" in name]
    assert SECRET.encode() not in everything
    environment = next(
        archive_text
        for archive_text in [zipfile.ZipFile(assignment.zip).read("environment.yml").decode()]
    )
    (wheel,) = (assignment.folder / "autograder").glob("*.whl")
    assert f"/autograder/source/files/{wheel.name}" in environment
    assert f"python={sys.version_info.major}.{sys.version_info.minor}" in environment
    assert all(pin in environment for pin in delivery.pins())


def test_in_the_notebook_a_wrong_answer_is_shown_as_a_picture_and_in_words(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    shutil.copytree(one_assignment.folder / "student", tmp_path, dirs_exist_ok=True)
    known = one_assignment.misconceptions("vmap_over_batch")["flattens_by_feature"]
    notebook = one_assignment.answered({"vmap_over_batch": known.source})
    notebook.cells = [cell for cell in notebook.cells if "export(" not in cell.source]
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    (cell,) = (cell for cell in notebook.cells if cell.source == 'grader.check("q1")')
    picture, words = cell.outputs
    said = " ".join(words.data["text/plain"].split())  # lines are folded between words
    assert base64.b64decode(picture.data["image/png"]).startswith(b"\x89PNG")
    assert (
        "Looks like: flattened feature by feature. Keep the outputs of one example together" in said
    )
    assert "See “Pitfalls” in the notebook." in said
    shown = words.data["text/html"]
    assert shown.startswith("<p><strong>q1</strong>: 2 of 3 checks passed</p>")
    assert "<p><strong>vmap_over_batch returned wrong values in " in shown
    assert "Error at line" not in shown


def test_a_student_installs_ranges_and_may_install_what_computed_the_references(
    one_assignment: BuiltAssignment,
) -> None:
    folder = one_assignment.untouched.parent
    (wheel,) = folder.glob("*.whl")
    ranges, exact = (
        (folder / name).read_text().splitlines()
        for name in ("requirements.txt", "requirements.lock")
    )
    ours = ["--find-links .", f"otter-arrays=={delivery.wheel_version(wheel)}"]
    assert ranges == [*student_folder.ranges([], "otter-arrays"), *ours]
    assert "jax>=0.7,<0.12" in ranges
    assert {f"{name}=={version(name)}" for name in ("jax", "jaxlib", "flax", "numpy")} <= {*exact}
    assert exact[-2:] == ours
    assert not [line for line in ranges if line.startswith(("click", "rich", "otter-grader["))]


def test_what_the_assignment_itself_needs_stands_in_both_lists() -> None:
    lines = ["optax==0.2.8", "numpy>=2.1", "./own.whl"]
    found = student_folder.ranges(lines, "otter-arrays")
    assert found[-2:] == ["optax==0.2.8", "./own.whl"]
    assert "numpy>=2.0,>=2.1,<2.6" in found


def test_the_readme_says_what_to_install_how_to_check_and_how_to_hand_in(
    one_assignment: BuiltAssignment,
) -> None:
    said = (one_assignment.untouched.parent / "README.md").read_text()
    name = one_assignment.untouched.name
    for line in (
        "You need Python 3.11 or newer (`python --version`).",
        "    pip install -r requirements.txt jupyterlab\n",
        "JAX does not support Macs with Intel processors: use Google Colab, or another computer.",
        f'run the cell `grader.check("q1")` below it. Without Jupyter: `otter check {name}`.\n',
        f"hand in the zip file that it makes, or hand in `{name}` itself.\n",
    ):
        assert line in said
    assert "Upload `" not in said  # the notebook needs its folder


@pytest.mark.slow
def test_with_only_its_requirements_otter_check_passes_when_solved_and_explains_when_not(
    one_assignment: BuiltAssignment, tmp_path: Path
) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    desk = tmp_path / "desk"
    subprocess.run(["cp", "-r", str(one_assignment.folder / "student"), str(desk)], check=True)
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    # From another folder than the file's own, as people do.
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "-r", str(desk / "requirements.txt")],
        check=True,
        cwd=tmp_path,
        env=clean,
    )

    def check() -> str:
        command = [python, "-m", "otter", "check", one_assignment.untouched.name]
        return subprocess.run(
            command, check=True, cwd=desk, env=clean, capture_output=True, text=True
        ).stdout

    assert (
        "vmap_over_batch returned None. Is a `return` missing? [case 1 of 4: all sizes distinct]"
        in " ".join(check().split())  # long lines are folded
    )
    known = one_assignment.misconceptions("vmap_over_batch")["flattens_by_feature"]
    nbformat.write(
        one_assignment.answered({"vmap_over_batch": known.source}),
        desk / one_assignment.untouched.name,
    )
    said = check()
    assert "vmap_over_batch returned wrong values in" in said
    assert re.search(r"^ *\[\d+\], row \d, column \d: returned -?\d", said, re.MULTILINE)
    right = one_assignment.alternatives("vmap_over_batch")["by_split_and_merge"]
    nbformat.write(
        one_assignment.answered({"vmap_over_batch": right}), desk / one_assignment.untouched.name
    )
    assert check() == "All tests passed!\n"
