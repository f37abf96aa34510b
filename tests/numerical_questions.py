"""Questions of numerical courses, with right answers that sum in other orders or use other
algorithms, and with wrong answers, most of which are 5 % off in a region.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from autograder import Array

Function = Callable[..., Any]


@dataclass(frozen=True)
class Asked:
    """A question: its reference, arguments and sizes, and the answers that must and must not
    pass.
    """

    reference: Function
    arguments: dict[str, Any]
    dims: dict[str, tuple[int, int]]
    right: tuple[Function, ...]
    wrong: tuple[Function, ...]


def wide(function: Function) -> Function:
    """The function computed in float64, with its answer in float32."""
    return lambda *given: np.asarray(
        function(*(np.asarray(each, np.float64) for each in given))
    ).astype(np.float32)


def off(function: Function, where: Any, share: float = 1.05) -> Function:
    """The function, right except for a region that is off by 5 %."""

    def answer(*given: Any) -> Any:
        found = np.array(function(*given))
        found[where] *= share
        return found

    return answer


LAST = np.s_[-1:]


def solve(a: Any, b: Any) -> Any:
    return jnp.linalg.solve(jnp.asarray(a), jnp.asarray(b))


def by_elimination(a: Any, b: Any) -> Any:
    a, b = np.array(a), np.array(b)
    for i in range(len(a)):
        pivot = i + np.argmax(np.abs(a[i:, i]))
        a[[i, pivot]], b[[i, pivot]] = a[[pivot, i]], b[[pivot, i]]
        for j in range(i + 1, len(a)):
            factor = a[j, i] / a[i, i]
            a[j] -= factor * a[i]
            b[j] -= factor * b[i]
    for i in reversed(range(len(a))):
        b[i] = (b[i] - a[i, i + 1 :] @ b[i + 1 :]) / a[i, i]
    return b


def by_qr(a: Any, b: Any) -> Any:
    q, r = jnp.linalg.qr(jnp.asarray(a))
    return jax.scipy.linalg.solve_triangular(r, q.T @ b)


def spectrum(a: Any) -> Any:
    return jnp.linalg.eigvalsh(jnp.asarray(a))


def singular(x: Any) -> Any:
    return jnp.linalg.svd(jnp.asarray(x), compute_uv=False)


def variance(x: Any) -> Any:
    return jnp.var(jnp.asarray(x), axis=1, ddof=1)


def welford(x: Any) -> Any:
    x = np.asarray(x)
    mean, squares = np.zeros((2, len(x)), np.float32)
    for k in range(x.shape[1]):
        gap = x[:, k] - mean
        mean = mean + gap / np.float32(k + 1)
        squares = squares + gap * (x[:, k] - mean)
    return squares / np.float32(x.shape[1] - 1)


def softmax(s: Any, keep: Any) -> Any:
    s = jnp.where(jnp.asarray(keep), jnp.asarray(s), -1e9)
    e = jnp.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def normed(x: Any, g: Any, b: Any, epsilon: float = 1e-5) -> Any:
    x = jnp.asarray(x)
    centred = x - x.mean(-1, keepdims=True)
    return centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + epsilon) * g + b


def convolved(x: Any, k: Any) -> Any:
    x, k = jnp.asarray(x)[None, None], jnp.asarray(k)[None, None]
    return jax.lax.conv_general_dilated(x, k, (1, 1), "VALID")[0, 0]


def by_fft(x: Any, k: Any) -> Any:
    sizes = [n + m - 1 for n, m in zip(x.shape, k.shape, strict=True)]
    k = jnp.asarray(k)[::-1, ::-1]
    whole = jnp.fft.irfft2(jnp.fft.rfft2(jnp.asarray(x), sizes) * jnp.fft.rfft2(k, sizes), sizes)
    return whole[k.shape[0] - 1 : x.shape[0], k.shape[1] - 1 : x.shape[1]]


def by_windows(x: Any, k: Any) -> Any:
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(x), k.shape)
    return np.einsum("ijkl,kl->ij", windows, np.asarray(k))


def transform(x: Any) -> Any:
    return jnp.fft.fft(jnp.asarray(x), axis=1)


def by_matrix(x: Any) -> Any:
    n = jnp.arange(x.shape[1])
    return jnp.asarray(x) @ jnp.exp(-2j * jnp.pi * jnp.outer(n, n) / x.shape[1])


def in_real_parts(x: Any) -> Any:
    n = np.arange(x.shape[1])
    angles = (2 * np.pi * np.outer(n, n) / x.shape[1]).astype(np.float32)
    x = np.asarray(x)
    return (x @ np.cos(angles) - 1j * (x @ np.sin(angles))).astype(np.complex64)


def by_halves(x: Any) -> Any:
    n = x.shape[1]
    if n % 2:
        return by_matrix(x)
    even, odd = by_halves(x[:, ::2]), by_halves(x[:, 1::2])
    turned = jnp.exp(-2j * jnp.pi * jnp.arange(n // 2) / n) * odd
    return jnp.concatenate([even + turned, even - turned], 1)


def by_chirp(x: Any) -> Any:
    n = x.shape[1]
    w = jnp.exp(-1j * jnp.pi * jnp.arange(n) ** 2 / n)
    size = 2 ** int(np.ceil(np.log2(2 * n)))
    a = jnp.zeros((len(x), size), jnp.complex64).at[:, :n].set(x * w)
    b = jnp.zeros(size, jnp.complex64).at[:n].set(w.conj())
    b = b.at[size - n + 1 :].set(w.conj()[1:][::-1])
    return jnp.fft.ifft(jnp.fft.fft(a) * jnp.fft.fft(b))[:, :n] * w


def likelihood(start: Any, a: Any, b: Any) -> Any:
    moves, seen = jnp.log(jnp.asarray(a)), jnp.log(jnp.asarray(b))
    state = jnp.log(jnp.asarray(start)) + seen[0]
    for each in seen[1:]:
        state = jax.nn.logsumexp(state[:, None] + moves, axis=0) + each
    return jax.nn.logsumexp(state)


def by_products(start: Any, a: Any, b: Any) -> Any:
    state = jnp.asarray(start) * b[0]
    for each in b[1:]:
        state = (state @ jnp.asarray(a)) * each
    return jnp.log(state.sum())


def rescaled(start: Any, a: Any, b: Any) -> Any:
    state, total = jnp.asarray(start) * b[0], 0.0
    for t in range(len(b)):
        state = (state @ jnp.asarray(a)) * b[t] if t else state
        total += jnp.log(state.sum())
        state = state / state.sum()
    return total


def gradient(w: Any, x: Any, y: Any) -> Any:
    """The gradient of a loss whose first two inputs are a thousand times smaller."""
    return jax.grad(lambda w: jnp.mean((_units(x) @ w - jnp.asarray(y)) ** 2))(jnp.asarray(w))


def _units(x: Any) -> Any:
    return jnp.asarray(x) * jnp.where(jnp.arange(x.shape[1]) < 2, 1e-3, 1.0)


def by_hand(w: Any, x: Any, y: Any) -> Any:
    x = np.asarray(_units(x))
    return 2 * x.T @ (x @ np.asarray(w) - np.asarray(y)) / np.float32(y.size)


def by_rows(w: Any, x: Any, y: Any) -> Any:
    def loss(w: Any) -> Any:
        rows = zip(_units(x), jnp.asarray(y), strict=True)
        return sum(jnp.sum((row @ w - wanted) ** 2) for row, wanted in rows) / y.size

    return jax.grad(loss)(jnp.asarray(w))


def trained(w: Any, x: Any, y: Any, steps: int = 50, rate: float = 0.1) -> Any:
    x, y = jnp.asarray(x), jnp.asarray(y)
    step = jax.grad(lambda w: jnp.mean(jnp.logaddexp(0, x @ w) - y * (x @ w)))
    return jax.lax.fori_loop(0, steps, lambda _, w: w - rate * step(w), jnp.asarray(w))


def by_steps(w: Any, x: Any, y: Any, dtype: Any = np.float32) -> Any:
    w, x, y = (np.asarray(each, dtype) for each in (w, x, y))
    for _ in range(50):
        w = w - dtype(0.1) * (x.T @ (1 / (1 + np.exp(-(x @ w))) - y)) / dtype(len(y))
    return w.astype(np.float32)


def attended(q: Any, k: Any, v: Any) -> Any:
    s = jnp.einsum("htd,hsd->hts", jnp.asarray(q), jnp.asarray(k)) / jnp.sqrt(q.shape[-1])
    s = jnp.where(jnp.tril(jnp.ones(s.shape[1:], bool)), s, -1e9)
    return jnp.einsum("hts,hsd->htd", jax.nn.softmax(s, -1), jnp.asarray(v))


def by_places(q: Any, k: Any, v: Any) -> Any:
    q, k, v = np.asarray(q), np.asarray(k), np.asarray(v)
    out = np.zeros(v.shape, np.float32)
    for h, t in np.ndindex(*q.shape[:2]):
        s = q[h, t] @ k[h, : t + 1].T / np.float32(np.sqrt(q.shape[2]))
        p = np.exp(s - s.max())
        out[h, t] = p / p.sum() @ v[h, : t + 1]
    return out


def small_row(x: Any, w: Any) -> Any:
    share = jnp.where(jnp.arange(len(x)) == 1, 1e-3, 1.0)
    return (jnp.asarray(x) @ jnp.asarray(w)) * share[:, None]


def huge_example(x: Any, w: Any) -> Any:
    share = jnp.where(jnp.arange(len(x)) == 0, 1e4, 1.0)
    return jnp.tanh(jnp.asarray(w)).T @ (jnp.asarray(x) * share[:, None]).T


def products(x: Any) -> Any:
    return jnp.cumprod(1 + jnp.tanh(jnp.asarray(x)), axis=1)


DEFINITE = Array("N", "N", values="positive definite")
NORMAL = {"families": ("normal",)}
SHARES = {"values": "rows sum to 1"}

QUESTIONS = {
    "solve": Asked(
        solve,
        {"a": DEFINITE, "b": Array("N", 3)},
        {"N": (2, 9)},
        (
            lambda a, b: jnp.linalg.inv(a) @ b,
            wide(np.linalg.solve),
            by_elimination,
            by_qr,
            jax.jit(solve),
        ),
        (
            off(solve, LAST),
            off(solve, np.s_[:1, :1]),
            lambda a, b: solve(a + 1e-3 * np.eye(len(a)), b),
        ),
    ),
    "inverse": Asked(
        lambda a: jnp.linalg.inv(jnp.asarray(a)),
        {"a": DEFINITE},
        {"N": (2, 7)},
        (
            wide(np.linalg.inv),
            lambda a: solve(a, np.eye(len(a), dtype=np.float32)),
            lambda a: by_elimination(a, np.eye(len(a), dtype=np.float32)),
        ),
        (off(jnp.linalg.inv, LAST), off(jnp.linalg.inv, np.s_[:1, :1])),
    ),
    "eigh": Asked(
        spectrum,
        {"a": DEFINITE},
        {"N": (2, 9)},
        (
            wide(np.linalg.eigvalsh),
            lambda a: singular(a)[::-1],
            lambda a: np.sort(np.linalg.eigvals(np.asarray(a)).real),
        ),
        (off(spectrum, np.s_[:1]), lambda a: spectrum(a + 1e-3 * np.eye(len(a)))),
    ),
    "svd": Asked(
        singular,
        {"x": Array("N", "D")},
        {"N": (5, 9), "D": (2, 4)},
        (
            wide(lambda x: np.linalg.svd(x, compute_uv=False)),
            lambda x: singular(jnp.linalg.qr(jnp.asarray(x))[1]),
            lambda x: singular(x.T),
        ),
        (off(singular, LAST), lambda x: singular(x - x.mean(0))),
    ),
    "variance": Asked(
        variance,
        {"x": Array("B", "D")},
        {"B": (2, 6), "D": (20, 64)},
        (
            welford,
            wide(lambda x: x.var(1, ddof=1)),
            lambda x: jnp.asarray(x).var(1) * x.shape[1] / (x.shape[1] - 1),
        ),
        (lambda x: jnp.asarray(x).var(1), off(variance, LAST), off(variance, np.s_[:1])),
    ),
    "mean": Asked(
        jnp.mean,
        {"x": Array("N")},
        {"N": (30, 60)},
        (
            wide(np.mean),
            lambda x: jnp.cumsum(jnp.asarray(x))[-1] / len(x),
            lambda x: jnp.dot(x, jnp.ones_like(x)) / len(x),
            lambda x: (
                jax.lax.scan(lambda total, each: (total + each, None), 0.0, jnp.asarray(x))[0]
                / len(x)
            ),
        ),
        (
            lambda x: jnp.sum(x) / (len(x) - 1),
            lambda x: jnp.mean(x[:-1]),
            lambda x: jnp.mean(jnp.asarray(x).astype(jnp.bfloat16)).astype(jnp.float32),
        ),
    ),
    "softmax": Asked(
        softmax,
        {"s": Array("T", "T"), "keep": Array("T", "T", dtype="bool")},
        {"T": (3, 9)},
        (
            lambda s, keep: jax.nn.softmax(jnp.where(jnp.asarray(keep), s, -1e9), axis=-1),
            lambda s, keep: jnp.stack(list(map(softmax, s, keep))),
        ),
        (
            lambda s, keep: jax.nn.softmax(jnp.where(jnp.asarray(keep), s, -1e9), axis=0),
            off(softmax, LAST),
            lambda s, keep: softmax(s, keep) / 1.001,
        ),
    ),
    "layer_norm": Asked(
        normed,
        {"x": Array("B", "D"), "g": Array("D"), "b": Array("D")},
        {"B": (2, 6), "D": (4, 12)},
        (
            wide(
                lambda x, g, b: (
                    (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5) * g + b
                )
            ),
            lambda x, g, b: jax.vmap(lambda row: normed(row, g, b))(jnp.asarray(x)),
        ),
        (
            lambda x, g, b: normed(x, g, b, 0.0),
            lambda x, g, b: normed(x.T, g[:1], b[:1]).T,
            off(normed, LAST),
        ),
    ),
    "conv2d": Asked(
        convolved,
        {"x": Array("H", "W"), "k": Array("K", "K")},
        {"H": (6, 12), "W": (6, 12), "K": (2, 4)},
        (by_fft, by_windows, lambda x, k: convolved(x[::-1], k[::-1])[::-1]),
        (
            lambda x, k: convolved(x, k[::-1, ::-1]),
            off(convolved, np.s_[:2, :2]),
            off(convolved, LAST),
        ),
    ),
    "fft": Asked(
        transform,
        {"x": Array("B", "N")},
        {"B": (2, 5), "N": (3, 200)},
        (
            lambda x: np.fft.fft(np.asarray(x, np.float64)),
            by_matrix,
            in_real_parts,
            by_halves,
            by_chirp,
        ),
        (
            lambda x: transform(x) / x.shape[1],
            lambda x: transform(x).conj(),
            lambda x: jnp.roll(transform(x), 1, axis=1),
            off(transform, np.s_[:, 1], 1.01),
        ),
    ),
    "hmm": Asked(
        likelihood,
        {
            "start": Array("S", **SHARES),
            "a": Array("S", "S", **SHARES),
            "b": Array("T", "S", **SHARES),
        },
        {"S": (2, 4), "T": (3, 12)},
        (by_products, rescaled),
        (
            lambda start, a, b: likelihood(np.ones_like(start) / len(start), a, b),
            lambda start, a, b: likelihood(start, a.T, b),
        ),
    ),
    "gradient": Asked(
        gradient,
        {"w": Array("D", "C"), "x": Array("B", "D"), "y": Array("B", "C")},
        {"B": (4, 16), "D": (4, 8), "C": (2, 6)},
        (by_hand, by_rows),
        (
            off(gradient, np.s_[:2]),
            off(gradient, np.s_[:1]),
            off(gradient, np.s_[:2, :1]),
            off(gradient, np.s_[:2], 0.0),
        ),
    ),
    "training": Asked(
        trained,
        {"w": Array("D", **NORMAL), "x": Array("B", "D", **NORMAL), "y": Array("B", **NORMAL)},
        {"B": (4, 16), "D": (3, 8)},
        (by_steps, lambda w, x, y: by_steps(w, x, y, np.float64), jax.jit(trained)),
        (
            lambda w, x, y: trained(w, x, y, 49),
            lambda w, x, y: trained(w, x, y, 50, 0.101),
            off(trained, np.s_[:1]),
        ),
    ),
    "attention": Asked(
        attended,
        {"q": Array("H", "T", "D"), "k": Array("H", "T", "D"), "v": Array("H", "T", "D")},
        {"H": (2, 3), "T": (3, 8), "D": (2, 6)},
        (by_places, wide(by_places)),
        (
            lambda q, k, v: attended(q * np.sqrt(q.shape[-1]), k, v),
            off(attended, LAST),
            off(attended, np.s_[:, -1:]),
        ),
    ),
    "small_row": Asked(
        small_row,
        {"x": Array("B", "D"), "w": Array("D", "F")},
        {"B": (3, 16), "D": (30, 64), "F": (2, 8)},
        (
            lambda x, w: small_row(x[:, ::-1], w[::-1]),
            wide(lambda x, w: (x @ w) * np.where(np.arange(len(x)) == 1, 1e-3, 1.0)[:, None]),
        ),
        (off(small_row, np.s_[1:2]), off(small_row, np.s_[1:2], 0.95)),
    ),
    "huge_example": Asked(
        huge_example,
        {"x": Array("B", "D"), "w": Array("D", "F")},
        {"B": (3, 12), "D": (8, 20), "F": (2, 8)},
        (
            lambda x, w: huge_example(x[:, ::-1], w[::-1]),
            lambda x, w: jnp.stack([huge_example(x, column[:, None])[0] for column in w.T]),
        ),
        (off(huge_example, np.s_[:, 1:]), off(huge_example, np.s_[:, 1:2])),
    ),
    "products": Asked(
        products,
        {"x": Array("B", "D")},
        {"B": (2, 5), "D": (6, 20)},
        (
            wide(lambda x: np.cumprod(1 + np.tanh(x), 1)),
            lambda x: jax.lax.associative_scan(jnp.multiply, 1 + jnp.tanh(x), axis=1),
        ),
        (off(products, np.s_[:, -1:]), off(products, LAST)),
    ),
}
