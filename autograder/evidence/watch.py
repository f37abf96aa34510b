"""Call a function and look at it meanwhile, wherever it runs."""

from __future__ import annotations

import abc
from collections.abc import Mapping

from autograder.calls.call import Failed, Returned, StandIn
from autograder.calls.inputs import Value
from autograder.calls.spec import PLAIN, CallSpec, Case
from autograder.evidence import jaxpr
from autograder.evidence.facts import Facts


class Watched(StandIn):
    """A function in another process, which can be looked at there. What comes back is a claim."""

    @abc.abstractmethod
    def watch(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN, *, afresh: bool = False) -> tuple[Facts, Returned | Failed]:
        """Call the function and look at it meanwhile, as `autograder.evidence.recorder.gather` does."""

    @abc.abstractmethod
    def equations(self, arguments: Mapping[str, Value], way: CallSpec = PLAIN) -> int | None:
        """The length of the trace of a call, as `autograder.evidence.jaxpr.equations` gives it."""


def watch(function: object, case: Case, afresh: bool) -> tuple[Facts, Returned | Failed]:
    """Call `function` with a case, and say what it was seen to do: nothing, if it lives where nobody can look."""
    if isinstance(function, Watched):
        return function.watch(case.arguments, case.way, afresh=afresh)
    if isinstance(function, StandIn):
        return Facts(), function.answer(case.arguments, case.way)
    from autograder.evidence import recorder  # looks into JAX; the process that compares never gets here

    return recorder.gather(function, case.arguments, case.way, afresh=afresh)


def equations(function: object, case: Case) -> int | None:
    """The length of the trace of a call; None if it cannot be traced, or lives where nobody can look."""
    if isinstance(function, Watched):
        return function.equations(case.arguments, case.way)
    return jaxpr.equations(function, case.arguments, case.way) if callable(function) and not isinstance(function, StandIn) else None
