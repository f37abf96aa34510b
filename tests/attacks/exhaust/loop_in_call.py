"""Never return from a call."""
# slow


def vmap_over_batch(seed, x_batch, features):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
