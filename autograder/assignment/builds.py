"""Build masters side by side, and grade their solutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import solution
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.doctor import inspect_zip
from autograder.assignment.image import dress
from autograder.assignment.inspection import NOTE, WRONG
from autograder.assignment.otter_assign import assign
from autograder.console import in_parallel
from autograder.errors import BuildError
from autograder.sandbox.files import forbid_others


@dataclass(frozen=True)
class Ended:
    """How the build of a master ended: why it failed or "", and notes for its author."""

    fault: str
    notes: Sequence[str] = ()


def build(masters: Sequence[Path], out: Path, image: str, *, twice: bool) -> list[Ended]:
    """Build each master into a folder of its own in `out`, for the image `image`, and grade the
    solutions, with `twice` also without shortcuts.

    All builds come first and all gradings second, so that no processor waits for the last master.
    """
    ended = in_parallel("building", lambda each: _built(each, out / each.stem, image), masters)
    whole = [
        (master, BuiltAssignment(out / master.stem))
        for master, one in zip(masters, ended, strict=True)
        if not one.fault
    ]
    asked = [
        (master, built, left_out)
        for left_out in (solution.WITHOUT, solution.WITH_ALL)  # the longer ones first
        for master, built in whole
        if left_out in solution.gradings(master, twice=twice)
    ]
    rows = in_parallel("grading solutions", lambda each: solution.rows(each[1], each[2]), asked)
    found = {each[::2]: answer for each, answer in zip(asked, rows, strict=True)}
    faults = {
        master: solution.fault(
            master,
            built,
            with_all=found.get((master, solution.WITH_ALL)),
            without=found.get((master, solution.WITHOUT)),
        )
        for master, built in whole
    }
    return [
        Ended(faults.get(master, "") or one.fault, one.notes)
        for master, one in zip(masters, ended, strict=True)
    ]


def _built(master: Path, folder: Path, image: str) -> Ended:
    notes: list[str] = []
    fault = assign(master, folder, notes, run_tests=False)
    if fault:
        return Ended(fault)
    archive = BuiltAssignment(folder).zip
    try:
        dress(archive, folder / "autograder" / "requirements.txt", image)
    except BuildError as error:
        return Ended(f"{master.name}: {error}")
    forbid_others(folder / "autograder", archive)
    # Not resolved, because whether an index has the packages does not depend on the assignment.
    inspected = inspect_zip(archive, dry_run=False, resolve=False)
    wrong = [f"{archive.name}: {found.text}" for found in inspected if found.state == WRONG]
    notes += [found.text for found in inspected if found.state == NOTE]
    return Ended("\n".join(wrong), notes)
