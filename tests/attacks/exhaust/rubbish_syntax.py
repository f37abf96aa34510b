"""A cell with bytes that no parser likes, behind a function that parses."""


def vmap_over_batch(seed, x_batch, features):
    return compile("(" * 10**5, "x", "exec")


exec("x = " + "-" * 10**5 + "1")
