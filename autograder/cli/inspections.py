"""Commands that inspect what was built: grade samples of it, and check its zip."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.markup import escape

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import known_samples
from autograder.classroom.warm_samples import WarmSamples
from autograder.cli.frame import OrdinaryFile, examples, print_json, with_json
from autograder.console import a_table, in_parallel, show
from autograder.runtime import machine


@click.command(
    epilog=examples("autograder samples dist/centred-rows", "autograder samples dist/* --json")
)
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
@with_json
def samples(folders: tuple[Path, ...], as_json: bool) -> None:
    """Grade three samples of each built assignment.

    FOLDERS are what a build wrote, such as dist/NAME. The solution, the untouched notebook and a
    wrong answer are graded as `autograder grade` grades a class. Exits with 1 if a score is not as
    expected.
    """
    try:
        waiting = [
            sample for folder in folders for sample in known_samples(BuiltAssignment(folder))
        ]
    except FileNotFoundError as fault:
        raise click.ClickException(str(fault)) from None
    told = []
    table = a_table("assignment", "submission", "score", "seconds", "first finding")
    failures = []
    with WarmSamples(machine.cpus()) as warm:
        grades = in_parallel(
            "grading", lambda sample: warm.grade(sample.submission, sample.built.zip), waiting
        )
    for sample, graded in zip(waiting, grades, strict=True):
        score = "ungraded" if graded.score is None else f"{graded.score:g} / {graded.possible:g}"
        table.add_row(
            sample.built.name,
            escape(sample.label),
            score,
            f"{graded.seconds:.1f}",
            escape(graded.sentence),
        )
        told.append(
            {
                "assignment": sample.built.name,
                "submission": sample.label,
                "score": graded.score,
                "possible": graded.possible,
                "seconds": round(graded.seconds, 1),
                "finding": graded.sentence,
                "as_expected": sample.expects(graded),
            }
        )
        if not sample.expects(graded):
            failures.append(
                f"{sample.built.name}, {sample.label}: {score}\n{graded.printed[-2000:]}"
            )
    if as_json:
        print_json(told)
    else:
        show(table)
    if failures:
        raise click.ClickException(
            "these samples did not get the expected grade:\n" + "\n".join(failures)
        )


@click.command(
    epilog=examples(
        "autograder doctor dist/NAME/autograder/NAME-autograder_….zip",
        "autograder doctor --no-dry-run ZIP    # without grading a submission",
    )
)
@click.argument("archive", type=OrdinaryFile(exists=True), metavar="ZIP")
@click.option(
    "--dry-run/--no-dry-run",
    default=True,
    show_default=True,
    help="Grade a submission with the zip on this machine.",
)
@with_json
def doctor(archive: Path, dry_run: bool, as_json: bool) -> None:
    """Inspect an autograder zip as Gradescope will see it.

    Asks the package index for each pinned package of ZIP, and grades a submission with it. Exits
    with 1 if something is wrong.
    """
    # Imported here because it loads what a grading needs.
    from autograder.assignment.doctor import inspect_zip
    from autograder.assignment.inspection import WRONG

    found = inspect_zip(archive, dry_run=dry_run)
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        table = a_table("check", "", "found")
        for each in found:
            table.add_row(each.check, each.state, escape(each.text))
        show(table)
    wrong = [each for each in found if each.state == WRONG]
    if wrong:
        raise click.ClickException(f"{archive.name} is not ready for upload")
