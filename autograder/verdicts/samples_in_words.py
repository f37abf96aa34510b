"""Say how an answer's random numbers differ from the right distribution."""

from __future__ import annotations

import numpy as np

from autograder.calls.outputs import Output
from autograder.sameness.chance import Difference
from autograder.sameness.frequencies import Counts, Cuts
from autograder.sameness.rows import place_of
from autograder.verdicts.mismatch import Mismatch
from autograder.verdicts.words import WORST_SHOWN, share

DEPENDENT = (
    "returned random numbers that depend on one another in another way than they should: does one "
    "key serve two draws, or one draw several elements?"
)
OVER_KEYS = "returned random numbers that depend on those for other keys: only the key may decide."

_SENTENCES = {
    "constant": "the same for every key; the random numbers must come from the key.",
    "mean": "whose mean over {of} keys is wrong.",
    "standard deviation": "whose standard deviation over {of} keys is wrong.",
    "values": (
        "whose values over {of} keys are distributed in another way than they should be, though "
        "their mean and standard deviation may be right."
    ),
    "finite": "NaN or infinite for another share of {of} keys than expected.",
}


def in_words(
    difference: Difference, seen: Counts, right: Counts, cuts: Cuts, expected: Output
) -> tuple[str, Mismatch]:
    """The name of the array that differs, and the mismatch: a sentence without expected numbers,
    and a sample with some.
    """
    if not difference.elements:
        sentence = DEPENDENT if difference.kind == "elements" else OVER_KEYS
        return next(iter(expected)), Mismatch(
            "samples", sentence, error=difference.surprise, allowed=difference.allowed
        )
    places = [place_of(column, expected) for column in difference.elements]
    part = places[0][0]
    here = {place: None for each, place in places if each == part}
    sentence = _SENTENCES[difference.kind].format(of=seen.of)
    lines = [
        _line(column, place, seen, right)
        for column, (each, place) in zip(difference.elements, places, strict=True)
        if each == part
    ][:WORST_SHOWN]
    if difference.kind in ("values", "finite"):
        lines.insert(0, _event(difference, seen, right, cuts, places[0][1]))
    size = expected[part].size
    return part, Mismatch(
        "samples",
        f"returned {share(len(here), size)} {sentence}",
        "\n".join(lines),
        len(here),
        size,
        difference.surprise,
        difference.allowed,
    )


def _at(place: tuple[int, ...]) -> str:
    return f"at [{', '.join(map(str, place))}]"


def _line(column: int, place: tuple[int, ...], seen: Counts, right: Counts) -> str:
    return (
        f"{_at(place)}: mean {seen.means[column]:.3g}, expected {right.means[column]:.3g}; "
        f"standard deviation {seen.deviations[column]:.3g}, expected "
        f"{right.deviations[column]:.3g}"
    )


def _event(
    difference: Difference, seen: Counts, right: Counts, cuts: Cuts, place: tuple[int, ...]
) -> str:
    column, event = difference.elements[0], difference.event
    shares = (
        f"{100 * seen.elements[column, event] / seen.of:.3g} % of the numbers are {{}}; expected "
        f"{100 * right.elements[column, event] / right.of:.3g} %"
    )
    below = cuts.cuts.shape[1]
    around = below + cuts.distances.shape[1]
    if event < below:
        what = f"at most {cuts.cuts[column, event]:.3g}"
    elif event < around:
        middle = f"{cuts.middle[column]:.3g}"
        what = f"within {np.abs(cuts.distances[column, event - below]):.3g} of {middle}"
    else:
        what = ("NaN", "inf", "-inf")[event - around]
    return f"{_at(place)}: {shares.format(what)}"
