"""A submission as the trusted kernel sees it: cells to run, names to look at, functions to call,
all in another process.

Otter's own test files run in this kernel unchanged. Every name that they mention is bound to a copy
of plain data or to a stand-in. Calling a stand-in sends arguments to the worker and gets plain data
back.
"""

from __future__ import annotations

import builtins
import importlib
import keyword
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from autograder.calls.call import Failed, Returned
from autograder.calls.causes import NO_ANSWER, known_cause
from autograder.calls.inputs import Value, flatten
from autograder.calls.spec import PLAIN, CallSpec
from autograder.evidence.facts import Facts, NoFacts, from_json
from autograder.sandbox.cells import Stopped, defines, ended, from_claim
from autograder.sandbox.data import CannotCross, pack, unpack
from autograder.sandbox.host import Died, Started
from autograder.sandbox.restarts import NotAsked, RestartedWorker
from autograder.sandbox.settings import Settings
from autograder.sandbox.stand_ins import RemoteFunction, RemoteIterator, Unavailable
from autograder.sandbox.wire import RETURNED, Frame

MAX_CELL = 1_000_000
"""Characters of one cell."""

_OPEN_MODULES = (
    "numpy",
    "pandas",
    "math",
    "random",
    "itertools",
    "functools",
    "collections",
    "re",
    "json",
    "datetime",
    "string",
    "statistics",
    "fractions",
    "scipy",
)


class Submission:
    """Runs the cells of one submission in a worker. When the worker dies, a new one starts and runs
    the earlier cells again.
    """

    def __init__(
        self,
        settings: Settings,
        tests: Path,
        seed: Mapping[str, Any] | None = None,
        script: str = "",
    ) -> None:
        """Start the worker for one submission.

        `tests` is the folder of the test files. `seed` is what Otter's `seed` and `seed_variable`
        ask for: {"value": …, "variable": …}. `script` is the name of the submission's file if it
        is a script.
        """
        self._settings = settings
        self._seed, self._script = seed, script
        self._tests = {path.stem: _identifiers(path) for path in sorted(tests.glob("*.py"))}
        self._draws: dict[str, Any] | None = None
        self._cells: list[str] = []
        self._stopped: dict[int, Stopped] = {}
        self._tested = False
        self._worker = RestartedWorker(settings, len(self._tests))

    @property
    def tests(self) -> tuple[str, ...]:
        """The names of the test files, in order."""
        return tuple(self._tests)

    @property
    def started(self) -> Started | None:
        """What the first worker reported of itself before it ran anything of the submission; None
        if none could be started.
        """
        return self._worker.started

    @property
    def problem(self) -> str | None:
        """Why nothing of the submission could be run; None if it could."""
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
            self._stopped[number] = ended(
                f"was not run: it is longer than {MAX_CELL} characters", number, source
            )
            return f"This cell was not run: it is longer than {MAX_CELL} characters.", []
        try:
            header = self._worker.cell(self._request(source)).header
        except Died as cause:
            self._stopped[number] = ended(
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
            [name for name in header.get("checks", []) if name in self._tests]
            if isinstance(header.get("checks"), list)
            else []
        )
        return str(header.get("printed", "")), list(dict.fromkeys(checks))

    def skip_cell(self) -> None:
        """Count a code cell that is not run."""
        self._cells.append("")

    def why_undefined(self, name: str) -> str:
        """Why `name` is undefined, as the end of a sentence: what stopped the cell that defines it;
        "" if that is unknown.
        """
        defining = [number for number, source in enumerate(self._cells, 1) if defines(source, name)]
        if not defining:
            return "no cell defines it"
        return next(
            (
                self._stopped[number].where()
                for number in reversed(defining)
                if number in self._stopped
            ),
            "",
        )

    def bind(self, test: str, namespace: MutableMapping[str, Any]) -> None:
        """Bind the names that `test` mentions, and forget what they were bound to before."""
        names = self._tests[test]
        self._tested = True
        self._worker.next_question()
        arrays: Mapping[str, Any] = {}
        try:
            frame = self._worker.ask(
                "",
                {"do": "names", "names": names, "seed": self._seed},
                {},
                self._settings.limits.call_seconds,
            )
            described, arrays = frame.header.get("names", {}), frame.arrays
        except NotAsked:
            # There is no worker any more. A name that was a function remains one: its call then
            # says why there is no answer.
            described = {
                name: {"callable": True}
                for name in names
                if isinstance(namespace.get(name), RemoteFunction)
            }
        except Died:
            described = {}
        for name in names:
            namespace.pop(name, None)
            if isinstance(described, dict) and isinstance(described.get(name), dict):
                namespace[name] = self._bound(name, described[name], arrays)

    def judge(
        self, name: str, arguments: Mapping[str, Value], way: CallSpec = PLAIN
    ) -> Returned | Failed:
        """Call a function of the submission with the arguments of a case, in the way `way`."""
        try:
            return self._outcome(self._of_case("judge", name, arguments, way), arguments, way)
        except Died as died:
            return Failed(NO_ANSWER.says(how=died), lost=True)

    def watch(
        self, name: str, arguments: Mapping[str, Value], way: CallSpec, afresh: bool
    ) -> tuple[Facts, Returned | Failed]:
        """Do the same, and also return what the function was seen to do there."""
        try:
            frame = self._of_case("watch", name, arguments, way, afresh=afresh)
        except Died as died:
            return Facts(), Failed(NO_ANSWER.says(how=died), lost=True)
        try:
            return from_json(frame.header.get("facts")), self._outcome(frame, arguments, way)
        except NoFacts:
            return Facts(stopped=True), self._outcome(frame, arguments, way)

    def equations(self, name: str, arguments: Mapping[str, Value], way: CallSpec) -> int | None:
        """The trace length of a call, or None."""
        try:
            length = self._of_case("equations", name, arguments, way).header.get("equations")
        except Died:
            return None
        return length if type(length) is int else None

    def _of_case(
        self, do: str, name: str, arguments: Mapping[str, Value], way: CallSpec, **more: Any
    ) -> Frame:
        leaves = flatten(arguments)
        header = {
            "do": do,
            "name": name,
            "arguments": [[path, leaf.kind] for path, leaf in leaves.items()],
            "way": vars(way),
            **more,
        }
        arrays = {path: leaf.data for path, leaf in leaves.items()}
        return self._worker.ask(
            name, header, arrays, self._settings.limits.call_seconds, watched=do != "judge"
        )

    def _outcome(
        self, frame: Frame, arguments: Mapping[str, Value], way: CallSpec
    ) -> Returned | Failed:
        output = {
            name.removeprefix(RETURNED): array
            for name, array in frame.arrays.items()
            if name.startswith(RETURNED)
        }
        if output:
            said = frame.header.get("changed")
            return Returned(
                output,
                changed=tuple(
                    name for name in arguments if isinstance(said, list) and name in said
                ),
            )
        detail = frame.header.get("detail")
        # The detail is only compared with what known wrong answers raise: a submission's own text
        # is not repeated to anyone.
        return Failed(
            known_cause(frame.header.get("cause"), way.own_arguments(tuple(arguments))),
            detail if isinstance(detail, str) else "",
        )

    def call(
        self,
        target: Mapping[str, str],
        name: str,
        positional: tuple[Any, ...],
        named: Mapping[str, Any],
    ) -> Any:
        """Call an object of the submission with plain data. `target` is {"do": "call", "name" or
        "kept": …} or {"do": "next", "kept": …}.

        Returns a copy of plain data, or a stand-in for a function or an iterator. If the call
        raised, raises the built-in exception of the same name.
        """
        arrays: dict[str, Any] = {}
        try:
            arguments = pack([list(positional), dict(named)], arrays)
        except CannotCross as reason:
            raise TypeError(
                f"{name} cannot be called with {reason}: only plain data crosses to the submission"
            ) from None
        try:
            frame = self._worker.ask(
                name, {**target, "arguments": arguments}, arrays, self._settings.limits.call_seconds
            )
        except Died as cause:
            raise RuntimeError(f"{name} {cause}") from None
        if isinstance(frame.header.get("printed"), str):
            print(frame.header["printed"], end="")
        if "raised" in frame.header:
            if frame.header["raised"] == "StopIteration":
                raise StopIteration
            kind = getattr(builtins, str(frame.header["raised"]), Exception)
            raise (
                kind if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError
            )(f"{name} raised an exception")
        for kept, stand_in in (("callable", RemoteFunction), ("iterator", RemoteIterator)):
            if isinstance(frame.header.get(kept), str):
                return stand_in(self, f"what {name} returned", frame.header[kept])
        if "other" in frame.header:
            raise TypeError(
                f"{name} returned an object that cannot cross from the submission; it must return "
                "plain data"
            )
        try:
            return unpack(frame.header.get("value"), frame.arrays)
        except CannotCross:
            raise RuntimeError(f"{name} gave an answer that cannot be read") from None

    def environment(self) -> dict[str, Any]:
        """Package versions and settings of the worker before it ran anything of the submission."""
        return {
            "packages": {},
            "settings": {},
            **(self.started.environment if self.started else {}),
        }

    def draws(self) -> dict[str, Any]:
        """The canonical draws in a fresh worker, which has run nothing of the submission."""
        if self._draws is None:
            self._draws = self._worker.draws()
        return self._draws

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

    def _bound(self, name: str, description: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
        if "data" in description:
            try:
                return unpack(description["data"], arrays)
            except CannotCross as reason:
                return Unavailable(name, str(reason))
        if description.get("callable") is True:
            return RemoteFunction(self, name)
        if description.get("module") in _OPEN_MODULES:
            return importlib.import_module(description["module"])
        return Unavailable(name, "an object that is neither plain data nor a function")


def _identifiers(path: Path) -> list[str]:
    """Every name that a test file mentions and that a submission may define: no keywords, no
    built-ins.
    """
    found = re.findall(r"[^\W\d]\w*", path.read_text(encoding="utf-8"))
    return sorted(
        {
            name
            for name in found
            if not keyword.iskeyword(name)
            and not hasattr(builtins, name)
            and not name.startswith("__")
        }
    )
