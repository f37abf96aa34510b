"""A submission with a user of its own cannot read the autograder zip that a person keeps readable
for everybody, with or without Landlock.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import at_each_level
import nbformat
import pytest
from attack_files import with_answer
from shared import ROOT

from autograder.assignment.built import BuiltAssignment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a user of its own is Linux's")

READ = """
def vmap_over_batch(seed, x_batch, features):
    try:
        open({zip!r}, "rb").close()
    except OSError:
        return x_batch
    raise BufferError("it can be read")
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="otter-given-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def graded(user: str, built: BuiltAssignment, folder: Path, without: str) -> dict[str, Any]:
    """What `otter run` says about a submission that reads the zip."""
    archive = folder / "autograder.zip"
    shutil.copyfile(built.zip, archive)
    archive.chmod(0o644)
    file = folder / "answer.ipynb"
    nbformat.write(with_answer(built, READ.format(zip=str(archive))), file)
    command = [*at_each_level.command(user), sys.executable, "-P", "-m", "otter", "run", str(file)]
    done = subprocess.run(
        command,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "tests" / "without_layers"),
            "WITHOUT_LAYERS": without,
            "PWD": str(folder),
            "JAX_PLATFORMS": "cpu",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    results: dict[str, Any] = json.loads((folder / "results.json").read_text())
    stolen = "BufferError" in json.dumps(results["tests"])
    assert stolen == ("read hidden files" in opened(results)), done.stdout
    return results


def opened(results: dict[str, Any]) -> list[str]:
    found: list[str] = results["extra_data"]["isolation"]["open"]
    return found


@pytest.mark.parametrize(
    "without",
    [
        pytest.param("", id="every layer"),
        pytest.param("landlock", marks=pytest.mark.slow, id="no Landlock"),
    ],
)
def test_a_user_of_its_own_does_not_read_the_zip(
    one_assignment: BuiltAssignment, folder: Path, without: str
) -> None:
    results = graded("own", one_assignment, folder, without)
    assert results["extra_data"]["isolation"]["user"] == "own"
    assert opened(results) == []
    assert stat.S_IMODE((folder / "autograder.zip").stat().st_mode) == 0o640


def test_where_the_same_user_can_read_it_the_report_says_so(
    one_assignment: BuiltAssignment, folder: Path
) -> None:
    assert "read hidden files" in opened(graded("same", one_assignment, folder, "landlock"))
    assert stat.S_IMODE((folder / "autograder.zip").stat().st_mode) == 0o644


def test_a_build_keeps_its_zip_from_other_users(one_assignment: BuiltAssignment) -> None:
    for path in (one_assignment.zip, one_assignment.zip.parent):
        assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO == 0
