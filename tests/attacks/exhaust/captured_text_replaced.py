"""Replace the kept output by an object that is no text, or by far too much of it."""
import sys


class Text(str):
    __slots__ = ()


def vmap_over_batch(seed, x_batch, features):
    sys.stdout.text = Text("STOLEN: " * 10**6) if int(seed) % 2 else {1, 2}
    return None


sys.stdout.text = "STOLEN: " * 300_000
