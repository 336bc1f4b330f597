"""The benchmarks: that all engines agree, and that what is measured is all told.

How fast anything is decides nothing here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import okobpf_build
import pytest

import oko_py
from oko_build import bench_bpf, bench_objects, bench_report, layout
from oko_build.errors import OkoError

ROOT = Path(__file__).resolve().parents[2]

CLANG = oko_py.find_clang()

JIT = os.uname().machine == "x86_64"
HAS_PEER = (
    shutil.which("pkg-config") is not None
    and subprocess.run(["pkg-config", "--exists", "libdpdk"], check=False).returncode == 0
)


@pytest.fixture(scope="module")
def out(build: Path) -> Path:
    okobpf_build.make(build, "bench")
    return build


def run(
    command: Path, *args: str | Path, status: int = 0, stdin: bytes = b""
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [command, *args], input=stdin, capture_output=True, timeout=120, check=False
    )
    text = subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )
    assert text.returncode == status, text.stdout[-2000:] + text.stderr
    return text


# inv bench-bpf.


@pytest.fixture(scope="module")
def raw_run(out: Path) -> dict[str, Any]:
    objects = [out / f"bench/{name}.bpf.o" for name in bench_bpf.PROGRAMS]
    done = run(out / "okobpf-bench", "run", "--rounds=2", *objects)
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed


@pytest.fixture(scope="module")
def report(
    out: Path, raw_run: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> bench_bpf.Report:
    here = layout.here()
    folder = tmp_path_factory.mktemp("load")
    subjects = bench_objects.write(here, folder)
    objects = bench_objects.compile_all(subjects, folder)
    done = run(out / "okobpf-bench", "load", "--rounds=1", "--deadline=100", *objects)
    maps = run(out / "okobpf-bench", "maps", "--rounds=2", "--entries=20000")
    return bench_bpf.digest(
        here, bench_bpf.Settings(rounds=2), raw_run, json.loads(maps.stdout),
        json.loads(done.stdout), subjects,
    )


def test_tables_are_told(report: bench_bpf.Report) -> None:
    """All hash tables took all entries and gave all values, or the command would have failed."""
    assert [(tables.key_size, tables.value_size) for tables in report.tables] == [(4, 8), (16, 32)]
    text = "\n".join(bench_report.tables(report))
    for tables in report.tables:
        assert tables.entries == 20_000
        assert tables.name in text
        assert [table.name for table in tables.tables] == list(bench_bpf.TABLES)
        for table in tables.tables:
            measured = HAS_PEER or not table.name.startswith("rte-")
            assert (table.refusal is None) == measured
            assert bench_bpf.TABLES[table.name] in text
            if measured:
                assert table.insert_ns is not None
                assert table.insert_ns.median > 0
                assert table.lookup_ns is not None
                assert table.lookup_ns.median > 0
                assert table.entry_bytes is not None
                assert table.entry_bytes > tables.key_size + tables.value_size
        assert [ratio.goal for ratio in tables.ratios] == [
            "hash/rte_hash, insert", "hash/rte_hash, lookup", "hash/rte_hash, memory"
        ]
        assert all((ratio.spread is not None) == HAS_PEER for ratio in tables.ratios)


def test_table_bounds_count_only_when_full_size() -> None:
    def entry_bytes(entries: int) -> bench_bpf.Table:
        raw = {"key_size": 4, "value_size": 8, "entries": entries}
        return bench_bpf._table(raw, {
            "name": "hash", "insert_ns": [1], "lookup_ns": [1], "memory": [33 * entries]
        })

    assert entry_bytes(1_000_000).met is False
    assert entry_bytes(20_000).met is None


def test_the_five_programs_run_in_all_engines(raw_run: dict[str, Any]) -> None:
    assert [program["name"] for program in raw_run["programs"]] == list(bench_bpf.PROGRAMS)
    assert (raw_run["peer"] is not None) == HAS_PEER
    for program in raw_run["programs"]:
        engines = {engine["name"]: engine for engine in program["engines"]}
        assert set(engines) == set(bench_bpf.ENGINES)
        for name, engine in engines.items():
            if "librte" in name and not HAS_PEER:
                assert engine["refusal"] == "the benchmark was built without DPDK"
            elif JIT or name not in ("okobpf-jit", "okobpf-run", "librte-bpf-jit"):
                assert len(engine["ticks"]) == 2, engine
                assert engine["packets"] > 0
        # Packets of both kinds; all pass in the trivial one.
        assert 0 < program["matches"] <= 512
        assert (program["matches"] == 512) == (program["name"] == "trivial")


def test_an_engine_that_does_not_agree_is_told(out: Path, tmp_path: Path) -> None:
    """The native program says 1 where this one, of the same name, says 2."""
    source = tmp_path / "trivial.c"
    source.write_text(
        "unsigned long entry(const void *pkt, unsigned long len) { return 2; }\n"
    )
    target = tmp_path / "trivial.o"
    subprocess.run(
        [CLANG, "-O2", "-target", "bpf", "-c", source, "-o", target], check=True
    )
    done = run(out / "okobpf-bench", "run", "--rounds=1", target, status=1)
    assert "trivial: engine native-inlined: packet 0" in done.stderr
    assert "expected 2 as from the interpreter, got 1" in done.stderr


def test_every_ratio_is_there(report: bench_bpf.Report) -> None:
    for program in report.programs:
        assert [ratio.goal for ratio in program.ratios] == [goal.name for goal in bench_bpf.GOALS]
        for ratio in program.ratios:
            if HAS_PEER and JIT:
                assert ratio.spread is not None
                spread = ratio.spread
                assert 0 < spread.min <= spread.q1 <= spread.median <= spread.q3 <= spread.max
                assert ratio.met == (spread.median <= ratio.at_most)


def test_ratios_are_taken_within_rounds(report: bench_bpf.Report) -> None:
    for program in report.programs:
        samples = report.samples[program.name]
        for timing in program.timings:
            if timing.ratio is not None:
                ratios = [
                    a / b for a, b in zip(
                        samples[timing.engine], samples[bench_bpf.NATIVE], strict=True
                    )
                ]
                assert timing.ratio.median == pytest.approx(sum(ratios) / 2)
                assert timing.ratio.max == max(ratios)


def test_loading(report: bench_bpf.Report) -> None:
    loads = {load.name: load for load in report.loads}
    assert {"acl-300", "diamonds-22", "insns-4096", "insns-65536"} < set(loads)
    assert {"accept-all", "stateless-firewall", "rate-limiter"} < set(loads)
    assert loads["insns-4096"].insns == 4096
    assert loads["insns-65536"].insns == 65536
    assert loads["acl-300"].target_ms == 50
    assert loads["diamonds-22"].target_ms == 10
    for load in loads.values():
        assert load.insns_visited >= load.insns * 0.9
        # Deterministic, unlike time: what may fail.
        assert 0 < max(load.memory, load.memory_growth) < 64 * 1024 * 1024
        assert load.verify_ms.median > 0
        assert load.peer in ("accepted", "refused", "timeout") if HAS_PEER else "absent"


def test_json_is_well_formed(report: bench_bpf.Report) -> None:
    parsed = json.loads(report.to_json())
    assert parsed["benchmark"] == "bpf"
    assert parsed["machine"]["cpu"]
    assert parsed["versions"]["clang"]
    assert re.match(r"[0-9a-f]{7,}|unknown", parsed["commit"])
    assert [program["name"] for program in parsed["programs"]] == list(bench_bpf.PROGRAMS)
    assert {ratio["goal"] for ratio in parsed["programs"][0]["ratios"]} == {
        "jit/native-called", "jit/librte-bpf-jit", "interpreter/librte-bpf-interpreter",
    }
    assert len(parsed["samples_ns"]["trivial"]["native-called"]) == 2


def test_tables_and_picture(report: bench_bpf.Report) -> None:
    text = "\n".join(bench_report.tables(report))
    for name in (*bench_bpf.PROGRAMS, "acl-300", "goal <= 1.10", "ns/packet"):
        assert name in text
    picture = ET.fromstring(bench_report.picture(report))
    shown = " ".join(picture.itertext())
    for name in bench_bpf.PROGRAMS:
        assert name in shown


def test_refusals_are_shown_and_compare_with_nothing(
    raw_run: dict[str, Any], report: bench_bpf.Report
) -> None:
    refused: dict[str, Any] = json.loads(json.dumps(raw_run))
    for program in refused["programs"]:
        for engine in program["engines"]:
            if engine["name"].startswith("librte"):
                engine.pop("ticks", None)
                engine["refusal"] = "no <loops>"
    digested = bench_bpf.digest(
        layout.here(), bench_bpf.Settings(rounds=2), refused, {"maps": []}, {"objects": []}, []
    )
    assert digested.programs[0].ratios[1].spread is None
    assert digested.programs[0].ratios[1].met is None
    text = "\n".join(bench_report.tables(digested))
    assert "refused: no <loops>" in text
    assert "not comparable" in text
    ET.fromstring(bench_report.picture(digested))


def test_a_program_that_the_verifier_must_accept(raw_run: dict[str, Any]) -> None:
    subject = bench_objects.Subject(name="acl-300", source=Path("acl-300.c"))
    loads = {"objects": [{"name": "acl-300", "okobpf": {"verdict": "refused", "reason": "bad"}}]}
    with pytest.raises(OkoError, match=r"acl-300\.c.*must accept it.*refused: bad"):
        bench_bpf.digest(
            layout.here(), bench_bpf.Settings(rounds=2), raw_run, {"maps": []}, loads, [subject]
        )


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (["--rounds=x"], "--rounds: expected a number up to 1000000, got 'x'"),
        (["--rounds=0"], "expected a number from 1 up, got 0"),
        (["--cpu=-1"], "--cpu: expected a number"),
    ],
)
def test_bad_flags(args: list[str], error: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "oko_build", "bench-bpf", *args],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )
    assert done.returncode == 1
    assert error in done.stderr


def test_work(out: Path) -> None:
    names = ["alu", "branches", "lru_update", "lpm_small"]
    objects = [out / f"bench/work/{name}.bpf.o" for name in names]
    done = json.loads(run(out / "okobpf-bench", "work", "--rounds=2", *objects).stdout)
    assert [program["name"] for program in done["work"]] == names
    for program in done["work"]:
        assert program["work"] > 100_000
        assert program["interpreter"]["high_ns"] >= program["interpreter"]["median_ns"] > 0


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (["run"], "expected the names of objects"),
        (["run", "--rounds=0", "x.o"], "--rounds: expected a number from 1 to"),
        (["run", "--cpu=1023", "x.o"], "--cpu=1023"),
        (["load", "--deadline=x", "x.o"], "--deadline: expected a number"),
        (["run", "/nowhere.o"], "No such file"),
        (["load", "/nowhere.o"], "No such file"),
        (["work", "/nowhere.o"], "No such file"),
    ],
)
def test_bad_commands(out: Path, args: list[str], error: str) -> None:
    assert error in run(out / "okobpf-bench", *args, status=1).stderr


# okobpf bench.


def object_file(out: Path) -> Path:
    return out / "bench/stateless-firewall.bpf.o"


def test_text(out: Path) -> None:
    text = run(out / "okobpf", "bench", "--rounds=3", object_file(out)).stdout
    assert '"entry" in section ".text"' in text
    assert re.search(r"verifier: [\d.]+ us \[[\d. ]+\] [\d.]+\.\.[\d.]+, \d+ instructions", text)
    assert "packets: 1, of which 1 match; 3 rounds" in text
    for engine in ("jit", "interpreter") if JIT else ("interpreter",):
        assert re.search(rf"^{engine} +[\d.]+ .*\[[\d.]+ [\d.]+\] [\d.]+\.\.[\d.]+$", text, re.M)


def test_json(out: Path, tmp_path: Path) -> None:
    pcap = tmp_path / "capture.pcap"
    short, long = bytes(20), bytes(12) + b"\x08\x00" + bytes(50)
    with pcap.open("wb") as stream:
        stream.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for packet in (short, long, long):
            stream.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
    for flag in ("--pcap", "--packets"):
        answer = json.loads(
            run(out / "okobpf", "bench", "--json", "--rounds=3", flag, pcap,
                object_file(out)).stdout
        )
        assert answer["packets"] == 3
        assert answer["matches"] == 2
        assert answer["rounds"] == 3
        assert answer["verifier"]["insns_visited"] > 0
        assert [e["name"] for e in answer["engines"]] == (
            ["jit", "interpreter"] if JIT else ["interpreter"]
        )
        for engine in answer["engines"]:
            spread = engine["ns"]
            assert 0 < spread["min"] <= spread["q1"] <= spread["median"]
            assert spread["median"] <= spread["q3"] <= spread["max"]


def test_batches(out: Path) -> None:
    command = (out / "okobpf", "bench", "--json", "--batch", "--rounds=1", object_file(out))
    answer = json.loads(run(*command).stdout)
    names = ["jit", "interpreter"] if JIT else ["interpreter"]
    assert [engine["name"] for engine in answer["engines"]] == [
        name for each in names for name in (each, f"{each}-batch")
    ]
    assert answer["matches"] == 1


def test_one_engine(out: Path) -> None:
    answer = json.loads(
        run(out / "okobpf", "bench", "--json", "--interp", "--rounds=1", object_file(out)).stdout
    )
    assert [engine["name"] for engine in answer["engines"]] == ["interpreter"]
    assert answer["jited_bytes"] == 0


def test_standard_input(out: Path) -> None:
    content = object_file(out).read_bytes()
    done = run(out / "okobpf", "bench", "--rounds=1", "--packet=00", "-", stdin=content)
    assert "packets: 1, of which 0 match" in done.stdout


def test_refused(out: Path, tmp_path: Path) -> None:
    source = tmp_path / "unsafe.c"
    source.write_text("unsigned long entry(const char *pkt) { return pkt[0]; }\n")
    target = tmp_path / "unsafe.o"
    subprocess.run([CLANG, "-O2", "-target", "bpf", "-c", source, "-o", target], check=True)
    done = run(out / "okobpf", "bench", target, status=1)
    assert "refused" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (["bench"], "expected the name of an object file"),
        (["bench", "--rounds=0", "x.o"], "--rounds: expected a number from 1 up"),
        (["bench", "--rounds=x", "x.o"], "--rounds: expected a number"),
        (["bench", "--packet=00", "--pcap=x", "x.o"], "--packet and --pcap are two choices"),
        (["bench", "--maps", "x.o"], 'for "okobpf run" only'),
        (["bench", "--packet=0", "x.o"], "expected pairs of hex digits"),
        (["bench", "--pcap=/dev/null", "x.o"], "not a pcap file"),
        (["bench", "/nowhere.o"], "No such file"),
        (["bench", "/dev/null"], "empty"),
        (["run", "--rounds=3", "--packet=00", "x.o"], 'for "okobpf bench" only'),
        (["verify", "--interp", "x.o"], 'for "okobpf run" and "okobpf bench" only'),
    ],
)
def test_bad_command_line(out: Path, args: list[str], error: str) -> None:
    assert error in run(out / "okobpf", *args, status=2).stderr


def test_a_capture_without_packets(out: Path, tmp_path: Path) -> None:
    pcap = tmp_path / "empty.pcap"
    pcap.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    done = run(out / "okobpf", "bench", f"--pcap={pcap}", object_file(out), status=2)
    assert "expected one packet or more, got none" in done.stderr
