class MLP(nnx.Module):
    """Two layers."""

    def __init__(self, din, hidden, dout, rngs=None):
        self.a = nnx.Linear(in_features=din, out_features=hidden, rngs=rngs)
        self.b = nnx.Linear(in_features=hidden, out_features=dout, rngs=rngs)

    def __call__(self, inputs):
        h = self.a(inputs)
        return self.b(jnp.where(h > 0, h, 0.0))
