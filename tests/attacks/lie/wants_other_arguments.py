"""A function object whose signature lies, and which is no function."""

import inspect


class Callable:
    @property
    def __signature__(self):
        raise KeyboardInterrupt("STOLEN: signature")

    def __call__(self, seed, x_batch, features):
        return "STOLEN: text in place of an array"


if False:

    def vmap_over_batch(seed, x_batch, features): ...


vmap_over_batch = Callable()
inspect.signature = lambda *_: (_ for _ in ()).throw(SystemExit)
