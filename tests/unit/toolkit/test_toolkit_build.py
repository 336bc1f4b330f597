"""What is built, when and why: with a configure and a make of a few lines."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from toolkit_project import UPSTREAM, Project, make_package, tree_id

from oko_build import build, clean, flavours, lock, source, stamps, toolenv
from oko_build.errors import CommandFailed, OkoError

ROOT = Path(__file__).resolve().parents[3]

CONFIGURE = """\
#!/bin/sh
src=$(dirname "$0")
echo "$@" >>configured
sed "s,@src@,$src,g" "$src/Makefile.in" >Makefile
"""

MAKEFILE = """\
all: ovs-vswitchd
ovs-vswitchd: @src@/lib/classifier.c @src@/lib/flow.c @src@/lib/filter-prog.c
\tgcc -c @src@/lib/filter-prog.c -o filter-prog.o
\tif test -e hang; then echo $$$$ >hanging; sleep 300; fi
\techo made >>made
\tcp @src@/lib/flow.c $@
"""

RUNTIME = """\
all:
\techo made >>$(O)/made
\tcp lib/okobpf.h $(O)/okobpf
"""


@pytest.fixture
def buildable(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose upstream can be built in no time."""
    files = {**UPSTREAM, "configure": CONFIGURE, "Makefile.in": MAKEFILE}
    package = make_package(tmp_path, tmp_path / "mirror", revision="3.1.0-1", files=files)
    data = package.read_bytes()
    base = project.base()
    text = project.read("upstream.toml")
    text = text.replace(base.sha256, stamps.hashlib.sha256(data).hexdigest())
    text = text.replace(f"size = {base.size}", f"size = {len(data)}")
    text = text.replace(base.tree, tree_id(tmp_path / "tree", files))
    project.write("upstream.toml", text)
    (project.layout.downloads / base.filename).write_bytes(data)
    project.write("okobpf/Makefile", RUNTIME)
    # This upstream needs no DPDK.
    monkeypatch.setattr(build, "_TOOLS", ("make", "git"))
    monkeypatch.setattr(build, "_versions", lambda: "compiler 1; DPDK 1")
    monkeypatch.delenv("CCACHE_DIR", raising=False)
    return project


def make(project: Project, **flags: object) -> build.Built:
    return build.build(project.layout, flavours.choose(**flags))  # type: ignore[arg-type]


def count(project: Project, name: str, flavour: str = "default") -> int:
    path = project.layout.base("3.1") / flavour / name
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_first_build_makes_all_and_the_second_nothing(buildable: Project) -> None:
    first = make(buildable)
    assert first.reasons
    assert (first.folder / "ovs-vswitchd").is_file()
    assert first.runtime is not None and (first.runtime / "okobpf").is_file()
    assert make(buildable).reasons == ()
    assert (count(buildable, "made"), count(buildable, "configured")) == (1, 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("overlay/ovs/lib/filter-prog.c", "int changed;\n"), "lib/filter-prog.c changed"),
        (("okobpf/lib/okobpf.h", "#define OKOBPF 2\n"), "lib/okobpf/okobpf.h changed"),
        (("overlay/ovs/lib/more.c", "int more;\n"), "lib/more.c changed"),
    ],
)
def test_rebuild_says_why(
    buildable: Project, change: tuple[str, str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make(buildable)
    capsys.readouterr()
    buildable.write(*change)
    make(buildable)
    said = capsys.readouterr().err
    assert reason in said
    assert change[0] in said


def test_touching_a_file_is_no_reason(buildable: Project) -> None:
    make(buildable)
    os.utime(buildable.layout.root / "overlay/ovs/lib/filter-prog.c")
    os.utime(buildable.src / "lib/flow.c")
    assert make(buildable).reasons == ()


def test_loose_change_in_the_work_tree_is_built(
    buildable: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    make(buildable)
    buildable.edit("lib/flow.c", "line 3\n", "line three\n")
    made = make(buildable)
    assert "line three" in (made.folder / "ovs-vswitchd").read_text()
    assert "1 changes" in capsys.readouterr().err


def test_copy_keeps_times_of_files_that_stay_the_same(buildable: Project) -> None:
    make(buildable)
    copy = buildable.layout.base("3.1") / "copy/patched"
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.is_file()}
    buildable.edit("lib/flow.c", "line 3\n", "line three\n")
    make(buildable)
    changed = {str(path.relative_to(copy)) for path, time_ns in before.items()
               if path.stat().st_mtime_ns != time_ns}
    assert changed == {"lib/flow.c"}


def test_files_of_ours_are_newer_than_those_that_upstream_made_of_them(
    buildable: Project,
) -> None:
    buildable.apply()
    buildable.edit("lib/flow.c", "line 3\n", "line three\n")
    make(buildable)
    copy = buildable.layout.base("3.1") / "copy/patched"
    assert (copy / "lib/flow.c").stat().st_mtime > (copy / "configure").stat().st_mtime


def test_other_flags_configure_anew_in_a_folder_of_their_own(buildable: Project) -> None:
    make(buildable)
    made = make(buildable, native=True)
    assert made.folder.name == "native"
    assert "-march=native" in (made.folder / "configured").read_text()
    assert count(buildable, "configured") == 1


def test_stock_is_upstreams_own(buildable: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its Makefile does not name our file.
    make(buildable)
    with pytest.raises(CommandFailed):
        make(buildable, stock=True)
    copy = buildable.layout.base("3.1") / "copy/stock"
    assert not (copy / "lib/filter-prog.c").exists()
    assert (copy / "lib/flow.c").is_file()


def test_newer_compiler_configures_anew(
    buildable: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(buildable)
    # This upstream needs no DPDK.
    monkeypatch.setattr(build, "_TOOLS", ("make", "git"))
    monkeypatch.setattr(build, "_versions", lambda: "compiler 2; DPDK 1")
    assert make(buildable).reasons == ("compiler or DPDK changed",)
    assert count(buildable, "configured") == 2


def test_error_names_the_file_that_people_edit(buildable: Project) -> None:
    buildable.write("overlay/ovs/lib/filter-prog.c", "not C\n")
    with pytest.raises(CommandFailed) as caught:
        make(buildable)
    assert "overlay/ovs/lib/filter-prog.c:1:" in caught.value.tail
    assert caught.value.log == buildable.layout.log("make-default")
    with pytest.raises(OkoError, match="is not built"):
        toolenv.environment(buildable.layout)
    buildable.write("overlay/ovs/lib/filter-prog.c", "int c;\n")
    assert make(buildable).reasons[0] == "the last build did not come to its end"


def test_interrupted_build_goes_on(buildable: Project) -> None:
    make(buildable)
    folder = buildable.layout.base("3.1") / "default"
    (folder / "hang").touch()
    buildable.write("overlay/ovs/lib/filter-prog.c", "int changed;\n")
    script = (
        "from pathlib import Path\n"
        "from oko_build import build, flavours\n"
        "from oko_build.layout import Layout\n"
        "build._TOOLS = ('make', 'git')\n"
        "build._versions = lambda: 'compiler 1; DPDK 1'\n"
        f"build.build(Layout(Path({str(buildable.layout.root)!r})), flavours.choose())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 30
        while not (folder / "hanging").exists() or not (folder / "hanging").read_text():
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode != 0
    assert not Path(f"/proc/{(folder / 'hanging').read_text().strip()}").exists()
    (folder / "hang").unlink()
    made = make(buildable)
    assert made.reasons == ("the last build did not come to its end",)
    assert count(buildable, "made") == 2
    assert make(buildable).reasons == ()


def test_missing_runtime_makefile_is_told(buildable: Project) -> None:
    (buildable.layout.root / "okobpf/Makefile").unlink()
    with pytest.raises(OkoError, match="okobpf/Makefile is not there"):
        make(buildable)


def test_exec_environment_puts_the_tools_first(buildable: Project) -> None:
    made = make(buildable)
    env = toolenv.environment(buildable.layout, inherited={"PATH": "/usr/bin"})
    path = env["PATH"].split(":")
    assert path[0] == str(made.runtime)
    assert str(made.folder / "utilities") in path
    assert path[-1] == "/usr/bin"


def test_exec_before_the_build_says_what_to_do(project: Project) -> None:
    with pytest.raises(OkoError, match=r"inv build --debug"):
        toolenv.environment(project.layout, flavour="debug")


# Clean.


def test_clean_keeps_the_caches_and_the_next_build_gives_the_same(buildable: Project) -> None:
    first = make(buildable)
    clean.clean(buildable.layout)
    assert not buildable.layout.base("3.1").exists()
    assert list(buildable.layout.downloads.iterdir())
    assert make(buildable).tree == first.tree
    clean.clean(buildable.layout, everything=True)
    assert not buildable.layout.downloads.exists()


def test_clean_refuses_to_lose_work(buildable: Project) -> None:
    make(buildable)
    buildable.edit("lib/flow.c", "line 3\n", "line three\n")
    with pytest.raises(OkoError, match="changes that would be lost"):
        clean.clean(buildable.layout)
    clean.clean(buildable.layout, force=True)
    assert not buildable.layout.base("3.1").exists()


# Parts.


def test_stamp_tells_each_kind_of_reason(tmp_path: Path) -> None:
    stamp = stamps.Stamp(tmp_path / "stamp.json")
    assert stamp.reasons({"a": "1"}) == ["not made before"]
    stamp.write({"a": "1", "b": "1"})
    again = stamps.Stamp(tmp_path / "stamp.json")
    assert again.reasons({"a": "1", "b": "1"}) == []
    assert again.reasons({"a": "2", "c": "1"}) == ["c is new", "b is gone", "a changed"]
    (tmp_path / "stamp.json").write_text("{")
    assert stamps.Stamp(tmp_path / "stamp.json").reasons({}) == ["not made before"]


def test_summary_of_reasons_stays_short() -> None:
    assert stamps.summary(["a changed"]) == "a changed"
    assert stamps.summary([f"{n}" for n in range(9)], most=2) == "0, 1 and 7 more"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"sanitize": "thread"}, "expected address, got 'thread'"),
        ({"debug": True, "sanitize": "address"}, "choose one"),
        ({"native": True, "debug": True}, "--native is for speed"),
    ],
)
def test_flavours_that_make_no_sense(flags: dict[str, object], message: str) -> None:
    with pytest.raises(OkoError, match=message):
        flavours.choose(**flags)  # type: ignore[arg-type]


def test_each_flavour_has_a_name_of_its_own() -> None:
    names = [
        flavours.choose(stock=stock, debug=debug, sanitize=sanitize, native=native).name
        for stock in (False, True)
        for debug, sanitize, native in (
            (False, None, False), (True, None, False), (False, "address", False),
            (False, None, True),
        )
    ]
    assert len(set(names)) == len(names)


def test_autotools_inputs_are_told_from_other_files(project: Project) -> None:
    project.apply()
    repo = project.tree().repo
    plain = source.autotools_key(repo.entries("HEAD"))
    project.edit("lib/flow.c", "line 3\n", "line three\n")
    assert source.autotools_key(repo.entries(repo.work_tree_id())) == plain
    project.edit("lib/automake.mk", "flow.c", "flow.c lib/new.c")
    assert source.autotools_key(repo.entries(repo.work_tree_id())) != plain


def test_lock_keeps_another_process_waiting(project: Project) -> None:
    script = (
        "from pathlib import Path\n"
        "from oko_build import lock\n"
        "from oko_build.layout import Layout\n"
        f"with lock.hold(Layout(Path({str(project.layout.root)!r}))):\n"
        "    print('in', flush=True)\n"
    )
    with lock.hold(project.layout), lock.hold(project.layout):
        process = subprocess.Popen(
            [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        assert process.stderr is not None and process.stdout is not None
        # It says whom it waits for, and only then gets in.
        assert f"(process {os.getpid()})" in process.stderr.readline()
    try:
        assert process.communicate(timeout=30)[0] == "in\n"
    finally:
        process.kill()
