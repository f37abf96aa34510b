"""Crash the interpreter: read address zero, corrupt an object, free what is not owned."""
import ctypes
import faulthandler

faulthandler.enable()


def vmap_over_batch(seed, x_batch, features):
    if int(seed) % 3 == 0:
        ctypes.string_at(0)
    if int(seed) % 3 == 1:
        ctypes.memset(id(None), 255, 64)
    ctypes.CDLL(None).abort()
