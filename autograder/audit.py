"""The grader graded: known-right and known-wrong answers of a built assignment, through the tests that a submission meets.

One confined worker runs all answers of an assignment, one after the other, so that what they share is compiled once; Otter's own test files run
against it as they do for a submission.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from autograder import checks, compiled, equivalents
from autograder.cases import METHOD
from autograder.errors import BuildError
from autograder.master import assign
from autograder.mutants import mutants
from autograder.question import Question, declared
from autograder.rewrites import rewrites
from autograder.rewriting import Answer, plain
from autograder.samples import BuiltAssignment, solution_of
from autograder.sandbox.host import Settings
from autograder.sandbox.submission import Submission
from autograder.settings import settings_of
from autograder.sources import defines, renamed

WITHOUT_UNDERSTANDING = "constant"
"""The sort of mutant that needs none."""


MISCONCEPTION = "misconception"
"""The kind of a wrong answer that the author has declared; the others are generated."""


@dataclass(frozen=True)
class Verdict:
    """What the tests said of one answer. `right`: what it is known to be.

    `failed` has what it lost points in: groups of cases and rules. `refused_on` has the cases of each group that refuse it; `distance` the largest
    error in tolerances, if numbers were compared. `equivalent`: it agrees with the reference on the cases of all further banks.
    """

    question: str
    right: bool
    kind: str
    name: str
    source: str
    score: float
    possible: float
    failed: tuple[str, ...]
    refused_on: Mapping[str, Sequence[int]] = field(default_factory=dict)
    distance: float | None = None
    diagnosis: str | None = None
    seconds: float = 0.0
    equivalent: bool = False

    @property
    def full(self) -> bool:
        return self.score >= self.possible - 1e-9

    @property
    def survives(self) -> bool:
        """Known to be wrong, in a way that shows, and given every point."""
        return not self.right and self.full and not self.equivalent

    @property
    def in_question(self) -> bool:
        """A survivor that may yet be right. What the author calls wrong is not made right by its values."""
        return self.survives and self.kind != MISCONCEPTION


@dataclass(frozen=True)
class Audited:
    """Everything that an audit of one question found. `groups` has for each group of cases: cases, shapes, and seconds of the reference."""

    assignment: str
    question: str
    reference: str
    verdicts: tuple[Verdict, ...]
    groups: Mapping[str, Mapping[str, float]]
    tolerance: Mapping[str, Any]
    note: str = ""

    @property
    def faults(self) -> list[str]:
        """Why the audit fails, one sentence each."""
        found = [self.note] if self.note else []
        for verdict in self.verdicts:
            if verdict.right and not verdict.full:
                found.append(f"{self.question}: a right answer is refused: {verdict.kind}, {verdict.name} (in {', '.join(verdict.failed)})")
            elif verdict.survives:
                found.append(f"{self.question}: a wrong answer gets full marks: {verdict.kind}, {verdict.name}")
        return found


def sampled(answers: Sequence[Answer], most: int | None) -> list[Answer]:
    """At most so many answers, spread evenly over them."""
    if most is None or len(answers) <= most:
        return list(answers)
    return [answers[round(place * (len(answers) - 1) / max(1, most - 1))] for place in range(most)]


def audit(built: BuiltAssignment, master: Path, most: int | None = None) -> list[Audited]:
    """Audit every question of a built assignment; `most` limits the mutants and the rewrites of each. `master` is the notebook it was built from."""
    questions = _declarations(master)
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(built.zip) as archive:
            archive.extractall(scratch)
        found = [_of_question(built, Path(scratch), question, most) for question in questions]
    survivors = {each.question: [verdict for verdict in each.verdicts if verdict.in_question] for each in found}
    return [_with_equivalents(each, master, survivors) for each in found] if any(survivors.values()) else found


def of_master(master: Path, most: int | None = None) -> list[Audited]:
    """Build a master and audit it, in processes of their own. Raises `BuildError`."""
    with tempfile.TemporaryDirectory() as scratch:
        built, target = Path(scratch, master.stem), Path(scratch, "found.json")
        fault = assign(master, built)
        if fault:
            raise BuildError(fault)
        command = [sys.executable, "-m", "autograder.audit", str(built), str(master), str(target), "" if most is None else str(most)]
        environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False, env=environment)
        if done.returncode != 0:
            raise BuildError(f"the audit of {master.name} failed:\n{done.stderr[-4000:].strip()}")
        return from_json(target.read_text(encoding="utf-8"))


def _declarations(master: Path) -> list[Question]:
    """The declared questions of a master, without functions: from its declaration cells, run here."""
    from autograder import question as questions

    before = len(declared())
    namespace: dict[str, Any] = {}
    for cell in nbformat.read(master, as_version=4).cells:
        if cell.cell_type == "code" and "Question(" in cell.source:
            exec(compile(cell.source, f"<{cell.id}>", "exec"), namespace)
    found = list(declared()[before:])
    del questions._declared[before:]
    return found


def _of_question(built: BuiltAssignment, unpacked: Path, question: Question, most: int | None) -> Audited:
    record = built.record()["questions"][question.name]
    reference = solution_of(built.solution, question.name)
    right = [Answer("alternative", name, renamed(source, question.name)) for name, source in record["alternatives"].items()]
    wrong = [Answer(MISCONCEPTION, known["name"], renamed(known["source"], question.name)) for known in record["misconceptions"].values()]
    note = ""
    try:
        right += sampled(rewrites(reference, question), most)
        reference = plain(reference, question)
        wrong += sampled(mutants(reference, question), most)
    except ValueError as fault:
        note = f"{question.name}: no mutants were made: {fault}"
    road = Road(built, unpacked, question.name)
    try:
        first = road.verdict(Answer("reference", "the solution", reference), right=True)
        groups = {
            row["cases"]: {
                **record["groups"].get(row["cases"], {}),
                "seconds": sum(each["seconds"] for each in road.records if each["cases"] == row["cases"]),
            }
            for row in road.records
        }
        verdicts = [first, *(road.verdict(answer, right=True) for answer in right), *(road.verdict(answer, right=False) for answer in wrong)]
    finally:
        road.close()
    return Audited(built.name, question.name, reference, tuple(verdicts), groups, record["tolerance"], note)


class Road:
    """The road of a submission, for one question after another answer: a worker that has run the notebook's other cells, and Otter's tests."""

    def __init__(self, built: BuiltAssignment, unpacked: Path, question: str) -> None:
        config = json.loads((unpacked / "otter_config.json").read_text(encoding="utf-8"))
        plugin = settings_of(config)
        assert plugin is not None  # it was built here
        self._question = question
        self._bank = str(unpacked / "files" / plugin["bank"])
        self._checks = plugin["checks"]
        self._worth = plugin["worth"]
        self._tests = {
            name: unpacked / "tests" / f"{name}.py" for name, rows in self._checks.items() if any(row and row[0] == question for row in rows)
        }
        self._cells = [
            str(cell.source)
            for cell in nbformat.read(built.untouched, as_version=4).cells
            if cell.cell_type == "code" and not defines(cell.source, question)
        ]
        self._settings = Settings(hidden=[str(unpacked)], level="best", compiled=str(unpacked / "files" / compiled.FILE))
        self._folder = unpacked / "tests"
        self._submission = self._started()
        self.records: list[dict[str, Any]] = []

    def _started(self) -> Submission:
        submission = Submission(self._settings, self._folder)
        for cell in self._cells:
            submission.cell(cell)
        return submission

    def verdict(self, answer: Answer, *, right: bool) -> Verdict:
        """Grade one answer."""
        started = time.monotonic()
        found = self._graded(answer, look_twice=False)
        # The second look for what jit hides can only save points for the method; it matters where nothing else is lost.
        lost = [row for row in self.records if row["verdict"] != "right"]
        if lost and all(row["cases"] == METHOD for row in lost):
            found = self._graded(answer, look_twice=True)
        score, possible = found
        lost = [row for row in self.records if row["verdict"] != "right"]
        distances = [row["error"] / row["allowed"] for row in lost if row.get("allowed")]
        return Verdict(
            self._question,
            right,
            answer.kind,
            answer.name,
            answer.source,
            score,
            possible,
            tuple(row.get("rule", row["cases"]) for row in lost),
            {row["cases"]: row["refused_on"] for row in lost if "refused_on" in row},
            max(distances, default=None),
            next((row["diagnosis"] for row in lost if row["diagnosis"]), None),
            round(time.monotonic() - started, 3),
        )

    def _graded(self, answer: Answer, *, look_twice: bool) -> tuple[float, float]:
        from otter.test_files import ExceptionTestFile, GradingResults

        from autograder import gradescope

        if self._submission.problem is not None:
            self._submission.close()
            self._submission = self._started()
        checks.begin_grading(self._bank, None, self._submission, look_twice=look_twice)
        self._submission.cell(f"globals().pop({self._question!r}, None)\n{answer.source}")
        files = []
        for name, path in self._tests.items():
            namespace: dict[str, Any] = {}
            self._submission.bind(name, namespace)
            file = ExceptionTestFile.from_file(str(path))
            file.run(namespace)
            files.append(file)
        results = GradingResults(files)
        gradescope.settle(results, self._checks, self._worth)
        self.records = [row for row in checks.records() if row["question"] == self._question]
        return float(results.total), float(results.possible)

    def close(self) -> None:
        """End the worker, and grading in this process."""
        self._submission.close()
        checks.end_grading()


def _with_equivalents(audited: Audited, master: Path, survivors: Mapping[str, Sequence[Verdict]]) -> Audited:
    """Mark the survivors that agree with the reference on all cases of further banks."""
    if not survivors[audited.question]:
        return audited
    noise = max((value for value in audited.tolerance["noise"].values() if value is not None), default=0.0)
    sources = [verdict.source for verdict in survivors[audited.question]]
    agreeing = equivalents.agreeing(master, audited.question, sources, noise)
    verdicts = (Verdict(**{**vars(each), "equivalent": each.in_question and each.source in agreeing}) for each in audited.verdicts)
    return Audited(**{**vars(audited), "verdicts": tuple(verdicts)})


def to_json(audited: Sequence[Audited]) -> str:
    """Audits as JSON text."""
    return json.dumps([asdict(each) for each in audited], indent=1)


def from_json(text: str) -> list[Audited]:
    """The audits in JSON text."""
    return [Audited(**{**each, "verdicts": tuple(_verdict(verdict) for verdict in each["verdicts"])}) for each in json.loads(text)]


def _verdict(stored: Mapping[str, Any]) -> Verdict:
    return Verdict(**{**stored, "failed": tuple(stored["failed"])})


def main(built: str, master: str, target: str, most: str = "") -> None:
    """Audit one built assignment in this process, and write what was found."""
    found = audit(BuiltAssignment(Path(built)), Path(master), int(most) if most else None)
    Path(target).write_text(to_json(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
