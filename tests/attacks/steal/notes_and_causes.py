"""Put the seed into notes, causes, members and class names of an exception."""


def vmap_over_batch(seed, x_batch, features):
    text = f"STOLEN:{int(seed)}"
    fault = type(f"STOLEN_{int(seed)}", (ValueError,), {})(text)
    fault.add_note(text)
    fault.__cause__ = fault.__context__ = RuntimeError(text)
    raise ExceptionGroup(text, [fault, KeyError(text)])
