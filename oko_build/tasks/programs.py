"""Tasks about BPF programs."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
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
    """Compile a BPF program with clang, as it must be."""
    here = Path(user_folder())
    try:
        written = oko_py.compile(
            here / source, here / (output or f"{Path(source).stem}.o"), cpu=cpu
        )
    except oko_py.OkoError as error:
        raise OkoError(str(error)) from error
    console.say(f"wrote {written}")


@task(
    positional=["name"],
    help={
        "name": "name of the program, and of the file, in this folder",
        "abi": "packet (the original's) or context (as in XDP)",
    },
)
def new(_c: Context, name: str, abi: str = "packet") -> None:
    """Write a BPF program to start from."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
        raise OkoError(
            f"{name!r} is no name for a program",
            "use letters, digits, '-' and '_', with a letter first",
        )
    if abi not in ("packet", "context"):
        raise OkoError(f"--abi={abi}: expected packet or context")
    target = Path(user_folder()) / f"{name}.c"
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("oko_build"), keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined, autoescape=False,
    )
    text = environment.get_template("program.c.j2").render(
        name=name, abi=abi, function=name.replace("-", "_")
    )
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise OkoError(f"{target} is there already", "choose another name") from error
    console.say(f"wrote {target}; compile it with: ./inv bpf.compile {name}.c")


bpf = Collection("bpf", new, compile_)
