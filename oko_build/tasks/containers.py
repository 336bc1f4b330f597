"""Tasks about the container."""

from __future__ import annotations

import shlex

from invoke.collection import Collection
from invoke.context import Context

from oko_build import config, console, layout
from oko_build.errors import OkoError
from oko_build.tasks._task import BASE_HELP, task


@task(help={"base": BASE_HELP})
def build(_c: Context, base: str = "") -> None:
    """Build the container image (docker/README.md)."""
    from oko_build import container

    here = layout.here()
    chosen = config.load(here).base(base or None)
    log = container.build(here, chosen)
    console.say(f"built {container.image(chosen)}, log: {here.relative(log)}")


@task(help={"task": "task of ./inv to run in the container (default: test-unit)",
            "base": BASE_HELP})
def test(_c: Context, task: str = "test-unit", base: str = "") -> None:
    """Run the tests in the container."""
    from oko_build import container

    here = layout.here()
    ran = container.test(here, config.load(here).base(base or None), shlex.split(task))
    if ran.code:
        raise OkoError(f"the container ended with status {ran.code}",
                       f"full log: {here.relative(ran.log)}")


docker = Collection("docker", build, test)
