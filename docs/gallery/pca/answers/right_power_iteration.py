import numpy as np


def principal_axes(x):
    x = np.asarray(x, np.float64)
    covariance = np.cov(x, rowvar=False)
    found = []
    for _ in range(2):
        power = covariance / np.trace(covariance)
        for _ in range(30):
            power = power @ power
            power /= np.linalg.norm(power)
        vector = power[:, np.argmax(np.linalg.norm(power, axis=0))]
        vector /= np.linalg.norm(vector)
        found.append(-vector)
        covariance = covariance - (vector @ covariance @ vector) * np.outer(vector, vector)
    return np.stack(found, axis=1)
