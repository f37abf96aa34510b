def low_pass(x, count):
    size = x.shape[1]
    k = jnp.fft.fftfreq(size, 1 / size)
    return jnp.fft.ifft(jnp.fft.fft(x) * (jnp.abs(k) < count + 0.5))
