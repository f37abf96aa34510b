class MLP(nnx.Module):
    def __init__(self, din, hidden, dout, *, rngs):
        self.only = nnx.Linear(din, dout, rngs=rngs)

    def __call__(self, x):
        return nnx.relu(self.only(x))
