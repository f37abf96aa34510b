"""Keep the results graded so far: the folder for results has one folder for each submission, which
counts only if it is complete.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.classroom.station import GradedSubmission
from autograder.grading import results

FOLDER = "submissions"

_RESULTS, _NOTE, _PRINTED = "results.json", "graded.json", "output.txt"


@dataclass(frozen=True)
class Entry:
    """One submission's results in Gradescope's format, the digests of the submission and of the zip
    that graded it, and seconds of wall time.
    """

    key: str
    submission: str
    archive: str
    results: Mapping[str, Any]
    seconds: float


class Ledger:
    """The results in one folder. They survive an interruption at any time, because the note that
    makes a result count is written last, atomically.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def read(self) -> dict[str, Entry]:
        """Every graded submission, by key. A damaged result counts as not graded."""
        found = {}
        for note in sorted(self._folder.glob(f"*/{_NOTE}")):
            try:
                noted = json.loads(note.read_text(encoding="utf-8"))
                content = json.loads((note.parent / _RESULTS).read_text(encoding="utf-8"))
                found[note.parent.name] = Entry(
                    note.parent.name,
                    noted["submission"],
                    noted["archive"],
                    content,
                    float(noted["seconds"]),
                )
            except (OSError, ValueError, KeyError, TypeError):
                continue
        return found

    def write(self, key: str, submission: str, archive: str, graded: GradedSubmission) -> Entry:
        """Save the result of one submission, and return its entry."""
        folder = self._folder / key
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _NOTE).unlink(missing_ok=True)  # the old note would not be true of the new result
        (folder / _PRINTED).write_text(graded.printed, encoding="utf-8")
        results.write(folder / _RESULTS, graded.results)
        results.write_json(
            folder / _NOTE,
            {"submission": submission, "archive": archive, "seconds": round(graded.seconds, 2)},
        )
        return Entry(key, submission, archive, graded.results, graded.seconds)
