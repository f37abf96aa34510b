"""Turn Otter's results into Gradescope's JSON, and add what Otter cannot express: a question
without a verdict.
"""

from __future__ import annotations

import copy
import math
import os
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from otter.run import AutograderConfig
from otter.test_files import ExceptionTestFile, GradingResults

from autograder.bank.groups import METHOD, title
from autograder.errors import NOT_YOUR_FAULT
from autograder.grading import results as files
from autograder.grading.outcomes import IMPRECISE, PASSED, UNGRADED, outcome_of, points_of, told_of
from autograder.grading.stopped_cells import row_of

Checks = Mapping[str, Sequence[Sequence[str] | None]]
"""For each of Otter's questions, what each of its test cases checks, in order.

An entry is the question and its group of cases, or the question, `METHOD` and the rule; None for a
test case that is not a check.
"""


class Results(GradingResults):
    """Otter's results as rows for Gradescope, one for each group of cases. A row that was not
    graded has no score.
    """

    results_file: Path
    checks: Checks
    worth: Mapping[str, float]
    details: Mapping[str, Any]
    started: float

    def to_gradescope_dict(self, ag_config: AutograderConfig) -> dict[str, Any]:
        output: dict[str, Any] = super().to_gradescope_dict(ag_config)
        if not self.results:
            output.pop("score", None)  # without any result, Otter reports a score of zero
        else:
            output["tests"] = self._rows(output["tests"])
        missing = sum("score" not in row and "max_score" in row for row in output["tests"])
        for row in output["tests"]:
            if "score" not in row:
                # to Gradescope, a row without a score is information, not a zero
                row.pop("max_score", None)
        if missing:
            ungraded = sum(_is_nan(test_file.score) for test_file in self.results.values())
            told = (
                f"{ungraded} of {len(self.results)} questions could not be graded completely. "
                f"{NOT_YOUR_FAULT}"
            )
            # another plugin, such as Otter's RateLimiting, may have written something
            output["output"] = f"{output['output']}\n\n{told}" if output.get("output") else told
            if _is_nan(output.get("score")):
                del output["score"]
        output["tests"] += row_of(self.details.get("cells", ()), hidden=self.all_hidden)
        output["execution_time"] = round(time.monotonic() - self.started, 1)
        output["extra_data"] = dict(self.details)
        files.write(self.results_file, output)
        _let_otter_write_elsewhere(self.results_file.parent.parent)
        return output

    def _rows(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        split = [
            name for name, test_file in self.results.items() if self._is_split(name, test_file)
        ]
        made: list[dict[str, Any]] = []
        for row in rows:
            if row["name"] == files.OTTERS and len(split) == len(self.results):
                continue  # each of them already has a row
            if row["name"] in split:
                number = list(self.results).index(row["name"]) + 1
                made += self._rows_of_groups(
                    row, self.results[row["name"]], self.checks[row["name"]], number
                )
            else:
                if _is_nan(row.get("score")):
                    del row["score"]
                    row["name"] += files.UNGRADED_MARK
                made.append(row)
        return made

    def _is_split(self, name: str, test_file: Any) -> bool:
        checks = self.checks.get(name, ())
        return (
            len(checks) == len(test_file.test_case_results)
            and None not in checks
            and not test_file.all_or_nothing
            and not self._is_overridden(test_file, checks)
        )

    def _is_overridden(self, test_file: Any, checks: Sequence[Any]) -> bool:
        """Whether another plugin has changed the question's points from those of its test cases."""
        if _is_nan(test_file.score):
            return False
        found = test_file.test_case_results
        cases = zip(found, checks, strict=True)
        points = sum(points_of(result, check[0], self.worth) for result, check in cases)
        ungraded = any(outcome_of(result) == UNGRADED for result in found)
        return ungraded or not math.isclose(test_file.score, points, abs_tol=1e-9)

    def _rows_of_groups(
        self, row: Mapping[str, Any], test_file: Any, checks: Sequence[Any], number: int
    ) -> list[dict[str, Any]]:
        made = []
        for place, (result, (question, group, *rule)) in enumerate(
            zip(test_file.test_case_results, checks, strict=True), 1
        ):
            case = result.test_case
            called = f"method, {rule[0]}" if rule else title(group)
            outcome = outcome_of(result)
            ungraded = outcome == UNGRADED
            made.append(
                {
                    "name": f"{question}: {called}{files.UNGRADED_MARK if ungraded else ''}",
                    "number": f"{number}.{place}",
                    **(
                        {}
                        if ungraded
                        else {"score": round(points_of(result, question, self.worth), 5)}
                    ),
                    "max_score": round(case.points, 5),
                    **({} if ungraded else {"status": "passed" if outcome == PASSED else "failed"}),
                    "visibility": row["visibility"]
                    if case.hidden or self.all_hidden
                    else "visible",
                    "output": told_of(result, group == METHOD),
                    "output_format": "md",
                    "tags": [group],
                    "extra_data": {"question": row["name"]},
                }
            )
        return made


def _let_otter_write_elsewhere(root: Path) -> None:
    """Change to another folder, so that Otter's own JSON does not overwrite the results.

    Otter next writes the same content to `./results/results.json`, and empties the file first. If
    it were stopped then, no valid file would be left. The new folder is removed with `root`, the
    folder of this grading. Otter itself changes back to its original folder.
    """
    aside = tempfile.mkdtemp(prefix="otter-arrays-", dir=root)
    Path(aside, "results").mkdir()
    os.chdir(aside)


def settle(results: GradingResults, checks: Checks, worth: Mapping[str, float]) -> list[str]:
    """Correct the scores of questions for which Otter's own is not right. Returns the names of
    questions that are not completely graded.

    A question with a test that could reach no verdict gets the score NaN. An imprecise answer gets
    the share of the points that `worth` holds for its question. Points that another plugin gave
    stay.
    """
    names = []
    for name, test_file in results.results.items():
        found = test_file.test_case_results
        if _has_given_points(test_file):
            continue
        outcomes = {outcome_of(result) for result in found}
        if UNGRADED in outcomes:
            test_file.update_score(math.nan)
            names.append(name)
        elif not test_file.all_or_nothing and IMPRECISE in outcomes:
            questions = [check[0] if check else "" for check in checks.get(name, ())]
            if len(questions) == len(found):
                test_file.update_score(
                    sum(
                        points_of(result, question, worth)
                        for result, question in zip(found, questions, strict=True)
                    )
                )
    return names


def _has_given_points(test_file: Any) -> bool:
    """Whether another plugin has given a question points: Otter's own score of it would be another
    one if its test cases were worth something else.
    """
    copied, scores = copy.copy(test_file), []
    for points in (1, 2):
        cases = [replace(each.test_case, points=points) for each in test_file.test_case_results]
        copied.test_cases = cases
        copied.test_case_results = [
            replace(each, passed=True, test_case=case)
            for each, case in zip(test_file.test_case_results, cases, strict=True)
        ]
        scores.append(copied.score)
    return bool(scores[0] == scores[1])


def run_tests(files: Iterable[tuple[Path, dict[str, Any]]]) -> GradingResults:
    """The results of Otter's test files. Each runs in a namespace of its own before the next one is
    taken.
    """
    ran = []
    for path, namespace in files:
        ran.append(ExceptionTestFile.from_file(str(path)))
        ran[-1].run(namespace)
    return GradingResults(ran)


def write_from_now(
    results: GradingResults,
    *,
    file: Path,
    checks: Checks,
    worth: Mapping[str, float],
    details: Mapping[str, Any],
    started: float,
) -> None:
    """Make `results` write Gradescope's JSON with our rows to `file`.

    `details` become `extra_data`, for the instructor. `started` is the `time.monotonic()` at which
    grading began.
    """
    # Otter has no hook between its JSON and the file it writes, but it passes plugins the object
    # that makes the JSON. So that object gets another class.
    results.__class__ = Results
    ours = cast(Results, results)
    ours.results_file, ours.checks, ours.worth, ours.details, ours.started = (
        file.resolve(),
        checks,
        worth,
        details,
        started,
    )


def _is_nan(score: Any) -> bool:
    return isinstance(score, float) and math.isnan(score)
