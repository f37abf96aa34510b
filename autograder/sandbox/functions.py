"""Call the functions of a submission, in its own process, with the arguments of a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.calls.call import Failed, Returned
from autograder.calls.causes import NO_ANSWER
from autograder.calls.inputs import Value, flatten
from autograder.calls.spec import PLAIN, CallSpec
from autograder.calls.stages import known_cause
from autograder.evidence.facts import Facts, NoFacts, from_json
from autograder.sandbox.endings import Died
from autograder.sandbox.objects import Objects
from autograder.sandbox.wire import RETURNED, Frame


class Functions(Objects):
    """The functions of one submission. Its stand-ins ask this object (see
    `autograder.sandbox.stand_ins.Home`).
    """

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
        """Do the same, and also return what the function was seen to do."""
        try:
            frame = self._of_case("watch", name, arguments, way, afresh=afresh)
        except Died as died:
            return Facts(), Failed(NO_ANSWER.says(how=died), lost=True)
        try:
            return from_json(frame.header.get("facts")), self._outcome(frame, arguments, way)
        except NoFacts:
            return Facts(stopped=True), self._outcome(frame, arguments, way)

    def equations(self, name: str, arguments: Mapping[str, Value], way: CallSpec) -> int | None:
        """The number of equations in the trace of a call, or None."""
        return self._number("equations", name, arguments, way)

    def work(self, name: str, arguments: Mapping[str, Value], way: CallSpec) -> int | None:
        """The work that Python does in a call, or None."""
        return self._number("work", name, arguments, way)

    def _number(
        self, asked: str, name: str, arguments: Mapping[str, Value], way: CallSpec
    ) -> int | None:
        try:
            number = self._of_case(asked, name, arguments, way).header.get(asked)
        except Died:
            return None
        return number if type(number) is int else None

    def _of_case(
        self, do: str, name: str, arguments: Mapping[str, Value], way: CallSpec, **more: Any
    ) -> Frame:
        parts = flatten(arguments)
        header = {
            "do": do,
            "name": name,
            "arguments": [
                [path, part.kind, *([part.text] if part.text else [])]
                for path, part in parts.items()
            ],
            "way": way.to_json(),
            **more,
        }
        arrays = {path: part.data for path, part in parts.items() if part.holds_data}
        return self._worker.ask(name, header, arrays, self._seconds, watched=do != "judge")

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
        # The detail is only compared with what known wrong answers raise; nobody is shown a
        # submission's own text.
        return Failed(
            known_cause(frame.header.get("cause"), way, tuple(arguments)),
            detail if isinstance(detail, str) else "",
        )
