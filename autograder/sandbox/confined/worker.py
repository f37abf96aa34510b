"""The process that runs a submission's code. It confines itself, then answers one request after
another.

It receives one cell or the inputs of one call at a time and holds nothing hidden: no bank, no test,
no comparison. Everything it reports is a claim.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np

from autograder.calls.call import DETAIL_SHOWN, Failed, Returned, call, capture
from autograder.calls.causes import OBJECTS
from autograder.calls.inputs import Value, read_part, unflatten
from autograder.calls.spec import CallSpec
from autograder.evidence import jaxpr, python_work, recorder
from autograder.evidence.facts import to_json
from autograder.runtime import compiled_programs, fingerprint
from autograder.runtime.judged_settings import GRADING, exactly
from autograder.sandbox.confined import cells
from autograder.sandbox.confined.confine import Confinement, confine
from autograder.sandbox.confined.inert_otter import put_inert_otter
from autograder.sandbox.confined.memory import Kept
from autograder.sandbox.confined.needed import load
from autograder.sandbox.confined.plain_calls import PlainCalls
from autograder.sandbox.counted import CannotCross
from autograder.sandbox.wire import MAX_HEADER, RETURNED, Closed, Frame, Pipe, WireError, sendable

OUTPUT_SHOWN = 20_000
"""At most this many characters of a cell's output are kept."""


_JUDGED = frozenset({"judge", "watch", "equations", "work"})
"""The requests that call the submission's functions for a verdict."""


def main(read: int, write: int) -> None:
    """Serve over the descriptors `read` and `write` until the pipe closes. The first request says
    how to confine this process.
    """
    load()
    serve(read, write)


def serve(read: int, write: int) -> None:
    """Confine this process as the first request says, then answer requests. Call this once
    everything is imported.
    """
    pipe = Pipe(read, write)
    Session(pipe, pipe.receive().header).serve()


class Session:
    """One submission's namespace, and the answers to requests about it."""

    def __init__(self, pipe: Pipe, settings: Mapping[str, Any]) -> None:
        from autograder.sandbox.confined.shell import Shell

        self._pipe = pipe
        self._checks: list[str] = []
        self._shell: Any = Shell.instance(user_module=types.ModuleType("__main__"))
        sys.modules["__main__"] = self._shell.user_module
        self._plain = PlainCalls(self._shell, OUTPUT_SHOWN, pipe, self._answer)
        put_inert_otter(self._checks)
        self._shell.colors = "NoColor"
        self._environment = fingerprint.current()
        scratch = settings["confinement"]["scratch"]
        os.chdir(scratch)
        sys.path.insert(0, scratch)
        self._memory = Kept(int(settings["keep_bytes"]))
        if settings["compiled"]:
            compiled_programs.read_here(Path(settings["compiled"]))
        report = confine(Confinement(**settings["confinement"]))
        pipe.send(
            Frame(
                {
                    "active": report.active,
                    "missing": report.missing,
                    "open_holes": report.open_holes,
                    "environment": self._environment,
                    "pid": os.getpid(),
                },
                {},
            )
        )

    def serve(self) -> None:
        with contextlib.suppress(Closed):
            while True:
                request = self._pipe.receive()
                self._pipe.send(self._answer(request))
                del request
                self._shell.close_figures()
                self._memory.give_back()

    def _answer(self, request: Frame) -> Frame:
        answers: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Frame]] = {
            "cell": self._cell,
            "define": self._define,
            "defined": self._plain.defined,
            "names": self._names,
            "judge": self._judge,
            "watch": self._watch,
            "equations": self._equations,
            "work": self._work,
            "operate": self._plain.operate,
            "draws": self._draws,
        }
        do = request.header["do"]
        if do not in _JUDGED:
            return answers[do](request.header, request.arrays)
        # A notebook may have changed the settings; the answer is judged under the settings of
        # grading.
        with exactly({**GRADING, **self._environment["settings"]}):
            return answers[do](request.header, request.arrays)

    def _draws(self, header: Mapping[str, Any], _: Mapping[str, Any]) -> Frame:
        return Frame({"draws": fingerprint.draws(tuple(header["samplers"]))}, {})

    def _cell(self, header: Mapping[str, Any], _: Mapping[str, Any]) -> Frame:
        self._checks.clear()
        self._set_seed(header.get("seed"))
        if "platform" in header["source"].lower():
            jax.devices()  # start on the CPU before the cell can ask for a device that is missing
        if header.get("script"):
            self._shell.user_ns["__file__"] = str(Path(header["script"]).resolve())
            sys.argv = [header["script"]]
        with capture(OUTPUT_SHOWN) as output:
            stopped = cells.run(self._shell, header["source"])
        said = {
            "printed": output.text,
            "checks": [name for name in self._checks if type(name) is str][:100],
        }
        return Frame({**said, **({} if stopped is None else {"stopped": vars(stopped)})}, {})

    def _define(self, header: Mapping[str, Any], _: Mapping[str, Any]) -> Frame:
        """Run only the definitions of a cell that killed an earlier process."""
        with capture(OUTPUT_SHOWN):
            return Frame({"defined": cells.define(self._shell, header["source"])}, {})

    def _set_seed(self, seed: Mapping[str, Any] | None) -> None:
        """Set the seed as Otter does before each cell.

        `seed` is {"value": the seed, "variable": the name to bind to it, or None for the global
        generators}.
        """
        if not seed:
            return
        if seed["variable"]:
            self._shell.user_ns[seed["variable"]] = seed["value"]
        else:
            random.seed(seed["value"])
            np.random.seed(seed["value"])

    def _names(self, header: Mapping[str, Any], _: Mapping[str, Any]) -> Frame:
        """Describe each name (see `PlainCalls.describe`), or as {"other": what it is}. Undefined
        names are left out.
        """
        self._set_seed(header.get("seed"))
        arrays: dict[str, Any] = {}
        described: dict[str, Any] = {}
        room = MAX_HEADER // 2
        for name in header["names"]:
            if name in self._shell.user_ns:
                value = self._shell.user_ns[name]
                try:
                    found = self._plain.describe(value, arrays)
                    room -= len(json.dumps(found))
                    described[name] = found if room > 0 else self._plain.refer(value)
                except CannotCross as reason:
                    described[name] = {"other": str(reason)}
                except Exception:  # noqa: BLE001
                    # Its class may answer questions about itself in any way.
                    described[name] = {"other": "an object that cannot be looked at"}
        return Frame({"names": described, "printing": np.get_printoptions()["legacy"]}, arrays)

    def _judge(self, header: Mapping[str, Any], arrays: Mapping[str, Any]) -> Frame:
        """Call a function with the arguments of a case."""
        return self._outcome(call(*self._call_of(header, arrays), interruptible=False))

    def _watch(self, header: Mapping[str, Any], arrays: Mapping[str, Any]) -> Frame:
        """Do the same, and add what the function was seen to do."""
        facts, outcome = recorder.gather(
            *self._call_of(header, arrays), afresh=bool(header["afresh"])
        )
        answer = self._outcome(outcome)
        return Frame({**answer.header, "facts": to_json(facts)}, answer.arrays)

    def _equations(self, header: Mapping[str, Any], arrays: Mapping[str, Any]) -> Frame:
        return Frame({"equations": jaxpr.equations(*self._call_of(header, arrays))}, {})

    def _work(self, header: Mapping[str, Any], arrays: Mapping[str, Any]) -> Frame:
        return Frame({"work": python_work.work(*self._call_of(header, arrays))}, {})

    def _call_of(
        self, header: Mapping[str, Any], arrays: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Value], CallSpec]:
        """The function that a request names, its arguments, and the way to call it."""
        return (
            self._shell.user_ns.get(header["name"]),
            unflatten(
                {
                    path: read_part(kind, path, arrays, "".join(text))
                    for path, kind, *text in header["arguments"]
                }
            ),
            CallSpec.from_json(header["way"]),
        )

    def _outcome(self, outcome: Returned | Failed) -> Frame:
        if isinstance(outcome, Failed):
            return Frame({"cause": outcome.cause, "detail": outcome.detail[:DETAIL_SHOWN]}, {})
        if not all(sendable(array.dtype) for array in outcome.output.values()):
            return Frame({"cause": OBJECTS.says(dtype="object")}, {})
        return Frame(
            {"changed": list(outcome.changed)},
            {RETURNED + name: array for name, array in outcome.output.items()},
        )


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), int(sys.argv[2]))
    except (WireError, OSError):
        sys.exit(1)
