class MLP(nnx.Module):
    def __init__(self, din, hidden, dout, *, rngs):
        self.second = nnx.Linear(hidden, dout, rngs=rngs)
        self.first = nnx.Linear(din, hidden, rngs=rngs)

    def __call__(self, x):
        return self.second(nnx.relu(self.first(x)))
