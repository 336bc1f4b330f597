"""The command lines: grammar, output as text and JSON, errors and exit status."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from oko_fake import EXECUTABLE, FIXTURES, FakeOfctl

import oko_py
from oko_py import elf
from oko_py.cli import main as oko
from oko_py.cli.ofctl import main as ofctl

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "bpf"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeOfctl:
    home = tmp_path / "fake"
    home.mkdir()
    (home / "ovs-ofctl").symlink_to(EXECUTABLE)
    monkeypatch.setenv("FAKE_OFCTL", str(home))
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    return FakeOfctl(home)


@pytest.fixture
def run(fake: FakeOfctl, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(main: Callable[[list[str]], int], *argv: str) -> tuple[int, str, str]:
        try:
            status = main(list(argv))
        except SystemExit as stop:  # From argparse.
            status = int(stop.code or 0)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture(scope="module")
def firewall(tmp_path_factory: pytest.TempPathFactory) -> elf.Spec:
    source = EXAMPLES / "stateless-firewall" / "stateless-firewall.c"
    return elf.load(oko_py.compile(source, tmp_path_factory.mktemp("obj") / "fw.o"))


@pytest.fixture
def loaded(fake: FakeOfctl, firewall: elf.Spec) -> FakeOfctl:
    """A switch in which the firewall is program 1, with one address in its table."""
    fake.fixture("dump-filter-progs", "two")
    fake.answer("save-filter-prog", file=firewall.data)
    fake.answer(
        "dump-map",
        stdout="The map contains 1 element(s)\nKey: ac 10 00 0e\nValue: 01 00 00 00\n",
    )
    return fake


# The same commands under both names.


@pytest.mark.parametrize(
    ("main", "words"), [(oko, ["prog", "load"]), (ofctl, ["load-filter-prog"])]
)
def test_load(loaded: FakeOfctl, run: Run, firewall: elf.Spec, main: Any, words: Any) -> None:
    assert run(main, *words, "br0", "1", firewall.path, "--replace", "--keep-maps") == (0, "", "")
    call = loaded.calls[0]
    assert call["command"] == "load-filter-prog"
    assert call["options"] == ["--replace", "--keep-maps"]
    assert call["args"] == ["br0", "1", firewall.path]
    status, out, _ = run(main, "-j", *words, "br0", "1", firewall.path)
    assert status == 0
    assert json.loads(out)["name"] == "entry"


@pytest.mark.parametrize(
    ("main", "words"), [(oko, ["prog", "unload"]), (ofctl, ["unload-filter-prog"])]
)
def test_unload(fake: FakeOfctl, run: Run, main: Any, words: Any) -> None:
    assert run(main, *words, "br0", "1")[0] == 0
    assert run(main, *words, "br0", "all", "--force")[0] == 0
    assert fake.commands("unload-filter-prog") == [["br0", "1"], ["br0", "all"]]
    assert fake.calls[1]["options"] == ["--force"]


@pytest.mark.parametrize(
    ("main", "words"), [(oko, ["prog", "show"]), (ofctl, ["dump-filter-progs"])]
)
def test_show(loaded: FakeOfctl, run: Run, main: Any, words: Any) -> None:
    status, out, _ = run(main, *words, "br0")
    assert status == 0
    assert "1: entry  section .text  abi packet  tag a0b1c2d3e4f50617\n" in out
    assert "\trules 1  runs 10  matches 5\n" in out
    assert "\tmap 0: lookup_table  hash  key 4B  value 4B  max_entries 128  entries 1" in out
    status, out, _ = run(main, *words, "br0", "1", "--json")
    assert [program["id"] for program in json.loads(out)] == [1]
    assert loaded.commands("dump-filter-progs") == [["br0"], ["br0", "1"]]


@pytest.mark.parametrize(("main", "words"), [(oko, ["map", "update"]), (ofctl, ["update-map"])])
@pytest.mark.parametrize(
    "entry",
    [
        "key 172 16 0 14 value 1 0 0 0",
        "key 0xac 0x10 0 14 value 0x01 0 0 0",
        "key hex ac 10 00 0e value hex 01 00 00 00",
        "key 172.16.0.14 value DROP",
        "key 172.16.0.14 value 1 any",
    ],
)
def test_update(loaded: FakeOfctl, run: Run, main: Any, words: Any, entry: str) -> None:
    assert run(main, *words, "br0", "1", "lookup_table", *entry.split()) == (0, "", "")
    assert loaded.lines("update-map") == ["br0 1 0 key 172 16 0 14 value 1 0 0 0"]


def test_update_of_several_with_flag(loaded: FakeOfctl, run: Run) -> None:
    words = ["key", "1.2.3.4", "value", "PASS", "key", "1.2.3.5", "value", "DROP", "noexist"]
    assert run(oko, "map", "update", "br0", "1", "0", *words)[0] == 0
    assert loaded.lines("update-map") == [
        "br0 1 0 key 1 2 3 4 value 0 0 0 0 key 1 2 3 5 value 1 0 0 0 noexist"
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("key 1 2 3 value 1 0 0 0", "key: expected 4 bytes, got 3"),
        ("key 1 2 3 256 value 1 0 0 0", "expected bytes from 0 to 255, got '256'"),
        ("key hex 1 2 3 0x4z value 1 0 0 0", "got '0x4z'"),
        ("key 1.2.3 value DROP", "expected an IPv4 address such as"),
        ("key 1.2.3.4 value MAYBE", "expected one of PASS, DROP"),
        ("key 1.2.3.4", "expected: key KEY value VALUE"),
        ("value DROP key 1.2.3.4", "expected: key KEY value VALUE"),
        ("1.2.3.4 DROP", "expected 'key', got '1.2.3.4'"),
        ("key 1.2.3.4 value DROP value DROP", "expected: key KEY value VALUE"),
    ],
)
def test_update_that_is_wrong(loaded: FakeOfctl, run: Run, words: str, message: str) -> None:
    status, out, err = run(oko, "map", "update", "br0", "1", "lookup_table", *words.split())
    assert (status, out) == (1, "")
    assert err.startswith("oko: ")
    assert message in err
    assert loaded.commands("update-map") == []


def test_dump_of_a_map(loaded: FakeOfctl, run: Run) -> None:
    assert run(oko, "map", "dump", "br0", "1", "lookup_table") == (
        0,
        "key: 172.16.0.14  value: DROP\nFound 1 element\n",
        "",
    )
    assert run(oko, "map", "dump", "br0", "1", "0", "--hex")[1] == (
        "key: ac 10 00 0e  value: 01 00 00 00\nFound 1 element\n"
    )
    assert run(ofctl, "dump-map", "br0", "1", "lookup_table")[1] == (
        "The map contains 1 element(s)\nKey: 172.16.0.14 Value: DROP\n"
    )
    assert run(ofctl, "dump-map", "br0", "1", "lookup_table", "hex")[1] == (
        "The map contains 1 element(s)\nKey: ac 10 00 0e Value: 01 00 00 00\n"
    )
    _, out, _ = run(oko, "-p", "map", "dump", "br0", "1", "lookup_table")
    assert "\n  {\n" in out
    assert json.loads(out) == [
        {
            "key": ["0xac", "0x10", "0x00", "0x0e"],
            "value": ["0x01", "0x00", "0x00", "0x00"],
            "formatted": {"key": "172.16.0.14", "value": "DROP"},
        }
    ]


def test_dump_without_types(loaded: FakeOfctl, run: Run) -> None:
    loaded.answer("save-filter-prog", file=b"")
    assert run(oko, "map", "dump", "br0", "1", "lookup_table")[1] == (
        "key: ac 10 00 0e  value: 01 00 00 00\nFound 1 element\n"
    )
    assert run(ofctl, "dump-map", "br0", "1", "lookup_table")[1] == (
        "The map contains 1 element(s)\nKey: 172 16 0 14 Value: 1 0 0 0\n"
    )
    status, _, err = run(ofctl, "update-map", "br0", "1", "0", "key", "1.2.3.4", "value", "DROP")
    assert status == 1
    assert "got '1.2.3.4' (its type is not known)" in err


def test_lookup_delete_clear_and_show(loaded: FakeOfctl, run: Run) -> None:
    assert run(oko, "map", "lookup", "br0", "1", "lookup_table", "key", "172.16.0.14") == (
        0,
        "key: 172.16.0.14  value: DROP\n",
        "",
    )
    status, _, err = run(oko, "map", "lookup", "br0", "1", "lookup_table", "key", "1.1.1.1")
    assert status == 1
    assert "map lookup_table has no key" in err
    assert run(oko, "map", "delete", "br0", "1", "0", "key", "1.1.1.1", "key", "2.2.2.2")[0] == 0
    assert run(ofctl, "del-map-entry", "br0", "1", "0", "key", "3", "3", "3", "3")[0] == 0
    assert loaded.lines("del-map-entry") == [
        "br0 1 0 key 1 1 1 1",
        "br0 1 0 key 2 2 2 2",
        "br0 1 0 key 3 3 3 3",
    ]
    assert run(oko, "map", "clear", "br0", "1", "lookup_table")[0] == 0
    assert loaded.lines("clear-map") == ["br0 1 0"]
    _, out, _ = run(oko, "map", "show", "br0", "1")
    assert out.endswith("\n\tkey ipv4_addr, value enum verdict\n")
    status, _, err = run(oko, "map", "dump", "br0", "1", "nosuch")
    assert status == 1
    assert "no map 'nosuch' (it has: lookup_table)" in err


@pytest.mark.parametrize(
    ("main", "names"),
    [
        (oko, (["flow", "add"], ["flow", "dump"], ["flow", "del"])),
        (ofctl, (["add-flow"], ["dump-flows"], ["del-flows"])),
    ],
)
def test_flows(fake: FakeOfctl, run: Run, main: Any, names: Any) -> None:
    add, dump, delete = names
    assert run(main, *add, "br0", "in_port=1,filter_prog=1,actions=output:2") == (0, "", "")
    assert fake.commands("add-flow") == [["br0", "in_port=1,filter_prog=1,actions=output:2"]]
    status, _, err = run(main, *add, "br0", "in_port=1")
    assert status == 1
    assert "expected actions" in err
    fake.fixture("dump-flows", "filter-prog")
    status, out, _ = run(main, *dump, "br0", "filter_prog=1")
    assert out.splitlines()[0] == (
        "table=0 n_packets=3 n_bytes=294 priority=1,filter_prog=1,in_port=1 actions=output:2"
    )
    assert fake.commands("dump-flows") == [["br0", "filter_prog=1"]]
    flows = json.loads(run(main, *dump, "br0", "-j")[1])
    assert flows[0]["match"] == {"filter_prog": 1, "in_port": 1}
    assert run(main, *delete, "br0", "filter_prog=1", "--strict")[0] == 0
    assert run(main, *delete, "br0")[0] == 0
    assert fake.commands("del-flows") == [["br0", "filter_prog=1"], ["br0"]]
    assert run(main, *delete, "br0", "--strict")[0] == 1


# Errors.


def test_refusal_as_text_and_json(
    fake: FakeOfctl, run: Run, firewall: elf.Spec, tmp_path: Path
) -> None:
    text = (FIXTURES / "load-filter-prog" / "refused.txt").read_text()
    fake.answer("load-filter-prog", stderr=text, status=1, log="the log\n")
    status, out, err = run(oko, "prog", "load", "br0", "1", firewall.path)
    assert (status, out) == (1, "")
    assert err.startswith("oko: br0: filter program 1 was refused by the verifier\nreason: read of")
    assert "  ./examples/bpf/unsafe/unsafe.c:31: return ip->dst" in err
    status, out, err = run(oko, "prog", "load", "br0", "1", firewall.path, "-j")
    assert (status, err) == (1, "")
    told = json.loads(out)
    assert told["kind"] == "ProgramRejected"
    assert told["insn"] == 2
    assert told["error"].startswith("br0: filter program 1 was refused")
    log = tmp_path / "log"
    run(oko, "prog", "load", "br0", "1", firewall.path, "--log", str(log))
    assert log.read_text() == "the log\n"
    err = run(oko, "prog", "load", "br0", "1", firewall.path, "--log", "-")[2]
    assert "the log\n" in err


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "required: COMMAND"),
        (["prog"], "required: VERB"),
        (["prog", "load", "br0", "0", "x.o"], "1 to 4294967294, got '0'"),
        (["prog", "load", "br0", "x", "x.o"], "got 'x'"),
        (["prog", "show", "br0", "--timeout", "-1"], "positive number of seconds, got '-1'"),
        (["prog", "show", "br0", "--timeout", "nan"], "positive number of seconds"),
        (["nonsense"], "invalid choice"),
    ],
)
def test_usage(run: Run, argv: list[str], message: str) -> None:
    status, out, err = run(oko, *argv)
    assert (status, out) == (2, "")
    assert message in err


def test_options_before_and_after_the_command(fake: FakeOfctl, run: Run, tmp_path: Path) -> None:
    fake.answer("dump-flows", sleep=30)
    for argv in (
        ["--timeout", "0.2", "flow", "dump", "br0"],
        ["flow", "dump", "br0", "--timeout", "0.2"],
    ):
        status, _, err = run(oko, *argv)
        assert status == 1
        assert "did not end within 0.2 s" in err
    status, _, err = run(oko, "--ovs-ofctl", str(tmp_path / "none"), "flow", "dump", "br0")
    assert status == 1
    assert "no such program" in err
    fake.answer("dump-flows")
    assert run(ofctl, "-O", "OpenFlow15", "dump-flows", "br0")[0] == 0
    assert fake.calls[-1]["options"] == ["--protocols=OpenFlow15"]


def test_feature(fake: FakeOfctl, run: Run) -> None:
    fake.answer("version", stdout="ovs-ofctl (Open vSwitch) 3.1.0\n")
    fake.fixture("dump-filter-progs", "none")
    assert run(oko, "feature", "br0") == (
        0,
        "ovs-ofctl: ovs-ofctl (Open vSwitch) 3.1.0\nfilter programs: yes\n",
        "",
    )


# Commands without a switch.


def test_compile_and_object(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "fw.o"
    source = str(EXAMPLES / "stateless-firewall" / "stateless-firewall.c")
    assert run(oko, "compile", source, "-o", str(out)) == (0, "", "")
    status, text, _ = run(oko, "object", str(out))
    assert status == 0
    assert "program entry  section .text  abi packet" in text
    assert (
        "map lookup_table  hash  key 4B  value 4B  max_entries 128"
        "  key ipv4_addr  value enum verdict\n"
    ) in text
    assert json.loads(run(oko, "object", str(out), "-j")[1])["btf"] is True
    status, _, err = run(oko, "object", source)
    assert status == 1
    assert "not an ELF file" in err
    bad = tmp_path / "bad.c"
    bad.write_text("nonsense\n")
    status, text, err = run(oko, "compile", str(bad), "-o", str(out))
    assert (status, text) == (1, "")
    assert "bad.c:1:1: error:" in err


def test_save_and_replace(loaded: FakeOfctl, run: Run, firewall: elf.Spec, tmp_path: Path) -> None:
    saved = tmp_path / "saved.o"
    assert run(oko, "prog", "save", "br0", "1", str(saved))[0] == 0
    assert saved.read_bytes() == firewall.data
    status, _, err = run(ofctl, "save-filter-prog", "br0", "1", str(tmp_path / "no" / "dir"))
    assert status == 1
    assert "can't write it" in err
    assert run(oko, "prog", "replace", "br0", "1", firewall.path)[0] == 0
    assert run(oko, "prog", "replace", "br0", "1", firewall.path, "--new-maps")[0] == 0
    options = [call["options"] for call in loaded.calls if call["command"] == "load-filter-prog"]
    assert options == [["--replace", "--keep-maps"], ["--replace", "--lose-maps"]]


# As processes.


@pytest.mark.parametrize("module", ["oko_py.ofctl", "oko_py.cli"])
def test_as_a_module(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "COMMAND" in done.stdout


def test_load_from_standard_input_and_broken_pipe(
    loaded: FakeOfctl, firewall: elf.Spec, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "oko_py.ofctl", "load-filter-prog", "br0", "1", "-"]
    done = subprocess.run(
        command, cwd=ROOT, input=firewall.data, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert loaded.calls[0]["args"] == ["br0", "1", "-"]
    assert loaded.calls[0]["stdin"] == firewall.data.hex()

    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "oko_py.ofctl", "dump-filter-progs", "br0"],
            cwd=ROOT,
            stdout=nobody,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")
