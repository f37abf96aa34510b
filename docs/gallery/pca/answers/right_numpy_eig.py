import numpy as np


def principal_axes(x):
    values, vectors = np.linalg.eig(np.cov(np.asarray(x).T))
    return vectors[:, np.argsort(-values)[:2]]
