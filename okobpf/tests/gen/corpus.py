"""Write the programs of the verifier's corpus that are one line over and over.

    generate.py                 list them, as accept/NAME.c or refuse/NAME.c
    generate.py accept/NAME.c   write one to the standard output

They are no files of accept/ and refuse/, but cases like those that are: the Makefile has them
made where objects go.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

HEAD = """\
/* {about} */
{expect}
#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{{
"""


def _head(about: str, expect: str = "") -> str:
    return HEAD.format(about=about, expect=f"/* expect: {expect} */\n" if expect else "")


def acl(n: int) -> Iterator[str]:
    """An access list of 'n' rules, each about other fields than its neighbours."""
    yield _head(f"An access list of {n} rules.")
    yield """\
    if (pkt_len < 42 || pkt[12] != 8 || pkt[13]) {
        return 0;
    }
    __u32 src = *(const __u32 *) (pkt + 26);
    __u32 dst = *(const __u32 *) (pkt + 30);
    __u16 dport = *(const __u16 *) (pkt + 36);
    __u8 proto = pkt[23];

"""
    for i in range(n):
        mask = 0xFFFFFF if i % 3 else 0xFFFF
        tests = [f"(src & {mask:#x}) == {i * 7919 + 13 & mask:#x}"]
        if i % 2:
            tests.append(f"dst == {i * 104729:#x}")
        if i % 5:
            tests.append(f"proto == {6 if i % 4 else 17} && dport == {i * 31 & 0xFFFF:#x}")
        yield f"    if ({' && '.join(tests)}) {{\n        return {i % 2};\n    }}\n"
    yield "    return 0;\n}\n"


def big(n: int) -> Iterator[str]:
    """'n' times a byte of the packet, hashed in."""
    yield _head("Thousands of instructions.")
    yield "    uint64_t h = 0;\n\n    if (pkt_len < 1000) {\n        return 0;\n    }\n"
    for i in range(n):
        yield f"    h = (h ^ pkt[{i * 37 % 1000}]) * {i * 2654435761 % 2**31:#x};\n"
    yield "    return h;\n}\n"


def divisions(n: int) -> Iterator[str]:
    """'n' divisions by what the packet has, before the byte that it does not have."""
    yield _head(
        f"{n:,} divisions are no reason to crash, but past the packet is.",
        "of which 10 bytes are known to exist",
    )
    yield "    uint64_t x = pkt_len;\n\n    if (pkt_len < 10) {\n        return 0;\n    }\n"
    for i in range(n):
        yield f"    x = x / (pkt[{i % 10}] | 1) + {i};\n"
    yield "    return x + pkt[10];\n}\n"


PROGRAMS: dict[str, Callable[[], Iterator[str]]] = {
    "accept/c-acl-300.c": lambda: acl(300),
    "accept/c-big.c": lambda: big(900),
    "refuse/c-divisions.c": lambda: divisions(3000),
}


def source(name: str) -> str:
    """The text of the program 'name', one of PROGRAMS."""
    return "".join(PROGRAMS[name]())


def main(arguments: list[str]) -> int:
    """List the programs, or write one.  Returns the exit status."""
    if not arguments:
        print("\n".join(PROGRAMS))
    elif len(arguments) == 1 and arguments[0] in PROGRAMS:
        sys.stdout.write(source(arguments[0]))
    else:
        print(f"expected one of {', '.join(PROGRAMS)}, got {' '.join(arguments)!r}",
              file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
