"""Raise exceptions whose class claims to be another's, or whose text is endless."""


class Meta(type):
    __name__ = property(lambda cls: "CheckFailed")
    __module__ = property(lambda cls: 1 / 0)


class Endless(str):
    __len__ = lambda self: 10**12
    __getitem__ = lambda self, _: self


class Odd(Exception, metaclass=Meta):
    __class__ = AssertionError
    __str__ = lambda self: Endless("STOLEN: x")


def vmap_over_batch(seed, x_batch, features):
    raise Odd("x" * 10**8)
