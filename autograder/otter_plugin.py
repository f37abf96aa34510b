"""The Otter plugin: it turns Otter's events into calls of the other modules.

A master's config names it as `autograder.otter_plugin.ArraysPlugin`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from otter.plugins import AbstractOtterPlugin
from otter.run import AutograderConfig
from otter.test_files import GradingResults

from autograder.bank import records, storage
from autograder.grading import (
    configuration,
    gradescope,
    hangs,
    notebook_bounds,
    prefork,
    provisioner,
    results,
    stage,
)
from autograder.grading.notebook import of_another, without_submitted_code
from autograder.runtime import ending, installed
from autograder.sandbox.files import printable

if TYPE_CHECKING:
    from otter.assign import Assignment

SECRET_VARIABLE = "OTTER_ARRAYS_SECRET"
"""The environment variable that may hold a build record's secret, to draw the same cases again."""


class ArraysPlugin(AbstractOtterPlugin):
    """Builds the banks during `otter assign`, and tells the tests during grading where the hidden
    bank is.
    """

    def during_assign(self, assignment: Assignment) -> None:
        """Add banks, wheel and requirements, and have them zipped."""
        from autograder.assignment import events  # grading starts faster without it

        secret = os.environ.get(SECRET_VARIABLE) or secrets.token_hex(16)
        self._added = events.during_assign(assignment, secret)

    def during_generate(self, otter_config: dict[str, Any], assignment: Assignment | None) -> None:
        """Check the configuration, and add to it what grading needs from the build.

        This removes the assignment's name: Otter would answer another assignment's notebook by
        ending without a result for any question. `before_execution` answers it in every question.
        """
        otter_config.pop("assignment_name", None)
        _refuse_log(otter_config.get("grade_from_log", False))
        # Report an unusable setting now, not on Gradescope.
        configuration.Isolation.of(self.plugin_config, container=True)
        if assignment is not None:
            _configure(otter_config, self._added)

    def before_grading(self, config: AutograderConfig) -> None:
        """Write a result that stands if grading does not finish, and move the submission's other
        files away.
        """
        self._started = time.monotonic()
        installed.import_only_that(Path(self.submission_path).parent.parent)
        try:
            _refuse_log(config.grade_from_log)
            self._isolation = configuration.Isolation.of(
                self.plugin_config, container=not config.otter_run
            )
        except configuration.ConfigError as fault:
            file = Path(self.submission_path).parent.parent / "results" / "results.json"
            results.write(
                file, results.unfinished(f"the autograder's configuration cannot be used: {fault}.")
            )
            raise
        self._again = contextlib.ExitStack()
        self._called = printable(Path(self.submission_path).name)
        self._refused = notebook_bounds.put_bounded(Path(self.submission_path), self._called)
        self._seed = (
            None
            if config.seed is None
            else {"value": config.seed, "variable": config.seed_variable}
        )
        self._stage = stage.prepare(
            self._isolation, Path(self.submission_path), container=not config.otter_run
        )
        first, confined = (
            provisioner.begin(self._stage.holding),
            self._isolation.level != "off",
        )
        if confined:
            # The kernel that Jupyter would start then imports nothing from the folder it works in.
            os.environ["PYTHONSAFEPATH"] = "1"
        if first and confined:
            prefork.begin(stage.worker_settings(self._isolation, self._stage), self._stage.ipython)

    def before_execution(self, submission: Any) -> Any:
        """Give Otter a notebook without any code of the submission, or with isolation off, one that
        knows where the bank is.
        """
        path = self._isolation.bank_in(self._stage.source / "files")
        built = _load(path)
        self._packages = {} if built is None else dict(built.environment.get("packages", {}))
        refusal: str | None = self._refused or notebook_bounds.too_many_cells(
            submission, self._called
        )
        if refusal:
            submission = nbformat.v4.new_notebook()
        elif built is not None:
            refusal = of_another(submission, built.assignment)
        if self._isolation.level == "off":
            submission.metadata["kernelspec"] = {
                "name": "python3",
                "display_name": "Python 3",
                "language": "python",
            }
            call = (
                "from autograder.checks.in_grading import begin_grading\n"
                "from autograder.runtime.ending import skip_final_collection\n"
                "skip_final_collection()\n"
                f"begin_grading({str(path)!r}, {refusal!r})"
            )
            submission.cells.insert(0, nbformat.v4.new_code_cell(call))
            return submission
        submission = stage.put_away(self._stage, Path(self.submission_path), submission)
        settings = stage.kernel_settings(self._isolation, self._stage, path, refusal, self._seed)
        submitted = Path(self.submission_path)
        settings["script"] = submitted.name if submitted.suffix == ".py" else ""
        settings["names"] = self.plugin_config.get("names", {})
        tests = self._stage.submission / "tests"
        self._again.enter_context(hangs.graded_again(hangs.Journal(self._stage.holding), tests))
        return without_submitted_code(
            submission, settings, self.plugin_config.get("tests_of_cells", {})
        )

    def after_grading(self, graded: GradingResults) -> None:
        """Settle the scores and have our rows written. A question without a verdict is not one
        without points.
        """
        self._again.close()
        prefork.end()
        provisioner.end()
        ending.skip_final_collection()
        self._report = stage.finish(self._stage)
        checks, worth = self.plugin_config.get("checks", {}), self.plugin_config.get("worth", {})
        self._ungraded = gradescope.settle(graded, checks, worth)
        findings = self._report.pop("findings", [])
        isolation = {name: said for name, said in self._report.items() if name != "cells"}
        details = {
            "isolation": isolation,
            "findings": findings,
            "version": version(installed.DISTRIBUTION),
            "packages": self._packages,
        }
        details |= {"cells": self._report["cells"]} if "cells" in self._report else {}
        file = self._stage.results / "results.json"
        gradescope.write_from_now(
            graded, file=file, checks=checks, worth=worth, details=details, started=self._started
        )

    def generate_report(self) -> str:
        """The report for the instructor: what could not be graded, and how the submission was
        confined.
        """
        graded = (
            f"Not graded: {', '.join(self._ungraded)}. Each question's row has the cause."
            if self._ungraded
            else "Every question was graded."
        )
        return f"{graded}\n{stage.describe(self._report)}"


def _refuse_log(grade_from_log: bool) -> None:
    if grade_from_log:
        raise configuration.ConfigError(
            "grade_from_log=True cannot be used with this plugin: Otter's log is a pickle from "
            "the submission, which is not safe to load"
        )


def _configure(otter_config: dict[str, Any], added: dict[str, Any]) -> None:
    """Add to this plugin's own entry in Otter's configuration, which grading reads."""
    name = f"{ArraysPlugin.__module__}.{ArraysPlugin.__qualname__}"
    for index, entry in enumerate(otter_config.get("plugins", [])):
        if entry == name or (isinstance(entry, dict) and name in entry):
            written = entry[name] if isinstance(entry, dict) else {}
            otter_config["plugins"][index] = {name: {**(written or {}), **added}}


def _load(path: Path) -> records.Bank | None:
    """The hidden bank, or None if it cannot be read. Each check will then report it as ungraded."""
    try:
        return storage.load(path)
    except records.BankError:
        return None
