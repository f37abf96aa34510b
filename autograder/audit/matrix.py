"""Measure how good the cases are: draw many banks of a question from different secrets, and test
the author's right and wrong answers on each.

As in a build, `autograder.build.reference.draw` runs every answer on every case. In addition, each
misconception's outcomes are diagnosed like a submission's. So are answers that are wrong in ways
that nobody described, which must get no hint.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder.assignment.notebook import run_after_cells
from autograder.bank.groups import HIDDEN_GROUPS, PUBLIC
from autograder.build.drawn import DrawnGroups
from autograder.build.plan import generator
from autograder.build.reference import draw
from autograder.calls.call import Returned
from autograder.errors import BuildError
from autograder.questions.question import Question, declared_questions
from autograder.sameness.words import residual_of, samples_of
from autograder.verdicts.diagnosis import Diagnosis
from autograder.verdicts.examine import diagnosis_of

HINTED = 0.95
"""A misconception must get its own hint on at least this share of banks."""


@dataclass(frozen=True)
class Row:
    """One misconception on one bank.

    `refused` is the number of hidden cases that refuse it. `margin` is its distance in tolerances
    (None: wrong in another way). `diagnoses` is the name of its diagnosis in each group ("" for
    none).
    """

    misconception: str
    refused: int
    margin: float | None
    diagnoses: Mapping[str, str]


@dataclass(frozen=True)
class BankOfQuestion:
    """The results of one secret. `fault` says why a build with it would stop, or is "". `strays`
    are hints for answers that nobody described.
    """

    question: str
    secret: str
    alternatives: int
    noise: float
    rows: tuple[Row, ...]
    strays: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True)
class OverBanks:
    """One misconception over all banks of a question.

    `refused` is the smallest number of cases that refuse it, `nearest` the smallest distance,
    `hinted` the number of banks on which it gets its own hint, and `others` the other hints that it
    gets.
    """

    misconception: str
    banks: int
    refused: int
    nearest: float | None
    hinted: int
    others: tuple[str, ...]


def over_banks(banks: Sequence[BankOfQuestion]) -> list[OverBanks]:
    """The rows of several banks of one question, combined by misconception."""
    found = []
    for name in dict.fromkeys(row.misconception for bank in banks for row in bank.rows):
        rows = [row for bank in banks for row in bank.rows if row.misconception == name]
        others = {diagnosis for row in rows for diagnosis in row.diagnoses.values()} - {"", name}
        nearest = min((row.margin for row in rows if row.margin is not None), default=None)
        hinted = sum(name in row.diagnoses.values() for row in rows)
        found.append(
            OverBanks(
                name,
                len(rows),
                min(row.refused for row in rows),
                nearest,
                hinted,
                tuple(sorted(others)),
            )
        )
    return found


def faults_of(banks: Sequence[BankOfQuestion]) -> list[str]:
    """One sentence for each fault: a bank that does not build, a wrong answer that is accepted, or
    a hint that is missing, wrong, or given to an undescribed answer.
    """
    faults = [
        f"{bank.question}, secret {bank.secret!r}: {bank.fault}" for bank in banks if bank.fault
    ]
    for question in dict.fromkeys(bank.question for bank in banks):
        sound = [bank for bank in banks if bank.question == question and not bank.fault]
        for row in over_banks(sound):
            if not row.refused:
                faults.append(
                    f"{question}: {row.misconception!r} passes every case of at least one bank"
                )
            if row.hinted < HINTED * row.banks:
                faults.append(
                    f"{question}: {row.misconception!r} gets its own hint on only {row.hinted} of "
                    f"{row.banks} banks"
                )
            if row.others:
                faults.append(
                    f"{question}: {row.misconception!r} gets the hint of "
                    f"{', '.join(map(repr, row.others))}"
                )
        faults += [
            f"{question}: an answer without a description gets a hint: {stray}"
            for bank in sound
            for stray in bank.strays
        ]
    return faults


def of_question(
    question: Question, reference: object, assignment: str, secret: str
) -> BankOfQuestion:
    """Draw every group of `question`, including the public one, from `secret`, and test all answers
    on it.
    """
    try:
        drawn = draw(
            question, reference, (PUBLIC, *HIDDEN_GROUPS, *question.laws), assignment, secret
        )
    except BuildError as fault:
        return BankOfQuestion(question.name, secret, 0, 0.0, (), (), str(fault))
    rows = []
    for known in question.misconceptions:
        margin = drawn.margin(known.name)
        refused = sum(
            len(drawn.failing(known.name, name)) for name in (*HIDDEN_GROUPS, *question.laws)
        )
        told = {
            name: _name(diagnosis_of(drawn.groups[name], drawn.outcomes[known.name][name]))
            for name in drawn.groups
            if drawn.failing(known.name, name)
        }
        if known.told_by == "values":
            rows.append(Row(known.name, refused, None if np.isinf(margin) else margin, told))
    rng = generator(secret, question.name, "strays")
    strays = [
        f"{label}: {name}" for group in drawn.groups for label, name in _strays(drawn, group, rng)
    ]
    return BankOfQuestion(
        question.name,
        secret,
        len(question.alternatives),
        drawn.noise.largest,
        tuple(rows),
        tuple(strays),
    )


def _strays(drawn: DrawnGroups, group: str, rng: np.random.Generator) -> list[tuple[str, str]]:
    """The hints for answers that are wrong in no known way: unrelated numbers, one changed element,
    each number plus its square.
    """
    answers: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "unrelated numbers": lambda y: (
            rng.standard_normal(y.shape).astype(y.dtype)
            if y.dtype.kind == "f"
            else rng.integers(0, 99, y.shape)
        ),
        "one element changed": lambda y: _change(y, int(rng.integers(y.size))),
        "every number squared": lambda y: y * y + y,
    }
    found: list[tuple[str, str]] = []
    words = drawn.groups[group].same
    if residual_of(words) or samples_of(words):
        return found  # the comparison is not of the answer's own numbers
    for label, answer in answers.items():
        outcomes = {
            index: Returned(
                {part: np.asarray(answer(array)) for part, array in each.expected.items()}
            )
            for index, each in enumerate(drawn.groups[group].cases)
        }
        name = _name(diagnosis_of(drawn.groups[group], outcomes))
        if name:
            found.append((label, name))
    return found


def _change(output: np.ndarray, place: int) -> np.ndarray:
    changed = output.copy()
    changed.flat[place] += 3
    return changed


def _name(diagnosis: Diagnosis | None) -> str:
    return "" if diagnosis is None else diagnosis.name


def of_master(master: Path, secrets: Sequence[str]) -> list[BankOfQuestion]:
    """Run a master's cells once, then draw every question from each secret. Raises `BuildError`."""
    # Imported here because it loads Otter, which the master's kernel does not need.
    from autograder.assignment.otter_assign import check_readable

    check_readable(master)
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, "found.json")
        call = f"run_here(globals(), {master.stem!r}, {list(secrets)!r}, {str(target)!r})"
        run_after_cells(master, f"from autograder.audit.matrix import run_here\n{call}")
        found = json.loads(target.read_text(encoding="utf-8"))
    return [
        BankOfQuestion(
            **{
                **each,
                "rows": tuple(Row(**row) for row in each["rows"]),
                "strays": tuple(each["strays"]),
            }
        )
        for each in found
    ]


def run_here(
    namespace: Mapping[str, Any], assignment: str, secrets: list[str], target: str
) -> None:
    """Draw every question from each secret and write a list of `BankOfQuestion` as JSON. Runs in
    the master's kernel, after its cells.
    """
    found = [
        of_question(question, namespace.get(question.name), assignment, secret)
        for secret in secrets
        for question in declared_questions()
    ]
    Path(target).write_text(json.dumps([asdict(each) for each in found]), encoding="utf-8")
