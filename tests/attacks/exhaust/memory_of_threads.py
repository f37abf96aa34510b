"""Take memory up to 6 GB outside Python's own allocator, by mmap and by many small objects."""
# short
import mmap

held = []


def vmap_over_batch(seed, x_batch, features):
    while len(held) < 60:
        block = mmap.mmap(-1, 100 * 2**20)
        for place in range(0, len(block), 4096):
            block[place] = 1
        held.append(block)
