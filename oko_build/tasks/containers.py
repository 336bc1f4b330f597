"""Tasks about the container."""

from __future__ import annotations

import shlex

from invoke.collection import Collection
from invoke.context import Context

from oko_build import console, layout
from oko_build.errors import OkoError
from oko_build.tasks._task import task


@task()
def build(_c: Context) -> None:
    """Build the container image (docker/README.md)."""
    from oko_build import container

    here = layout.here()
    log = container.build(here)
    console.say(f"built {container.IMAGE}, log: {here.relative(log)}")


@task(help={"task": "task of ./inv to run in the container (default: test-unit)"})
def test(_c: Context, task: str = "test-unit") -> None:
    """Run the tests in the container."""
    from oko_build import container

    here = layout.here()
    ran = container.test(here, shlex.split(task))
    if ran.code:
        raise OkoError(f"the container ended with status {ran.code}",
                       f"full log: {here.relative(ran.log)}")


docker = Collection("docker", build, test)
