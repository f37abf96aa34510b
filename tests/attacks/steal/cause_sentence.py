"""Put the inputs into the worker's own sentence about a failed call, in every form that looks like a known one."""
from autograder.calls import call
from autograder.sandbox.confined import worker

FORMS = iter(
    [
        "STOLEN: {seed}", "returned None. Is a `return` missing? STOLEN: {seed}", "raised ValueError.\nSTOLEN: {seed}",
        "is not a function; its type is STOLEN.", "raised STOLEN: {seed}.", "returned a list of length STOLEN; it must return one array.",
    ] * 9
)  # fmt: skip
honest = worker.call


def vmap_over_batch(seed, x_batch, features):
    worker.call = lambda *_, **__: call.Failed(next(FORMS).format(seed=float(seed)), "STOLEN: detail", "STOLEN: printed")
    return None
