"""Grade a folder of submissions: find what is left to grade, grade it, and keep each result."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.bank import storage
from autograder.bank.records import BankError
from autograder.classroom import cluster
from autograder.classroom.contents import digest
from autograder.classroom.ledger import Entry, Ledger
from autograder.classroom.station import GradedSubmission
from autograder.classroom.submissions import SubmittedFiles
from autograder.container.choice import Wanted
from autograder.errors import BuildError, Refused
from autograder.grading import results
from autograder.grading.settings import settings_of
from autograder.runtime import system


class NotEmpty(BuildError):
    """The folder already contains results, and `resume` was not set."""


class NoArchive(BuildError):
    """The file is not an autograder zip of this package. The text says so."""


class NoWalls(BuildError):
    """The zip asks for isolation, and this system has none. The text says what to do."""


@dataclass(frozen=True)
class GradingPlan:
    """What there is to do: all submissions, those still to grade, and the keys of those that have
    changed since they were graded.
    """

    submissions: Sequence[SubmittedFiles]
    left: Sequence[SubmittedFiles]
    changed: Sequence[str]
    digests: dict[str, str]
    refused: dict[str, str]


def assignment_of(archive: Path) -> tuple[str, Wanted]:
    """The name of the assignment that an autograder zip grades, and what identifies its notebook.
    Raises `NoArchive`.
    """
    try:
        with zipfile.ZipFile(archive) as packed, tempfile.TemporaryDirectory() as scratch:
            config = packed.read("otter_config.json")
            settings = settings_of(json.loads(config)) or {}
            if settings.get("isolation") == "required" and not system.WALLS:
                raise NoWalls(
                    f"{archive} has `isolation: required`, but {system.NAME} has no isolation: "
                    "grade on Linux, in WSL or in a container, or build the zip with `isolation: "
                    "best`"
                )
            bank = Path(packed.extract(f"files/{settings['bank']}", scratch))
            return storage.load(bank, "its bank").assignment, Wanted.read(config)
    except (zipfile.BadZipFile, KeyError, ValueError, BankError) as fault:
        told = str(fault) if isinstance(fault, BankError) else type(fault).__name__
        raise NoArchive(
            f"{archive} is not an autograder zip from otter-arrays ({told}); name the zip that "
            "`autograder build` wrote"
        ) from None


def plan(
    submissions: Sequence[SubmittedFiles], archive: bytes, ledger: Ledger, *, resume: bool
) -> GradingPlan:
    """Compare the submissions with those already graded. A submission whose content changed, or
    that another zip graded, is graded again.

    Raises `NotEmpty` if any submission is graded, unless `resume`.
    """
    done = ledger.read()
    if done and not resume:
        raise NotEmpty(
            f"{len(done)} submissions are already graded there: add --resume to grade the rest, "
            "or name another folder with --out"
        )
    wanted = hashlib.sha256(archive).hexdigest()
    digests, refused, left, changed = {}, {}, [], []
    for submission in submissions:
        try:
            digests[submission.key] = digest(submission.files())
        except Refused as refusal:
            digests[submission.key], refused[submission.key] = (
                digest({"": str(refusal).encode()}),
                str(refusal),
            )
        entry = done.get(submission.key)
        if entry is None or (entry.submission, entry.archive) != (digests[submission.key], wanted):
            left.append(submission)
            changed += [] if entry is None else [submission.key]
    return GradingPlan(submissions, left, changed, digests, refused)


def grade(
    todo: GradingPlan,
    archive: bytes,
    ledger: Ledger,
    scheduler: str | None = None,
    workers: int | None = None,
) -> Iterator[Entry]:
    """Grade what is left, and save each result before yielding it. Raises
    `autograder.classroom.cluster.ClusterError`.
    """
    digested = hashlib.sha256(archive).hexdigest()

    def kept(key: str, graded: GradedSubmission) -> Entry:
        return ledger.write(key, todo.digests[key], digested, graded)

    for key, sentence in todo.refused.items():
        if any(submission.key == key for submission in todo.left):
            yield kept(key, GradedSubmission(results.refused(sentence), "", 0.0))
    waiting = [submission for submission in todo.left if submission.key not in todo.refused]
    if waiting:
        with cluster.connect(scheduler, workers) as client:
            for key, graded in cluster.grade(
                client, archive, ((submission.key, submission.files) for submission in waiting)
            ):
                yield kept(key, graded)
