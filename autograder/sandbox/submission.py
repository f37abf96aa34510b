"""A submission as the trusted kernel sees it: cells to run, names to inspect and functions to call,
all in another process.

Otter's own test files run in this kernel unchanged. Every name that they mention is bound to a copy
of plain data or to a stand-in. Calling a stand-in sends arguments to the worker and gets plain data
back.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from autograder.sandbox.bound import bind
from autograder.sandbox.budget import NotAsked
from autograder.sandbox.cells import Stopped, defined_alike, defines, end_of, from_claim
from autograder.sandbox.counted import Received
from autograder.sandbox.endings import Died
from autograder.sandbox.expected_names import ExpectedNames
from autograder.sandbox.functions import Functions
from autograder.sandbox.host import Started
from autograder.sandbox.mentioned import identifiers, print_as_there, texts_in
from autograder.sandbox.restarts import RestartedWorker
from autograder.sandbox.settings import Limits, Settings
from autograder.sandbox.stand_ins import RemoteFunction

MAX_CELL = 1_000_000
"""The most characters of one cell."""


class Submission:
    """Run the cells of one submission in a worker. When the worker dies, a new one starts and runs
    the earlier cells again.
    """

    def __init__(
        self,
        settings: Settings,
        tests: Path,
        seed: Mapping[str, Any] | None = None,
        script: str = "",
        expected: ExpectedNames | None = None,
    ) -> None:
        """Start the worker for one submission.

        `tests` is the folder of the test files. `seed` is what Otter's `seed` and `seed_variable`
        ask for: {"value": …, "variable": …}. `script` is the name of the submission's file if it
        is a script. `expected` is what the solution binds names to.
        """
        self._settings = settings
        self._seed, self._script = seed, script
        self._expected = expected or ExpectedNames()
        self._tests = {
            path.stem: identifiers(path, self._expected.own, self._expected.bound)
            for path in sorted(tests.glob("*.py"))
        }
        self._draws: dict[tuple[str, ...], dict[str, Any]] = {}
        self._cells: list[str] = []
        self._stopped: dict[int, Stopped] = {}
        self._tested = False
        self._worker = RestartedWorker(settings, len(self._tests))
        self.functions = Functions(self._worker, settings.limits.call_seconds)

    @property
    def tests(self) -> tuple[str, ...]:
        """The names of the test files, in order."""
        return tuple(self._tests)

    @property
    def started(self) -> Started | None:
        """What the first worker reported about itself before it ran anything of the submission;
        None if none could be started.
        """
        return self._worker.started

    @property
    def limits(self) -> Limits:
        return self._settings.limits

    def seconds_left(self) -> float:
        """The seconds that the submission has left."""
        return self._worker.seconds_left()

    @property
    def problem(self) -> str | None:
        """Why nothing of the submission could run; None if it could."""
        return self._worker.problem

    @property
    def stopped(self) -> tuple[Stopped, ...]:
        """The cells that did not run to their end, in order."""
        return tuple(self._stopped.values())

    def cell(self, source: str) -> tuple[str, list[str]]:
        """Run one cell. Returns what it printed (or why it could not end) and the names that it
        asked Otter to check.
        """
        self._cells.append(source)
        number = len(self._cells)
        if len(source) > MAX_CELL:
            self._stopped[number] = end_of(
                f"was not run: it is longer than {MAX_CELL} characters", number, source
            )
            return f"This cell was not run: it is longer than {MAX_CELL} characters.", []
        try:
            header = self._worker.cell(self._request(source)).header
        except Died as cause:
            self._stopped[number] = end_of(
                str(cause),
                number,
                source,
                () if isinstance(cause, NotAsked) else self._worker.define(source),
            )
            return f"This cell {cause}.", []
        stopped = from_claim(header.get("stopped"), number, source, before_tests=not self._tested)
        if stopped is not None:
            self._stopped[number] = stopped
        checks = (
            [
                name
                for name in header.get("checks", [])
                if isinstance(name, str) and name in self._tests
            ]
            if isinstance(header.get("checks"), list)
            else []
        )
        return str(header.get("printed", "")), list(dict.fromkeys(checks))

    def skip_cell(self) -> None:
        """Count a code cell that does not run."""
        self._cells.append("")

    def why_undefined(self, name: str) -> str:
        """Why `name` is undefined, as the end of a sentence: what stopped the cell that defines it;
        "" if that is unknown.
        """
        defining = [number for number, source in enumerate(self._cells, 1) if defines(source, name)]
        if not defining:
            alike = defined_alike(self._cells, name)
            return "no cell defines it" + (f", but one defines `{alike}`" if alike else "")
        return next(
            (
                self._stopped[number].where()
                for number in reversed(defining)
                if number in self._stopped
            ),
            "",
        )

    def bind(self, test: str, namespace: MutableMapping[str, Any]) -> None:
        """Bind the names that `test` mentions, and forget what they were bound to before.

        Only names that the submission has defined are asked for, so that it learns no other word of
        a test.
        """
        names = self._tests[test]
        self._tested = True
        self.functions.begin_test()
        self._worker.next_question()
        arrays: Mapping[str, Any] = {}
        try:
            frame = self._worker.ask(
                "",
                {"do": "names", "names": self._names_defined(names), "seed": self._seed},
                {},
                self._settings.limits.call_seconds,
            )
            described, arrays = frame.header.get("names", {}), Received(frame.arrays)
            print_as_there(frame.header.get("printing"))
        except NotAsked:
            # There is no worker any more. A function's name stays bound to a function, whose call
            # then says why there is no answer.
            described = {
                name: {"callable": True}
                for name in names
                if isinstance(self.as_function(namespace.get(name)), RemoteFunction)
            }
        except Died:
            described = {}
        for name in names:
            namespace.pop(name, None)
            if isinstance(described, dict) and isinstance(described.get(name), dict):
                namespace[name] = bind(
                    name, described[name], arrays, self.functions, self._expected
                )

    def _names_defined(self, names: Sequence[str]) -> list[str]:
        """Those of `names` that the submission has defined, or that Otter's seed is bound to.

        Raises `Died` and `NotAsked`.
        """
        frame = self._worker.ask("", {"do": "defined"}, {}, self._settings.limits.call_seconds)
        known = texts_in(frame.header.get("defined"))
        known |= {str(self._seed["variable"])} if self._seed else set()
        return [name for name in names if name in known]

    def as_function(self, value: object) -> object:
        """See `Objects.as_function`."""
        return self.functions.as_function(value)

    def unbind(self, namespace: MutableMapping[str, Any]) -> None:
        """Restore the meaning of Python's own names, because Otter's lines run in this namespace
        too.
        """
        for name in self._expected.own:
            namespace.pop(name, None)

    def lost_to_a_shortcut(self) -> bool:
        """See `RestartedWorker.lost_to_a_shortcut`."""
        return self._worker.lost_to_a_shortcut()

    def environment(self) -> dict[str, Any]:
        """Package versions and settings of the worker before it ran anything of the submission."""
        return {
            "packages": {},
            "settings": {},
            **(self.started.environment if self.started else {}),
        }

    def draws(self, samplers: tuple[str, ...]) -> dict[str, Any]:
        """The canonical draws in a fresh worker, which has run nothing of the submission."""
        if samplers not in self._draws:
            self._draws[samplers] = self._worker.draws(samplers)
        return self._draws[samplers]

    def close(self) -> None:
        """End the worker and everything that it started."""
        self._worker.close()

    def mended(self) -> str:
        """A sentence for the instructor, once the submission is closed (see
        `RestartedWorker.mended`).
        """
        return self._worker.mended()

    def _request(self, source: str) -> dict[str, Any]:
        """The request to run a cell. As in Otter, a cell that begins with a cell magic gets no
        seed.
        """
        return {
            "do": "cell",
            "source": source,
            "seed": None if source.startswith("%%") else self._seed,
            "script": self._script,
        }
