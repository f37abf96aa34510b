"""Start up to 2,000 threads that sleep."""
import threading
import time

for _ in range(2000):
    try:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    except (RuntimeError, MemoryError):
        break


def vmap_over_batch(seed, x_batch, features):
    threading.Thread(target=time.sleep, args=(60,)).start()
