"""The plugin as Otter calls it, with an unusable configuration; and what grading imports.

Covers too: `assignment.events`, `assignment.in_kernel`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from otter.run import AutograderConfig

from autograder.grading.configuration import ConfigError
from autograder.otter_plugin import ArraysPlugin


def test_a_setting_that_cannot_be_used_stops_the_build_and_leaves_grading_without_a_verdict(
    tmp_path: Path,
) -> None:
    for settings, config, words in (
        ({"isolation": "some"}, {}, "isolation='some' is not one of required, best, off"),
        (
            {},
            {"grade_from_log": True},
            "grade_from_log=True cannot be used with this plugin: Otter's log is a pickle from "
            "the submission, which is not safe to load",
        ),
    ):
        (tmp_path / "results").mkdir(exist_ok=True)
        plugin = ArraysPlugin(str(tmp_path / "submission" / "nb.ipynb"), {}, settings)
        with pytest.raises(ConfigError) as caught:
            plugin.during_generate({"plugins": [], **config}, None)
        assert str(caught.value) == words
        with pytest.raises(ConfigError):
            plugin.before_grading(AutograderConfig(config))
        (row,) = json.loads((tmp_path / "results" / "results.json").read_text())["tests"]
        assert "score" not in row
        assert row["output"].startswith(
            f"Ungraded: the autograder's configuration cannot be used: {words}. This is not "
            "your fault; please tell your instructor"
        )


@pytest.mark.parametrize(
    "module",
    ["autograder.otter_plugin", "autograder.grading.kernel", "autograder.container.runner"],
)
def test_grading_imports_neither_jax_nor_what_builds(module: str) -> None:
    """JAX alone takes as long to import as Otter, and 100 MB."""
    unwanted = (
        "jax",
        "flax",
        "otter.assign",
        "autograder.assignment",
        "autograder.audit",
        "autograder.build",
    )
    code = (
        f"import sys, otter.run.run_autograder, {module}\n"
        f"print([name for name in {unwanted} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
