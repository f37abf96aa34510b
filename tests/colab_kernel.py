"""A place like Google Colab: its versions of packages, its shell, and as much of `google.colab` as
a notebook calls.

Run as a program inside that place, it executes a notebook: `colab_kernel.py NOTEBOOK FOLDER` works
in FOLDER and prints the outputs of each code cell as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PACKAGES = (
    *("jax==0.7.2", "jaxlib==0.7.2", "flax==0.11.2", "numpy==2.0.2", "scipy==1.16.3"),
    *("ipython==7.34.0", "ipykernel==6.17.1", "ipython-genutils==0.2.0", "traitlets==5.7.1"),
    *("ipywidgets==7.7.1", "widgetsnbextension==3.6.10", "jupyter_client==7.4.9", "wrapt==2.3.0"),
    *("nbclient==0.10.4", "nbconvert==7.17.1", "nbformat==5.11.1", "tornado==6.5.7"),
    *("click==8.4.2", "dill==0.3.8", "Jinja2==3.1.6", "jupytext==1.19.5", "matplotlib==3.10.0"),
    *("pandas==2.2.3", "PyYAML==6.0.3", "requests==2.32.4", "safetensors==0.8.0"),
)
"""What Otter, JAX and a kernel need of Colab's packages (its list of August 2026). NumPy is that of
the month before.
"""

STAND_IN = {
    "__init__.py": "",
    "output.py": "",
    "_shell.py": (
        "from IPython.core import interactiveshell\n"
        "from ipykernel import zmqshell\n"
        "class Shell(zmqshell.ZMQInteractiveShell):\n"
        "    pass\n"
        "interactiveshell.InteractiveShellABC.register(Shell)\n"
    ),
    "_kernel.py": (
        "from ipykernel import ipkernel\n"
        "from google.colab import _shell\n"
        "class Kernel(ipkernel.IPythonKernel):\n"
        "    def _shell_class_default(self):\n"
        "        return _shell.Shell\n"
    ),
    "_message.py": (
        "import json, os\n"
        "def blocking_request(kind, request='', timeout_sec=5, parent=None):\n"
        "    assert kind == 'get_ipynb'\n"
        "    with open(os.environ['OPEN_IN_THE_BROWSER']) as file:\n"
        "        return {'ipynb': json.load(file)}\n"
    ),
    "files.py": "def download(name):\n    print('downloaded', name)\n",
}
"""The package `google.colab`, as far as a notebook sees it, modelled on Colab's public sources."""


def environment(folder: Path, uv: Path) -> Path:
    """An interpreter with Colab's packages and shell, in `folder`."""
    python = folder / "bin" / "python"
    for command in (
        ["venv", "--quiet", "--seed", "--python", sys.executable, str(folder)],
        ["pip", "install", "--quiet", "--python", str(python), *PACKAGES],
    ):
        done = subprocess.run([uv, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    (packages,) = folder.glob("lib/python3*/site-packages")
    colab = packages / "google" / "colab"
    colab.mkdir(parents=True, exist_ok=True)
    for name, content in STAND_IN.items():
        (colab / name).write_text(content, encoding="utf-8")
    kernel = folder / "share" / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True, exist_ok=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    command.append("--IPKernelApp.kernel_class=google.colab._kernel.Kernel")
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": command, "display_name": "Python 3", "language": "python"})
    )
    return python


def executed(python: Path, notebook: Path, folder: Path) -> list[list[dict[str, str]]]:
    """The outputs of each code cell of a notebook that is open in Colab and works in `folder`."""
    # The last one changes how an old ipykernel behaves.
    ours = {"PYTHONPATH", "JUPYTER_DEFAULT_PROVISIONER_NAME", "VIRTUAL_ENV", "PYTEST_CURRENT_TEST"}
    variables = {name: value for name, value in os.environ.items() if name not in ours}
    variables |= {"COLAB_RELEASE_TAG": "release-colab", "OPEN_IN_THE_BROWSER": str(notebook)}
    variables |= {"JAX_PLATFORMS": "cpu", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    done = subprocess.run(
        [python, Path(__file__), notebook, folder],
        capture_output=True,
        text=True,
        check=False,
        env=variables,
    )
    assert done.returncode == 0, done.stderr
    found: list[list[dict[str, str]]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _run(notebook: Path, folder: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    document = nbformat.read(notebook, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(
        document, kernel_name="python3", timeout=900, allow_errors=True, resources=resources
    ).execute()
    told = [
        [
            {
                "kind": output.get("name", output.output_type),
                "text": output.get("text")
                or output.get("data", {}).get("text/plain", "")
                or "\n".join(output.get("traceback", ())),
                "picture": "image/png" if "image/png" in output.get("data", {}) else "",
            }
            for output in cell.outputs
        ]
        for cell in document.cells
        if cell.cell_type == "code"
    ]
    print(json.dumps(told))


if __name__ == "__main__":
    _run(Path(sys.argv[1]), Path(sys.argv[2]))
