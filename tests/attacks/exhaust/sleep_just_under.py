"""Sleep a little less than a call may take, at every call, to use up the time of the whole submission."""
# slow
import time


def vmap_over_batch(seed, x_batch, features):
    time.sleep(4)
    return None


time.sleep(6)
