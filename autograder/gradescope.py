"""From Otter's results to Gradescope's JSON, where Otter has no word for what we need: a question without a verdict."""

from __future__ import annotations

import atexit
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from otter.run import AutograderConfig
from otter.test_files import GradingResults

PLUGIN_DATA = "autograder"

# How Otter writes the exception of a failed test: its type at the beginning of a line.
_UNGRADED = re.compile(r"^\s*(Ungraded: |ModuleNotFoundError: No module named .autograder)", re.MULTILINE)


class Results(GradingResults):
    """Otter's results, with questions that were not graded: their score is NaN, and Gradescope is given no score for them."""

    results_file: Path

    def to_gradescope_dict(self, ag_config: AutograderConfig) -> dict[str, Any]:
        output: dict[str, Any] = super().to_gradescope_dict(ag_config)
        if not self.results:
            output.pop("score", None)  # without any result, Otter says zero
        ungraded = [test for test in output["tests"] if _is_nan(test.get("score"))]
        for test in ungraded:
            # A row without a score is information to Gradescope, and not a zero.
            del test["score"], test["max_score"]
            test["name"] += " (ungraded)"
        if ungraded:
            output["output"] = (
                f"{len(ungraded)} of {len(self.results)} questions could not be graded. This is no fault of the answers; please tell your instructor."
            )
            if _is_nan(output.get("score")):
                del output["score"]
        output["extra_data"] = {"isolation": self.get_plugin_data(PLUGIN_DATA)}
        write(self.results_file, output)
        _let_otter_write_elsewhere()
        return output


def unfinished(reason: str) -> dict[str, Any]:
    """Results that hold if grading does not come to its end: no score, and `reason` as a sentence."""
    row = {
        "name": "Autograder",
        "visibility": "visible",
        "output": f"Ungraded: {reason} Please tell your instructor; this is no fault of your answers.",
    }
    return {"tests": [row]}


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON so that whoever looks, and whenever this process is stopped, finds the old content or the new one, whole."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _let_otter_write_elsewhere() -> None:
    """Otter writes its JSON next, to `./results/results.json`, which it empties first: stopped in between, nothing valid would be left.

    What it writes is the same; it may do so in a folder that goes away. It changes back by itself to where it came from.
    """
    aside = tempfile.mkdtemp(prefix="otter-arrays-")
    atexit.register(shutil.rmtree, aside, ignore_errors=True)
    Path(aside, "results").mkdir()
    os.chdir(aside)


def mark_ungraded(results: GradingResults, isolation: dict[str, Any], results_file: Path) -> list[str]:
    """Give every question in which a test could reach no verdict the score NaN; returns their names.

    `isolation` says how the submission was confined; the instructor finds it in the result's `extra_data`. `results_file` is where
    Gradescope's JSON goes.
    """
    names = []
    for name, test_file in results.results.items():
        if any(not case.passed and _UNGRADED.search(case.message or "") for case in test_file.test_case_results):
            test_file.update_score(math.nan)
            names.append(name)
    # Otter has no hook between its own JSON and the file it writes; the object that makes the JSON is handed to plugins, so it may learn to.
    results.__class__ = Results
    results.results_file = results_file.resolve()
    results.set_plugin_data(PLUGIN_DATA, isolation)
    return names


def _is_nan(score: Any) -> bool:
    return isinstance(score, float) and math.isnan(score)
