"""Judge how an answer is computed: call it, observe it, and compare the facts with the author's
rules.

This module reaches the verdict. The facts are claims of the process that runs the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.bank.records import KnownMethod, RuleChecks
from autograder.calls.call import Failed
from autograder.calls.spec import Case
from autograder.evidence.growth import grows, loops
from autograder.evidence.requirements import Rule, transforms_of
from autograder.evidence.transform import Seen, idle
from autograder.evidence.watch import equations, watch, work

SHOWN = 6
"""A message to a student names at most this many transforms and this many shapes of parameters."""


@dataclass(frozen=True)
class Judgement:
    """The verdict on how a function computes.

    `unmet` names the broken rules. `seen` describes the facts of the first call in words, and
    `outline` in a short form. `failed` is a call that gave no answer, with its case. `resembles` is
    the known method that the answer follows, if any. `looked` is what was seen of each call.
    """

    unmet: tuple[str, ...]
    seen: str = ""
    outline: str = ""
    failed: tuple[Case, Failed] | None = None
    resembles: KnownMethod | None = None
    looked: tuple[Seen, ...] = field(default=(), compare=False)


def judge(function: object, method: RuleChecks, *, twice: bool = True) -> Judgement:
    """Judge `function` by every rule of `method`.

    JAX does not trace a program again that `jit` has already compiled, so nothing of it is seen. If
    a rule is not met, the function is therefore observed a second time with JAX's caches emptied,
    unless `twice` is False.
    """
    traces = {
        dim: [equations(function, case) for case in cases] for dim, cases in method.traces.items()
    }
    works = {dim: _count_work(function, dim, cases) for dim, cases in method.works.items()}
    first = _judge_once(function, method, traces, works, afresh=False)
    return (
        _judge_once(function, method, traces, works, afresh=True)
        if first.unmet and first.failed is None and twice
        else first
    )


def _count_work(function: object, dim: str, cases: Sequence[Case]) -> dict[int, int | None]:
    """The work that Python does for each size of a dimension. An extra call comes first, because
    the first call imports what Python imports only once.
    """
    work(function, cases[0])
    return {case.sizes[dim]: work(function, case) for case in cases}


def _judge_once(
    function: object,
    method: RuleChecks,
    traces: Mapping[str, Sequence[int | None]],
    works: Mapping[str, Mapping[int, int | None]],
    *,
    afresh: bool,
) -> Judgement:
    looked = []
    for number, case in enumerate(method.cases):
        facts, outcome = watch(function, case, afresh and number == 0)
        if isinstance(outcome, Failed):
            return Judgement(tuple(rule.name for rule in method.rules), failed=(case, outcome))
        looked.append(Seen(facts, case.sizes, traces, works))
    unmet = tuple(
        rule.name
        for rule in method.rules
        if not all(rule.requirement.is_met(seen) for seen in looked)
    )
    if not looked:
        return Judgement(unmet)
    outlined = outline(looked[0])
    alike = [
        known
        for known in method.known
        if unmet and (known.unmet, known.outline) == (unmet, outlined)
    ]
    return Judgement(
        unmet,
        in_words(looked[0], method.rules),
        outlined,
        resembles=alike[0] if len(alike) == 1 else None,
        looked=tuple(looked),
    )


def outline(seen: Seen) -> str:
    """The transforms that the function applied, each with the dimension that it maps over, in a
    form that does not depend on sizes.
    """
    parts = []
    for index in range(len(seen.facts.applied)):
        path = [seen.facts.applied[place] for place in (*reversed(seen.facts.around(index)), index)]
        parts.append("/".join(f"{each.transform}[{_dim(each.lanes, seen)}]" for each in path))
    return " ".join(dict.fromkeys((*parts, *(["parameters"] if seen.facts.parameters else []))))


def in_words(seen: Seen, rules: Sequence[Rule] = ()) -> str:
    """The facts in words for a student. Sizes are named by the question's dimensions, so that no
    other number can get out.
    """
    if seen.facts.stopped:
        return "Nothing could be seen: the function changes or blocks Python's profiling hook."
    words = []
    for applied in seen.facts.applied:
        inside = (
            ""
            if applied.inside is None
            else f" inside {seen.facts.applied[applied.inside].transform}"
        )
        over = _over(applied.transform, _dim(applied.lanes, seen))
        idles = (
            idle(each, applied)
            for rule in rules
            for each in transforms_of(rule.requirement)
            if applied.transform in each.names
        )
        how = next((f" of a function that {told}" for told in idles if told), "")
        words.append(f"{applied.transform}{over}{how}{inside}")
    transforms_seen = _list(words)
    transforms = transforms_seen or "no JAX or Flax transform"
    shapes = _list(
        [
            f"({', '.join(_dim(size, seen) for size in parameter.shape)})"
            for parameter in seen.facts.parameters
        ]
    )
    grown = "".join(
        f" The traced program {_grows(lengths)} {dim}."
        for dim, lengths in seen.traces.items()
        if dim not in seen.works or grows(lengths)
    )
    grown += "".join(f" {_work_sentence(dim, seen)}" for dim in seen.works)
    if seen.works and not transforms_seen and not shapes:
        return grown.strip()
    return (
        f"Seen: {transforms}; "
        f"{f'parameters of shape {shapes}' if shapes else 'no parameters'}.{grown}"
    )


def _list(words: Sequence[str]) -> str:
    unique = list(dict.fromkeys(words))
    return ", ".join(unique[:SHOWN]) + (", …" if len(unique) > SHOWN else "")


def _dim(size: int | None, seen: Seen) -> str:
    """The name of the first dimension of this size, or "?"."""
    return next((dim for dim, each in seen.sizes.items() if each == size), "?")


def _over(transform: str, dim: str) -> str:
    if dim == "?":
        return ""
    if transform.endswith("scan"):
        return f" over {dim} steps"
    return f" into {dim}" if transform == "nnx.split_rngs" else f" over {dim} lanes"


def _grows(lengths: Sequence[int | None]) -> str:
    if None in lengths:
        return "could not be measured for different sizes of"
    return "grows with" if grows(lengths) else "does not grow with"


def _work_sentence(dim: str, seen: Seen) -> str:
    """A sentence on how the work that Python does depends on a dimension."""
    if None in seen.works[dim].values():
        return f"Whether Python's work grows with {dim} could not be seen."
    how = "grows with" if loops(seen.works[dim]) else "does not grow with"
    return f"The number of lines and calls that Python runs {how} {dim}."
