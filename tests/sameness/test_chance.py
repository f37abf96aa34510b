"""Samples of one distribution are recognised, however they are drawn. Others are distinguished, by
the kind of their difference. The rate of false alarms follows from the counts alone. Covers too:
`sameness.frequencies`, `sameness.rows`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import fisher_exact

from autograder.calls.sampling import AGAIN, LOOPED
from autograder.sameness import chance
from autograder.sameness.chance import Difference, difference
from autograder.sameness.frequencies import (
    Counts,
    Cuts,
    count,
    cuts_of,
    from_arrays,
    to_arrays,
)
from autograder.sameness.rows import NotSamples, as_rows, exact_columns, place_of

SIZE = 5
OF = 20_000
Rows = np.ndarray


def reference(rows: Rows, exact: bool = False) -> tuple[Cuts, Counts]:
    cuts = cuts_of(rows[:2_000], np.full(rows.shape[1], exact))
    return cuts, count(rows[2_000:], cuts)


def told(rows: Rows, against: tuple[Cuts, Counts]) -> Difference | None:
    cuts, right = against
    return difference(count(rows, cuts), right)


NORMAL = reference(np.random.default_rng(1).standard_normal((OF, SIZE)))


def normal(rng: np.random.Generator, of: int = OF) -> Rows:
    return rng.standard_normal((of, SIZE))


def doubled(rows: Rows) -> Rows:
    rows[:, 1] = rows[:, 0]
    return rows


def same_size(rows: Rows) -> Rows:
    rows[:, 1] = np.sign(rows[:, 1]) * np.abs(rows[:, 0])
    return rows


def by_pairs_of_keys(rows: Rows) -> Rows:
    rows[1::2] = rows[::2]
    return rows


def sometimes_nan(rows: Rows) -> Rows:
    rows[: len(rows) // 50, 2] = np.nan
    return rows


WRONG: dict[str, tuple[str, Callable[[np.random.Generator, int], Rows]]] = {
    "shifted": ("mean", lambda rng, of: normal(rng, of) + 0.4),
    "wider": ("standard deviation", lambda rng, of: 1.3 * normal(rng, of)),
    "uniform": ("values", lambda rng, of: rng.uniform(-(3**0.5), 3**0.5, (of, SIZE))),
    "Laplace": ("values", lambda rng, of: rng.laplace(size=(of, SIZE)) / 2**0.5),
    "of two values": ("values", lambda rng, of: np.sign(normal(rng, of))),
    "of two draws one": ("elements", lambda rng, of: doubled(normal(rng, of))),
    "of one size": ("elements", lambda rng, of: same_size(normal(rng, of))),
    "for two keys the same": ("keys", lambda rng, of: by_pairs_of_keys(normal(rng, of))),
    "without the key": ("constant", lambda rng, of: np.tile(normal(rng, 1), (of, 1))),
    "NaN at times": ("finite", lambda rng, of: sometimes_nan(normal(rng, of))),
}


@pytest.mark.parametrize("of", [OF, LOOPED])
@pytest.mark.parametrize("name", WRONG)
def test_another_distribution_is_told(name: str, of: int) -> None:
    kind, draw = WRONG[name]
    found = told(draw(np.random.default_rng(2), of), NORMAL)
    assert found is not None
    assert found.kind == kind
    assert found.surprise > found.allowed > 15


@pytest.mark.parametrize("of", [OF, LOOPED])
@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, of: normal(rng, of),
        lambda rng, of: -normal(rng, of),
        lambda rng, of: normal(rng, of).astype(np.float32).astype(np.float64),
        lambda rng, of: rng.standard_normal((of, SIZE, 12)).sum(axis=2) / 12**0.5,
        lambda rng, of: np.where(rng.random((of, SIZE)) < 1e-4, np.inf, normal(rng, of)),
    ],
)
def test_the_same_distribution_is_right_however_it_is_drawn(
    draw: Callable[[np.random.Generator, int], Rows], of: int
) -> None:
    assert told(draw(np.random.default_rng(3), of), NORMAL) is None


def test_no_distribution_is_assumed() -> None:
    """Not even a mean: these samples have heavy tails, few values, or one value."""
    draws: list[Callable[[np.random.Generator], Rows]] = [
        lambda rng: rng.standard_cauchy((OF, SIZE)),
        lambda rng: rng.lognormal(0, 3, (OF, SIZE)),
        lambda rng: rng.integers(0, 3, (OF, SIZE)).astype(float),
        lambda rng: np.where(rng.random((OF, SIZE)) < 1e-3, 1.0, 0.0),
        lambda rng: np.concatenate([normal(rng)[:, 1:], np.full((OF, 1), 7.0)], axis=1),
    ]
    for number, draw in enumerate(draws):
        for exact in (True, False) if number == 2 else (False,):
            against = reference(draw(np.random.default_rng(1)), exact)
            for seed in range(5):
                assert told(draw(np.random.default_rng(10 + seed)), against) is None


def test_values_that_are_often_taken_are_told_from_their_neighbours_but_not_from_rounding() -> None:
    x = np.array([0.5, -2.0, 30.0, 0.001, 0.0])

    def dropped(seed: int) -> Rows:
        return np.where(np.random.default_rng(seed).random((OF, SIZE)) < 0.75, x / 0.75, 0.0)

    against = reference(dropped(1))
    assert told(dropped(2), against) is None
    assert told(dropped(2) * (1 + 1e-6), against) is None
    unscaled = told(dropped(2) * 0.75, against)
    assert unscaled is not None
    assert set(unscaled.elements) == {0, 1, 2, 3}


def test_the_rate_of_false_alarms_is_that_of_fishers_exact_test() -> None:
    for seen, right in ((400, 600), (0, 40), (2_000, 1_500)):
        _, found = chance._surprise(np.array([[seen]]), OF, np.array([[right]]), 18_000)
        table = [[seen, OF - seen], [right, 18_000 - right]]
        one_sided = min(fisher_exact(table, each).pvalue for each in ("less", "greater"))
        assert found[0] == pytest.approx(-np.log10(2 * one_sided), rel=1e-6)


def test_a_class_is_hardly_ever_alarmed() -> None:
    """In right samples, even the least likely of all these events is nowhere near the bound."""
    cuts, right = NORMAL
    assert pytest.approx(1e-9) == chance.RATE * chance.CHECKS
    most = 0.0
    for seed in range(40):
        seen = count(normal(np.random.default_rng(100 + seed)), cuts)
        for one, other in ((seen.elements, right.elements), (seen.pairs[None], right.pairs[None])):
            most = max(most, float(chance._surprise(one, seen.of, other, right.of)[1].max()))
    assert most < 9


def test_frequencies_are_kept_as_arrays() -> None:
    cuts, counts = NORMAL
    again, other = from_arrays(to_arrays(cuts, counts))
    assert other.of == counts.of == 18_000
    assert np.array_equal(again.cuts, cuts.cuts)
    assert np.array_equal(other.pairs, counts.pairs)


def test_of_many_elements_each_is_counted_and_some_are_looked_at_in_pairs() -> None:
    rows = np.random.default_rng(1).standard_normal((4_000, 200))
    cuts, counts = reference(rows)
    assert counts.elements.shape == (200, 2 * (17 + 8) + 3)
    assert len(cuts.chosen) == 128
    assert counts.pairs.shape == (256 * 255 // 2,)


def test_rows_are_counted_and_never_claimed() -> None:
    expected = {"0": np.zeros((2, 2), np.float32), "1": np.zeros(3, np.complex64)}

    def output(of: int) -> dict[str, np.ndarray]:
        return {name: np.stack([array] * of) for name, array in expected.items()}

    found = as_rows(output(LOOPED + AGAIN), expected, OF)
    assert found.rows.shape == (LOOPED, 4 + 6)
    assert found.repeats
    assert as_rows(output(OF + AGAIN), expected, OF).rows.shape == (OF, 10)
    for of in (2, 100, LOOPED, OF + AGAIN + 1):
        with pytest.raises(NotSamples):
            as_rows(output(of), expected, OF)
    uneven = {**output(LOOPED + AGAIN), "1": output(LOOPED + AGAIN + 1)["1"]}
    with pytest.raises(NotSamples):
        as_rows(uneven, expected, OF)
    assert exact_columns({"": np.zeros(2, int), "b": np.zeros(1, np.complex64)}).tolist() == [
        *(True, True),
        *(False, False),
    ]
    assert place_of(3, expected) == ("0", (1, 1))
    assert place_of(8, expected) == ("1", (1,))
    with pytest.raises(IndexError):
        place_of(10, expected)


def test_the_same_key_must_give_the_same_up_to_rounding() -> None:
    expected = {"": np.zeros(2)}
    rows = np.random.default_rng(1).standard_normal((LOOPED + AGAIN, 2))
    rows[-2:] = [[1.0, np.nan], [1.0 + 1e-6, np.nan]]
    assert as_rows({"": rows}, expected, OF).repeats
    rows[-1] = [1.1, np.nan]
    assert not as_rows({"": rows}, expected, OF).repeats
