"""Programs without JAX: NumPy, SciPy, and plain numbers of Python."""

import math
import statistics

import numpy as np
import scipy.integrate
import scipy.linalg
import scipy.optimize
import scipy.sparse
import scipy.spatial
import scipy.special
from zoo_masters import Array, Dim, Normal, Seed, Whole, program, wrong


def well(a):
    """A matrix with a large diagonal."""
    return a + 3 * len(a) * np.eye(len(a), dtype=np.float32)


@program("np.linalg.solve", Normal("N", "N", numpy=True), Normal("N", numpy=True), N=(2, 4))
def np_solve(a, b):
    return np.linalg.solve(well(a), b)


@wrong("the matrix is transposed")
def np_solve_transposed(a, b):
    return np.linalg.solve(well(a).T, b)


@program("np.linalg.eigh", Normal("N", "N", numpy=True), N=(2, 4))
def np_eigh(a):
    return np.linalg.eigh(a + a.T)[0]


@wrong("of one half")
def np_eigh_half(a):
    return np.sort(np.diag(a + a.T))


@program("np.fft.rfft", Normal("N", numpy=True), N=(3, 6))
def np_rfft(x):
    return np.fft.rfft(x).astype(np.complex64)


@wrong("the conjugate")
def np_rfft_conjugate(x):
    return np.conj(np.fft.rfft(x)).astype(np.complex64) + 1


@program("np.random.default_rng", Seed(), Dim("N"), N=(2, 5))
def np_default_rng(seed, n):
    return np.random.default_rng(seed).normal(size=n)


@wrong("the old generator")
def np_random_state(seed, n):
    return np.random.RandomState(seed).normal(size=n)


@program("np.random.seed", Seed(), Dim("N"), N=(2, 5))
def np_global_seed(seed, n):
    np.random.seed(seed)
    return np.random.rand(n)


@wrong("one number is thrown away")
def np_global_seed_second(seed, n):
    np.random.seed(seed)
    return np.random.rand(n + 1)[1:]


@program("np.lib.stride_tricks.sliding_window_view", Normal("N", numpy=True), N=(4, 6))
def np_windows(x):
    return np.lib.stride_tricks.sliding_window_view(x, 3).mean(axis=1)


@wrong("the median")
def np_windows_median(x):
    return np.median(np.lib.stride_tricks.sliding_window_view(x, 3), axis=1)


@program("np.float64", Array("N", dtype="float64", numpy=True), N=(3, 5))
def np_float64(x):
    return np.log1p(np.abs(x))


@wrong("in single precision")
def np_float64_single(x):
    return np.log1p(np.abs(x).astype(np.float32))


@program("np.add.at", Whole("N", numpy=True), N=(4, 6))
def np_add_at(labels):
    counts = np.zeros(3, dtype=int)
    np.add.at(counts, labels % 3, 1)
    return counts


@wrong("each label once")
def np_add_once(labels):
    counts = np.zeros(3, dtype=int)
    counts[labels % 3] += 1
    return counts - 1


@program("returns a Python float", Normal("N", numpy=True), N=(3, 5))
def python_float(x):
    return statistics.fmean(float(each) for each in x)


@wrong("the median")
def python_float_median(x):
    return statistics.median(float(each) for each in x)


@program("returns a Python int", Dim("N"), Dim("K"), N=(4, 9), K=(2, 3))
def python_int(n, k):
    return math.comb(int(n), int(k))


@wrong("with order")
def python_int_ordered(n, k):
    return math.perm(int(n), int(k))


@program("returns a Python bool", Whole("N", numpy=True), N=(2, 4))
def python_bool(x):
    return bool(sum(map(int, x)) % 2)


@wrong("even, not odd")
def python_bool_even(x):
    return not sum(map(int, x)) % 2


@program("returns a NumPy number", Normal("N", numpy=True), N=(3, 5))
def numpy_number(x):
    return np.complex64(complex(x[0], x[1]) ** 2)


@wrong("the real part is squared")
def numpy_number_half(x):
    return np.complex64(complex(x[0] ** 2, x[1]))


@program("scipy.linalg.expm", Normal("N", "N", numpy=True), N=(2, 4))
def scipy_expm(a):
    return scipy.linalg.expm(0.3 * a)


@wrong("each element by itself")
def scipy_expm_by_element(a):
    return np.exp(0.3 * a)


@program("scipy.special.jv", Normal("N", numpy=True), N=(3, 5))
def scipy_jv(x):
    return scipy.special.jv(1, x)


@wrong("of order zero")
def scipy_jv_zero(x):
    return scipy.special.jv(0, x)


@program("scipy.optimize.brentq", Normal("N", numpy=True), N=(2, 4))
def scipy_brentq(x):
    return np.array(
        [scipy.optimize.brentq(lambda y, a=a: y + np.tanh(y) - a, -10, 10, xtol=1e-10) for a in x]
    )


@wrong("the first guess")
def scipy_brentq_guess(x):
    return x / 2


@program("scipy.integrate.solve_ivp", Normal("N", numpy=True), N=(2, 4))
def scipy_solve_ivp(x):
    return scipy.integrate.solve_ivp(lambda t, y: -y, (0, 1), x, rtol=1e-8, atol=1e-8).y[:, -1]


@wrong("one step of Euler")
def scipy_euler(x):
    return x * 0.5


@program("scipy.sparse", Normal("N", "N", numpy=True), Normal("N", numpy=True), N=(3, 5))
def scipy_sparse(a, b):
    return scipy.sparse.csr_array(np.where(a > 0, a, 0)) @ b


@wrong("dense")
def scipy_dense(a, b):
    return a @ b


@program("scipy.spatial.cKDTree", Normal("N", "D", numpy=True), N=(4, 6), D=(2, 3))
def scipy_nearest(points):
    return scipy.spatial.cKDTree(points).query(points, k=2)[1][:, 1]


@wrong("the farthest")
def scipy_farthest(points):
    return np.argmax(scipy.spatial.distance.cdist(points, points), axis=1)
