"""Let the cases of `corners` differ from the usual one in little: those with a dimension at its
smallest reuse its values. Seeds and numbers also take the ends of their ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from autograder.build.answered_cases import answered_case
from autograder.build.balance import Answered, like
from autograder.build.plan import Plan
from autograder.build.shapes import AT_ITS_SMALLEST, EQUAL, LARGEST, USUAL
from autograder.calls.inputs import Value
from autograder.calls.outputs import Output
from autograder.calls.spec import Case
from autograder.questions.question import Question


def share(question: Question, reference: object, planned: Plan, answered: Answered) -> Plan:
    """Give the cases with one size at its smallest the values of the usual case, and move seeds and
    numbers to the ends of their ranges. Changes `answered`, and returns the plan with the calls in
    the order that `_calls` chooses.
    """
    labels = [slot.shape.label for slot in planned.slots]
    ends = {LARGEST: True, EQUAL: False}
    usual = _usual(planned)
    for place, slot in enumerate(planned.slots):
        case = answered[place][0]
        if labels[place] in ends:
            new = {
                name: question.arguments[name].at_an_end(value, largest=ends[labels[place]])
                for name, value in case.arguments.items()
            }
        elif AT_ITS_SMALLEST in labels[place] and case.label == slot.shape.label:
            new = _shared(question, answered[usual][0], case)
        else:
            continue
        rest = [each for index, (each, _) in enumerate(answered) if index != place]
        for name, value in case.arguments.items():
            if value.text and all(each.arguments[name].text != value.text for each in rest):
                new[name] = value  # no other case has this option
        pair = answered_case(question, reference, slot.shape, replace(case, arguments=new))
        others = [output for index, (_, output) in enumerate(answered) if index != place]
        if pair is not None and not _all_alike([pair[1], *others]):
            answered[place] = pair
    return replace(planned, calls=_calls(planned, answered))


def _calls(planned: Plan, answered: Answered) -> tuple[int, ...]:
    """The order of the calls in `corners`. The usual case comes at once after each one that differs
    from it in one number alone, for an answer that keeps its last result by the other arguments.
    """
    usual = _usual(planned)
    order = list(planned.calls)
    for place in planned.calls:
        others = [
            value
            for name, value in answered[place][0].arguments.items()
            if value is not answered[usual][0].arguments[name]
        ]
        after = order.index(place) + 1
        if len(others) == 1 and not others[0].data.ndim and order[after : after + 1] != [usual]:
            order.insert(after, usual)
    return tuple(order)


def _usual(planned: Plan) -> int:
    return next(place for place, slot in enumerate(planned.slots) if slot.shape.label in USUAL)


def _all_alike(outputs: Sequence[Output]) -> bool:
    first = outputs[0]
    return all(
        output.keys() == first.keys() and all(like(output[part], first[part]) for part in first)
        for output in outputs
    )


def _shared(question: Question, usual: Case, case: Case) -> dict[str, Value]:
    """The arguments of the usual case, as far as they fit the sizes of another case: an array
    without structured elements is cut to size.
    """
    found = dict(case.arguments)
    for name, value in usual.arguments.items():
        argument, own = question.arguments[name], found[name]
        if all(usual.sizes[dim] == case.sizes[dim] for dim in argument.dims):
            found[name] = value
        elif argument.restructurable and all(
            size <= most for size, most in zip(own.data.shape, value.data.shape, strict=True)
        ):
            part = tuple(map(slice, own.data.shape))
            found[name] = replace(value, data=np.ascontiguousarray(value.data[part]))
    return found
