"""Frames whose array part lies: overlapping and negative offsets, sizes that overflow, dtypes that nobody knows."""
import json
import os
import struct

numbers = iter(range(10**6))
TABLES = [
    {"returned": {"dtype": "F32", "shape": [2**62, 4], "data_offsets": [0, 0]}}, {"returned": {"dtype": "F32", "shape": [0, 2**62, 2**62], "data_offsets": [0, 0]}},
    {"returned": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, {"returned": {"dtype": "O", "shape": [1], "data_offsets": [0, 8]}},
    {"returned": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]}}, {"returned": {"dtype": "F4", "shape": [16], "data_offsets": [0, 8]}},
    {"returned": {"dtype": "F32", "shape": [1] * 64, "data_offsets": [0, 4]}}, {"returned:bfloat16": {"dtype": "U16", "shape": [4], "data_offsets": [0, 8]}},
    {"returned": {"dtype": "C64", "shape": [], "data_offsets": [0, 8]}}, {"returned": {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]}},
    {str(number): {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for number in range(20_000)}, {"__metadata__": {"a": "b"}},
]  # fmt: skip


def vmap_over_batch(seed, x_batch, features):
    table = json.dumps(TABLES[next(numbers) % len(TABLES)]).encode()
    arrays = struct.pack("<Q", len(table)) + table + (bytes(8) if b"8]" in table else bytes(4) if b"4]" in table else b"")
    for descriptor in range(3, 256):
        try:
            os.write(descriptor, struct.pack("<II", 2, len(arrays)) + b"{}" + arrays)
        except OSError:
            pass
    return None
