"""Commands that grade the grader: its cases, its tests and its isolation."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from autograder.cli.frame import OrdinaryFile, examples, print_json, with_json
from autograder.console import a_table, in_parallel, show
from autograder.runtime import system

if TYPE_CHECKING:
    from autograder.audit.matrix import BankOfQuestion


@click.command(
    epilog=examples(
        "autograder matrix assignments/centred-rows/centred-rows.ipynb",
        "autograder matrix assignments/*/*.ipynb --banks 20",
    )
)
@click.argument("masters", nargs=-1, required=True, type=OrdinaryFile(exists=True))
@click.option(
    "--banks",
    default=10,
    show_default=True,
    type=click.IntRange(1),
    help="Number of banks, each with a different secret.",
)
@with_json
def matrix(masters: tuple[Path, ...], banks: int, as_json: bool) -> None:
    """Try declared answers on many sets of cases.

    Every alternative of MASTERS must be accepted, and every misconception refused with its own
    hint. Exits with 1 otherwise.
    """
    # Imported here because it loads what a build needs.
    from autograder.audit.matrix import faults_of, of_master, over_banks

    secrets = [f"matrix {number}" for number in range(banks)]
    found = [
        bank
        for banks_of_master in in_parallel(
            "drawing", lambda master: of_master(master, secrets), masters
        )
        for bank in banks_of_master
    ]
    sound = {
        question: [bank for bank in found if bank.question == question and not bank.fault]
        for question in dict.fromkeys(bank.question for bank in found)
    }
    if as_json:
        print_json(
            [
                {
                    "question": question,
                    "banks": len(of_one),
                    "alternatives": of_one[0].alternatives if of_one else 0,
                    "misconceptions": [asdict(row) for row in over_banks(of_one)],
                }
                for question, of_one in sound.items()
            ]
        )
    else:
        _show_matrix(sound)
    faults = faults_of(found)
    if faults:
        raise click.ClickException("\n".join(faults))


def _show_matrix(sound: Mapping[str, Sequence[BankOfQuestion]]) -> None:
    from autograder.audit.matrix import over_banks

    table = a_table(
        "question",
        "answer",
        "banks",
        "refused on",
        "nearest, in tolerances",
        "own hint",
        "other hints",
    )
    for question, banks in sound.items():
        alternatives = f"{banks[0].alternatives if banks else 0} alternatives"
        table.add_row(question, alternatives, str(len(banks)), "none", "", "", "")
        for row in over_banks(banks):
            nearest = "" if row.nearest is None else f"{row.nearest:.2g}"
            refused, others = f"{row.refused} cases or more", escape(", ".join(row.others))
            table.add_row(
                "",
                escape(row.misconception),
                str(row.banks),
                refused,
                nearest,
                str(row.hinted),
                others,
            )
    show(table)


@click.command(
    epilog=examples(
        "autograder audit assignments/centred-rows/centred-rows.ipynb",
        "autograder audit assignments/*/*.ipynb --sample 10 --out dist",
    )
)
@click.argument("masters", nargs=-1, required=True, type=OrdinaryFile(exists=True))
@click.option(
    "--out",
    default="dist",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for audit.html and audit.json.",
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    help=("Maximum number of generated answers of each verdict for each question (default: all)."),
)
@with_json
def audit(masters: tuple[Path, ...], out: Path, sample: int | None, as_json: bool) -> None:
    """Test the tests of an assignment.

    Rewrites the solution of each of MASTERS without changing its meaning, and makes it wrong in
    many ways. Exits with 1 if a right answer is refused or a wrong one gets full marks.
    """
    # Imported here because it loads what a build needs.
    from autograder.audit import report
    from autograder.audit.records import to_json
    from autograder.audit.run import of_master

    of_masters = in_parallel("auditing", lambda master: of_master(master, sample), masters)
    found = [audited for each in of_masters for audited in each]
    out.mkdir(parents=True, exist_ok=True)
    (out / "audit.json").write_text(to_json(found), encoding="utf-8")
    (out / "audit.html").write_text(report.page(found), encoding="utf-8")
    if as_json:
        click.echo(to_json(found))
    else:
        heads = list(report.counts(found[0])) if found else []
        table = a_table("question", *heads, "seconds")
        for audited in found:
            seconds = sum(verdict.seconds for verdict in audited.verdicts)
            counts = map(str, report.counts(audited).values())
            table.add_row(audited.question, *counts, f"{seconds:.0f}")
        show(table, f"The report is {out / 'audit.html'}. It shows solutions.")
    faults = [fault for audited in found for fault in audited.faults]
    if faults:
        raise click.ClickException("\n".join(faults))


@click.command(epilog=examples("autograder isolation", "autograder isolation --json"))
@with_json
def isolation(as_json: bool) -> None:
    """Show what a hostile submission could do here.

    Starts submission processes at each level of isolation that this machine has, and lets them try.
    """
    # Imported here because no other command starts a submission's process itself.
    from autograder.sandbox.levels import TRIES, measure

    levels = measure()
    if as_json:
        print_json([asdict(level) for level in levels])
        return
    table = a_table(
        "what it tries",
        *(f"{level.user} user:\n{level.layers}".replace(", ", ",\n") for level in levels),
    )
    for hole in TRIES:
        table.add_row(hole, *("OPEN" if hole in level.open_holes else "held" for level in levels))
    show(
        table,
        f"A submission runs here at: {levels[0].user} user, {levels[0].layers}."
        + ("" if levels[0].user == "own" else f" {_no_own_user()}"),
    )


def _no_own_user() -> str:
    if not system.WALLS:
        return system.NO_WALLS
    if not system.is_root():
        return "A separate user needs a grader that runs as root."
    return (
        f"A separate user cannot start {sys.executable}: other users cannot enter a folder above "
        "it."
    )
