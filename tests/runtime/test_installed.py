"""What a trusted process may import. `tests/end_to_end/test_import_paths.py` lists it for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PATH_OF = (
    "import sys, json\nfrom autograder.runtime.installed import import_only_that\n"
    "import_only_that()\nprint(json.dumps(sys.path))"
)


def path_of(*arguments: str, cwd: Path, path: str = "") -> list[str]:
    """The import path of a process that was started in `cwd`."""
    done = subprocess.run(
        [sys.executable, "-c", PATH_OF, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


def test_what_is_installed_stays_importable(tmp_path: Path) -> None:
    code = f"{PATH_OF}\nimport jax, otter, sqlite3, _queue, autograder.same, pip"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert done.returncode == 0


def test_a_folder_of_the_python_path_stays_unless_a_submission_lies_in_it(tmp_path: Path) -> None:
    for name in ("course", "class"):
        (tmp_path / name).mkdir()
    (tmp_path / "class" / "scipy.py").touch()
    course, folder = str(tmp_path / "course"), str(tmp_path / "class")
    given = os.pathsep.join([course, folder, ".", ""])
    for arguments in (("scipy.py",), (folder,), (f"{folder}/scipy.py",)):
        found = path_of("run", *arguments, cwd=tmp_path / "class", path=given)
        assert course in found
        assert not {"", ".", folder} & {*found}


def test_a_package_that_is_worked_on_stays(tmp_path: Path) -> None:
    own = str(Path(__file__).parents[2])
    site = [entry for entry in sys.path if entry.endswith("site-packages")]
    editable = any(
        own in file.read_text() for folder in site for file in Path(folder).glob("*.pth")
    )
    assert (own in path_of(cwd=tmp_path)) == editable
