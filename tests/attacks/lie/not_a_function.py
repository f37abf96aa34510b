"""Bind the name to plain data: a nested structure, a module."""

import numpy as vmap_over_batch  # noqa: F401

"""def vmap_over_batch(seed, x_batch, features): a number is enough"""
for _ in range(30):
    vmap_over_batch = [vmap_over_batch, {"STOLEN: key": 1e999}]
