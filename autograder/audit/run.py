"""Run an audit: put known right and known wrong answers of a built assignment through the tests
that a submission meets.

One confined worker runs all answers to a question one after the other, so that shared programs are
compiled once. Otter's own test files run against it as for a submission.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.otter_assign import assign
from autograder.audit import equivalents
from autograder.audit.answers import Answer
from autograder.audit.declarations import MadeAnswers, made_answers
from autograder.audit.grader import AnswerGrader
from autograder.audit.records import MISCONCEPTION, Audited, Verdict, from_json, to_json
from autograder.errors import BuildError
from autograder.questions.sources import rename
from autograder.runtime import system

WITHOUT_UNDERSTANDING = "constant"
"""The kind of mutants that anybody can write without understanding."""


def sample(answers: Sequence[Answer], most: int | None) -> list[Answer]:
    """At most `most` of the answers, spread evenly; all of them if `most` is None."""
    if most is None or len(answers) <= most:
        return list(answers)
    return [answers[round(place * (len(answers) - 1) / max(1, most - 1))] for place in range(most)]


def audit(built: BuiltAssignment, master: Path, most: int | None = None) -> list[Audited]:
    """Audit every question of a built assignment.

    `master` is the notebook that it was built from. `most` limits the number of mutants and of
    rewrites for each question.
    """
    made = made_answers(master, built.solution)
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(built.zip) as archive:
            archive.extractall(scratch)
        found = [_of_question(built, Path(scratch), each, most) for each in made]
    survivors = {
        each.question: [verdict for verdict in each.verdicts if verdict.in_question]
        for each in found
    }
    return (
        [_with_equivalents(each, master, survivors) for each in found]
        if any(survivors.values())
        else found
    )


def of_master(master: Path, most: int | None = None) -> list[Audited]:
    """Build a master and audit it, each in a separate process. Raises `BuildError`."""
    with tempfile.TemporaryDirectory() as scratch:
        built, target = Path(scratch, master.stem), Path(scratch, "found.json")
        fault = assign(master, built)
        if fault:
            raise BuildError(fault)
        command = [
            sys.executable,
            "-m",
            "autograder.audit.run",
            str(built),
            str(master),
            str(target),
            "" if most is None else str(most),
        ]
        environment = {**os.environ, **system.UTF8, "JAX_PLATFORMS": "cpu"}
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env=environment,
        )
        if done.returncode != 0:
            raise BuildError(f"the audit of {master.name} failed:\n{done.stderr[-4000:].strip()}")
        return from_json(target.read_text(encoding="utf-8"))


def _of_question(
    built: BuiltAssignment, unpacked: Path, made: MadeAnswers, most: int | None
) -> Audited:
    record = built.record().questions[made.question]
    right = [
        Answer("alternative", name, rename(source, made.question))
        for name, source in record.alternatives.items()
    ]
    wrong = [
        Answer(MISCONCEPTION, known.name, rename(known.source, made.question))
        for known in record.misconceptions.values()
    ]
    right += sample(made.right, most)
    wrong += sample(made.wrong, most)
    road = AnswerGrader(built, unpacked, made.question)
    try:
        first = road.verdict(Answer("reference", "the solution", made.reference), right=True)
        groups = {
            row.cases: {
                **(vars(record.groups[row.cases]) if row.cases in record.groups else {}),
                "seconds": sum(each.seconds for each in road.rows if each.cases == row.cases),
            }
            for row in road.rows
        }
        verdicts = [
            first,
            *(road.verdict(answer, right=True) for answer in right),
            *(road.verdict(answer, right=False) for answer in wrong),
        ]
    finally:
        road.close()
    return Audited(
        built.name,
        made.question,
        made.reference,
        tuple(verdicts),
        groups,
        record.tolerance,
        made.note,
    )


def _with_equivalents(
    audited: Audited, master: Path, survivors: Mapping[str, Sequence[Verdict]]
) -> Audited:
    """Mark the survivors that agree with the reference on all cases of additional banks."""
    if not survivors[audited.question]:
        return audited
    sources = [verdict.source for verdict in survivors[audited.question]]
    agreeing = equivalents.agreeing(master, audited.question, sources, audited.tolerance.noise)
    verdicts = (
        Verdict(**{**vars(each), "equivalent": each.in_question and each.source in agreeing})
        for each in audited.verdicts
    )
    return Audited(**{**vars(audited), "verdicts": tuple(verdicts)})


def main(built: str, master: str, target: str, most: str = "") -> None:
    """Audit one built assignment in this process, and write the results to `target`."""
    found = audit(BuiltAssignment(Path(built)), Path(master), int(most) if most else None)
    Path(target).write_text(to_json(found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
