"""Commands that grade the grader: how good its cases, its tests and its isolation are."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.markup import escape

from autograder.console import a_table, in_parallel, show
from autograder.errors import BuildError
from autograder.runtime import system


@click.command()
@click.argument(
    "masters", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--banks",
    default=10,
    show_default=True,
    type=click.IntRange(1),
    help="Number of banks, each from another secret.",
)
def matrix(masters: tuple[Path, ...], banks: int) -> None:
    """Hold every declared answer of MASTERS against many banks: right ones are accepted, wrong ones
    refused, each with its own hint."""
    # Imported here: it loads what a build needs.
    from autograder.audit.matrix import faults_of, of_master, over_banks

    secrets = [f"matrix {number}" for number in range(banks)]
    found = [
        bank
        for banks_of_master in in_parallel(
            "drawing", lambda master: of_master(master, secrets), masters
        )
        for bank in banks_of_master
    ]
    table = a_table(
        "question",
        "answer",
        "banks",
        "refused on",
        "nearest, in tolerances",
        "own hint",
        "other hints",
    )
    for question in dict.fromkeys(bank.question for bank in found):
        sound = [bank for bank in found if bank.question == question and not bank.fault]
        table.add_row(
            question,
            f"{sound[0].alternatives if sound else 0} alternatives",
            str(len(sound)),
            "none",
            "",
            "",
            "",
        )
        for row in over_banks(sound):
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
    faults = faults_of(found)
    if faults:
        raise click.ClickException("\n".join(faults))


@click.command()
@click.argument(
    "masters", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--out",
    default=Path("dist"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where audit.html is written.",
)
@click.option(
    "--sample",
    type=click.IntRange(1),
    help=(
        "At most so many generated answers of each verdict for each question; by default all of "
        "them."
    ),
)
def audit(masters: tuple[Path, ...], out: Path, sample: int | None) -> None:
    """Grade the tests of MASTERS: right answers in other words must get every point, and no wrong
    one may.

    Exits with 1 if a right answer is refused or a wrong one gets full marks.
    """
    # Imported here: it loads what a build needs.
    from autograder.audit import report
    from autograder.audit.records import to_json
    from autograder.audit.run import of_master

    try:
        of_masters = in_parallel("auditing", lambda master: of_master(master, sample), masters)
    except BuildError as fault:
        raise click.ClickException(str(fault)) from None
    found = [audited for each in of_masters for audited in each]
    out.mkdir(parents=True, exist_ok=True)
    (out / "audit.json").write_text(to_json(found), encoding="utf-8")
    (out / "audit.html").write_text(report.page(found), encoding="utf-8")
    table = (
        a_table("question", *report.counts(found[0]), "seconds") if found else a_table("question")
    )
    for audited in found:
        seconds = sum(verdict.seconds for verdict in audited.verdicts)
        table.add_row(
            audited.question, *map(str, report.counts(audited).values()), f"{seconds:.0f}"
        )
    show(table, f"The report is {out / 'audit.html'}; it shows solutions.")
    faults = [fault for audited in found for fault in audited.faults]
    if faults:
        raise click.ClickException("\n".join(faults))


@click.command()
def isolation() -> None:
    """Print what a hostile submission could do on this machine, at each level of isolation that it
    has."""
    # Imported here: no other command starts a submission's process itself.
    from autograder.sandbox.levels import TRIES, measure

    levels = measure()
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
        return "A user of its own needs a grader that runs as root."
    return (
        f"A user of its own could not start {sys.executable}: a folder above it is closed to "
        "others."
    )
