def conv2d(x, w, stride, padding):
    return jax.lax.conv_general_dilated(jnp.asarray(x), jnp.swapaxes(w, 0, 1), (stride, stride), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))
