def low_pass(x, count):
    size = x.shape[1]
    spectrum = jnp.fft.fftshift(jnp.fft.fft(x), axes=1)
    k = jnp.arange(size) - size // 2
    return jnp.fft.ifft(jnp.fft.ifftshift(jnp.where(abs(k) < count, spectrum, 0), axes=1))
