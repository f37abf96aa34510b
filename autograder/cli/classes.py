"""The command that grades a whole class."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from autograder.cli.frame import STOPPED, examples
from autograder.runtime import installed, system


@click.command(
    epilog=examples(
        "autograder grade SUBMISSIONS --autograder ZIP",
        "autograder grade SUBMISSIONS --autograder ZIP --resume",
        "autograder grade SUBMISSIONS --autograder ZIP --students roster.csv --into canvas.csv",
    )
)
@click.argument("submissions", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--autograder",
    "archive",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The autograder zip.",
)
@click.option(
    "--out",
    default="graded",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the results.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Continue an earlier run: grade only submissions that are new, changed or not yet graded.",
)
@click.option(
    "--scheduler",
    help=(
        "A running Dask scheduler, such as tcp://host:8786 (default: a new cluster on this "
        "machine)."
    ),
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Number of processes on this machine (default: one for each processor).",
)
@click.option("--names", is_flag=True, help="Name the students in the report and the table.")
@click.option(
    "--students",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=(
        "A CSV roster from Canvas, Moodle, Gradescope, GitHub Classroom, nbgrader or others. "
        "Names the students, as --names does, and lists students without a submission."
    ),
)
@click.option(
    "--into",
    multiple=True,
    metavar="canvas.csv|gradescope.csv|moodle.csv",
    help=(
        "Also write the grades for a platform, which the file's name selects. A name without a "
        "folder is written into OUT. Repeat the option for more platforms."
    ),
)
@click.option("--quiet", is_flag=True, help="Print only errors.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one line of JSON for each submission, and one at the end.",
)
def grade(
    submissions: Path,
    archive: Path,
    out: Path,
    resume: bool,
    scheduler: str | None,
    workers: int | None,
    names: bool,
    students: Path | None,
    into: tuple[str, ...],
    quiet: bool,
    as_json: bool,
) -> None:
    """Grade a whole class.

    SUBMISSIONS is a folder as any platform delivers it: notebooks, scripts and archives side by
    side, a folder or repository for each student, or a whole export.

    OUT gets final_grades.csv, report.html, and a results.json for each submission. A notice names
    each file that is not graded, and says why. Results are saved as they come, and --resume
    continues a run that was stopped.
    """
    installed.import_only_that()
    # Imported here because it loads Dask.
    try:
        from autograder.classroom import command, progress
    except ModuleNotFoundError as missing:
        raise click.ClickException(
            f"{missing.name} is not installed; type: pip install 'otter-arrays[classroom]'"
        ) from None

    if not system.WALLS and not quiet:
        click.echo(system.NO_WALLS, err=True)
    try:
        command.run(
            submissions,
            archive,
            out,
            command.Options(resume, scheduler, workers, names, students, into),
            progress.reporter(quiet=quiet, as_json=as_json),
        )
    except KeyboardInterrupt:
        sys.exit(STOPPED)
