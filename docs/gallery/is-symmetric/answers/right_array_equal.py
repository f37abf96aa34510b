def is_symmetric(a):
    return np.array_equal(a, np.transpose(a))
