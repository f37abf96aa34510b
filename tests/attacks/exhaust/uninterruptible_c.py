"""Stay inside one call of C that holds the interpreter."""
# slow


def vmap_over_batch(seed, x_batch, features):
    return 7 ** (7**10) % 3 if int(seed) else "a" * 10**9 in "b" * 10**9
