"""Give names and texts to the grader that it may evaluate, format or import."""
import types

code = "__import__('os').system('touch /tmp/otter-arrays-invaded')"
module = types.ModuleType("os; " + code)
name = points = OK_FORMAT = code
test_case = types.ModuleType(f"scipy.{code}")
cases = {"dict": [[code, code]], "range": [0, 10**18, 1], "int": code, "array": "0", "scalar": code}


def vmap_over_batch(seed, x_batch, features):
    raise type(code, (Exception,), {})("{0.__class__.__init__.__globals__}", code)


vmap_over_batch.__name__ = vmap_over_batch.__qualname__ = "'); " + code + " #"
