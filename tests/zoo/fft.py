"""jnp.fft and jax.scipy.fft; many results are complex."""

import jax
import jax.numpy as jnp
from zoo_masters import Normal, program, wrong


@program("jnp.fft.fft", Normal("N"), N=(5, 6))
def fft(x):
    return jnp.fft.fft(x)


@wrong("the inverse")
def fft_inverse(x):
    return jnp.fft.ifft(x)


@program("jnp.fft.ifft", Normal("N"), Normal("N"), N=(5, 6))
def ifft(x, y):
    return jnp.fft.ifft(jax.lax.complex(jnp.asarray(x), jnp.asarray(y)))


@wrong("not divided by the length")
def ifft_forward_norm(x, y):
    return jnp.fft.ifft(jax.lax.complex(jnp.asarray(x), jnp.asarray(y)), norm="forward")


@program("jnp.fft.rfft", Normal("M", "N"), M=(3, 4), N=(5, 6))
def rfft(x):
    return jnp.fft.rfft(x, axis=0)


@wrong("scaled as an orthonormal transform")
def rfft_orthonormal(x):
    return jnp.fft.rfft(x, axis=0, norm="ortho")


@program("jnp.fft.irfft", Normal("N"), Normal("N"), N=(4, 5))
def irfft(x, y):
    return jnp.fft.irfft(jax.lax.complex(jnp.asarray(x), jnp.asarray(y)))


@wrong("the conjugate")
def irfft_conjugate(x, y):
    return jnp.fft.irfft(jax.lax.complex(jnp.asarray(x), -jnp.asarray(y)))


@program("jnp.fft.fft2", Normal("M", "N"), M=(3, 4), N=(4, 5))
def fft2(x):
    return jnp.fft.fft2(x)


@wrong("along one axis only")
def fft2_one_axis(x):
    return jnp.fft.fft(x)


@program("jnp.fft.ifft2", Normal("M", "N"), Normal("M", "N"), M=(3, 4), N=(4, 5))
def ifft2(x, y):
    return jnp.fft.ifft2(jax.lax.complex(jnp.asarray(x), jnp.asarray(y)))


@wrong("along one axis only")
def ifft2_one_axis(x, y):
    return jnp.fft.ifft(jax.lax.complex(jnp.asarray(x), jnp.asarray(y)))


@program("jnp.fft.fftn", Normal("L", "M", "N"), L=(2, 3), M=(3, 4), N=(4, 5))
def fftn(x):
    return jnp.fft.fftn(x)


@wrong("along the last two axes")
def fftn_two_axes(x):
    return jnp.fft.fft2(x)


@program("jnp.fft.rfft2", Normal("M", "N"), M=(3, 4), N=(4, 5))
def rfft2(x):
    return jnp.abs(jnp.fft.rfft2(x))


@wrong("squared")
def rfft2_squared(x):
    return jnp.abs(jnp.fft.rfft2(x)) ** 2


@program("jnp.fft.hfft", Normal("N"), N=(4, 5))
def hfft(x):
    return jnp.fft.hfft(jnp.asarray(x) + 0j)


@wrong("not scaled")
def hfft_inverse(x):
    return jnp.fft.irfft(jnp.asarray(x) + 0j)


@program("jnp.fft.fftshift", Normal("N"), N=(5, 6))
def fftshift(x):
    return jnp.fft.fftshift(jnp.fft.fft(x))


@wrong("not shifted")
def fftshift_without(x):
    return jnp.fft.fft(x)


@program("jnp.fft.fftfreq", Normal("N"), N=(5, 6))
def fftfreq(x):
    return jnp.fft.ifft(2j * jnp.pi * jnp.fft.fftfreq(len(x)) * jnp.fft.fft(x)).real


@wrong("the frequencies are counted upwards only")
def fftfreq_upwards(x):
    return jnp.fft.ifft(2j * jnp.pi * jnp.arange(len(x)) / len(x) * jnp.fft.fft(x)).real


@program("jax.scipy.fft.dct", Normal("N"), N=(5, 6))
def dct(x):
    return jax.scipy.fft.dct(jnp.asarray(x), norm="ortho")


@wrong("not scaled")
def dct_unscaled(x):
    return jax.scipy.fft.dct(jnp.asarray(x))
