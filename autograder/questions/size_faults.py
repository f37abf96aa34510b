"""Find the faults of the sizes that a question declares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from autograder.questions import sizes as expressions
from autograder.questions.option_faults import Fault
from autograder.questions.sizes import Sizes


class DeclaredSizes(Protocol):
    """The fields that this module checks."""

    dims: Mapping[str, Sizes]
    where: Callable[[dict[str, int]], bool] | None


def faults(question: DeclaredSizes) -> Iterator[Fault]:
    """The faults of `dims` and `where`."""
    if not isinstance(question.dims, Mapping):
        yield "dims", question.dims, "is not a dict of ranges such as dict(B=(1, 16))"
    for dim, sizes in question.dims.items():
        label = f"dims[{dim!r}]"
        if not isinstance(sizes, str) and (
            not isinstance(sizes, tuple | list)
            or len(sizes) != 2
            or not all(type(size) is int or isinstance(size, str) for size in sizes)
        ):
            yield (
                label,
                sizes,
                "is not a pair of whole numbers (smallest, largest); an end may also be an "
                "expression, as in (1, 'N'), and a size that follows from others is an "
                "expression alone, as in 'H * K'",
            )
        try:
            unknown = [name for name in expressions.used_by(sizes) if name not in question.dims]
        except expressions.NotASize as fault:
            yield label, sizes, str(fault)
        if unknown:
            yield (
                label,
                sizes,
                f"uses the dimension {unknown[0]!r}, which dims does not define; it defines "
                f"{', '.join(question.dims)}",
            )
        if isinstance(sizes, str):
            continue
        low, high = sizes
        if isinstance(low, int) and low < 1:
            yield label, sizes, "starts below 1; an array of size 0 has no value to compare"
        if isinstance(low, int) and isinstance(high, int) and low > high:
            yield label, sizes, "is an empty range; write (smallest, largest)"
    for dim, sizes in question.dims.items():
        if _depends_on_itself(dim, question.dims):
            yield f"dims[{dim!r}]", sizes, "depends on itself; give it its own range"
    if question.where is None:
        return
    if not callable(question.where):
        yield (
            "where",
            question.where,
            "is not a function; write where=lambda sizes: sizes['K'] <= sizes['N']",
        )
    least = {dim: smallest for dim, (smallest, _) in expressions.reaches(question.dims).items()}
    try:
        bool(question.where(dict(least)))
    except Exception as fault:  # noqa: BLE001 - it is the author's code
        yield (
            "where",
            question.where,
            f"raised {type(fault).__name__}: {fault}; its argument is a dict of sizes, such as "
            f"{least}",
        )


def _depends_on_itself(dim: str, dims: Mapping[str, Sizes]) -> bool:
    met: set[str] = set()
    ahead = list(expressions.used_by(dims[dim]))
    while ahead:
        name = ahead.pop()
        if name not in met:
            met.add(name)
            ahead += expressions.used_by(dims[name])
    return dim in met
