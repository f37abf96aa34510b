"""How to run one submission: limits, what stays hidden, and which shortcuts to take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from autograder.runtime import switches
from autograder.sandbox import nursery

LEVELS = ("required", "best", "off")


@dataclass(frozen=True)
class Limits:
    """Seconds of wall time for starting, for one cell, for one call, and for the whole submission;
    bytes of resident memory and of address space.

    A call that takes too long is repeated without shortcuts, but a cell is not, so an endless loop
    in either ends a grading within two minutes.
    """

    start_seconds: float = 120
    cell_seconds: float = 100
    call_seconds: float = 40
    submission_seconds: float = 500
    resident_bytes: int = 0
    address_bytes: int = 8 * 2**30


@dataclass(frozen=True)
class Settings:
    """How to run one submission: the folder with its other files (may be None), what must stay
    hidden, and how strictly.

    `compiled` is a file of compiled programs (see `autograder.runtime.compiled_programs`), which
    may be missing. `without` names shortcuts not to take (see `autograder.runtime.switches`). To
    test the remaining layers, `leave_out` names layers not to apply, and `own_user=False` runs the
    worker as this process's user.
    """

    hidden: Sequence[str]
    files: str | None = None
    level: str = "required"
    limits: Limits = field(default_factory=Limits)
    compiled: str = ""
    without: tuple[str, ...] = ()
    leave_out: Sequence[str] = ()
    own_user: bool = True

    def without_shortcuts(self) -> Settings:
        """The same settings without any shortcut."""
        return replace(self, without=switches.IN_WORKERS)

    def takes(self, shortcut: str) -> bool:
        """Whether the worker takes the shortcut of that name."""
        return switches.is_enabled(shortcut) and shortcut not in self.without

    def shortcuts(self) -> tuple[str, ...]:
        """The shortcuts that the worker takes."""
        warm = self.from_nursery() is not None
        return tuple(
            name for name in switches.IN_WORKERS if self.takes(name) and (warm or name != "warm")
        )

    def from_nursery(self) -> int | None:
        """The descriptor of the nursery's request socket if this worker may be forked there,
        otherwise None.

        The nursery has already taken every other shortcut that this process takes, so it cannot
        fork a worker without one of them.
        """
        return (
            nursery.descriptor()
            if set(self.without) <= set(switches.left_out()) and self.takes("warm")
            else None
        )
