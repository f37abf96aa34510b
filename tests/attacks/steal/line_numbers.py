"""Raise in a line, a file and a module that say the seed."""


def vmap_over_batch(seed, x_batch, features):
    number = int(seed) % 90_000 + 1000
    source = "\n" * number + f"raise ZeroDivisionError('STOLEN:{number}')"
    exec(compile(source, f"STOLEN:{number}", "exec"), {"__name__": f"STOLEN:{number}"})
