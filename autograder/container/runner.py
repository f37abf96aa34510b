"""Grade one submission in a process that may die: check the submission, then call Otter's own entry
point.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from otter.run.run_autograder import main as run_otter

from autograder.container import intake
from autograder.container.launcher import OUTSIDE
from autograder.errors import Refused
from autograder.grading import results
from autograder.runtime import installed
from autograder.runtime.linux import end_with_parent


def grade(root: Path, *, container: bool) -> None:
    """Grade the submission in `root`, which is laid out as on Gradescope: source, submission,
    results, submission_metadata.json.
    """
    installed.import_only_that(root)
    config = root / "source" / "otter_config.json"
    zips = (
        bool(json.loads(config.read_text(encoding="utf-8")).get("zips", False))
        if config.exists()
        else False
    )
    try:
        for sentence in intake.screen(root / "submission", root / "source" / "files", zips=zips):
            print(f"Removed before grading: {sentence}.")
    except Refused as refusal:
        results.write(root / "results" / "results.json", results.refused(str(refusal)))
        print(f"Not graded: {refusal}")
        return
    run_otter(str(root), otter_run=not container)


if __name__ == "__main__":
    end_with_parent()
    grade(Path(sys.argv[1]), container=OUTSIDE not in sys.argv)
