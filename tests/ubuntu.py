"""A container like Gradescope's, made of a file tree, an overlay and namespaces. It needs no
container engine, only root on Linux.

The tree is Ubuntu 22.04 from its own package archive. The zip's scripts run in it unmodified, as
root: `setup.sh` with the package registries of this machine, `run_autograder` without any network.
Unlike this tree, Gradescope's base image has a few more packages.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ARCHIVE = os.environ.get("OTTER_ARRAYS_UBUNTU", "http://archive.ubuntu.com/ubuntu")
RELEASE = "jammy"

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

ENTER = """
set -e
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs tmpfs "$ROOT/dev"
for device in null zero full random urandom tty; do
    touch "$ROOT/dev/$device"; mount --bind "/dev/$device" "$ROOT/dev/$device"
done
mkdir "$ROOT/dev/shm"; mount -t tmpfs tmpfs "$ROOT/dev/shm"; ln -s /proc/self/fd "$ROOT/dev/fd"
mount -t tmpfs tmpfs "$ROOT/sys"; mkdir -p "$ROOT/sys/fs/cgroup"
for cgroup in $CGROUPS; do
    place="$ROOT/sys/fs/cgroup/${cgroup%%=*}"
    mkdir -p "$place"; mount --bind "${cgroup#*=}" "$place"
done
for file in $SHARED; do
    mkdir -p "$ROOT/etc" && rm -f "$ROOT/etc/${file##*/}" && cp "$file" "$ROOT/etc/"
done
[ -z "$LOOPBACK" ] || ip link set lo up
cd "$ROOT/autograder"
exec chroot "$ROOT" /usr/bin/env -i PATH=$PATH HOME=/root LANG=C.UTF-8 $VARIABLES \\
    /bin/bash -c "cd /autograder && exec $COMMAND"
"""

CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
REGISTRY_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", CERTIFICATES)
"""These are copied, never shared, because packages that are installed in the container may write to
them.
"""

REGISTRY_VARIABLES = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)


def missing() -> str:
    """Why no container can be made here; "" if one can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "only root can make a container"
    absent = [
        tool for tool in ("debootstrap", "unshare", "chroot", "ip") if shutil.which(tool) is None
    ]
    if absent:
        return f"not installed: {', '.join(absent)} (packages debootstrap, util-linux, iproute2)"
    if (
        subprocess.run(
            ["unshare", "--mount", "--net", "--pid", "--fork", "true"],
            capture_output=True,
            check=False,
        ).returncode
        != 0
    ):
        return "namespaces cannot be made here"
    return ""


@dataclass(frozen=True)
class Ran:
    """The result of one command in a container. `peak` is in bytes, or None if it was not
    counted.
    """

    code: int
    printed: str
    seconds: float
    peak: int | None
    results: dict[str, Any] | None = None


def bootstrapped(folder: Path) -> Path:
    """Ubuntu's smallest file tree, in a subfolder of `folder`. Made only once."""
    tree = folder / RELEASE
    if not (folder / "complete").exists():
        command = [
            "debootstrap",
            "--variant=minbase",
            "--components=main,universe",
            RELEASE,
            str(tree),
            ARCHIVE,
        ]
        subprocess.run(command, check=True, capture_output=True)
        # As in Ubuntu's own images.
        lines = [
            f"deb {ARCHIVE} {suite} main universe"
            for suite in (RELEASE, f"{RELEASE}-updates", f"{RELEASE}-security")
        ]
        (tree / "etc/apt/sources.list").write_text("\n".join(lines) + "\n")
        for name in ("source", "submission", "results"):
            (tree / "autograder" / name).mkdir(parents=True)
        (folder / "complete").touch()
    return tree


class Image:
    """The grading image of one zip: `setup.sh` has run in a layer over the tree."""

    def __init__(
        self, tree: Path, folder: Path, archive: Path, *, stand_in: Path | None = None
    ) -> None:
        """Set up the image. `stand_in` is a script that replaces the file that `setup.sh` downloads
        with `wget`.
        """
        self._tree, self._layer = tree, folder / f"layer-{uuid.uuid4().hex[:8]}"
        self._layer.mkdir(parents=True)
        source = self._layer / "autograder" / "source"
        source.mkdir(parents=True)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(source)
        # Gradescope puts the script that it starts there.
        shutil.copy(source / "run_autograder", self._layer / "autograder" / "run_autograder")
        (self._layer / "autograder" / "run_autograder").chmod(0o755)
        if stand_in is not None:
            wget = self._layer / "usr" / "local" / "bin" / "wget"
            wget.parent.mkdir(parents=True)
            shutil.copy(stand_in, wget.with_name("stand_in"))
            wget.write_text(
                "#!/bin/bash\n"
                'while [ "$1" != -O ]; do shift; done\n'
                'cp /usr/local/bin/stand_in "$2"\n'
            )
            wget.chmod(0o755)
        self.setup = self._run(
            "bash /autograder/source/setup.sh", self._layer, [self._tree], network=True
        )

    def set_up_without_files(self, archive: Path) -> Image:
        """Another image, set up as in the Dockerfile of `otter grade`, where the assignment's files
        come after `setup.sh`.
        """
        with tempfile.TemporaryDirectory() as scratch:
            early = Path(scratch, "early.zip")
            with zipfile.ZipFile(archive) as old, zipfile.ZipFile(early, "w") as new:
                for entry in old.infolist():
                    if entry.filename in (
                        "run_autograder",
                        "setup.sh",
                        "environment.yml",
                    ) or entry.filename.startswith("requirements."):
                        new.writestr(entry, old.read(entry))
            image = Image(self._tree, self._layer.parent, early)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(image._layer / "autograder" / "source")
        return image

    def size(self) -> int:
        """The bytes that the setup added."""
        return sum(
            path.lstat().st_size
            for path in self._layer.rglob("*")
            if path.is_file() and not path.is_symlink()
        )

    def grade(
        self,
        files: Mapping[str, Path | bytes],
        *,
        metadata: Mapping[str, Any] | None = None,
        memory: int | None = None,
        cpus: float | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Ran:
        """Grade a submission of these files in a fresh container without network. `settings`
        replace settings of the plugin.
        """
        with tempfile.TemporaryDirectory(dir=self._layer.parent) as scratch:
            layer = Path(scratch, "layer")
            submission, results = (
                layer / "autograder" / "submission",
                layer / "autograder" / "results",
            )
            submission.mkdir(parents=True)
            results.mkdir()
            for name, content in files.items():
                target = submission / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
            (layer / "autograder" / "submission_metadata.json").write_text(
                json.dumps(metadata or {})
            )
            if settings:
                config = json.loads(
                    (self._layer / "autograder/source/otter_config.json").read_text()
                )
                config["plugins"] = [
                    {name: {**old, **settings} for name, old in entry.items()}
                    for entry in config["plugins"]
                ]
                (layer / "autograder" / "source").mkdir()
                (layer / "autograder" / "source" / "otter_config.json").write_text(
                    json.dumps(config)
                )
            with _cgroups(memory, cpus) as cgroups:
                ran = self._run(
                    "/autograder/run_autograder",
                    layer,
                    [self._layer, self._tree],
                    network=False,
                    cgroups=cgroups,
                )
            written = results / "results.json"
            found = json.loads(written.read_text(encoding="utf-8")) if written.exists() else None
            return Ran(ran.code, ran.printed, ran.seconds, ran.peak, found)

    def _run(
        self,
        command: str,
        upper: Path,
        lower: Sequence[Path],
        *,
        network: bool,
        cgroups: Mapping[str, Path] | None = None,
    ) -> Ran:
        cgroups = cgroups or {}
        with tempfile.TemporaryDirectory(dir=self._layer.parent) as scratch:
            for name in ("work", "root"):
                Path(scratch, name).mkdir()
            shared = [file for file in REGISTRY_FILES if network and Path(file).exists()]
            variables = [
                f"{name}={os.environ[name]}"
                for name in REGISTRY_VARIABLES
                if network and name in os.environ
            ]
            variables += [
                f"{name}=/etc/{Path(CERTIFICATES).name}"
                for name in ("SSL_CERT_FILE", "PIP_CERT")
                if network
            ]
            environment = {
                "PATH": os.environ["PATH"],
                "LOWER": ":".join(map(str, lower)),
                "UPPER": str(upper),
                "WORK": f"{scratch}/work",
                "ROOT": f"{scratch}/root",
                "SHARED": " ".join(shared),
                "CGROUPS": " ".join(f"{name}={path}" for name, path in cgroups.items() if name),
                "LOOPBACK": "" if network else "yes",
                "VARIABLES": " ".join(variables),
                "COMMAND": command,
            }
            # The shell joins the cgroups before anything else.
            join = "".join(f"echo $$ > {path}/cgroup.procs; " for path in cgroups.values())
            own = [
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--ipc",
                *([] if network else ["--net"]),
            ]
            started = time.monotonic()
            done = subprocess.run(
                ["bash", "-c", f'{join}exec unshare {" ".join(own)} bash -c "$ENTER"'],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                env={**environment, "ENTER": ENTER},
            )
            return Ran(
                done.returncode,
                done.stdout + done.stderr,
                time.monotonic() - started,
                _peak(cgroups),
            )


def _peak(cgroups: Mapping[str, Path]) -> int | None:
    for path in cgroups.values():
        for name in ("memory.peak", "memory.max_usage_in_bytes"):
            with contextlib.suppress(OSError):
                return int((path / name).read_text())
    return None


@contextlib.contextmanager
def _cgroups(memory: int | None, cpus: float | None) -> Iterator[dict[str, Path]]:
    """Control groups with these limits, by the place where the container sees each."""
    base, name = Path("/sys/fs/cgroup"), f"otter-arrays-{uuid.uuid4().hex[:8]}"
    made: dict[str, Path] = {}
    try:
        if memory is not None or cpus is not None:
            if (base / "memory").is_dir():
                made = {"memory": base / "memory" / name, "cpu": base / "cpu" / name}
                for path in made.values():
                    path.mkdir()
                if memory is not None:
                    (made["memory"] / "memory.limit_in_bytes").write_text(str(memory))
                if cpus is not None:
                    (made["cpu"] / "cpu.cfs_quota_us").write_text(str(int(cpus * 100_000)))
            else:
                made = {".": base / name}
                (base / name).mkdir()
                if memory is not None:
                    (base / name / "memory.max").write_text(str(memory))
                    (base / name / "memory.swap.max").write_text("0")
                if cpus is not None:
                    (base / name / "cpu.max").write_text(f"{int(cpus * 100_000)} 100000")
        yield made
    finally:
        for path in made.values():
            for _ in range(50):
                with contextlib.suppress(OSError):
                    path.rmdir()
                if not path.exists():
                    break
                time.sleep(0.1)
