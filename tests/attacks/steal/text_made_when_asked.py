"""Raise an exception whose text, arguments and class are made when somebody asks for them."""


def vmap_over_batch(seed, x_batch, features):
    class Asked(ValueError):
        def __str__(self):
            return "STOLEN:" + open("/proc/self/maps").read()[:100]

        __repr__ = __str__
        args = property(lambda self: (f"STOLEN:{int(seed)}",))
        __class__ = property(lambda self: type("STOLEN", (), {}))

    raise Asked("x")
