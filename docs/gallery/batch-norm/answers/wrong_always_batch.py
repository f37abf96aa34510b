class BatchNorm:
    def __init__(self, features, momentum):
        self.mean, self.var, self.momentum = jnp.zeros(features), jnp.ones(features), momentum

    def __call__(self, x, training):
        if training:
            self.mean = self.momentum * self.mean + (1 - self.momentum) * x.mean(0)
            self.var = self.momentum * self.var + (1 - self.momentum) * x.var(0)
        return (x - x.mean(0)) / jnp.sqrt(x.var(0) + 1e-5)
