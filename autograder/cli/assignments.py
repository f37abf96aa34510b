"""Commands that make an assignment: write a master, and build it."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.image import IMAGES, LEAN
from autograder.assignment.tables import (
    as_data,
    sentences_of_idle,
    sentences_of_margins,
    sentences_of_options,
    sentences_of_trivial,
    table_of_builds,
    tables_of_cases,
)
from autograder.cli.frame import OrdinaryFile, examples, print_json, with_json
from autograder.console import show
from autograder.errors import BuildError


@click.command(
    epilog=examples("autograder new centred-rows", "autograder new centred-rows --in course/week-1")
)
@click.argument("name")
@click.option(
    "--in",
    "folder",
    default="assignments",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the notebook to FOLDER/NAME/NAME.ipynb.",
)
def new(name: str, folder: Path) -> None:
    """Write a master notebook.

    NAME is the name of the assignment. The notebook builds and grades as it stands; edit it.
    """
    # Imported here because no other command needs the template.
    from autograder.assignment import scaffold

    try:
        target = scaffold.write(name, folder)
    except BuildError as fault:
        raise click.ClickException(str(fault)) from None
    show(f"Wrote {target}. Edit it in Jupyter, then build it: autograder build {target}")


@click.command(
    epilog=examples(
        "autograder build assignments/centred-rows/centred-rows.ipynb",
        "autograder build --quick assignments/*/*.ipynb --out dist",
        "OTTER_ARRAYS_SECRET=… autograder build MASTER    # the cases of an earlier build",
    )
)
@click.argument("masters", nargs=-1, required=True, type=OrdinaryFile(exists=False))
@click.option(
    "--out",
    default="dist",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Build each master NAME.ipynb into OUT/NAME.",
)
@click.option(
    "--image",
    type=click.Choice(IMAGES),
    default=LEAN,
    show_default=True,
    help=(
        "The setup of the grading image: our short script, or Otter's. An assignment with PDFs "
        "needs Otter's."
    ),
)
@click.option(
    "--cases",
    is_flag=True,
    help=(
        "Print how many cases of each group refuse each known-wrong answer and each answer that "
        "needs no understanding."
    ),
)
@click.option(
    "--quick",
    is_flag=True,
    help="Do not compare the solution's results with and without shortcuts.",
)
@with_json
def build(
    masters: tuple[Path, ...], out: Path, image: str, cases: bool, quick: bool, as_json: bool
) -> None:
    """Build student folders and autograder zips.

    MASTERS are notebooks. OUT/NAME/student is for students; the zip in OUT/NAME/autograder is for
    Gradescope, and secret.
    """
    names = [master.stem for master in masters]
    for name in names:
        if names.count(name) > 1:
            raise click.ClickException(
                f"two masters are called {name}.ipynb, and the build would write both into "
                f"{out / name}; rename one"
            )
    # Imported here because it loads Otter, which not every command needs.
    from autograder.assignment import builds

    ended = builds.build(masters, out, image, twice=not quick)
    found = [(master, one.fault, one.notes) for master, one in zip(masters, ended, strict=True)]
    built = [BuiltAssignment(out / master.stem) for master, fault, _ in found if not fault]
    if as_json:
        told = {each.name: as_data(each) for each in built}
        print_json(
            [
                {"master": str(master), "fault": fault, "notes": notes, **told.get(master.stem, {})}
                for master, fault, notes in found
            ]
        )
    elif built:
        note = (
            "Noise and tolerance are relative to an output's largest element. The nearest wrong "
            "answer is in multiples of the tolerance."
        )
        of_cases = [table for each in built for table in tables_of_cases(each)] if cases else []
        show(
            table_of_builds(built),
            note,
            *of_cases,
            *map(escape, sentences_of_margins(built)),
            *map(escape, sentences_of_options(built)),
            *map(escape, sentences_of_trivial(built)),
            *map(escape, sentences_of_idle(built)),
            f"Hand out {out}/NAME/student. Upload the zip in {out}/NAME/autograder to Gradescope; "
            "that folder is secret.",
        )
    for master, _, notes in () if as_json else found:
        for note in notes:
            show(escape(f"{master.stem}: {note}"))
    faults = [fault for _, fault, _ in found if fault]
    if faults:
        raise click.ClickException("\n\n".join(faults))
