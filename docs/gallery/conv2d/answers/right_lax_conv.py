def conv2d(x, w, stride, padding):
    out = jax.lax.conv(jnp.transpose(x, (0, 3, 1, 2)), jnp.transpose(w, (3, 2, 0, 1)), (stride, stride), padding)
    return jnp.transpose(out, (0, 2, 3, 1))
