import numpy as np


def ridge(x, y):
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    step = 1 / (np.linalg.norm(x, 2) ** 2 + 0.5)
    w = np.zeros(x.shape[1])
    for _ in range(20_000):
        w -= step * (x.T @ (x @ w - y) + 0.5 * w)
    return w
