"""The command `autograder`: build assignments, grade their samples, audit their tests. Arguments and tables only."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.markup import escape

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.image import IMAGES, LEAN, dress
from autograder.assignment.samples import known_samples, otter_run
from autograder.assignment.tables import table_of_builds, tables_of_cases
from autograder.console import a_table, in_parallel, show
from autograder.errors import BuildError


@click.group()
@click.version_option(package_name="otter-arrays")
def main() -> None:
    """Build and try Otter-Grader assignments on JAX and Flax arrays."""


@main.command()
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
    help="How the grading image is set up: by our short script, or by Otter's own. With PDFs it is Otter's.",
)
@click.option("--cases", is_flag=True, help="Print for each known-wrong answer on how many cases of each group it is refused.")
@click.option("--quick", is_flag=True, help="Leave out grading the solution with and without what makes grading fast.")
def build(masters: tuple[Path, ...], out: Path, image: str, cases: bool, quick: bool) -> None:
    """Build MASTERS with `otter assign`: student folders and autograder zips."""
    names = [master.stem for master in masters]
    for name in names:
        if names.count(name) > 1:
            raise click.ClickException(f"two masters are called {name}.ipynb, and both would be built into {out / name}; rename one")
    found = list(zip(masters, in_parallel("building", lambda master: _built(master, out / master.stem, image, quick), masters), strict=True))
    built = [BuiltAssignment(out / master.stem) for master, fault in found if not fault]
    if built:
        note = "Noise and tolerance relative to an output's largest element; the nearest wrong answer in tolerances."
        of_cases = [table for each in built for table in tables_of_cases(each)] if cases else []
        show(
            table_of_builds(built),
            note,
            *of_cases,
            f"Hand out {out}/NAME/student. Upload the zip in {out}/NAME/autograder to Gradescope; that folder is secret.",
        )
    faults = [fault for _, fault in found if fault]
    if faults:
        raise click.ClickException("\n\n".join(faults))


def _built(master: Path, folder: Path, image: str, quick: bool) -> str:
    """Build one master; returns "" or why it failed."""
    # Imported here: they bring Otter, and not every command needs it.
    from autograder.assignment import agreement
    from autograder.assignment.doctor import inspect_zip
    from autograder.assignment.inspection import WRONG
    from autograder.assignment.otter_assign import assign

    fault = assign(master, folder)
    if fault:
        return fault

    archive = BuiltAssignment(folder).zip
    try:
        dress(archive, folder / "autograder" / "requirements.txt", image)
    except BuildError as error:
        return f"{master.name}: {error}"
    # Whether an index has the packages does not depend on the assignment.
    wrong = [f"{archive.name}: {found.text}" for found in inspect_zip(archive, dry_run=False, resolve=False) if found.state == WRONG]
    if not wrong and not quick:
        try:
            agreement.check(archive, BuiltAssignment(folder).solution)
        except BuildError as error:
            wrong.append(f"{master.name}: {error}")
    return "\n".join(wrong)


@main.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
def samples(folders: tuple[Path, ...]) -> None:
    """Grade three samples of each built assignment (FOLDERS, such as dist/NAME) with `otter run`: solution, untouched notebook, wrong answer."""
    try:
        waiting = [sample for folder in folders for sample in known_samples(BuiltAssignment(folder))]
    except FileNotFoundError as fault:
        raise click.ClickException(str(fault)) from None
    table = a_table("assignment", "submission", "score", "seconds", "first finding")
    failures = []
    for sample, graded in zip(waiting, in_parallel("grading", lambda sample: otter_run(sample.submission, sample.built.zip), waiting), strict=True):
        score = "ungraded" if graded.score is None else f"{graded.score:g} / {graded.possible:g}"
        table.add_row(sample.built.name, escape(sample.label), score, f"{graded.seconds:.1f}", escape(graded.sentence))
        if not sample.expects(graded):
            failures.append(f"{sample.built.name}, {sample.label}: {score}\n{graded.printed[-2000:]}")
    show(table)
    if failures:
        raise click.ClickException("these samples were not graded as they should be:\n" + "\n".join(failures))


@main.command()
@click.argument("masters", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--banks", default=10, show_default=True, type=click.IntRange(1), help="So many banks, each from another secret.")
def matrix(masters: tuple[Path, ...], banks: int) -> None:
    """Hold every declared answer of MASTERS against many banks: right ones are accepted, wrong ones refused, each with its own hint."""
    # Imported here: it brings what a build needs.
    from autograder.audit.matrix import faults_of, of_master, over_banks

    secrets = [f"matrix {number}" for number in range(banks)]
    found = [bank for banks_of_master in in_parallel("drawing", lambda master: of_master(master, secrets), masters) for bank in banks_of_master]
    table = a_table("question", "answer", "banks", "refused on", "nearest, in tolerances", "own hint", "other hints")
    for question in dict.fromkeys(bank.question for bank in found):
        sound = [bank for bank in found if bank.question == question and not bank.fault]
        table.add_row(question, f"{sound[0].alternatives if sound else 0} alternatives", str(len(sound)), "none", "", "", "")
        for row in over_banks(sound):
            nearest = "" if row.nearest is None else f"{row.nearest:.2g}"
            refused, others = f"{row.refused} cases or more", escape(", ".join(row.others))
            table.add_row("", escape(row.misconception), str(row.banks), refused, nearest, str(row.hinted), others)
    show(table)
    faults = faults_of(found)
    if faults:
        raise click.ClickException("\n".join(faults))


@main.command()
@click.argument("masters", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", default=Path("dist"), show_default=True, type=click.Path(path_type=Path, file_okay=False), help="Where audit.html is written.")
@click.option("--sample", type=click.IntRange(1), help="At most so many generated answers of each verdict for each question; by default all of them.")
def audit(masters: tuple[Path, ...], out: Path, sample: int | None) -> None:
    """Grade the tests of MASTERS: right answers in other words must get every point, and no wrong one may.

    Exits with 1 if a right answer is refused or a wrong one gets full marks.
    """
    # Imported here: it brings what a build needs.
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
    table = a_table("question", *report.counts(found[0]), "seconds") if found else a_table("question")
    for audited in found:
        seconds = sum(verdict.seconds for verdict in audited.verdicts)
        table.add_row(audited.question, *map(str, report.counts(audited).values()), f"{seconds:.0f}")
    show(table, f"The report is {out / 'audit.html'}; it shows solutions.")
    faults = [fault for audited in found for fault in audited.faults]
    if faults:
        raise click.ClickException("\n".join(faults))


@main.command()
@click.argument("archive", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="ZIP")
@click.option("--dry-run/--no-dry-run", default=True, show_default=True, help="Grade a submission with it here.")
def doctor(archive: Path, dry_run: bool) -> None:
    """Look at an autograder ZIP as Gradescope will see it. Exits with 1 if something is wrong with it."""
    # Imported here: it brings what a grading needs.
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


@main.command()
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
    """Write a master notebook for the assignment NAME, to be edited: it builds, grades and audits as it stands."""
    # Imported here: nothing else needs the template.
    from autograder.assignment import scaffold

    try:
        target = scaffold.write(name, folder)
    except BuildError as fault:
        raise click.ClickException(str(fault)) from None
    show(f"Wrote {target}. Edit it in Jupyter, then build it: autograder build {target}")


@main.command()
@click.argument("submissions", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--autograder", "archive", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The autograder zip.")
@click.option(
    "--out", default=Path("graded"), show_default=True, type=click.Path(path_type=Path, file_okay=False), help="Where the results are written."
)
@click.option("--resume", is_flag=True, help="Go on where an earlier run stopped: grade what is not graded, or has changed.")
@click.option("--scheduler", help="A Dask scheduler that is running, such as tcp://host:8786; by default a cluster of this machine's processors.")
@click.option("--workers", type=click.IntRange(1), help="So many processes of this machine; by default one for each processor.")
@click.option("--names", is_flag=True, help="Name the students in the report and the table.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON for each submission, and one at the end.")
def grade(
    submissions: Path, archive: Path, out: Path, resume: bool, scheduler: str | None, workers: int | None, names: bool, quiet: bool, as_json: bool
) -> None:
    """Grade a folder of SUBMISSIONS: notebooks or zips, or Gradescope's "Export submissions".

    OUT gets final_grades.csv, report.html, and a results.json for each submission. Each is kept as it comes: a run that was stopped goes on
    with --resume.
    """
    # Imported here: it brings Dask.
    try:
        from autograder.classroom import command, progress
    except ModuleNotFoundError as missing:
        raise click.ClickException(f"{missing.name} is not installed; type: pip install 'otter-arrays[classroom]'") from None

    try:
        command.run(submissions, archive, out, resume, scheduler, workers, names, progress.shown(quiet=quiet, as_json=as_json))
    except BuildError as fault:
        raise click.ClickException(str(fault)) from None
    except KeyboardInterrupt:
        sys.exit(130)


@main.command()
def isolation() -> None:
    """Print what a hostile submission could do on this machine, at each level of isolation that it has."""
    # Imported here: no other command starts a submission's process by itself.
    from autograder.sandbox.confined.probe import HOLES
    from autograder.sandbox.levels import measured

    levels = measured()
    table = a_table("what it tries", *(f"{level.user} user:\n{level.layers}".replace(", ", ",\n") for level in levels))
    for hole in HOLES:
        table.add_row(hole, *("OPEN" if hole in level.open_holes else "held" for level in levels))
    show(table, f"A submission runs here at: {levels[0].user} user, {levels[0].layers}." + ("" if levels[0].user == "own" else f" {_no_own_user()}"))


def _no_own_user() -> str:
    if os.name != "posix" or os.geteuid() != 0:
        return "A user of its own needs a grader that runs as root."
    return f"A user of its own could not start {sys.executable}: a folder above it is closed to others."
