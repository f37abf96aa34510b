#!/bin/bash
# A stand-in for Miniforge's installer, where conda-forge cannot be reached: its `mamba` makes the environment that Otter's setup.sh asks for
# from the system's Python and the package index. Chromium's download is left out too. What it costs is therefore less than the real thing.
set -e
bin=/root/miniforge3/bin
mkdir -p $bin
cat > $bin/mamba <<'MAMBA'
#!/bin/bash
set -e
environment=/root/miniforge3/envs/otter-env
case "$1 $2" in
    "env create")
        python=$(sed -n 's/^ *- python=//p' "$4")
        apt-get install -y -qq "python$python" "python$python-venv" > /dev/null
        "python$python" -m venv $environment
        sed -n '/- pip:/,$p' "$4" | sed -n 's/^ *- \([^:]*\)$/\1/p' > /tmp/pip.txt
        $environment/bin/pip install --quiet -r /tmp/pip.txt jupyter_server ;;
    "install -n") ;;
    "run -n") shift 3; PATH=$environment/bin:$PATH "${@/ && playwright install chromium/}" ;;
    "shell hook") echo 'mamba() { PATH=/root/miniforge3/envs/$2/bin:$PATH; }' ;;
    "shell init") ;;
    *) echo "the stand-in for mamba does not know: $*" >&2; exit 1 ;;
esac
MAMBA
chmod +x $bin/mamba
