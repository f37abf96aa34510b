"""Grade with Dask, on a new cluster of this machine's processors or on a running one, with one task
for each submission.
"""

from __future__ import annotations

import contextlib
import itertools
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dask
from distributed import (
    Client,
    Future,
    KilledWorker,
    LocalCluster,
    WorkerPlugin,
    as_completed,
    get_worker,
    wait,
)

from autograder.classroom.alone import in_doubt
from autograder.classroom.station import GradedSubmission, Station
from autograder.errors import BuildError, Refused
from autograder.grading import results
from autograder.runtime import machine
from autograder.runtime.installed import DISTRIBUTION

DEATHS = 2
"""After this many cluster workers have died while grading a submission, it is not sent to
another.
"""

AHEAD = 3
"""How many submissions per process are sent to the cluster before the first comes back."""

Files = Callable[[], Mapping[str, bytes]]
"""Reads the files of one submission, by path. Raises `OSError` and `Refused`."""

_SETTINGS = {
    "distributed.scheduler.allowed-failures": DEATHS,
    "distributed.worker.daemon": False,
    # it would sample a waiting thread a hundred times a second
    "distributed.worker.profile.enabled": False,
}


class ClusterError(BuildError):
    """The cluster cannot be used. The text says why."""


@contextlib.contextmanager
def connect(scheduler: str | None, workers: int | None) -> Iterator[Client]:
    """A client of the cluster at `scheduler` (such as tcp://host:8786), or of a new one with
    `workers` processes here. Raises `ClusterError`.
    """
    with dask.config.set(_SETTINGS):
        if scheduler is None:
            with (
                LocalCluster(
                    n_workers=workers or machine.cpus(),
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address="127.0.0.1:0",  # any port, for two classes at once
                    memory_limit=0,
                ) as cluster,
                Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = Client(scheduler, timeout=20)
        except (OSError, ValueError) as fault:
            raise ClusterError(
                f"no Dask scheduler answers at {scheduler} ({fault}); start one, or remove "
                "--scheduler"
            ) from None
        with client:
            try:
                _check(client)
            except TimeoutError:
                raise ClusterError(
                    f"the Dask scheduler at {scheduler} has no workers; start some: dask worker "
                    f"{scheduler}"
                ) from None
            yield client


def grade(
    client: Client, archive: bytes, parcels: Iterable[tuple[str, Files]]
) -> Iterator[tuple[str, GradedSubmission]]:
    """Grade submissions, given as pairs of a key and a function that reads the files, and yield
    them as they finish.

    If other gradings may be to blame for a result (see `autograder.classroom.alone`), the
    submission is graded again at the end, when nothing else runs. A submission that the cluster
    loses is ungraded, and its results say so. Memory holds only as many submissions as keep every
    process busy.
    """
    stations = _Stations(archive)
    client.register_plugin(stations)
    sent: dict[str, tuple[str, Files]] = {}
    doubted: list[tuple[str, Files, GradedSubmission]] = []

    def send(name: str, key: str, files: Files) -> Future:
        sent[name] = key, files
        return client.submit(_grade, stations.name, dict(files()), key=name, pure=False)

    coming = (
        send(f"grade-{number}-{key}", key, files) for number, (key, files) in enumerate(parcels)
    )
    try:
        at_once = sum(client.nthreads().values())
        under_way = as_completed(itertools.islice(coming, AHEAD * max(1, at_once)))
        for future in under_way:
            (key, files), graded = sent.pop(future.key), _outcome(future)
            future.release()
            if at_once > 1 and in_doubt(graded.results):
                doubted.append((key, files, graded))
            else:
                yield key, graded
            for following in itertools.islice(coming, 1):
                under_way.add(following)
        for key, files, graded in doubted:
            yield key, _alone(send, key, files) or graded
    finally:
        client.unregister_worker_plugin(stations.name)


def _alone(
    send: Callable[[str, str, Files], Future], key: str, files: Files
) -> GradedSubmission | None:
    """Grade a submission while no other one is; None if its files can no longer be read."""
    try:
        future = send(f"alone-{key}", key, files)
    except (OSError, Refused):
        return None
    wait(future)
    graded = _outcome(future)
    future.release()
    return graded


def _outcome(future: Future) -> GradedSubmission:
    if future.status == "finished":
        found: GradedSubmission = future.result()
        return found
    fault = future.exception() if future.status == "error" else None
    if isinstance(fault, KilledWorker):
        return GradedSubmission(
            results.unfinished("the cluster's processes that graded it died, one after another."),
            "",
            0.0,
        )
    return GradedSubmission(
        results.unfinished(
            f"the cluster lost it ({type(fault).__name__ if fault else future.status})."
        ),
        "",
        0.0,
    )


def _check(client: Client) -> None:
    """Check that the cluster has at least one worker, and that every worker has this version of
    this package. Raises `ClusterError`.
    """
    client.wait_for_workers(1, timeout=20)
    for worker, found in client.run(_version).items():
        if found != version(DISTRIBUTION):
            raise ClusterError(
                f"the Dask worker {worker} has {DISTRIBUTION} {found}, but this machine has "
                f"{version(DISTRIBUTION)}; install the same version there"
            )


def _version() -> str:
    return version(DISTRIBUTION)


class _Stations(WorkerPlugin):  # type: ignore[misc]  # distributed has no types
    """The stations of one cluster worker, in which its threads grade.

    They are kept from one submission to the next, and removed when the worker ends or this client
    leaves.
    """

    def __init__(self, archive: bytes) -> None:
        self.name = f"otter-arrays-{uuid.uuid4()}"  # other clients may grade on the same cluster
        self._archive = archive
        self._all: list[Station] = []
        self._free: list[Station] = []
        self._over = False

    def teardown(self, worker: Any) -> None:
        self._over = True
        while self._all:
            self._all.pop().close()

    def grade(self, files: Mapping[str, bytes]) -> GradedSubmission:
        try:
            station = self._free.pop()
        except IndexError:
            station = self._open()
        try:
            return station.grade(files)
        finally:
            self._free.append(station)

    def _open(self) -> Station:
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder, "autograder.zip")
            archive.write_bytes(self._archive)
            station = Station(archive)
        self._all.append(station)
        if self._over:  # a task that began while the worker was ending
            station.close()
        return station


def _grade(stations: str, files: Mapping[str, bytes]) -> GradedSubmission:
    """Grade one submission with a station of this worker. Runs in a cluster worker."""
    plugin: _Stations = get_worker().plugins[stations]
    return plugin.grade(files)
