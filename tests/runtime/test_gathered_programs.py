"""A build compiles each program once, and hands on only those that grading may see.

Covers too: `runtime.jax_cache`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from autograder.runtime import compiled_programs

BUILD = """
import glob, json, os, sys
from pathlib import Path
import jax, jax.numpy as jnp
from autograder.runtime.gathered_programs import Gathered

folder, found = sys.argv[1], {}
count = {"compiled": 0}
jax.monitoring.register_event_listener(
    lambda event, **_: count.update(
        compiled=count["compiled"] + (event == "/jax/compilation_cache/cache_misses")
    )
)

def there():
    return {os.path.basename(path) for path in glob.glob(f"{folder}/*-cache")}

def add(secret):
    return jax.jit(lambda x: x * jnp.float32(secret) + 1)(jnp.arange(5.0))

jax.jit(jnp.sinh)(jnp.arange(3.0))  # a cell's
found["cells"] = sorted(there())
gathered = Gathered(Path(folder))
add(0.123456)  # the banks'
add(7.0)
found["banks"] = sorted(there())
before = count["compiled"]
with gathered.noting():
    jax.jit(jnp.sinh)(jnp.arange(3.0))
    add(7.0)
    found["again"] = count["compiled"] - before
    found["hidden"] = [name for name in sorted(there() - set(found["cells"]))]
    add(8.0)
found["new"] = count["compiled"] - before
found["after"] = len(there())
add(9.0)
found["later"] = len(there())
print(json.dumps(found))
"""


def test_each_program_is_compiled_once_and_those_of_the_banks_stay_where_they_are(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "programs"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "JAX_PLATFORMS": "cpu", **compiled_programs.warming(folder)},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["cells"]
    assert found["banks"] == found["cells"]
    assert found["again"] == 0
    assert sum("lambda" in name for name in found["hidden"]) == 1
    assert found["new"] == 1
    assert found["after"] == len(found["cells"]) + len(found["hidden"]) + 1
    assert found["later"] == found["after"]
