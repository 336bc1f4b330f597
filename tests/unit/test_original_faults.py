"""What was wrong with the original, and the tests that show that it is not wrong here.

FAULTS lists each fault that users of the original could meet, and the tests of it, wherever they
are.  The tests here make sure that what the list names is there, and try the faults that a single
program shows with the okobpf command.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

import oko_py

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "okobpf"

DECIDE = "tests/integration/test_programs_decide.py::test_"
LOADING = "tests/integration/test_loading.py::test_"
BAD = "tests/integration/test_bad_objects.py::test_"
AT = "overlay/ovs/tests/filter-prog.at: filter_prog - "
OPENFLOW = "overlay/ovs/tests/filter-prog-openflow.at: filter_prog - "
REFUSE = "okobpf/tests/verifier/refuse/"
HERE = "tests/unit/test_original_faults.py::test_"

#: Fault: tests of it.  ``FILE::FUNCTION`` in Python and C, ``FILE: TITLE`` in Open vSwitch's suite,
#: or a program of the verifier's corpus.
FAULTS = {
    # Wrong verdicts.
    "the length that programs got was always 8": [
        DECIDE + "programs_get_the_length_of_the_packet",
    ],
    "results of one packet were taken for another's when some of a batch missed the cache": [
        DECIDE + "no_verdict_is_swapped_between_packets_of_many_flows",
        DECIDE + "no_verdict_is_swapped_while_megaflows_are_set_up",
        DECIDE + "no_verdict_is_swapped_while_megaflows_are_flushed",
    ],
    "results were stale after a flow expired": [
        AT + "flows that are revalidated and expire",
    ],
    "bridges shared results": [
        DECIDE + "bridges_have_programs_of_their_own",
        OPENFLOW + "bridges",
    ],
    "revalidation deleted every flow with a failed program in its chain": [
        AT + "flows that are revalidated and expire",
    ],
    "packet-out and trace never ran programs": [
        AT + "groups, patch ports, packet-out and learn",
        AT + "trace",
    ],
    "replace-flows dropped filter_prog silently": [
        AT + "flow commands",
    ],
    "rules with the same match and priority but another program overwrote each other": [
        DECIDE + "same_match_and_priority_with_different_programs",
        AT + "flow commands",
    ],
    "a bridge could have at most 255 rules with programs": [
        DECIDE + "a_thousand_rules_with_programs",
    ],
    # Crashes.
    "a map of 4G times 4G": [
        BAD + "a_map_of_4g_times_4g",
        HERE + "map_of_4g_times_4g",
    ],
    "3,000 divisions": [
        "okobpf/tests/gen/corpus.py::divisions",
        HERE + "3000_divisions",
    ],
    "a forged map pointer": [
        REFUSE + "map-forged.s",
        REFUSE + "map-number.s",
        REFUSE + "map-stack.s",
        HERE + "programs_that_crashed_it",
    ],
    "a write 1 MiB away from the stack": [
        REFUSE + "stack-far.s",
        HERE + "programs_that_crashed_it",
    ],
    "a map value that was not checked": [
        REFUSE + "null-unchecked.s",
        BAD + "a_program_that_takes_a_null_map_value",
        HERE + "programs_that_crashed_it",
    ],
    "a bridge deleted with a program loaded": [
        LOADING + "a_bridge_is_deleted_with_a_program_in_use",
        LOADING + "a_bridge_is_deleted_under_traffic",
    ],
    "dump-map past 64 KiB": [
        "tests/integration/test_maps.py::test_a_dump_of_many_messages",
        OPENFLOW + "large maps",
    ],
    "UPDATE_MAP with a product of sizes that wraps around": [
        OPENFLOW + "hostile messages",
    ],
    "a Bloom filter of an eighth of its size": [
        "okobpf/tests/map-test.c::test_bloom",
    ],
    "map elements freed under another thread": [
        "okobpf/tests/map-threads-test.c::test_hash",
        "okobpf/tests/map-test.c::test_hash_pointers",
    ],
    # Loading.
    "16 branches took 4.1 s and 1.07 GB": [
        "okobpf/tests/verifier/accept/c-diamonds-22.c",
        HERE + "branches_do_not_multiply",
    ],
    "a file of 1 MB reset the connection": [
        OPENFLOW + "large objects in all versions",
        LOADING + "an_object_of_many_messages",
    ],
    # Protocol.
    "the standard flow messages had another size": [
        AT + "flow commands",
        OPENFLOW + "messages",
    ],
    "message numbers that upstream uses, and host byte order": [
        OPENFLOW + "messages",
        OPENFLOW + "malformed messages",
    ],
}


@pytest.mark.parametrize(
    ("fault", "reference"),
    [(fault, reference) for fault, tests in FAULTS.items() for reference in tests],
)
def test_there_is_a_test(fault: str, reference: str) -> None:
    found = re.fullmatch(r"(.+?)(::|: |$)(.*)", reference)
    assert found
    name, sep, test = found.groups()
    path = ROOT / name
    assert path.is_file(), fault
    pattern = {
        "::": rf"^(?:def )?{re.escape(test)}\(",
        ": ": rf"^AT_SETUP\(\[{re.escape(test)}\]\)$",
        "": "",
    }[sep]
    assert re.search(pattern, path.read_text(), re.M), f"{fault}: {reference}"


# What a program alone shows.

CLANG = oko_py.find_clang()


def verify(okobpf: Path, folder: Path, source: str | Path) -> tuple[int, dict[str, object]]:
    """Compile 'source', a file or its text, and return the exit status and what okobpf says."""
    if isinstance(source, str):
        (folder / "x.c").write_text(source)
        source = folder / "x.c"
    subprocess.run(
        [CLANG, "-target", "bpf", "-mcpu=v2", "-O2", f"-I{ROOT / 'oko_py' / 'include'}", "-c",
         source, "-o", folder / "x.o"],
        check=True,
    )
    done = subprocess.run(
        [okobpf, "verify", "--json", folder / "x.o"], capture_output=True, text=True, timeout=60
    )
    return done.returncode, json.loads(done.stdout)


PROGRAM = "#include <oko/filter.h>\n%s\nuint64_t entry(const uint8_t *pkt, uint64_t pkt_len) { %s }"


def test_map_of_4g_times_4g(okobpf: Path, tmp_path: Path) -> None:
    for kind in ("ARRAY", "BLOOM", "COUNTMIN", "HASH", "PERCPU_ARRAY", "PERCPU_HASH", "LRU_HASH",
                 "LPM_TRIE"):
        text = PROGRAM % (
            "struct oko_map_def SEC(\"maps\") m = {"
            f" OKO_MAP_{kind}, 4, 0xffffffff, 0xffffffff, 1 }};",
            "uint32_t key = 0; return oko_map_lookup(&m, &key) != NULL;",
        )
        status, told = verify(okobpf, tmp_path, text)
        assert status == 2, told
        assert '"m"' in str(told["reason"])


def test_3000_divisions(okobpf: Path, tmp_path: Path) -> None:
    divisions = "".join(f"x = x / (pkt[{i % 10}] | 1) + {i};" for i in range(3000))
    body = "uint64_t x = pkt_len; if (pkt_len < 10) return 0; " + divisions + " return x;"
    status, told = verify(okobpf, tmp_path, PROGRAM % ("", body))
    assert status == 0, told
    done = subprocess.run(
        [okobpf, "run", "--packet", "00" * 64, tmp_path / "x.o"], capture_output=True, text=True
    )
    expected = 64
    for i in range(3000):
        expected = expected // 1 + i
    assert done.stdout.split() == [str(expected)]


@pytest.mark.parametrize("name", ["map-forged", "stack-far", "null-unchecked"])
def test_programs_that_crashed_it(okobpf: Path, tmp_path: Path, name: str) -> None:
    status, told = verify(okobpf, tmp_path, SOURCE / "tests" / "verifier" / "refuse" / f"{name}.s")
    assert (status, told["verdict"]) == (1, "refused")


def test_branches_do_not_multiply(okobpf: Path, tmp_path: Path) -> None:
    """16 branches, then twice as many: twice the work, not its square."""
    visits = []
    for n in (16, 32):
        branches = "".join(f"if (pkt[{i}] > 7) x += {i + 1};" for i in range(n))
        body = f"uint64_t x = 0; if (pkt_len < {n}) return 0; {branches} return x;"
        status, told = verify(okobpf, tmp_path, PROGRAM % ("", body))
        assert status == 0, told
        verifier = told["verifier"]
        assert isinstance(verifier, dict)
        assert verifier["peak_memory"] < 16 * 1024 * 1024
        visits.append(verifier["insns_visited"])
    assert visits[1] < 4 * visits[0]
