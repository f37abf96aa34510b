"""Call a function and observe it, in whichever process it runs."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.calls.call import Failed, Returned, StandIn
from autograder.calls.inputs import Value
from autograder.calls.spec import PLAIN, CallSpec, Case
from autograder.evidence import jaxpr, python_work
from autograder.evidence.facts import Facts


class Watched(StandIn):
    """A function in another process, which observes it there. The facts that come back are
    claims.
    """

    def watch(
        self, arguments: Mapping[str, Value], way: CallSpec = PLAIN, *, afresh: bool = False
    ) -> tuple[Facts, Returned | Failed]:
        """Call the function and observe it, as `autograder.evidence.recorder.gather` does."""
        raise NotImplementedError

    def equations(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> int | None:
        """The trace length of a call, as `autograder.evidence.jaxpr.equations` counts it."""
        raise NotImplementedError

    def work(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> int | None:
        """The work that Python does in a call, as `autograder.evidence.python_work.work` counts
        it.
        """
        raise NotImplementedError


def watch(function: object, case: Case, afresh: bool) -> tuple[Facts, Returned | Failed]:
    """Call `function` with a case, and return the facts and the outcome. There are no facts if it
    lives where it cannot be observed.
    """
    if isinstance(function, Watched):
        return function.watch(case.arguments, case.way, afresh=afresh)
    if isinstance(function, StandIn):
        return Facts(), function.answer(case.arguments, case.way)
    # it inspects JAX; the process that compares answers never gets here
    from autograder.evidence import recorder

    return recorder.gather(function, case.arguments, case.way, afresh=afresh)


def equations(function: object, case: Case) -> int | None:
    """The trace length of a call. None if it cannot be traced, or lives where it cannot be
    observed.
    """
    if isinstance(function, Watched):
        return function.equations(case.arguments, case.way)
    return (
        jaxpr.equations(function, case.arguments, case.way)
        if callable(function) and not isinstance(function, StandIn)
        else None
    )


def work(function: object, case: Case) -> int | None:
    """The work that Python does in a call. None if the call fails, or cannot be observed."""
    if isinstance(function, Watched):
        return function.work(case.arguments, case.way)
    return (
        None
        if isinstance(function, StandIn)
        else python_work.work(function, case.arguments, case.way)
    )
