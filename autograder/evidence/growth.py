"""Whether a count taken at several sizes of a dimension grows with it. Pure Python."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

TRACED_SIZES = (2, 4, 8)
"""The sizes of a dimension at which trace lengths are measured, if the dimension's range has
them.
"""


WORKED_SIZES = (2, 6, 18)
"""The sizes of a dimension at which the work that Python does is counted, if the dimension's range
has them.
"""

EACH, STEADY = 0.4, 0.6
"""Python loops over a dimension if it runs at least `EACH` more lines per element, and that number
keeps at least the share `STEADY` from one size to the next larger. Work that grows with the
logarithm is no loop over elements.
"""


def grows(lengths: Sequence[int | None]) -> bool:
    """Whether the trace is longer at every larger size. Unknown lengths are ignored."""
    known = [length for length in lengths if length is not None]
    return len(known) > 1 and all(first < second for first, second in itertools.pairwise(known))


def loops(works: Mapping[int, int | None]) -> bool:
    """Whether the work that Python does, by size, grows like that of a loop over the elements."""
    known = sorted((size, work) for size, work in works.items() if work is not None)
    slopes = [
        (more - less) / (larger - smaller)
        for (smaller, less), (larger, more) in itertools.pairwise(known)
    ]
    return (
        bool(slopes)
        and min(slopes) >= EACH
        and all(after >= STEADY * before for before, after in itertools.pairwise(slopes))
    )
