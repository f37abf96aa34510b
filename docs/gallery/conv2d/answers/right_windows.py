import numpy as np


def conv2d(x, w, stride, padding):
    x, w = np.asarray(x), np.asarray(w)
    k = w.shape[0]
    if padding == "SAME":
        pads = []
        for n in x.shape[1:3]:
            out = int(np.ceil(n / stride))
            p = max((out - 1) * stride + k - n, 0)
            pads.append((p // 2, p - p // 2))
        x = np.pad(x, [(0, 0), *pads, (0, 0)])
    views = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nhwcij,ijcf->nhwf", views, w).astype(np.float32)
