"""The lines of a message in a notebook."""

from __future__ import annotations

import pytest

from autograder.checks.lines import WIDTH, fold, in_short_lines
from autograder.checks.verdict import CheckFailed, Ungraded

SENTENCE = (
    "scale_rows returned float32[3, 4] whose numbers differ from those expected in 12 of 12 "
    "elements [case 1 of 4: rows=3, columns=4, seed=12]"
)


def test_lines_are_folded_between_words_and_say_the_same() -> None:
    found = fold(SENTENCE)
    assert found == (
        "scale_rows returned float32[3, 4] whose numbers differ from those expected in 12 of\n"
        "12 elements [case 1 of 4: rows=3, columns=4, seed=12]"
    )
    assert found.split() == SENTENCE.split()


def test_the_first_line_leaves_room_for_what_stands_before_it() -> None:
    first = fold(SENTENCE, indent=13).split("\n")[0]
    assert WIDTH - 13 - len("expected") < len(first) <= WIDTH - 13


@pytest.mark.parametrize(
    "whole",
    [
        "pip install jax==0.10.2 jaxlib==0.10.2 flax==0.12.8 numpy==2.4.6",
        "pip install --force-reinstall jax==0.10.2 jaxlib==0.10.2 flax==0.12.8 numpy==2.4.6",
        '%pip install "otter-arrays[build]"',
        "jax.config.update('jax_enable_x64', False)",
        "(3, 4, 5)",
        "(28,)",
    ],
)
def test_what_is_to_be_typed_stays_in_one_line(whole: str) -> None:
    for before in range(0, 100, 7):
        text = f"{'word ' * (before // 5)}type: {whole}. Restart the kernel."
        assert whole in fold(text)


@pytest.mark.parametrize("line", ["  scale_rows(*public_case('scale_rows', 0)) " + "x" * 90, ""])
def test_code_and_tables_stay_as_they_are(line: str) -> None:
    assert fold(f"It was called with x.\n{line}\nEnd.") == f"It was called with x.\n{line}\nEnd."


def test_a_long_word_takes_no_time() -> None:
    """A student may choose an exception's text. If each place in the word were searched for a call,
    this would take hours.
    """
    text = "x" * 1_000_000
    assert fold(text) == text


def test_a_word_longer_than_a_line_stays_whole() -> None:
    assert fold("see " + "w" * 200) == "see\n" + "w" * 200


@pytest.mark.parametrize("kind", [CheckFailed, Ungraded])
def test_what_a_check_raises_is_folded(kind: type[Exception]) -> None:
    with pytest.raises(kind) as raised, in_short_lines():
        raise kind(SENTENCE)
    lines = f"{kind.__name__}: {raised.value}".split("\n")
    assert max(map(len, lines)) <= WIDTH
    assert " ".join(lines) == f"{kind.__name__}: {SENTENCE}"
