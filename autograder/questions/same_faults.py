"""Find the faults of the words of `same`, alone and together with other fields of a declaration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from autograder.questions.argument import Argument
from autograder.questions.option_faults import Fault
from autograder.sameness.words import Alignment, Residual, Samples, Word

_KEPT_LAWS = ("jit", "vmap")
"""The laws that a check can judge together with `same`."""

WORDS = "up_to_sign(axis), up_to_order(axis), up_to_rotation(), as_set(), residual(…), samples(…)"


class DeclaredSame(Protocol):
    """The fields that bear on `same`."""

    arguments: Mapping[str, Argument]
    rtol: float | None
    atol: float | None
    imprecise: float
    nan: bool
    several: bool
    gradient: tuple[str, ...]
    laws: tuple[str, ...]
    same: Word | Mapping[str, Word] | None


def faults_of_same(question: DeclaredSame) -> Iterator[Fault]:
    """The faults of the field `same`, and of other fields that it rules out."""
    same = question.same
    if same is None:
        return
    yield from _of_words(question)
    words = [same] if isinstance(same, Word) else list(same.values())
    if question.gradient:
        yield "same", same, "does not work with gradient; remove gradient or same"
    for law in question.laws:
        if law not in _KEPT_LAWS:
            yield (
                "laws",
                law,
                f"does not work with same; the laws that do are {', '.join(map(repr, _KEPT_LAWS))}",
            )
    if any(isinstance(word, Residual | Samples) for word in words):
        if question.imprecise:
            yield (
                "imprecise",
                question.imprecise,
                "does not work with a residual or samples; remove imprecise",
            )
        if question.nan:
            yield "nan", question.nan, "does not work with a residual or samples; remove nan"
    if isinstance(same, Samples):
        yield from _of_samples(question, same)


def _of_words(question: DeclaredSame) -> Iterator[Fault]:
    same = question.same
    if isinstance(same, Mapping):
        if not question.several:
            yield (
                "same",
                same,
                "names arrays, but the answer is one array; write the word alone, or declare "
                "several=True",
            )
        if not same:
            yield "same", same, f"is empty; its words are {WORDS}"
        for part, word in same.items():
            if not isinstance(part, str) or not part:
                yield "same", part, 'is not the name of an array such as "0" or "grads/kernel"'
            if not isinstance(word, Alignment):
                yield (
                    f"same[{part!r}]",
                    word,
                    "is not a word for one array; those are up_to_sign(axis), up_to_order(axis), "
                    "up_to_rotation() and as_set(). residual(…) and samples(…) are for all "
                    "arrays; write them alone",
                )
    elif not isinstance(same, Word):
        yield "same", same, f"is not a word of autograder.same; its words are {WORDS}"
    elif isinstance(same, Alignment) and question.several:
        yield (
            "same",
            same,
            f'does not name one of the arrays; write same={{"0": {same}}}',
        )


def _of_samples(question: DeclaredSame, same: Samples) -> Iterator[Fault]:
    drawn = random_arguments(question.arguments)
    if not drawn:
        yield "same", same, "needs an argument that makes the random numbers: a Key or a Seed"
    if same.key and same.key not in drawn:
        yield (
            "same",
            same,
            f"names key={same.key!r}, which is neither a Key nor a Seed; the Keys and Seeds are "
            f"{', '.join(drawn)}",
        )
    if len(drawn) > 1 and not same.key:
        yield (
            "same",
            same,
            f"does not say which argument makes the random numbers: {', '.join(drawn)}; write "
            f"samples({same.count}, key={drawn[0]!r})",
        )
    for label in ("rtol", "atol"):
        if getattr(question, label) is not None:
            yield (
                label,
                getattr(question, label),
                "does not work with samples: their number determines the allowed error; remove it",
            )
    if question.laws:
        yield (
            "laws",
            question.laws,
            "does not work with samples; declare another question without same",
        )


def random_arguments(arguments: Mapping[str, Argument]) -> list[str]:
    """The names of the arguments that random numbers follow from, structures aside."""
    return [
        name for name, argument in arguments.items() if argument.seeds or argument.kinds == ("key",)
    ]
