"""Sleep for eleven days in each call, deaf to signals."""
# slow
import signal
import time

for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def vmap_over_batch(seed, x_batch, features):
    time.sleep(10**6)
