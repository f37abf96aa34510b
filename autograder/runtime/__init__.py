"""The machine, this process, and how JAX is set in it."""
