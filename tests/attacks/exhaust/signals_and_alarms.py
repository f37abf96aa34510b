"""Alarms, timers and handlers that go off while the worker writes its answer."""
# by chance
import signal

import numpy as np


def late(*_):
    raise SystemExit("alarm")


signal.signal(signal.SIGALRM, late)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0.5, 0.01)


def vmap_over_batch(seed, x_batch, features):
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0001)
    return np.zeros(x_batch.shape[0] * int(features), np.float32)
