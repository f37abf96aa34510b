"""Frames that are cheap to send and dear to read: a million arrays, a header of a million objects, one array named often."""
# busy
import json
import os
import struct

numbers = iter(range(10**6))
EMPTY = b'{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
NODE = {"list": [{"array": "0"}] * 90_000}


def listed(entries):
    table = b"{" + b",".join(entries) + b"}"
    return struct.pack("<Q", len(table)) + table


def frames():
    yield b"{}", listed(b'"%d":%s' % (number, EMPTY) for number in range(900_000))
    yield b'{"changed":[' + b"{}," * 1_300_000 + b"{}]}", listed([])
    yield b'{"changed":' + b"[" * 2_000_000 + b"]" * 2_000_000 + b"}", listed([])
    one = b'"0":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4000000]}'
    yield json.dumps({"value": NODE, "names": {"vmap_over_batch": {"data": NODE}}}).encode(), listed([one]) + bytes(4_000_000)
    yield b'{"detail":' + b"1" * 4000 + b',"cause":1.' + b"7" * 4_000_000 + b"}", listed([])


def vmap_over_batch(seed, x_batch, features):
    every = list(frames())
    header, arrays = every[next(numbers) % len(every)]
    content = struct.pack("<II", len(header), len(arrays)) + header + arrays
    for descriptor in range(3, 256):
        try:
            left = memoryview(content)
            while left:
                try:
                    left = left[os.write(descriptor, left[:65536]) :]
                except BlockingIOError:
                    continue
        except OSError:
            pass
    os._exit(0)
