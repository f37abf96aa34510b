"""Other dtypes inside of a program; what it returns is cast back to one that a bank can keep."""

import jax
import jax.numpy as jnp
from jax import lax
from zoo_masters import Normal, Truth, Whole, program, wrong


@program("jnp.bfloat16", Normal("N"), N=(4, 5))
def bfloat16(x):
    return (jnp.asarray(x).astype(jnp.bfloat16) * 2 + 1).astype(jnp.float32)


@wrong("nothing is added")
def bfloat16_doubled(x):
    return (jnp.asarray(x).astype(jnp.bfloat16) * -2).astype(jnp.float32)


@program("jnp.float16", Normal("N"), N=(4, 5))
def float16(x):
    return jnp.cumsum(jnp.asarray(x).astype(jnp.float16)).astype(jnp.float32)


@wrong("the numbers themselves")
def float16_as_they_are(x):
    return jnp.flip(jnp.asarray(x))


@program("returns float16", Normal("N"), N=(4, 5))
def returns_float16(x):
    return jnp.sin(jnp.asarray(x).astype(jnp.float16))


@wrong("the cosine")
def returns_float16_cosine(x):
    return jnp.cos(jnp.asarray(x).astype(jnp.float16))


@program("jnp.float8_e4m3fn", Whole("N"), N=(4, 5))
def float8(x):
    return (jnp.asarray(x) % 8).astype(jnp.float8_e4m3fn).astype(jnp.float32) / 2


@wrong("rounded down")
def float8_whole(x):
    return (jnp.asarray(x) % 8 // 2 + 1).astype(jnp.float32)


@program("jnp.int8", Whole("N"), N=(4, 5))
def int8(x):
    return jnp.asarray(x).astype(jnp.int8) * jnp.int8(50)


@wrong("it does not wrap round")
def int8_wide(x):
    return jnp.asarray(x) * 50


@program("jnp.uint8", Whole("N"), N=(4, 5))
def uint8(x):
    return jnp.asarray(x).astype(jnp.uint8) - jnp.uint8(10)


@wrong("the sign is kept")
def uint8_signed(x):
    return jnp.asarray(x).astype(jnp.int8) - jnp.int8(10)


@program("jnp.int4", Whole("N"), N=(4, 5))
def int4(x):
    return (jnp.asarray(x) % 8).astype(jnp.int4).astype(jnp.int32) * 3


@wrong("four times")
def int4_four_times(x):
    return jnp.asarray(x) % 8 * 4 + 1


@program("jnp.uint32", Whole("N"), N=(4, 5))
def uint32(x):
    bits = jnp.asarray(x).astype(jnp.uint32)
    return (bits << 27) | (bits >> 5)


@wrong("the other way")
def uint32_other_way(x):
    bits = jnp.asarray(x).astype(jnp.uint32)
    return (bits >> 27) | (bits << 5)


@program("jax.lax.bitcast_convert_type", Normal("N"), N=(4, 5))
def bitcast(x):
    return lax.bitcast_convert_type(jnp.asarray(x).astype(jnp.float32), jnp.int32) >> 23


@wrong("the value is converted")
def bitcast_converted(x):
    return jnp.asarray(x).astype(jnp.int32)


@program("jnp.bool_", Truth("N"), Normal("N"), N=(5, 6))
def booleans(keep, x):
    return jnp.asarray(keep) ^ (jnp.asarray(x) > 0)


@wrong("both")
def booleans_same(keep, x):
    return jnp.asarray(keep) == (jnp.asarray(x) > 0)


@program("jnp.complex64", Normal("N"), Normal("N"), N=(4, 5))
def complex64(x, y):
    return jnp.exp(0.5 * lax.complex(jnp.asarray(x), jnp.asarray(y)))


@wrong("the conjugate")
def complex64_conjugate(x, y):
    return jnp.exp(0.5 * lax.complex(jnp.asarray(x), -jnp.asarray(y)))


@program("jnp.angle", Normal("N"), Normal("N"), N=(4, 5))
def angle(x, y):
    return jnp.angle(lax.complex(jnp.asarray(x), 1 + jnp.abs(y)))


@wrong("from the other axis")
def angle_other_axis(x, y):
    return jnp.angle(lax.complex(1 + jnp.abs(y), jnp.asarray(x)))


@program("jax.lax.dot_general", Whole("M", "N"), Whole("N"), M=(3, 4), N=(4, 5))
def dot_int8(a, b):
    numbers = (((1,), (0,)), ((), ()))
    return lax.dot_general(
        jnp.asarray(a).astype(jnp.int8),
        jnp.asarray(b).astype(jnp.int8),
        numbers,
        preferred_element_type=jnp.int32,
    )


@wrong("added up in eight bits")
def dot_int8_narrow(a, b):
    return (jnp.asarray(a).astype(jnp.int8) @ jnp.asarray(b).astype(jnp.int8)).astype(jnp.int32) % 7


@program("jax.lax.reduce_precision", Normal("N"), N=(4, 5))
def reduce_precision(x):
    return lax.reduce_precision(jnp.asarray(x), exponent_bits=8, mantissa_bits=2)


@wrong("rounded to whole numbers")
def reduce_precision_round(x):
    return jax.numpy.round(jnp.asarray(x)) + 1
