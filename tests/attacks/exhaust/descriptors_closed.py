"""Close every descriptor, and put others in their place."""
import os


def vmap_over_batch(seed, x_batch, features):
    null = os.open("/dev/zero", os.O_RDWR)
    for descriptor in range(256):
        try:
            os.dup2(null, descriptor) if int(seed) % 2 else os.close(descriptor)
        except OSError:
            pass
