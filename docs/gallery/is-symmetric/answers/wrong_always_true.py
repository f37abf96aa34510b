def is_symmetric(a):
    return True
