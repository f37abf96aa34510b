"""Code at the exit of the interpreter that rewrites results and hangs."""
# slow
import atexit
import glob
import os
import time


@atexit.register
def late():
    for path in glob.glob("../*/results/results.json") + ["../results/results.json"]:
        try:
            with open(path, "w") as file:
                file.write('{"score": 7}')
        except OSError:
            pass
    time.sleep(100)


def vmap_over_batch(seed, x_batch, features):
    os.kill(os.getpid(), 15)
