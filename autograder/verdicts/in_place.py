"""What a function did to its arguments: wrote into one that it may not change, or left one that it
must.
"""

from __future__ import annotations

import re

from autograder.calls.call import Failed, Returned
from autograder.calls.causes import NOTHING
from autograder.calls.outputs import RETURNED
from autograder.calls.spec import CallSpec


def forbidden(outcome: Returned | Failed, way: CallSpec) -> tuple[str, ...]:
    """The arguments that the function wrote into and may not change."""
    if isinstance(outcome, Failed):
        return ()
    return tuple(
        name for name in outcome.changed if name not in way.may_change and name not in way.changed
    )


def about(part: str, sentence: str, outcome: Returned | Failed, way: CallSpec) -> str:
    """The sentence about a wrong array of an output, with its name: a returned array, the state of
    an object, or an argument that the function should have written into.
    """
    step = way.step_of(part)
    if step is not None:
        inside = part.removeprefix(step.part).removeprefix("/")
        told = sentence if step.method else sentence.replace("returned", "has", 1)
        return _inside(told, f"[{inside}]") if inside else told
    argument = part.partition("/")[0]
    if argument not in way.changed:
        return _inside(sentence, f"[{part}]")
    if is_untouched(part, outcome, way):
        return (
            f"left its argument {argument} unchanged; write the answer into {argument}, which is "
            "read after the call."
        )
    return _inside(sentence.replace("returned", "left", 1), f"its argument [{part}]")


def _inside(sentence: str, where: str) -> str:
    """A sentence about an array with the array's name, after the share of its elements if it tells
    one.
    """
    share = re.search(r" in \d+ of \d+ elements \([\d.]+%\)", sentence)
    if share is not None:
        return f"{sentence[: share.end()]} of {where}{sentence[share.end() :]}"
    end = r"(?=;)" if ";" in sentence else r"(?=\.(?: |$))"
    return re.sub(end, lambda found: f" in {where}", sentence, count=1)


def about_structure(part: str, sentence: str, outcome: Returned | Failed, way: CallSpec) -> str:
    """The sentence about an output with missing or extra arrays. Where arguments should change, the
    missing one may be what the function returns.
    """
    if not way.changed or part.partition("/")[0] != RETURNED or isinstance(outcome, Failed):
        return sentence
    return sentence if _returned_any(outcome) else NOTHING.says()


def is_untouched(part: str, outcome: Returned | Failed, way: CallSpec) -> bool:
    """Whether a wrong array is an argument that the function should have written into and did
    not.
    """
    argument = part.partition("/")[0]
    return (
        argument in way.changed
        and isinstance(outcome, Returned)
        and argument not in outcome.changed
    )


def _returned_any(outcome: Returned) -> bool:
    return any(name.partition("/")[0] == RETURNED for name in outcome.output)
