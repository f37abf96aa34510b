"""The launcher under its old name, which images and scripts use that were made before it moved."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_the_launcher_answers_to_its_old_name(tmp_path: Path) -> None:
    for name in ("source/files", "submission"):
        (tmp_path / name).mkdir(parents=True)
    command = [sys.executable, "-I", "-m", "autograder.launcher", str(tmp_path)]
    subprocess.run([*command, "--outside-of-a-container"], check=True, capture_output=True)
    (row,) = json.loads((tmp_path / "results" / "results.json").read_text())["tests"]
    assert row["output"].startswith("Nothing was submitted.")
