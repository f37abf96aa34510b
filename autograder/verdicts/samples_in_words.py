"""Say how an answer's random numbers differ from the right distribution."""

from __future__ import annotations

import numpy as np

from autograder.calls.outputs import Output
from autograder.sameness.chance import Difference
from autograder.sameness.frequencies import Counts, Cuts
from autograder.sameness.rows import place_of
from autograder.verdicts.mismatch import Mismatch
from autograder.verdicts.places import in_words as place_in_words
from autograder.verdicts.words import WORST_SHOWN, heading, share

DEPENDENT = (
    "returned random numbers that depend on each other in the wrong way. Is one key used for two "
    "draws, or one draw for several elements?"
)
OVER_KEYS = (
    "returned random numbers that depend on those for other keys; the key alone must determine "
    "them."
)

_SENTENCES = {
    "constant": (
        "returned the same value for every key{share}; the random numbers must come from the key."
    ),
    "mean": "returned values whose mean over {of} keys is wrong{share}.",
    "standard deviation": (
        "returned values whose standard deviation over {of} keys is wrong{share}."
    ),
    "values": (
        "returned values whose distribution over {of} keys is wrong{share}; their mean and "
        "standard deviation may be right."
    ),
    "finite": "returned NaN or infinity for the wrong share of {of} keys{share}.",
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
    size, shape = expected[part].size, expected[part].shape
    sentence = _SENTENCES[difference.kind].format(of=seen.of, share=share(len(here), size))
    lines = [
        _at(place, shape, _line(column, seen, right))
        for column, (each, place) in zip(difference.elements, places, strict=True)
        if each == part
    ][:WORST_SHOWN]
    if difference.kind in ("values", "finite"):
        lines.insert(0, _at(places[0][1], shape, _event(difference, seen, right, cuts)))
    if shape:
        lines.insert(
            0, heading(f"first {WORST_SHOWN} wrong" if len(here) > WORST_SHOWN else "wrong", shape)
        )
    return part, Mismatch(
        "samples",
        sentence,
        "\n".join(lines),
        len(here),
        size,
        difference.surprise,
        difference.allowed,
    )


def _at(place: tuple[int, ...], shape: tuple[int, ...], told: str) -> str:
    return f"  {place_in_words(place, shape)}: {told}" if shape else f"It has {told}."


def _line(column: int, seen: Counts, right: Counts) -> str:
    return (
        f"mean {seen.means[column]:.3g}, expected {right.means[column]:.3g}; "
        f"standard deviation {seen.deviations[column]:.3g}, expected "
        f"{right.deviations[column]:.3g}"
    )


def _event(difference: Difference, seen: Counts, right: Counts, cuts: Cuts) -> str:
    column, event = difference.elements[0], difference.event
    shares = (
        f"{100 * seen.elements[column, event] / seen.of:.3g}% of the numbers are {{}}; expected "
        f"{100 * right.elements[column, event] / right.of:.3g}%"
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
    return shares.format(what)
