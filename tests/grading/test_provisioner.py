"""What Jupyter asks of Otter's kernel: it opens no port that another process may have taken by
then.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from autograder.assignment.built import BuiltAssignment
from autograder.assignment.samples import otter_run
from autograder.grading import provisioner

STARTED = """\
import os, pathlib, sys, psutil
from jupyter_client.manager import start_new_kernel
from jupyter_client.provisioning import KernelProvisionerFactory as Factory
from autograder.grading import provisioner
{before}
first = provisioner.begin(pathlib.Path(sys.argv[1]))
manager, client = start_new_kernel()
answer = client.execute_interactive("6 * 7", output_hook=lambda message: None)
connections = psutil.Process(manager.provisioner.pid).net_connections("inet")
listens = {{each.laddr.port for each in connections if each.status == "LISTEN"}}
# One more, for what its children print, it opens without having been told a number.
print(first, manager.transport, answer["content"]["status"], len(listens) > 5)
client.stop_channels()
manager.shutdown_kernel(now=True)
provisioner.end()
print(provisioner.begin(pathlib.Path(sys.argv[1])), Factory.instance().default_provisioner_name)
provisioner.end()
print(Factory.instance().default_provisioner_name, os.listdir(sys.argv[1]))
"""


def started(folder: Path, before: str = "") -> list[str]:
    folder.mkdir(exist_ok=True)
    code = STARTED.format(before=before)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("before", "first"),
    [("", "True"), ("provisioner.prepare()", "True"), ("Factory.instance()", "False")],
)
def test_a_kernel_has_its_sockets_in_the_folder_and_leaves_none(
    tmp_path: Path, before: str, first: str
) -> None:
    assert started(tmp_path / "here", before) == [
        f"{first} ipc ok False",
        "False otter-arrays",
        "local-provisioner []",
    ]


def test_not_installed_jupyter_starts_its_own(tmp_path: Path) -> None:
    found = started(tmp_path / "here", "provisioner.NAME = 'an entry point that is not there'")
    assert found == ["False tcp ok True", "False local-provisioner", "local-provisioner []"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_file_system_without_sockets_is_noticed() -> None:
    assert provisioner.sockets_in(Path("/proc")) is None


def test_in_a_folder_whose_path_is_too_long_for_a_socket_ports_do(tmp_path: Path) -> None:
    assert started(tmp_path / ("long" * 25)) == [
        "True tcp ok True",
        "False otter-arrays",
        "local-provisioner []",
    ]


def test_jupyter_finds_it_by_its_entry_point() -> None:
    (found,) = entry_points(group="jupyter_client.kernel_provisioners", name=provisioner.NAME)
    assert found.load() is provisioner.Provisioner


ANSWERS = """\
import asyncio, os, pathlib, signal, sys, time
from jupyter_client.manager import AsyncKernelManager
from autograder.grading import provisioner

async def main():
    provisioner.begin(pathlib.Path(sys.argv[1]))
    manager = AsyncKernelManager()
    await manager.start_kernel()
    names = sorted(path.name for path in pathlib.Path(sys.argv[1]).iterdir())
    assert names == [f"kernel-{{number}}" for number in range(1, 6)]
    client = manager.client()
    client.start_channels()
    number = {signal}
    if number:
        os.kill(manager.provisioner.pid, number)
    try:
        await client.wait_for_ready(timeout=1.5)
        message = client.execute("6 * 7")
        while True:
            answer = await client.get_iopub_msg(timeout=10)
            ours = answer["parent_header"].get("msg_id") == message
            if ours and answer["msg_type"] == "execute_result":
                break
        print(answer["content"]["data"]["text/plain"])
    except RuntimeError as error:
        print(error)
    client.stop_channels()
    await manager.shutdown_kernel(now=bool(number))
    print(await manager.is_alive())

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("signal", "told"),
    [
        ("0", "42"),
        ("signal.SIGKILL", "the kernel died before it answered"),
        ("signal.SIGSTOP", "the kernel did not answer in 1.5 seconds"),
    ],
)
def test_a_client_is_ready_when_the_kernel_has_answered(
    tmp_path: Path, signal: str, told: str
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", ANSWERS.format(signal=signal), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [told, "False"]


@pytest.mark.parametrize("without", ["", pytest.param("ahead", marks=pytest.mark.slow)])
def test_otters_kernel_uses_no_port(one_assignment: BuiltAssignment, without: str) -> None:
    graded = otter_run(
        one_assignment.solution,
        one_assignment.zip,
        env={**os.environ, "OTTER_ARRAYS_WITHOUT": without},
    )
    assert graded.share == 1.0
    assert "TCP" not in graded.printed  # a kernel that listens on ports warns about it
