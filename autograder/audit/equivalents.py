"""Find the mutants that are not mistakes, because they agree with the reference on the cases of
additional banks.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder.assignment.notebook import run_after_cells
from autograder.bank.groups import HIDDEN_GROUPS
from autograder.bank.records import ExpectedCase, Group
from autograder.build.judged import cases_of
from autograder.build.measured import of_classes, with_own
from autograder.build.plan import generator
from autograder.build.reference import drawn_cases
from autograder.build.tolerance import Noise, tolerances
from autograder.questions.question import Question, declared_questions
from autograder.sameness.words import residual_of, samples_of
from autograder.verdicts.examine import examine

FRESH_BANKS = 6
"""How many additional banks compare a wrong answer with full marks with the reference."""

MOST_MAPPED = 1_500
"""Compiled programs are given back once they have this many mappings of memory: some 500 MB. Linux
gives a process 65,530 mappings.
"""


def agreeing(master: Path, question: str, sources: Sequence[str], noise: Noise) -> set[str]:
    """Those of `sources` that agree with the reference of `master`, given its measured noise.
    Raises `BuildError`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        asked, told = Path(scratch, "asked.json"), Path(scratch, "told.json")
        asked.write_text(
            json.dumps({"question": question, "sources": list(sources), "noise": asdict(noise)}),
            encoding="utf-8",
        )
        call = f"agree_here(globals(), {str(asked)!r}, {str(told)!r})"
        run_after_cells(master, f"from autograder.audit.equivalents import agree_here\n{call}")
        return {
            source
            for source, agrees in zip(
                sources, json.loads(told.read_text(encoding="utf-8")), strict=True
            )
            if agrees
        }


def agree_here(namespace: Mapping[str, Any], asked: str, told: str) -> None:
    """Write a JSON list that says which answers agree with the reference on the cases of additional
    banks.

    Runs in the master's kernel, after its cells.
    """
    import jax

    wanted = json.loads(Path(asked).read_text(encoding="utf-8"))
    question = next(each for each in declared_questions() if each.name == wanted["question"])
    functions = []
    for source in wanted["sources"]:
        scope = dict(namespace)
        exec(source, scope)
        functions.append(scope[question.name])
    agreeing = [True] * len(functions)
    before = _count_mappings()
    for group in fresh_groups(question, namespace[question.name], Noise(**wanted["noise"])):
        for place, function in enumerate(functions):
            if agreeing[place]:
                agreeing[place] = examine(function, group) is None
                if before is None or (_count_mappings() or 0) > before + MOST_MAPPED:
                    jax.clear_caches()
    Path(told).write_text(json.dumps(agreeing), encoding="utf-8")


def _count_mappings() -> int | None:
    """How many mappings of memory this process has. None if the system does not tell."""
    try:
        return Path("/proc/self/maps").read_bytes().count(b"\n")
    except OSError:
        return None


def fresh_groups(question: Question, reference: object, noise: Noise) -> Iterator[Group]:
    """The groups of additional banks, with tolerances from the given noise. A wider tolerance of
    the author's does not count: what it lets through is what an audit looks for.
    """
    for number in range(FRESH_BANKS):
        names = (*HIDDEN_GROUPS, *question.laws)
        plans, found = drawn_cases(
            question,
            reference,
            {name: generator(f"audit {number}", question.name, name) for name in names},
        )
        if residual_of(question.words) or samples_of(question.words):
            for name, (planned, _) in plans.items():
                yield Group(name, cases_of(question, reference, found[name])[0], planned.calls)
            continue
        noises = {name: noise for each in found.values() for _, output in each for name in output}
        sizes = with_own(question, reference, found, of_classes(question, reference, found), noises)
        for name, (planned, _) in plans.items():
            cases = tuple(
                ExpectedCase(
                    case,
                    output,
                    tolerances(output, noises, None, None, scales),
                    same=question.words,
                )
                for (case, output), scales in zip(found[name], sizes[name], strict=True)
            )
            yield Group(name, cases, planned.calls, imprecise=question.imprecise)
