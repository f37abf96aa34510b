"""Build masters side by side, and grade their solutions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import solution
from autograder.assignment.agreement import Row
from autograder.assignment.built import BuiltAssignment
from autograder.assignment.doctor import inspect_zip
from autograder.assignment.image import dress
from autograder.assignment.inspection import NOTE, WRONG
from autograder.assignment.otter_assign import assign
from autograder.console import with_progress
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

    A solution is graded as soon as it is built and a processor is free of builds.
    """
    ended: dict[Path, Ended] = {}
    grading: dict[tuple[Path, tuple[str, ...]], Future[list[Row]]] = {}
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        building = {pool.submit(_build, each, out / each.stem, image): each for each in masters}
        for done in with_progress("building", as_completed(building), len(building)):
            master = building[done]
            ended[master] = done.result()
            if not ended[master].fault:
                built = BuiltAssignment(out / master.stem)
                for left_out in solution.gradings(master, built, twice=twice):
                    grading[master, left_out] = pool.submit(solution.rows, built, left_out)
        for _ in with_progress("grading solutions", as_completed(grading.values()), len(grading)):
            pass
    rows = {asked: done.result() for asked, done in grading.items()}
    return [
        Ended(
            ended[master].fault
            or solution.fault(
                master,
                with_all=rows.get((master, solution.WITH_ALL)),
                without=rows.get((master, solution.WITHOUT)),
            ),
            ended[master].notes,
        )
        for master in masters
    ]


def _build(master: Path, folder: Path, image: str) -> Ended:
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
