"""The programs whose load time is measured: the examples, and large ones that are generated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import oko_py
from oko_build.errors import OkoError
from oko_build.layout import Layout

MIB = 1024 * 1024
MEMORY_TARGET = 64 * MIB
"""Bytes that the verifier may take at most, for any of them."""

EXAMPLE_TARGET_MS = 5.0


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A program to load."""

    name: str
    source: Path
    target_ms: float | None = None
    """The verifier must be faster than this; None if only memory is limited."""


def write(layout: Layout, folder: Path) -> list[Subject]:
    """Write the sources of the generated programs to 'folder'; return them and the examples."""
    folder.mkdir(parents=True, exist_ok=True)
    subjects = [
        Subject(name=path.stem, source=path, target_ms=EXAMPLE_TARGET_MS)
        for path in sorted((layout.root / "examples/bpf").glob("*/*.c"))
        if path.parent.name != "unsafe"     # refused: that is what these show
    ]
    for name, text, target_ms in (
        ("acl-300", access_list(300), 50.0),
        ("diamonds-22", diamonds(22), 10.0),
        ("insns-4096", instructions(4096), None),
        ("insns-65536", instructions(65536), None),
    ):
        source = folder / f"{name}.c"
        source.write_text(text, encoding="ascii")
        subjects.append(Subject(name=name, source=source, target_ms=target_ms))
    return subjects


def compile_all(subjects: list[Subject], folder: Path) -> list[Path]:
    """Compile 'subjects' for BPF and return the objects.  Raises OkoError."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = []
    for subject in subjects:
        target = folder / f"{subject.name}.o"
        try:
            # What the peer in the benchmark can read, too.
            objects.append(oko_py.compile(subject.source, target, cpu="v2"))
        except oko_py.OkoError as error:
            raise OkoError(f"{subject.source}: {error}") from error
    return objects


def access_list(n_rules: int) -> str:
    """Return an access list in C: each rule names networks, ports and a verdict."""
    rules = []
    for i in range(n_rules):
        length = (16, 24, 32)[i % 3]
        network = (0x0A000000 + i * 0x010307) & (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF
        tests = [
            f"(src & 0x{0xFFFFFFFF << (32 - length) & 0xFFFFFFFF:08x}) == 0x{network:08x}"
            if length < 32 else f"src == 0x{network:08x}"
        ]
        if i % 2:
            tests.append(f"dst == 0x{0xC0A80000 + i * 41:08x}")
        if i % 5:
            tests.append(f"proto == {6 if i % 4 else 17}")
            tests.append(f"port == {1024 + i * 7}")
        rules.append(f"    if ({' && '.join(tests)}) {{\n        return {i % 2};\n    }}\n")
    return f"""#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{{
    const struct eth_hdr *eth = pkt;
    const struct ipv4_hdr *ip = (const void *) (eth + 1);
    const struct udp_hdr *udp = (const void *) (ip + 1);

    if (pkt_len < sizeof *eth + sizeof *ip + sizeof *udp
        || eth->type != bpf_htons(ETH_TYPE_IPV4) || ip->ver_ihl != 0x45) {{
        return 0;
    }}

    __u32 src = bpf_ntohl(ip->src);
    __u32 dst = bpf_ntohl(ip->dst);
    __u16 port = bpf_ntohs(udp->dst);
    __u8 proto = ip->proto;

{''.join(rules)}    return 0;
}}
"""


def diamonds(n: int) -> str:
    """Return 'n' branches in C that part and meet again, each with an effect on the result."""
    branches = "".join(
        f"""    if (bytes[{14 + i}] > {3 + 5 * i}) {{
        result = result * {3 + i % 4} + {i};
        /* No conditional move instead of a branch. */
        __asm__ __volatile__("" : "+r"(result));
    }}
"""
        for i in range(n)
    )
    return f"""#include <oko/filter.h>

uint64_t
entry(const void *pkt, uint64_t pkt_len)
{{
    const uint8_t *bytes = pkt;
    uint64_t result = 0;

    if (pkt_len < {14 + n}) {{
        return 0;
    }}
{branches}    return result;
}}
"""


def instructions(n: int) -> str:
    """Return a program of 'n' instructions, in assembler within C: loads, sums and branches."""
    # The end is farther away than a jump reaches.
    lines = ["r0 = 0", "if r2 > 127 goto +1", "exit"]
    for block in _blocks():
        if len(lines) + len(block) + 1 > n:
            break
        lines += block
    lines += ["r0 += 1"] * (n - 1 - len(lines))
    text = "".join(f'    "    {line}\\n"\n' for line in lines)
    return f"""__asm__(
    "    .text\\n"
    "    .globl entry\\n"
    "    .type entry, @function\\n"
    "entry:\\n"
{text}    "    exit\\n");
"""


def _blocks() -> Iterator[list[str]]:
    i = 0
    while True:
        yield [
            f"r4 = *(u8 *)(r1 + {i % 128})",
            "r4 &= 63",
            f"if r4 > {i % 60} goto +2",
            "r4 <<= 1",
            f"r0 += {1 + i % 1000}",
            "r5 = r0",
            "r5 >>= 3",
            "r0 ^= r4",
        ]
        i += 1
