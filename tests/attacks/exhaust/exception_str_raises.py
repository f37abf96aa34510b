"""Raise an exception whose text, repr, class and traceback raise again."""


class Rude(BaseException):
    __str__ = __repr__ = __format__ = lambda self, *_: (_ for _ in ()).throw(Rude())

    @property
    def __class__(self):
        raise Rude

    @property
    def __traceback__(self):
        raise Rude


def vmap_over_batch(seed, x_batch, features):
    raise Rude


raise Rude
