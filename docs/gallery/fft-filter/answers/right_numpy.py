def low_pass(x, count):
    import numpy as np

    spectrum = np.fft.fft(np.asarray(x), axis=1)
    k = np.fft.fftfreq(x.shape[1]) * x.shape[1]
    spectrum[:, np.abs(np.round(k)) >= count] = 0
    return np.fft.ifft(spectrum, axis=1)
