"""Builds the container image, and runs tasks in it."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound

from oko_build import checkout, console
from oko_build.config import Base
from oko_build.errors import OkoError
from oko_build.layout import Layout

_TIMEOUT = 120      # seconds: an engine that has much to do answers late
_PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")


def base_image(base: Base) -> str:
    """Return the name of the image of a plain Debian that ours for 'base' starts from."""
    return f"oko-base:{base.suite}"


def image(base: Base) -> str:
    """Return the name of our image for 'base'."""
    return f"oko:{base.name}"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a container ended."""

    code: int
    log: Path


@contextmanager
def engine() -> Iterator[docker.DockerClient]:
    """Yield a client of the container engine; raises OkoError if there is none."""
    try:
        client = docker.from_env(timeout=_TIMEOUT)
        client.ping()
    except DockerException as error:
        raise OkoError(
            f"no container engine answers: {error}",
            "start one (Debian: apt-get install docker.io), or name one with DOCKER_HOST",
        ) from error
    try:
        yield client
    finally:
        client.close()


def context(layout: Layout) -> io.BytesIO:
    """Return the checkout's files, those that git tracks, as the tar archive that a build takes."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name in checkout.tracked(layout):
            if os.path.lexists(layout.root / name):
                archive.add(layout.root / name, arcname=name, recursive=False, filter=_nobodys)
    data.seek(0)
    return data


def _nobodys(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    return info


def require_image(client: docker.DockerClient, name: str, *hints: str) -> None:
    """Raise OkoError unless the engine has the image 'name'.  It is not asked to pull it."""
    try:
        client.images.get(name)
    except ImageNotFound as error:
        raise OkoError(f"the engine has no image {name}", *hints) from error


def build(layout: Layout, base: Base) -> Path:
    """Build the image for 'base', and return the log."""
    log = layout.log("docker-build")
    log.parent.mkdir(parents=True, exist_ok=True)
    with engine() as client:
        require_image(
            client, base_image(base), "docker/README.md: how it is made, without a registry"
        )
        output = client.api.build(
            fileobj=context(layout), custom_context=True, dockerfile="docker/Dockerfile",
            tag=image(base), rm=True, pull=False, network_mode="host", decode=True,
            buildargs={
                "BASE": base_image(base),
                **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            },
        )
        _follow(output, log)
    return log


def _follow(output: Iterable[dict[str, Any]], log: Path) -> None:
    """Write what a build says to 'log' and show its steps; raises OkoError if it fails."""
    with log.open("w", encoding="utf-8") as sink, console.Progress("docker build") as progress:
        for message in output:
            text = str(message.get("stream", ""))
            sink.write(text)
            if text.startswith("Step "):
                progress.detail = text.strip()
            progress.tick()
            if "error" in message:
                sink.write(f"{message['error']}\n")
                raise OkoError(f"the image was not built: {message['error']}", f"full log: {log}")


def test(layout: Layout, base: Base, arguments: list[str]) -> Ran:
    """Run './inv ARGUMENTS' in a new container of the image for 'base', and remove that."""
    log = layout.log("docker-test")
    log.parent.mkdir(parents=True, exist_ok=True)
    with engine() as client:
        require_image(client, image(base), f"./inv docker.build --base {base.name}")
        try:
            host = client.api.create_host_config(
                init=True, cap_add=["NET_ADMIN", "SYS_ADMIN"],
                security_opt=["apparmor=unconfined"], devices=["/dev/net/tun"],
                network_mode="none",
            )
            # As 'docker run --security-opt systempaths=unconfined': sysctls of the namespaces.
            host.update({"MaskedPaths": [], "ReadonlyPaths": []})
            made = client.api.create_container(
                image(base), arguments, host_config=host, environment={"CI": "true"}
            )
            container = client.containers.get(made["Id"])
        except APIError as error:
            raise OkoError(f"the engine made no container: {error.explanation}") from error
        try:
            container.start()
            with log.open("wb") as sink:
                for chunk in container.logs(stream=True, follow=True):
                    sink.write(chunk)
                    os.write(1, chunk)
            code = int(container.wait(timeout=_TIMEOUT)["StatusCode"])
        except APIError as error:
            raise OkoError(f"the container did not run: {error.explanation}") from error
        finally:
            container.remove(force=True)
    return Ran(code=code, log=log)
