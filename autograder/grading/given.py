"""Find the assignment's own files in the zip, and the paths at which a submission expects them.
Standard library only.

Otter copies the zip's files into the submission's folder before it looks for the submission there.
It would mistake notebooks and scripts for the submission, so the build puts those into a folder of
their own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from autograder.bank.filenames import ASIDE
from autograder.sandbox.files import remove


@dataclass(frozen=True)
class Given:
    """The files below `folder` in the zip: where each lies, by its path in a submission's
    folder.
    """

    folder: Path
    places: dict[str, Path]

    @staticmethod
    def of(folder: Path) -> Given:
        """All files below `folder`; none if there is no such folder."""
        places = {}
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file():
                parts = path.relative_to(folder).parts
                place = PurePosixPath(*(parts[1:] if parts[0] == ASIDE else parts))
                places[place.as_posix()] = path
        return Given(folder, places)

    @property
    def copied(self) -> set[str]:
        """The paths of Otter's own copies, and those at which a submission expects the files."""
        raw = {path.relative_to(self.folder).as_posix() for path in self.places.values()}
        return raw | set(self.places)

    def put(self, target: Path, places: Iterable[str]) -> list[str]:
        """Copy the files for these paths into the folder `target`, replacing anything there.

        Returns a sentence for each file or folder that was removed because the assignment has one
        of the other kind there.
        """
        gone = []
        for place in places:
            path = target / place
            for above in reversed(PurePosixPath(place).parents[:-1]):
                if (target / above).is_symlink() or (target / above).is_file():
                    remove(target / above)
                    gone.append(f"{above} is a file where a folder of the assignment goes")
            if path.is_dir() and not path.is_symlink():
                gone.append(f"{place} is a folder where a file of the assignment goes")
            remove(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.places[place], path)
        return gone


def aside(place: str) -> bool:
    """Whether Otter would mistake a file of the assignment at this path for a submission."""
    return "/" not in place and place.endswith((".ipynb", ".py"))
