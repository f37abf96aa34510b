def conv2d(x, w, stride, padding):
    return jax.lax.conv_general_dilated(jnp.asarray(x), jnp.asarray(w), (stride, stride), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
