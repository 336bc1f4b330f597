#!/usr/bin/env python3
# Copyright (c) 2026 The Oko authors.
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at:
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

r"""Writes BPF object files for tests, which have no compiler at hand.

A program is given as text, in the notation that compilers use for BPF, with
instructions separated by semicolons.  Jumps count instructions:

    bpf-object.py -o len.o 'r0 = 0; if r2 <= 60 goto +1; r0 = 1; exit'

    bpf-object.py -o count.o --map counts,array,4,8,1 '
        *(u32 *)(r10 - 4) = 0; r1 = map counts; r2 = r10; r2 += -4; call 1;
        if r0 == 0 goto +2; r1 = 1; lock *(u64 *)(r0 + 0) += r1;
        r0 = 1; exit'

    bpf-object.py -o typed.o --map flows,hash,4,8,16 \
        --members flows,packets:4,bytes:4 'r0 = 1; exit'

    bpf-object.py -o hello.o --string hello,'%d bytes' '
        r1 = string hello; call 7; r0 = 1; exit'
"""

import argparse
import re
import struct
import sys

MAP_TYPES = {"array": 1, "bloom": 2, "countmin": 3, "hash": 4,
             "percpu_array": 5, "percpu_hash": 6, "lru_hash": 7,
             "lpm_trie": 8, "ring": 9}
ALU = {"+=": 0x00, "-=": 0x10, "*=": 0x20, "/=": 0x30, "|=": 0x40,
       "&=": 0x50, "<<=": 0x60, ">>=": 0x70, "%=": 0x90, "^=": 0xa0,
       "=": 0xb0, "s>>=": 0xc0}
JUMP = {"==": 0x10, ">": 0x20, ">=": 0x30, "&": 0x40, "!=": 0x50,
        "s>": 0x60, "s>=": 0x70, "<": 0xa0, "<=": 0xb0, "s<": 0xc0,
        "s<=": 0xd0}
SIZE = {"u8": 0x10, "u16": 0x08, "u32": 0x00, "u64": 0x18}

REG = r"r(\d+)"
NUM = r"([-+]?(?:0x[0-9a-f]+|\d+))"
MEM = r"\*\((u8|u16|u32|u64) ?\*\)\(" + REG + r" ([-+]) (\d+)\)"


def number(text):
    return int(text, 0)


def insn(opcode, dst=0, src=0, offset=0, imm=0):
    imm = (imm + 2 ** 31) % 2 ** 32 - 2 ** 31
    return struct.pack("<BBhi", opcode, src << 4 | dst, offset, imm)


def assemble_one(text, names):
    """Returns the code for 'text' and what it refers to, "map NAME" or "string
    NAME", or None."""
    m = re.fullmatch(r"raw ([0-9a-f]{16})", text)
    if m:
        return bytes.fromhex(m[1]), None
    if text == "exit":
        return insn(0x95), None
    m = re.fullmatch(r"call (\d+)", text)
    if m:
        return insn(0x85, imm=number(m[1])), None
    m = re.fullmatch(r"goto " + NUM, text)
    if m:
        return insn(0x05, offset=number(m[1])), None
    m = re.fullmatch(REG + r" = ((?:map|string) \w+)", text)
    if m:
        if m[2] not in names:
            sys.exit("%s: unknown name" % text)
        return insn(0x18, dst=int(m[1])) + insn(0), m[2]
    m = re.fullmatch(r"if " + REG + r" (\S+) " + REG + r" goto " + NUM, text)
    if m and m[2] in JUMP:
        return insn(0x0d | JUMP[m[2]], int(m[1]), int(m[3]),
                    number(m[4])), None
    m = re.fullmatch(r"if " + REG + r" (\S+) " + NUM + r" goto " + NUM, text)
    if m and m[2] in JUMP:
        return insn(0x05 | JUMP[m[2]], int(m[1]), 0, number(m[4]),
                    number(m[3])), None
    m = re.fullmatch(REG + r" = " + MEM, text)
    if m:
        return insn(0x61 | SIZE[m[2]], int(m[1]), int(m[3]),
                    int(m[4] + m[5])), None
    m = re.fullmatch(r"lock " + MEM + r" \+= " + REG, text)
    if m:
        return insn(0xc3 | SIZE[m[1]], int(m[2]), int(m[5]),
                    int(m[3] + m[4])), None
    m = re.fullmatch(MEM + r" = " + REG, text)
    if m:
        return insn(0x63 | SIZE[m[1]], int(m[2]), int(m[5]),
                    int(m[3] + m[4])), None
    m = re.fullmatch(MEM + r" = " + NUM, text)
    if m:
        return insn(0x62 | SIZE[m[1]], int(m[2]), 0, int(m[3] + m[4]),
                    number(m[5])), None
    m = re.fullmatch(REG + r" (\S+) " + REG, text)
    if m and m[2] in ALU:
        return insn(0x0f | ALU[m[2]], int(m[1]), int(m[3])), None
    m = re.fullmatch(REG + r" (\S+) " + NUM, text)
    if m and m[2] in ALU:
        return insn(0x07 | ALU[m[2]], int(m[1]), imm=number(m[3])), None
    sys.exit("%s: syntax error" % text)


def assemble(text, names):
    """Returns the code and a list of (offset, "map NAME" or "string NAME")."""
    code = b""
    relocations = []
    for line in text.split(";"):
        line = " ".join(line.split())
        if line:
            one, name = assemble_one(line, names)
            if name is not None:
                relocations.append((len(code), name))
            code += one
    return code, relocations


class Strings:
    def __init__(self):
        self.data = b"\0"

    def add(self, s):
        offset = len(self.data)
        self.data += s.encode() + b"\0"
        return offset


def map_words(definition):
    """Returns the five numbers that define a map."""
    kind, *sizes = definition
    words = [MAP_TYPES[kind] if kind in MAP_TYPES else number(kind)]
    words += [number(size) for size in sizes]
    return words + [0] * (5 - len(words))


def btf(maps, members, pin):
    """Returns type information: for each of 'members', a map's name with the
    names and sizes in bytes of the unsigned integers in its values; if 'pin',
    the definition of each map, which programs share by its name."""
    names, types = Strings(), []
    sizes = {m[0]: number(m[2]) for m in maps}

    def add(*words):
        types.append(struct.pack("<%dI" % len(words), *words))
        return len(types)

    def integer(size):
        return add(names.add("u%d" % (8 * size)), 1 << 24, size, 8 * size)

    for name, *fields in (m.split(",") for m in members):
        words, offset = [], 0
        for field, size in (f.split(":") for f in fields):
            words += [names.add(field), integer(number(size)), 8 * offset]
            offset += number(size)
        value = add(names.add("value"), 4 << 24 | len(fields), offset, *words)
        key = integer(sizes[name])
        pair = add(names.add("____btf_map_" + name), 4 << 24 | 2,
                   sizes[name] + offset, names.add("key"), key, 0,
                   names.add("value"), value, 8 * sizes[name])
        add(names.add("____btf_map_" + name), 14 << 24, pair, 1)
    for name, *definition in maps if pin else []:
        words = []
        for i, (field, value) in enumerate(zip(
                ("type", "key_size", "value_size", "max_entries", "pinning"),
                map_words(definition)[:4] + [1])):
            array = add(0, 3 << 24, 0, integer(4), integer(4), value)
            words += [names.add(field), add(0, 2 << 24, array), 64 * i]
        add(names.add(name), 14 << 24, add(0, 4 << 24 | 5, 40, *words), 1)
    data = b"".join(types)
    return struct.pack("<HBBIIIII", 0xeb9f, 1, 0, 24, 0, len(data), len(data),
                       len(names.data)) + data + names.data


def build(args):
    maps = [m.split(",") for m in args.map]
    texts = [s.split(",", 1) for s in args.string]
    code, relocations = assemble(args.program,
                                 ["map " + m[0] for m in maps]
                                 + ["string " + t[0] for t in texts])
    # By types, a map is five pointers, of which only the types count.
    size = 40 if args.pin else 20
    data = b"".join(bytes(size) if args.pin
                    else struct.pack("<5I", *map_words(m[1:])) for m in maps)

    names, strings, rodata = Strings(), Strings(), Strings()
    # Section 1 is the program, 2 the maps, 7 the strings.
    symbols = struct.pack("<IBBHQQ", 0, 0, 0, 0, 0, 0)
    symbols += struct.pack("<IBBHQQ", strings.add(args.name), 0x12, 0, 1, 0,
                           len(code))
    index = {}
    for i, m in enumerate(maps):
        index["map " + m[0]] = 2 + i
        symbols += struct.pack("<IBBHQQ", strings.add(m[0]), 0x11, 0, 2,
                               size * i, size)
    for i, (name, text) in enumerate(texts):
        index["string " + name] = 2 + len(maps) + i
        symbols += struct.pack("<IBBHQQ", strings.add(name), 0x11, 0, 7,
                               rodata.add(text), len(text) + 1)
    rel = b"".join(struct.pack("<QQ", offset, index[name] << 32 | 1)
                   for offset, name in relocations)

    # (name, type, flags, data, link, info, alignment, entry size)
    sections = [
        (args.section, 1, 6, code, 0, 0, 8, 0),
        (".maps" if args.pin else args.map_section, 1, 3, data, 0, 0, 8, 0),
        (".rel" + args.section, 9, 0, rel, 4, 1, 8, 16),
        (".symtab", 2, 0, symbols, 5, 1, 8, 24),
        (".strtab", 3, 0, strings.data, 0, 0, 1, 0),
        (".comment", 1, 0, b"x" * args.pad, 0, 0, 1, 0),
    ]
    if texts:
        sections.append((".rodata", 1, 2, rodata.data, 0, 0, 1, 0))
    if args.members or args.pin:
        sections.append((".BTF", 1, 0, btf(maps, args.members, args.pin),
                         0, 0, 1, 0))
    shstrndx = len(sections) + 1
    headers = bytes(64)
    body = b""
    for name, type_, flags, content, link, info, align, entsize in sections:
        body += b"\0" * (-len(body) % 8)
        headers += struct.pack("<IIQQQQIIQQ", names.add(name), type_, flags, 0,
                               64 + len(body), len(content), link, info,
                               align, entsize)
        body += content
    name = names.add(".shstrtab")
    headers += struct.pack("<IIQQQQIIQQ", name, 3, 0, 0, 64 + len(body),
                           len(names.data), 0, 0, 1, 0)
    body += names.data
    body += b"\0" * (-len(body) % 8)

    ident = b"\x7fELF" + bytes([2, 2 if args.big_endian else 1, 1]) + bytes(9)
    header = ident + struct.pack("<HHIQQQIHHHHHH", 1, args.machine, 1, 0, 0,
                                 64 + len(body), 0, 64, 0, 0, 64,
                                 shstrndx + 1, shstrndx)
    return header + body + headers


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="instructions")
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    parser.add_argument("--map", action="append", default=[],
                        metavar="NAME,TYPE,KEY,VALUE,MAX[,HASHES]",
                        help="map, with a name or number for its type")
    parser.add_argument("--members", action="append", default=[],
                        metavar="MAP,NAME:SIZE,...",
                        help="unsigned integers in the map's values")
    parser.add_argument("--pin", action="store_true",
                        help="let programs share the maps by their names")
    parser.add_argument("--string", action="append", default=[],
                        metavar="NAME,TEXT", help="constant string")
    parser.add_argument("--name", default="entry", help="of the function")
    parser.add_argument("--section", default=".text", help="of the function")
    parser.add_argument("--map-section", default=".data")
    parser.add_argument("--pad", type=number, default=0, metavar="BYTES",
                        help="make the file larger by so much")
    parser.add_argument("--machine", type=number, default=247,
                        help="ELF machine (default: EM_BPF)")
    parser.add_argument("--big-endian", action="store_true",
                        help="claim to be for a big-endian machine")
    parser.add_argument("--truncate", type=number, metavar="BYTES",
                        help="write only the first so many bytes")
    args = parser.parse_args()

    with open(args.output, "wb") as f:
        f.write(build(args)[:args.truncate])


if __name__ == "__main__":
    main()
