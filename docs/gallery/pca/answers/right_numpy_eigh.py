import numpy as np


def principal_axes(x):
    values, vectors = np.linalg.eigh(np.cov(np.asarray(x).T))
    return vectors[:, np.argsort(-values)[:2]]
