"""Tasks about BPF programs."""

from __future__ import annotations

from pathlib import Path

from invoke.collection import Collection
from invoke.context import Context

import oko_py
from oko_build import console
from oko_build.errors import OkoError
from oko_build.tasks._task import task, user_folder


@task(
    name="compile",
    positional=["source"],
    help={
        "source": "C source of the program",
        "output": "object file to write (default: the source's name, ending in .o, in this folder)",
        "cpu": "instruction set, v1 to v4 (default: v2)",
    },
)
def compile_(_c: Context, source: str, output: str = "", cpu: str = "v2") -> None:
    """Compile a BPF program with clang and the flags and headers that it needs."""
    here = Path(user_folder())
    try:
        written = oko_py.compile(
            here / source, here / (output or f"{Path(source).stem}.o"), cpu=cpu
        )
    except oko_py.OkoError as error:
        raise OkoError(str(error)) from error
    console.say(f"wrote {written}")


bpf = Collection("bpf", compile_)
