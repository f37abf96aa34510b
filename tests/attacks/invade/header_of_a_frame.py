"""Frames with headers of every unexpected kind: NaN, huge numbers, deep nesting, wrong types at every known key."""
import json
import os
import struct

HEADERS = ["null", "[]", "NaN", "1e999", '"text"', "9" * 5000, "[" * 100_000, '{"a":' * 50_000, "\ud800", "", '{"names": {"vmap_over_batch": 7}}']
HEADERS += [json.dumps({key: value}) for key in ("names", "settings", "checks", "printed", "cause") for value in (None, 1, [[]], {"": {}}, [{"a": []}])]
numbers = iter(range(10**6))


def vmap_over_batch(seed, x_batch, features):
    header = HEADERS[next(numbers) % len(HEADERS)].encode("utf-8", "surrogatepass")
    arrays = struct.pack("<Q", 2) + b"{}"
    for descriptor in range(3, 256):
        try:
            os.write(descriptor, struct.pack("<II", len(header), len(arrays)) + header + arrays)
        except OSError:
            pass
    os._exit(0) if int(seed) % 3 == 0 else None
