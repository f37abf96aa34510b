"""`autograder grade` with a grader that has every answer ready: what a class costs besides grading.

    python -m benchmarks.simulated RESULTS grade FOLDER …

Each submission is read as ever, and gets the results in the file RESULTS at once.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from autograder.__main__ import main
from autograder.classroom import cluster
from autograder.classroom.station import GradedSubmission


def ready(results: dict[str, Any]) -> None:
    """From now on, let every submission have these results."""

    @contextlib.contextmanager
    def connect(scheduler: str | None, workers: int | None) -> Iterator[None]:
        yield None

    def grade(
        client: None, archive: bytes, parcels: Iterable[tuple[str, cluster.Files]]
    ) -> Iterator[tuple[str, GradedSubmission]]:
        for key, files in parcels:
            files()
            yield key, GradedSubmission(results, "", 1.0)

    cluster.connect, cluster.grade = connect, grade  # type: ignore[assignment]


if __name__ == "__main__":
    ready(json.loads(Path(sys.argv.pop(1)).read_text(encoding="utf-8")))
    main()
