"""The dimensions whose growth a requirement needs to observe. Pure Python."""

from __future__ import annotations

from autograder.evidence.requirements import ConstantTrace, Either, Every, Requirement, Vectorised


def traced_dims(requirement: Requirement) -> set[str]:
    """The dimensions whose trace lengths a requirement needs."""
    return _dims_of(requirement, (ConstantTrace, Vectorised))


def worked_dims(requirement: Requirement) -> set[str]:
    """The dimensions for which a requirement needs the work that Python does."""
    return _dims_of(requirement, (Vectorised,))


def _dims_of(requirement: Requirement, kinds: tuple[type, ...]) -> set[str]:
    if isinstance(requirement, Either | Every):
        return set().union(*(_dims_of(each, kinds) for each in requirement.of))
    return requirement.dims() if isinstance(requirement, kinds) else set()
