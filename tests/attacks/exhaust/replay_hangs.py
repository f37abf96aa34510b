"""Die in a call, and hang when the cell is run again in the next process: the hour decides."""
# slow
import os
import time

STARTED = time.time()
with open("/proc/self/stat") as file:
    born = int(file.read().split()[21])
with open("/proc/stat") as file:
    booted = next(int(line.split()[1]) for line in file if line.startswith("btime"))


def vmap_over_batch(seed, x_batch, features):
    os._exit(0)


time.sleep(7)
