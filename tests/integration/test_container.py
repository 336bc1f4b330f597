"""The container image, with an engine of the tests' own and no image registry.

Takes some minutes, so it runs only with REQUIRE_DOCKER=1, as in CI, and then has to run.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from oko_build import config, container, doctor
from oko_build.errors import OkoError
from oko_build.lab import wait_until
from oko_build.layout import Layout

ROOT = Path(__file__).resolve().parents[2]
BASE = config.load(Layout(ROOT)).base()
OWN_CERTIFICATES = Path("/usr/local/share/ca-certificates")

pytestmark = [
    pytest.mark.usefixtures("as_root"),
    pytest.mark.skipif(
        os.environ.get("REQUIRE_DOCKER") != "1",
        reason="builds an image, which takes minutes: set REQUIRE_DOCKER=1",
    ),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A private engine, which DOCKER_HOST names; nothing of it stays behind."""
    doctor.demand("docker.io", "mmdebstrap")
    folder = tmp_path_factory.mktemp("engine")
    socket = folder / "docker.sock"
    # The namespaces take all its processes and mounts with them.  It leaves the host's bridges
    # and packet filters alone.
    command: list[str | Path] = [
        "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
        "dockerd", "--data-root", folder / "root", "--exec-root", folder / "run",
        "--pidfile", folder / "pid", "--host", f"unix://{socket}",
        "--iptables=false", "--ip-forward=false", "--bridge=none",
    ]
    with (folder / "log").open("wb") as log, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", f"unix://{socket}")
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_until(
                lambda: _answers() or process.poll() is not None, "the engine to answer", timeout=60
            )
            assert process.poll() is None, (folder / "log").read_text()[-3000:]
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=30)
            shutil.rmtree(folder, ignore_errors=True)


def _answers() -> bool:
    try:
        with container.engine():
            return True
    except OkoError:
        return False


@pytest.fixture(scope="module")
def base(engine: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The base image, by the commands of docker/README.md."""
    tar = tmp_path_factory.mktemp("base") / "base.tar"
    command = ["mmdebstrap", "--variant=minbase", "--include=ca-certificates"]
    if any(OWN_CERTIFICATES.glob("*.crt")):
        # A network whose https an authority of its own signs.
        command += [
            f"--customize-hook=copy-in {OWN_CERTIFICATES} {OWN_CERTIFICATES.parent}",
            '--customize-hook=chroot "$1" update-ca-certificates',
        ]
    subprocess.run([*command, BASE.suite, tar], check=True, capture_output=True)
    repository, tag = container.base_image(BASE).split(":")
    with container.engine() as client:
        client.api.import_image_from_file(os.fspath(tar), repository=repository, tag=tag)
    tar.unlink()


@pytest.mark.usefixtures("engine")
def test_missing_image_is_told_and_not_pulled() -> None:
    with (
        container.engine() as client,
        pytest.raises(OkoError, match="the engine has no image oko-none:none"),
    ):
        container.require_image(client, "oko-none:none")


@pytest.mark.usefixtures("base")
def test_image_is_built_and_runs_the_demo() -> None:
    layout = Layout(ROOT)
    container.build(layout, BASE)
    ran = container.test(layout, BASE, ["demo"])
    shown = ran.log.read_text(encoding="utf-8", errors="replace")
    assert ran.code == 0, shown[-3000:]
    assert "-> the program saw 10 packets and passed 5" in shown
