class MLP(nnx.Module):
    def __init__(self, din, hidden, dout, *, rngs: nnx.Rngs):
        self.net = nnx.Sequential(nnx.Linear(din, hidden, rngs=rngs), jax.nn.relu, nnx.Linear(hidden, dout, rngs=rngs))

    def __call__(self, x):
        return self.net(x)
