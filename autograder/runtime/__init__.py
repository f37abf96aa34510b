"""The machine, this process, and JAX as it is set here."""
