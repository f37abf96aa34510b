"""What was seen of a call, and the requirement that it applies a transform. Pure Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.evidence.facts import PRODUCT, Applied, Axis, Facts


@dataclass(frozen=True)
class Seen:
    """What was seen of one call: its facts, the sizes of the question's dimensions, and for some
    dimensions trace lengths at growing sizes and the work that Python does, by size.

    A number is None where a call could not be traced.
    """

    facts: Facts
    sizes: Mapping[str, int]
    traces: Mapping[str, Sequence[int | None]]
    works: Mapping[str, Mapping[int, int | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Transform:
    """The call applies a transform. Made by `transform`.

    `work` has the kinds of work that the transform's function must do, and `fresh` says that it
    must return other numbers than it was given. The build asks for whatever all of the author's own
    answers do (see `autograder.evidence.refined`).
    """

    names: tuple[str, ...]
    lanes: str | None = None
    in_axes: tuple[Axis, ...] | None = None
    inside: Transform | None = None
    makes_parameters: bool = False
    gives_answer: bool = False
    work: tuple[str, ...] = ()
    fresh: bool = False

    def is_met(self, seen: Seen) -> bool:
        return bool(self.calls(seen))

    def calls(self, seen: Seen) -> list[Applied]:
        """The calls that meet this requirement."""
        return [each for index, each in enumerate(seen.facts.applied) if self._is(seen, index)]

    def _is(self, seen: Seen, index: int) -> bool:
        applied = seen.facts.applied[index]
        around = seen.facts.around(index)
        answers = [seen.facts.applied[place].answers for place in (index, *around)]
        return (
            applied.transform in self.names
            and (self.lanes is None or applied.lanes == seen.sizes[self.lanes])
            and (self.in_axes is None or applied.in_axes == self.in_axes)
            and (self.inside is None or any(self.inside._is(seen, place) for place in around))
            and (not self.makes_parameters or applied.makes)
            # Inside jit there are no numbers to compare. The nearest call around it with numbers
            # decides.
            and (
                not self.gives_answer or next((told for told in answers if told is not None), True)
            )
            and not idle(self, applied)
        )

    def dims(self) -> set[str]:
        return ({self.lanes} if self.lanes else set()) | (
            self.inside.dims() if self.inside else set()
        )

    def __str__(self) -> str:
        words = [" or ".join(self.names)]
        words += [f"over {self.lanes} lanes"] if self.lanes else []
        words += [f"with in_axes={self.in_axes}"] if self.in_axes is not None else []
        words += ["that makes parameters"] if self.makes_parameters else []
        words += ["that gives the answer"] if self.gives_answer else []
        words += ["of a function that sums products"] if PRODUCT in self.work else []
        words += ["and returns other numbers than it was given"] if self.fresh else []
        words += [f"inside ({self.inside})"] if self.inside else []
        return " ".join(words)


def idle(required: Transform, applied: Applied) -> str:
    """What the function of a call leaves undone that is required of it, in words. "" if it does
    all, or nothing is known.
    """
    if applied.work is not None and not set(required.work) <= set(applied.work):
        return "sums no products" if PRODUCT in required.work else "computes nothing"
    return "returns what it was given" if required.fresh and applied.given else ""
