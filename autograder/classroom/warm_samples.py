"""Grade samples of any assignments with graders that are kept warm, as those of a class are."""

from __future__ import annotations

import queue
from pathlib import Path
from types import TracebackType

import nbformat

from autograder.assignment.samples import GradedSample, check_results
from autograder.classroom.station import Station


class WarmSamples:
    """Grades samples in at most `count` threads at once. A context manager, which ends its graders
    at the end.
    """

    def __init__(self, count: int) -> None:
        self._stations: list[Station] = []
        self._free: queue.LifoQueue[Station | None] = queue.LifoQueue()
        for _ in range(count):
            self._free.put(None)

    def __enter__(self) -> WarmSamples:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for station in self._stations:
            station.close()

    def grade(
        self,
        submission: nbformat.NotebookNode | Path,
        archive: Path,
        *,
        name: str = "submission.ipynb",
    ) -> GradedSample:
        """Grade one submission with the autograder zip `archive`, as `autograder grade` does. A
        notebook without a path is submitted as `name`.
        """
        files = (
            {submission.name: submission.read_bytes()}
            if isinstance(submission, Path)
            else {name: nbformat.writes(submission).encode()}
        )
        station = self._free.get()
        try:
            if station is None:
                station = Station(archive)
                self._stations.append(station)
            else:
                # each time: the last one may have failed, or the zip may have been built again
                station.turn_to(archive)
            graded = station.grade(files)
        finally:
            self._free.put(station)
        check_results(graded.results)
        return GradedSample(graded.results, 0, graded.printed, graded.seconds)
