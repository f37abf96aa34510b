"""Sorting, searching, counting and segments."""

import jax
import jax.numpy as jnp
from zoo_masters import Normal, Whole, program, wrong


@program("jnp.sort", Normal("M", "N"), M=(3, 4), N=(4, 5))
def sort(x):
    return jnp.sort(jnp.asarray(x), axis=1)


@wrong("along the other axis")
def sort_columns(x):
    return jnp.sort(jnp.asarray(x), axis=0)


@program("jnp.argsort", Normal("N"), N=(5, 6))
def argsort(x):
    return jnp.argsort(jnp.asarray(x))


@wrong("the ranks")
def argsort_ranks(x):
    return jnp.argsort(-jnp.asarray(x))


@program("jnp.lexsort", Whole("N"), Normal("N"), N=(5, 6))
def lexsort(first, second):
    return jnp.lexsort((jnp.asarray(second), jnp.asarray(first) % 2))


@wrong("the keys are swapped")
def lexsort_swapped(first, second):
    return jnp.lexsort((jnp.asarray(first) % 2, jnp.asarray(second)))


@program("jax.lax.top_k", Normal("N"), N=(5, 6), several=True)
def top_k(x):
    return jax.lax.top_k(jnp.asarray(x), 3)


@wrong("the smallest")
def top_k_smallest(x):
    values, places = jax.lax.top_k(-jnp.asarray(x), 3)
    return -values, places


@program("jnp.unique", Whole("N"), N=(4, 8))
def unique(x):
    return jnp.unique(jnp.asarray(x), size=6, fill_value=99)


@wrong("filled with the smallest")
def unique_filled(x):
    return jnp.unique(jnp.asarray(x), size=6)[::-1]


@program("jnp.searchsorted", Normal("M"), Normal("N"), M=(5, 6), N=(4, 5))
def searchsorted(x, at):
    return jnp.searchsorted(jnp.sort(jnp.asarray(x)), jnp.asarray(at))


@wrong("counted from the right")
def searchsorted_larger(x, at):
    return len(x) - jnp.searchsorted(jnp.sort(jnp.asarray(x)), jnp.asarray(at))


@program("jax.ops.segment_sum", Normal("N"), Whole("N"), N=(5, 6))
def segment_sum(x, labels):
    return jax.ops.segment_sum(jnp.asarray(x), jnp.asarray(labels) % 3, num_segments=3)


@wrong("the largest of each segment")
def segment_max(x, labels):
    return jnp.stack(
        [jnp.sum(jnp.where(jnp.asarray(labels) % 3 == label, x, 0) ** 2) for label in range(3)]
    )


@program("jax.nn.one_hot", Whole("N"), N=(4, 5))
def one_hot(labels):
    return jax.nn.one_hot(jnp.asarray(labels) % 4, 4)


@wrong("counted from one")
def one_hot_from_one(labels):
    return jax.nn.one_hot(jnp.asarray(labels) % 4 - 1, 4)


@program("jnp.bincount", Whole("N"), N=(5, 6))
def bincount(labels):
    return jnp.bincount(jnp.asarray(labels) % 3, length=3)


@wrong("added up")
def bincount_cumulative(labels):
    return jnp.cumsum(jnp.bincount(jnp.asarray(labels) % 3, length=3))[::-1]


@program("jnp.nonzero", Normal("N"), N=(5, 6))
def nonzero(x):
    return jnp.nonzero(jnp.asarray(x) > 0, size=4, fill_value=-1)[0]


@wrong("where it is not")
def nonzero_not(x):
    return jnp.nonzero(jnp.asarray(x) <= 0, size=4, fill_value=-1)[0]


@program("jnp.median", Normal("M", "N"), M=(3, 4), N=(4, 5))
def median(x):
    return jnp.median(jnp.asarray(x), axis=1)


@wrong("the mean")
def median_mean(x):
    return jnp.mean(jnp.asarray(x), axis=1)


@program("jnp.quantile", Normal("N"), N=(5, 6))
def quantile(x):
    return jnp.quantile(jnp.asarray(x), jnp.array([0.2, 0.7]))


@wrong("the neighbour below")
def quantile_lower(x):
    return jnp.quantile(jnp.asarray(x), jnp.array([0.2, 0.7]), method="lower")


@program("jnp.histogram", Normal("N"), N=(7, 8))
def histogram(x):
    return jnp.histogram(jnp.asarray(x), bins=jnp.array([-9.0, -0.5, 0.5, 9.0]))[0]


@wrong("added up")
def histogram_cumulative(x):
    return jnp.cumsum(jnp.histogram(jnp.asarray(x), bins=jnp.array([-9.0, -0.5, 0.5, 9.0]))[0])[
        ::-1
    ]


@program("jnp.digitize", Normal("N"), N=(5, 6))
def digitize(x):
    return jnp.digitize(jnp.asarray(x), jnp.array([-0.5, 0.5]))


@wrong("the edges backwards")
def digitize_backwards(x):
    return 2 - jnp.digitize(jnp.asarray(x), jnp.array([-0.5, 0.5])) + 1


@program("jnp.take_along_axis", Normal("M", "N"), M=(3, 4), N=(4, 5))
def take_along_axis(x):
    order = jnp.argsort(jnp.abs(jnp.asarray(x)), axis=1)
    return jnp.take_along_axis(jnp.asarray(x), order, axis=1)


@wrong("the signs are lost")
def take_along_axis_absolute(x):
    return jnp.sort(jnp.abs(jnp.asarray(x)), axis=1)


@program("jnp.argmax", Normal("M", "N"), M=(5, 6), N=(4, 5))
def argmax(x):
    return jnp.argmax(jnp.asarray(x), axis=1)


@wrong("of the absolute value")
def argmax_smallest(x):
    return jnp.argmin(jnp.asarray(x), axis=1)


@program("jnp.partition", Normal("N"), N=(5, 6))
def partition(x):
    return jnp.partition(jnp.asarray(x), 2)[2]


@wrong("counted from one")
def partition_from_one(x):
    return jnp.partition(jnp.asarray(x), 1)[1]
