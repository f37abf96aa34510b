class BatchNorm:
    def __init__(self, features, momentum):
        self.mean, self.var, self.momentum = jnp.zeros(features), jnp.ones(features), momentum

    def __call__(self, x, training):
        mean, var = self.mean, self.var
        if training:
            mean, var = x.mean(axis=0), x.var(axis=0)
            self.mean = self.momentum * self.mean + (1 - self.momentum) * mean
            self.var = self.momentum * self.var + (1 - self.momentum) * x.var(axis=0, ddof=1)
        return (x - mean) / jnp.sqrt(var + 1e-5)
