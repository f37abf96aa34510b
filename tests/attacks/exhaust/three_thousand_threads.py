"""Start 3,000 threads with small stacks, which wait."""
import threading


def vmap_over_batch(seed, x_batch, features):
    threading.stack_size(65536)
    waiting = threading.Event()
    for _ in range(3000):
        threading.Thread(target=waiting.wait, args=(60,), daemon=True).start()
    waiting.wait(2)
    raise BufferError("3,000 threads run")
