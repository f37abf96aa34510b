"""Commands for one assignment: write a master, build it, grade samples of it, inspect its zip."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markup import escape

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.image import IMAGES, LEAN, dress
from autograder.assignment.samples import known_samples, otter_run
from autograder.assignment.tables import (
    sentences_of_margins,
    sentences_of_options,
    sentences_of_trivial,
    table_of_builds,
    tables_of_cases,
)
from autograder.console import a_table, in_parallel, show
from autograder.errors import BuildError
from autograder.sandbox.files import forbid_others


@click.command()
@click.argument("name")
@click.option(
    "--in",
    "folder",
    default=Path("assignments"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The notebook is written to FOLDER/NAME/NAME.ipynb.",
)
def new(name: str, folder: Path) -> None:
    """Write a master notebook for the assignment NAME, to be edited: it builds, grades and audits
    as it stands."""
    # Imported here: no other command needs the template.
    from autograder.assignment import scaffold

    try:
        target = scaffold.write(name, folder)
    except BuildError as fault:
        raise click.ClickException(str(fault)) from None
    show(f"Wrote {target}. Edit it in Jupyter, then build it: autograder build {target}")


@click.command()
@click.argument("masters", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    default=Path("dist"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Each master NAME.ipynb is built into OUT/NAME.",
)
@click.option(
    "--image",
    type=click.Choice(IMAGES),
    default=LEAN,
    show_default=True,
    help=(
        "How the grading image is set up: by our short script, or by Otter's own. With PDFs it is "
        "Otter's."
    ),
)
@click.option(
    "--cases",
    is_flag=True,
    help=(
        "Print for each known-wrong answer, and for those that need no understanding, on how many "
        "cases of each group it is refused."
    ),
)
@click.option(
    "--quick",
    is_flag=True,
    help="Leave out grading the solution with and without what makes grading fast.",
)
def build(masters: tuple[Path, ...], out: Path, image: str, cases: bool, quick: bool) -> None:
    """Build MASTERS with `otter assign`: student folders and autograder zips."""
    names = [master.stem for master in masters]
    for name in names:
        if names.count(name) > 1:
            raise click.ClickException(
                f"two masters are called {name}.ipynb, and both would be built into {out / name}; "
                "rename one"
            )
    found = [
        (master, fault, notes)
        for master, (fault, notes) in zip(
            masters,
            in_parallel(
                "building", lambda master: _built(master, out / master.stem, image, quick), masters
            ),
            strict=True,
        )
    ]
    built = [BuiltAssignment(out / master.stem) for master, fault, _ in found if not fault]
    if built:
        note = (
            "Noise and tolerance relative to an output's largest element; the nearest wrong answer "
            "in the tolerances of its elements."
        )
        of_cases = [table for each in built for table in tables_of_cases(each)] if cases else []
        show(
            table_of_builds(built),
            note,
            *of_cases,
            *map(escape, sentences_of_margins(built)),
            *map(escape, sentences_of_options(built)),
            *map(escape, sentences_of_trivial(built)),
            f"Hand out {out}/NAME/student. Upload the zip in {out}/NAME/autograder to Gradescope; "
            "that folder is secret.",
        )
    for master, _, notes in found:
        for note in notes:
            show(escape(f"{master.stem}: {note}"))
    faults = [fault for _, fault, _ in found if fault]
    if faults:
        raise click.ClickException("\n\n".join(faults))


def _built(master: Path, folder: Path, image: str, quick: bool) -> tuple[str, list[str]]:
    """Build one master. Returns "", or why it failed, and what its author should note."""
    # Imported here: they load Otter, and not every command needs it.
    from autograder.assignment import agreement
    from autograder.assignment.doctor import inspect_zip
    from autograder.assignment.inspection import NOTE, WRONG
    from autograder.assignment.otter_assign import assign

    notes: list[str] = []
    fault = assign(master, folder, notes)
    if fault:
        return fault, []

    archive = BuiltAssignment(folder).zip
    try:
        dress(archive, folder / "autograder" / "requirements.txt", image)
    except BuildError as error:
        return f"{master.name}: {error}", []
    forbid_others(folder / "autograder", archive)
    # Not resolved: whether an index has the packages does not depend on the assignment.
    inspected = inspect_zip(archive, dry_run=False, resolve=False)
    wrong = [f"{archive.name}: {found.text}" for found in inspected if found.state == WRONG]
    if not wrong and not quick:
        try:
            agreement.check(archive, BuiltAssignment(folder).solution)
        except BuildError as error:
            wrong.append(f"{master.name}: {error}")
    notes += [found.text for found in inspected if found.state == NOTE]
    return "\n".join(wrong), notes


@click.command()
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
def samples(folders: tuple[Path, ...]) -> None:
    """Grade three samples of each built assignment (FOLDERS, such as dist/NAME) with `otter run`:
    solution, untouched notebook, wrong answer."""
    try:
        waiting = [
            sample for folder in folders for sample in known_samples(BuiltAssignment(folder))
        ]
    except FileNotFoundError as fault:
        raise click.ClickException(str(fault)) from None
    table = a_table("assignment", "submission", "score", "seconds", "first finding")
    failures = []
    for sample, graded in zip(
        waiting,
        in_parallel(
            "grading", lambda sample: otter_run(sample.submission, sample.built.zip), waiting
        ),
        strict=True,
    ):
        score = "ungraded" if graded.score is None else f"{graded.score:g} / {graded.possible:g}"
        table.add_row(
            sample.built.name,
            escape(sample.label),
            score,
            f"{graded.seconds:.1f}",
            escape(graded.sentence),
        )
        if not sample.expects(graded):
            failures.append(
                f"{sample.built.name}, {sample.label}: {score}\n{graded.printed[-2000:]}"
            )
    show(table)
    if failures:
        raise click.ClickException(
            "these samples were not graded as they should be:\n" + "\n".join(failures)
        )


@click.command()
@click.argument(
    "archive", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="ZIP"
)
@click.option(
    "--dry-run/--no-dry-run",
    default=True,
    show_default=True,
    help="Grade a submission with it here.",
)
def doctor(archive: Path, dry_run: bool) -> None:
    """Look at an autograder ZIP as Gradescope will see it. Exits with 1 if something is wrong with
    it."""
    # Imported here: it loads what a grading needs.
    from autograder.assignment.doctor import inspect_zip
    from autograder.assignment.inspection import WRONG

    found = inspect_zip(archive, dry_run=dry_run)
    table = a_table("check", "", "found")
    for each in found:
        table.add_row(each.check, each.state, escape(each.text))
    show(table)
    wrong = [each for each in found if each.state == WRONG]
    if wrong:
        raise click.ClickException(f"{archive.name} is not ready to be uploaded")
