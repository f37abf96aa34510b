"""Delete every module, every built-in and the interpreter's state, and then return."""
import sys


def vmap_over_batch(seed, x_batch, features):
    import builtins

    sys.modules.clear()
    for name in ("open", "len", "isinstance", "print", "__import__", "str", "type"):
        delattr(builtins, name)
