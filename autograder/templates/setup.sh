#!/usr/bin/env bash
# Builds the grading image, as root. It tries each step three times. If one fails, the last line of the build log names it.
set -euo pipefail

source={{ autograder_dir }}/source
home=/opt/otter-arrays
python={{ python }}
export DEBIAN_FRONTEND=noninteractive UV_PYTHON_INSTALL_DIR=$home/python UV_NO_CACHE=1 UV_LINK_MODE=copy UV_HTTP_TIMEOUT=120

step="prepare"
trap 'echo "otter-arrays setup failed at: $step. Build the image again; if it fails again, send this log to the author of the assignment."' ERR

again() {
    for pause in 5 20 0; do
        "$@" && return 0
        sleep "$pause"
    done
    return 1
}

install_debs() {
    apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"
}

step="install the system's Python and pip"
python3 -m pip --version > /dev/null 2>&1 || again install_debs ca-certificates python3 python3-pip

step="install uv {{ uv }}"
again python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir --target "$home/uv" "uv=={{ uv }}"
uv=$home/uv/bin/uv

step="install Python $python"
"$uv" python find --quiet "$python" || "$uv" python install "$python" || again install_debs "python$python"
"$uv" venv --quiet --python "$python" "$home/venv"

step="install the packages in requirements.lock"
again "$uv" pip install --quiet --python "$home/venv/bin/python" --require-hashes --no-deps --compile-bytecode -r "$source/requirements.lock"

step="install otter-arrays"
for wheel in "$source"/files/otter_arrays-*.whl; do
    # `otter grade` adds the files after this script has run; run_autograder installs the wheel then.
    [ ! -e "$wheel" ] || "$uv" pip install --quiet --python "$home/venv/bin/python" --no-deps --compile-bytecode "$wheel"
done

step="clean up"
rm -rf "$home/uv" /var/lib/apt/lists/* /root/.cache

step="try the autograder (see the error above)"
[ ! -d "$source/files" ] || "$home/venv/bin/python" -I -m autograder.container.smoke_test {{ autograder_dir }}
