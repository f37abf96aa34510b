"""jax.lax: control flow, windows, indices; rules of differentiation of one's own, and calls out of
a program."""

import jax
import jax.numpy as jnp
import numpy as np
from zoo_masters import Dim, Normal, Whole, program, wrong


@program("jax.lax.scan", Normal("N"), N=(4, 5))
def scan(x):
    return jax.lax.scan(
        lambda carry, each: (0.5 * carry + each, carry * each), 1.0, jnp.asarray(x)
    )[1]


@wrong("the carry is not halved")
def scan_whole(x):
    return jax.lax.scan(lambda carry, each: (carry + each, carry * each), 2.0, jnp.asarray(x))[1]


@program("jax.lax.while_loop", Normal("N"), N=(4, 5))
def while_loop(x):
    return jax.lax.while_loop(
        lambda y: jnp.sum(jnp.abs(y)) > 0.5, lambda y: 0.6 * y, jnp.asarray(x)
    )


@wrong("one step more")
def while_loop_more(x):
    return 0.6 * while_loop_steps(x)


def while_loop_steps(x):
    """What `jax.lax.while_loop` comes to, step by step."""
    y = jnp.asarray(x)
    while jnp.sum(jnp.abs(y)) > 0.5:
        y = 0.6 * y
    return y


@program("jax.lax.fori_loop", Normal("N"), Dim("K"), N=(4, 5), K=(3, 4))
def fori_loop(x, steps):
    return jax.lax.fori_loop(0, steps, lambda step, y: jnp.sin(y) + step, jnp.asarray(x))


@wrong("one step less")
def fori_loop_less(x, steps):
    return jax.lax.fori_loop(0, steps - 1, lambda step, y: jnp.sin(y) + step, jnp.asarray(x))


@program("jax.lax.cond", Normal("N"), N=(4, 5))
def cond(x):
    return jax.lax.cond(jnp.sum(x) > 0, jnp.sin, jnp.cos, jnp.asarray(x))


@wrong("the branches are swapped")
def cond_swapped(x):
    return jax.lax.cond(jnp.sum(x) > 0, jnp.cos, jnp.sin, jnp.asarray(x))


@program("jax.lax.switch", Whole("K"), Normal("N"), K=(1, 2), N=(4, 5))
def switch(choice, x):
    return jax.lax.switch(jnp.asarray(choice)[0] % 3, [jnp.sin, jnp.cos, jnp.exp], jnp.asarray(x))


@wrong("the branches backwards")
def switch_backwards(choice, x):
    return jax.lax.switch(jnp.asarray(choice)[0] % 3, [jnp.exp, jnp.tanh, jnp.sin], jnp.asarray(x))


@program("jax.lax.associative_scan", Normal("N"), N=(5, 6))
def associative_scan(x):
    return jax.lax.associative_scan(jnp.multiply, jnp.asarray(x) + 2)


@wrong("from the end")
def associative_scan_reverse(x):
    return jax.lax.associative_scan(jnp.multiply, jnp.asarray(x) + 2, reverse=True)


@program(
    "jax.lax.conv_general_dilated",
    Normal("B", "C", "L"),
    Normal("D", "C", "K"),
    B=(1, 2),
    C=(1, 2),
    L=(5, 6),
    D=(2, 3),
    K=(2, 3),
)
def conv_general_dilated(x, kernel):
    return jax.lax.conv_general_dilated(jnp.asarray(x), jnp.asarray(kernel), (1,), "SAME")


@wrong("the kernel is turned round")
def conv_general_dilated_turned(x, kernel):
    return jax.lax.conv_general_dilated(
        jnp.asarray(x), jnp.asarray(kernel)[..., ::-1], (1,), "SAME"
    )


@program("jax.lax.reduce_window", Normal("N"), N=(5, 6))
def reduce_window(x):
    return jax.lax.reduce_window(jnp.asarray(x), -jnp.inf, jax.lax.max, (2,), (1,), "VALID")


@wrong("the smallest of each window")
def reduce_window_smallest(x):
    return jax.lax.reduce_window(jnp.asarray(x), jnp.inf, jax.lax.min, (2,), (1,), "VALID")


@program("jax.lax.gather", Normal("N", "D"), Whole("K"), N=(5, 6), D=(2, 3), K=(3, 4))
def gather(x, at):
    numbers = jax.lax.GatherDimensionNumbers(
        offset_dims=(1,), collapsed_slice_dims=(0,), start_index_map=(0,)
    )
    return jax.lax.gather(jnp.asarray(x), (jnp.abs(at) % len(x))[:, None], numbers, (1, x.shape[1]))


@wrong("the rows after these")
def gather_next(x, at):
    return jnp.asarray(x)[(jnp.abs(at) + 1) % len(x)]


@program("jax.Array.at", Normal("N"), Whole("K"), N=(3, 4), K=(4, 5))
def scatter_add(x, at):
    return jnp.asarray(x).at[jnp.abs(at) % 2].add(1.0)


@wrong("set, not added")
def scatter_set(x, at):
    return jnp.asarray(x).at[jnp.abs(at) % 2].set(1.0)


@program("jax.lax.scatter_mul", Normal("N"), Normal("N"), N=(3, 4))
def scatter_mul(x, y):
    numbers = jax.lax.ScatterDimensionNumbers(
        update_window_dims=(), inserted_window_dims=(0,), scatter_dims_to_operand_dims=(0,)
    )
    return jax.lax.scatter_mul(
        jnp.asarray(x), jnp.array([[0], [1], [0]]), jnp.asarray(y)[:3], numbers
    )


@wrong("the last one wins")
def scatter_mul_last(x, y):
    return jnp.asarray(x).at[jnp.array([1, 0])].multiply(jnp.asarray(y)[1:3])


@program("jax.custom_jvp", Normal("N"), N=(4, 5))
def custom_jvp(x):
    @jax.custom_jvp
    def softplus(y):
        return jnp.log1p(jnp.exp(y))

    @softplus.defjvp
    def softplus_jvp(primals, tangents):
        return softplus(*primals), 2 * jax.nn.sigmoid(primals[0]) * tangents[0]

    return jax.vmap(jax.grad(softplus))(jnp.asarray(x))


@wrong("the derivative that JAX would find")
def custom_jvp_plain(x):
    return jax.vmap(jax.grad(jax.nn.softplus))(jnp.asarray(x))


@program("jax.custom_vjp", Normal("N"), N=(4, 5))
def custom_vjp(x):
    @jax.custom_vjp
    def clipped(y):
        return jnp.sum(y**2)

    clipped.defvjp(lambda y: (clipped(y), y), lambda y, slope: (slope * jnp.clip(2 * y, -1, 1),))
    return jax.grad(clipped)(jnp.asarray(x))


@wrong("the slope is not clipped")
def custom_vjp_plain(x):
    return 2 * jnp.asarray(x) + 3


@program("jax.checkpoint", Normal("N"), N=(4, 5))
def checkpoint(x):
    return jax.grad(lambda y: jnp.sum(jax.checkpoint(lambda z: jnp.sin(jnp.sin(z)))(y)))(
        jnp.asarray(x)
    )


@wrong("the value, not the gradient")
def checkpoint_value(x):
    return jnp.sin(jnp.sin(jnp.asarray(x)))


@program("jax.pure_callback", Normal("N"), N=(4, 5))
def pure_callback(x):
    x = jnp.asarray(x)
    return jax.pure_callback(
        lambda y: np.sort(np.asarray(y)) ** 2, jax.ShapeDtypeStruct(x.shape, x.dtype), x
    )


@wrong("not sorted")
def pure_callback_unsorted(x):
    x = jnp.asarray(x)
    return jax.pure_callback(
        lambda y: np.asarray(y) ** 2 + 1, jax.ShapeDtypeStruct(x.shape, x.dtype), x
    )


@program("jax.experimental.io_callback", Normal("N"), N=(4, 5))
def io_callback(x):
    total = jax.experimental.io_callback(
        lambda y: np.float32(np.sum(y)), jax.ShapeDtypeStruct((), jnp.float32), x, ordered=True
    )
    return total + jnp.asarray(x)


@wrong("called twice")
def io_callback_twice(x):
    return 2 * jnp.sum(x) + jnp.asarray(x)


@program("jax.debug.print", Normal("N"), N=(4, 5))
def debug_print(x):
    jax.debug.print("the sum is {}", jnp.sum(x))
    return jnp.cumsum(jnp.asarray(x))


@wrong("from the end")
def debug_print_reverse(x):
    jax.debug.print("the sum is {}", jnp.sum(x))
    return jnp.cumsum(jnp.asarray(x)[::-1])


@program("jax.debug.callback", Normal("N"), N=(4, 5))
def debug_callback(x):
    jax.debug.callback(lambda y: None, jnp.asarray(x))
    return jnp.tanh(jnp.asarray(x))


@wrong("the argument itself")
def debug_callback_identity(x):
    return jnp.asarray(x)


@program("jax.lax.dynamic_slice", Normal("N"), Whole("K"), N=(5, 6), K=(1, 2))
def dynamic_slice(x, at):
    return jax.lax.dynamic_slice(jnp.asarray(x), (jnp.abs(at)[0] % 3,), (2,))


@wrong("one further")
def dynamic_slice_further(x, at):
    return jax.lax.dynamic_slice(jnp.asarray(x), (jnp.abs(at)[0] % 3 + 1,), (2,))


@program(
    "jax.lax.dynamic_update_slice",
    Normal("N"),
    Normal("M"),
    Whole("K"),
    N=(5, 6),
    M=(2, 3),
    K=(1, 2),
)
def dynamic_update_slice(x, update, at):
    return jax.lax.dynamic_update_slice(jnp.asarray(x), jnp.asarray(update), (jnp.abs(at)[0] % 3,))


@wrong("backwards")
def dynamic_update_slice_backwards(x, update, at):
    return jax.lax.dynamic_update_slice(
        jnp.asarray(x), jnp.asarray(update)[::-1], (jnp.abs(at)[0] % 3,)
    )


@program("jax.lax.cumsum", Normal("M", "N"), M=(3, 4), N=(4, 5))
def cumsum(x):
    return jax.lax.cumsum(jnp.asarray(x), axis=1)


@wrong("along the other axis")
def cumsum_columns(x):
    return jax.lax.cumsum(jnp.asarray(x), axis=0)


@program("jax.lax.cummax", Normal("N"), N=(5, 6))
def cummax(x):
    return jax.lax.cummax(jnp.asarray(x)) + x


@wrong("the smallest so far")
def cummin(x):
    return jax.lax.cummin(jnp.asarray(x)) + x


@program("jax.lax.cumlogsumexp", Normal("N"), N=(5, 6))
def cumlogsumexp(x):
    return jax.lax.cumlogsumexp(jnp.asarray(x))


@wrong("from the end")
def cumlogsumexp_reverse(x):
    return jax.lax.cumlogsumexp(jnp.asarray(x), reverse=True)


@program("jax.lax.map", Normal("M", "N"), M=(3, 4), N=(4, 5))
def lax_map(x):
    return jax.lax.map(lambda row: row / jnp.sum(jnp.abs(row)), jnp.asarray(x))


@wrong("divided by the sum of all")
def lax_map_all(x):
    return jnp.asarray(x) / jnp.sum(jnp.abs(x))


@program("jax.lax.sort", Normal("N"), Normal("N"), N=(4, 5), several=True)
def lax_sort(keys, values):
    return jax.lax.sort((jnp.asarray(keys), jnp.asarray(values)), num_keys=1)


@wrong("each by itself")
def lax_sort_apart(keys, values):
    return jnp.sort(jnp.asarray(keys)), jnp.sort(jnp.asarray(values))


@program("jax.lax.custom_linear_solve", Normal("N", "N"), Normal("N"), N=(3, 4))
def custom_linear_solve(a, b):
    matrix = a @ a.T + len(b) * jnp.eye(len(b))
    return jax.lax.custom_linear_solve(
        lambda x: matrix @ x,
        jnp.asarray(b),
        lambda _, y: jnp.linalg.solve(matrix, y),
        symmetric=True,
    )


@wrong("multiplied instead")
def custom_linear_multiplied(a, b):
    return (a @ a.T + len(b) * jnp.eye(len(b))) @ b


@program("jax.shard_map", Normal("M", "N"), M=(3, 4), N=(4, 5))
def shard_map(x):
    mesh = jax.make_mesh((1,), ("rows",), axis_types=(jax.sharding.AxisType.Auto,))
    rows = jax.sharding.PartitionSpec("rows")
    mapped = jax.shard_map(
        lambda part: part - jax.lax.pmean(jnp.mean(part, axis=0), "rows"),
        mesh=mesh,
        in_specs=rows,
        out_specs=rows,
    )
    return mapped(jnp.asarray(x))


@wrong("the mean of each row")
def shard_map_rows(x):
    return jnp.asarray(x) - jnp.mean(x, axis=1, keepdims=True)


@program("jax.experimental.pallas", Normal("N"), N=(4, 5))
def pallas(x):
    from jax.experimental import pallas

    def kernel(read, written):
        written[...] = 2 * read[...] + 1

    x = jnp.asarray(x)
    return pallas.pallas_call(
        kernel, out_shape=jax.ShapeDtypeStruct(x.shape, x.dtype), interpret=True
    )(x)


@wrong("nothing is added")
def pallas_doubled(x):
    return 2 * jnp.asarray(x)
