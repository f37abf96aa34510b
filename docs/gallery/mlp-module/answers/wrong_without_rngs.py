class MLP(nnx.Module):
    def __init__(self, din, hidden, dout):
        self.first = nnx.Linear(din, hidden, rngs=nnx.Rngs(0))
        self.second = nnx.Linear(hidden, dout, rngs=nnx.Rngs(1))

    def __call__(self, x):
        return self.second(nnx.relu(self.first(x)))
