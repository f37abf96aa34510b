class BatchNorm:
    def __init__(self, features, momentum):
        self.features = features
        self.rho = float(momentum)
        self.mean = np.zeros((features,), dtype=np.float32)
        self.var = np.ones((features,), dtype=np.float32)
        self.batches = 0

    def _update(self, mean, var):
        self.batches += 1
        self.mean = self.rho * self.mean + (1 - self.rho) * mean
        self.var = self.rho * self.var + (1 - self.rho) * var

    def __call__(self, x, training=True):
        if not training:
            return (jnp.asarray(x) - self.mean) / jnp.sqrt(self.var + 1e-5)
        mean = jnp.mean(x, axis=0)
        var = jnp.mean(jnp.square(x - mean), axis=0)
        self._update(mean, var)
        return (x - mean) / (var + 1e-5) ** 0.5
