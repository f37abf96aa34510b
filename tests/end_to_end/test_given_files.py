"""Files of every kind that a master may hand out, and other plugins beside ours, on every road.

Covers too: `assignment.checked_assign`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from attack_files import INVADED

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.otter_assign import assign
from autograder.assignment.samples import otter_run
from autograder.classroom.station import Station
from autograder.container import launcher
from autograder.grading.results import question_rows

CONFIG = """\
# ASSIGNMENT CONFIG
name: weighed
init_cell: true
export_cell:
    pdf: false
tests:
    files: true
    ok_format: false
generate:
    show_hidden: true
"""

FILES = """\
files:
    - weights.csv
    - data/weights.csv
    - data/deep/
    - tables/
    - tools.py
    - course
    - a_lecture.ipynb
    - z_lecture.ipynb
    - weights.zip
    - .env
    - "Größen und Maße.csv"
    - tests.py
autograder_files:
    - secret
    - checker.py
environment: environment.yml
plugins:
    - otter.plugins.builtin.RateLimiting:
        hours: 1
        allowed_submissions: 2
    - autograder.otter_plugin.ArraysPlugin
"""

SOLUTION = """\
def weigh(x):
    # BEGIN SOLUTION
    handed_out = ("weights.csv", "data/weights.csv", "data/deep/weights.csv", "tables/weights.csv")
    weights = sum(np.loadtxt(name, delimiter=",") for name in handed_out)
    return x * (weights + tools.weights() + course.tools.weights())[: x.shape[-1]]
    # END SOLUTION
"""

TOOLS = """\
import numpy as np


def weights():
    handed_out = ("weights.csv", "data/weights.csv", "data/deep/weights.csv", "tables/weights.csv")
    return np.arange(1.0, 9.0) + 0 * len(handed_out)
"""

DECLARED = """\
## Ignore ##
from autograder import Array, Question

question = Question("weigh", arguments=dict(x=Array("B", "D")), dims=dict(B=(1, 6), D=(2, 6)))
"""

TEST = '''\
""" # BEGIN TEST CONFIG
points: 1
{hidden}""" # END TEST CONFIG
def test_{name}(weigh):
    from pathlib import Path
    from autograder import check
    assert Path("secret/answers.csv").exists() and Path("checker.py").exists()
    check("weigh", weigh{cases})

test_{name}(weigh)'''

ANSWER = """\
from pathlib import Path
mine = sorted(str(path) for path in Path(".").rglob("*") if path.is_file())
assert "secret/answers.csv" not in mine and "checker.py" not in mine, mine
assert {"a_lecture.ipynb", "z_lecture.ipynb", "weights.zip", ".env", "tests.py",
        "Größen und Maße.csv", "public_cases.safetensors"} <= set(mine), mine
import tests
"""


def master(config: str) -> nbformat.NotebookNode:
    cells = nbformat.v4
    return cells.new_notebook(
        cells=[
            cells.new_raw_cell(config),
            cells.new_code_cell("import numpy as np\nimport tools\nimport course.tools"),
            cells.new_raw_cell("# BEGIN QUESTION\nname: q1"),
            cells.new_markdown_cell("Weigh the columns."),
            cells.new_raw_cell("# BEGIN SOLUTION"),
            cells.new_code_cell(SOLUTION),
            cells.new_raw_cell("# END SOLUTION"),
            cells.new_code_cell(DECLARED),
            cells.new_raw_cell("# BEGIN TESTS"),
            cells.new_code_cell(TEST.format(name="public", hidden="", cases="")),
            cells.new_code_cell(
                TEST.format(name="corners", hidden="hidden: true\n", cases=', cases="corners"')
            ),
            cells.new_raw_cell("# END TESTS"),
            cells.new_raw_cell("# END QUESTION"),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


def lay_out(folder: Path, config: str) -> Path:
    weights = "1,2,3,4,5,6,7,8\n"
    lecture = nbformat.writes(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import tools")])
    )
    for name, content in {
        **{f"{place}weights.csv": weights for place in ("", "data/", "data/deep/", "tables/")},
        "tools.py": TOOLS,
        "course/__init__.py": "",
        "course/tools.py": TOOLS,
        "a_lecture.ipynb": lecture,
        "z_lecture.ipynb": lecture,
        ".env": "A=1\n",
        "Größen und Maße.csv": "1\n",
        "tests.py": "x = 1\n",
        "secret/answers.csv": "42\n",
        "checker.py": "x = 2\n",
        "environment.yml": "dependencies:\n  - ffmpeg=6\n  - numpy\n  - pip:\n      - packaging\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    with zipfile.ZipFile(folder / "weights.zip", "w") as packed:
        packed.writestr("weights.csv", weights)
    path = folder / "weighed.ipynb"
    nbformat.write(master(config), path)
    return path


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            "files: [absent.csv]\nplugins: [autograder.otter_plugin.ArraysPlugin]\n",
            "weighed.ipynb: files: there is no 'absent.csv' in the folder of weighed.ipynb",
        ),
        (
            "plugins: [no_plugin_of_ours.Mine]\n",
            "weighed.ipynb: plugins: no_plugin_of_ours.Mine cannot be imported "
            "(ModuleNotFoundError: No module named 'no_plugin_of_ours'). Otter imports plugins "
            "from installed packages, not from files beside the notebook: install its package "
            "here, and name it in `requirements:`",
        ),
    ],
    ids=["file", "plugin"],
)
def test_what_otter_cannot_take_stops_the_build_with_a_sentence(
    tmp_path: Path, lines: str, sentence: str
) -> None:
    assert assign(lay_out(tmp_path / "m", CONFIG + lines), tmp_path / "dist") == sentence


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[BuiltAssignment, str]:
    folder = tmp_path_factory.mktemp("given")
    command = [sys.executable, "-m", "autograder", "build", "--out", str(folder / "dist")]
    path = lay_out(folder / "m", CONFIG + FILES)
    # as on a system whose temporary folder is behind a link
    (folder / "linked").symlink_to(folder / "m")
    done = subprocess.run(
        [*command, str(folder / "linked" / path.name)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return BuiltAssignment(folder / "dist" / "weighed"), done.stdout


def answered(built: BuiltAssignment, more: str = "") -> nbformat.NotebookNode:
    source = next(
        cell.source
        for cell in nbformat.read(built.solution, as_version=4).cells
        if "def weigh" in cell.source
    )
    notebook = nbformat.read(built.untouched, as_version=4)
    cell = next(cell for cell in notebook.cells if "def weigh" in cell.source)
    cell.source = f"{ANSWER}{more}{source}"
    return notebook


def in_a_class(built: BuiltAssignment, files: dict[str, bytes], folder: Path) -> Any:
    station = Station(built.zip)
    try:
        return station.grade(files).results
    finally:
        station.close()


def as_gradescope_does(
    built: BuiltAssignment, files: dict[str, bytes], folder: Path, metadata: str = "{}"
) -> Any:
    for name in ("source", "submission", "results"):
        (folder / name).mkdir(parents=True)
    with zipfile.ZipFile(built.zip) as packed:
        packed.extractall(folder / "source")
    for name, content in files.items():
        (folder / "submission" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "submission" / name).write_bytes(content)
    (folder / "submission_metadata.json").write_text(metadata)
    launcher.main(folder, container=False)
    return json.loads((folder / "results" / "results.json").read_text())


def points(results: Any) -> float | None:
    rows = question_rows(results)
    return sum(row["score"] for row in rows) if all("score" in row for row in rows) else None


@pytest.mark.slow
def test_the_build_says_what_the_image_will_lack_and_its_lock_has_what_plugins_need(
    built: tuple[BuiltAssignment, str],
) -> None:
    assignment, printed = built
    assert (
        "weighed: our image does not install conda packages, so answers cannot use these lines "
        "of `environment:`: ffmpeg=6. Name Python packages in `requirements:` instead"
    ) in " ".join(printed.split())
    with zipfile.ZipFile(assignment.zip) as packed:
        lock = packed.read("requirements.lock").decode()
        names = set(packed.namelist())
    assert "\ngoogle-auth==" in lock
    assert "files/weights.zip" in names
    assert not [name for name in names if name.count("/") == 1 and name.endswith(".ipynb")]
    handed_out = {
        path.relative_to(assignment.folder / "student").as_posix()
        for path in (assignment.folder / "student").rglob("*")
    }
    assert {
        "a_lecture.ipynb",
        "z_lecture.ipynb",
        "data/deep/weights.csv",
        "tables/weights.csv",
        "course/tools.py",
        "Größen und Maße.csv",
    } <= handed_out
    assert not {"secret", "checker.py", ".handed_out"} & handed_out


@pytest.mark.slow
@pytest.mark.parametrize("road", [in_a_class, as_gradescope_does])
def test_the_notebook_alone_finds_what_was_handed_out(
    built: tuple[BuiltAssignment, str], tmp_path: Path, road: Callable[..., Any]
) -> None:
    notebook = nbformat.writes(answered(built[0])).encode()
    results = road(built[0], {"hw.ipynb": notebook}, tmp_path / "root")
    assert points(results) == 2, results["tests"]


@pytest.mark.slow
def test_with_otters_own_command_and_in_the_students_folder_too(
    built: tuple[BuiltAssignment, str], tmp_path: Path
) -> None:
    assignment = built[0]
    graded = otter_run(answered(assignment), assignment.zip)
    assert graded.score == graded.possible == 2, graded.printed
    desk = tmp_path / "desk"
    subprocess.run(["cp", "-r", str(assignment.folder / "student"), str(desk)], check=True)
    source = answered(assignment)
    for cell in source.cells:
        cell.source = cell.source.removeprefix(ANSWER)
    nbformat.write(source, desk / "weighed.ipynb")
    command = [sys.executable, "-m", "otter", "check", "weighed.ipynb"]
    said = subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False)
    # the public test of this master also looks at files that only the grader has
    assert "AssertionError" in said.stdout + said.stderr
    assert "ModuleNotFoundError" not in said.stdout + said.stderr
    assert "FileNotFoundError" not in said.stdout + said.stderr


@pytest.mark.slow
@pytest.mark.parametrize("road", [in_a_class, as_gradescope_does])
def test_what_a_student_changes_in_them_counts_for_nothing_and_is_imported_by_nobody(
    built: tuple[BuiltAssignment, str], tmp_path: Path, road: Callable[..., Any]
) -> None:
    INVADED.unlink(missing_ok=True)
    mark = f"try:\n    open({str(INVADED)!r}, 'x').close()\nexcept OSError:\n    pass\n"
    changed = {
        "hw.ipynb": nbformat.writes(answered(built[0], "import mine.part\n")).encode(),
        "tools.py": b"def weights():\n    return 0\n",
        "course/tools.py": b"def weights():\n    return 0\n",
        "course/scipy.py": mark.encode(),
        "scipy.py": mark.encode(),
        "numexpr/__init__.py": mark.encode(),
        "data/weights.csv": b"0,0,0,0,0,0,0,0\n",
        "tables": b"a file where a folder goes",
        "mine/part.py": b"",
        "a_lecture.ipynb": b"{}",
    }
    results = road(built[0], changed, tmp_path / "root")
    assert not INVADED.exists(), "code of the submission has run outside its process"
    assert points(results) == 2, results["tests"]


@pytest.mark.slow
def test_a_script_finds_them_too(built: tuple[BuiltAssignment, str], tmp_path: Path) -> None:
    source = "\n\n".join(
        cell.source for cell in answered(built[0]).cells if cell.cell_type == "code"
    )
    results = as_gradescope_does(built[0], {"hw.py": source.encode()}, tmp_path / "root")
    assert points(results) == 2, results["tests"]


@pytest.mark.slow
def test_otters_rate_limit_hides_the_rows_and_says_why(
    built: tuple[BuiltAssignment, str], tmp_path: Path
) -> None:
    stamp = "2026-11-20T10:{:02d}:00.000000-08:00"
    metadata = {
        "created_at": stamp.format(30),
        "previous_submissions": [{"submission_time": stamp.format(minute)} for minute in (10, 20)],
    }
    notebook = nbformat.writes(answered(built[0])).encode()
    results = as_gradescope_does(
        built[0], {"hw.ipynb": notebook}, tmp_path / "root", json.dumps(metadata)
    )
    assert {row["visibility"] for row in results["tests"]} == {"hidden"}
    assert results["output"].startswith("You have exceeded the rate limit for the autograder.")
    assert points(results) == 2


@pytest.mark.slow
@pytest.mark.parametrize("command", ["samples", "doctor"])
def test_samples_and_the_doctor_find_the_zip_and_the_notebook(
    built: tuple[BuiltAssignment, str], command: str
) -> None:
    target = built[0].folder if command == "samples" else built[0].zip
    done = subprocess.run(
        [sys.executable, "-m", "autograder", command, str(target)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
