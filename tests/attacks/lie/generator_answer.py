"""Be a generator, which runs when somebody else looks at it."""


def vmap_over_batch(seed, x_batch, features):
    print("looked at")
    yield 0.0
