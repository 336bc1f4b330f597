/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The BPF instruction set of RFC 9669.  Names follow the RFC. */

#ifndef OKOBPF_INSN_H
#define OKOBPF_INSN_H 1

#include <stdint.h>

struct bpf_insn {
    uint8_t opcode;
    uint8_t regs;               /* Destination in bits 0-3, source in 4-7. */
    int16_t offset;
    int32_t imm;
};

static inline uint8_t
bpf_dst(const struct bpf_insn *insn)
{
    return insn->regs & 0xf;
}

static inline uint8_t
bpf_src(const struct bpf_insn *insn)
{
    return insn->regs >> 4;
}

/* Instruction classes, opcode bits 0-2. */
#define BPF_CLASS(OPCODE) ((OPCODE) & 0x07)
enum {
    BPF_LD = 0x00,
    BPF_LDX = 0x01,
    BPF_ST = 0x02,
    BPF_STX = 0x03,
    BPF_ALU = 0x04,             /* 32-bit. */
    BPF_JMP = 0x05,             /* 64-bit comparisons. */
    BPF_JMP32 = 0x06,
    BPF_ALU64 = 0x07,
};

/* Arithmetic and jumps: source operand, bit 3; operation, bits 4-7. */
#define BPF_OP(OPCODE) ((OPCODE) & 0xf0)
#define BPF_SOURCE(OPCODE) ((OPCODE) & 0x08)
enum {
    BPF_K = 0x00,               /* 'imm'. */
    BPF_X = 0x08,               /* Source register. */
};
enum {
    BPF_ADD = 0x00,
    BPF_SUB = 0x10,
    BPF_MUL = 0x20,
    BPF_DIV = 0x30,             /* Signed with 'offset' 1. */
    BPF_OR = 0x40,
    BPF_AND = 0x50,
    BPF_LSH = 0x60,
    BPF_RSH = 0x70,
    BPF_NEG = 0x80,
    BPF_MOD = 0x90,             /* Signed with 'offset' 1. */
    BPF_XOR = 0xa0,
    BPF_MOV = 0xb0,             /* Sign-extends with 'offset' 8, 16, 32. */
    BPF_ARSH = 0xc0,
    BPF_END = 0xd0,             /* Byte swaps. */
};
enum {
    BPF_JA = 0x00,              /* BPF_JMP32: 'imm' holds the offset. */
    BPF_JEQ = 0x10,
    BPF_JGT = 0x20,
    BPF_JGE = 0x30,
    BPF_JSET = 0x40,
    BPF_JNE = 0x50,
    BPF_JSGT = 0x60,
    BPF_JSGE = 0x70,
    BPF_CALL = 0x80,
    BPF_EXIT = 0x90,
    BPF_JLT = 0xa0,
    BPF_JLE = 0xb0,
    BPF_JSLT = 0xc0,
    BPF_JSLE = 0xd0,
};

/* Loads and stores: size, bits 3-4; mode, bits 5-7. */
#define BPF_SIZE(OPCODE) ((OPCODE) & 0x18)
#define BPF_MODE(OPCODE) ((OPCODE) & 0xe0)
enum {
    BPF_W = 0x00,               /* 4 bytes. */
    BPF_H = 0x08,               /* 2 bytes. */
    BPF_B = 0x10,               /* 1 byte. */
    BPF_DW = 0x18,              /* 8 bytes. */
};
enum {
    BPF_IMM = 0x00,             /* 64-bit immediate, two slots. */
    BPF_ABS = 0x20,             /* Legacy packet access. */
    BPF_IND = 0x40,             /* Legacy packet access. */
    BPF_MEM = 0x60,
    BPF_MEMSX = 0x80,           /* Sign-extending load. */
    BPF_ATOMIC = 0xc0,
};

/* Source register of a 64-bit immediate load. */
enum {
    BPF_PSEUDO_NONE = 0,
    BPF_PSEUDO_MAP_IDX = 5,     /* 'imm' is an index into the program's maps:
                                 * what the loader writes for a reference to
                                 * a map. */
    BPF_PSEUDO_MAP_IDX_VALUE = 6, /* As above; the register gets the address
                                   * of the map's value number 0 plus the
                                   * second slot's 'imm'. */
};

/* Source register of BPF_CALL. */
enum {
    BPF_CALL_HELPER = 0,        /* 'imm' is a helper's number. */
    BPF_CALL_LOCAL = 1,         /* 'imm' is an offset in instructions. */
};

/* Atomic operations in 'imm'. */
enum {
    BPF_FETCH = 0x01,
    BPF_XCHG = 0xe0 | BPF_FETCH,
    BPF_CMPXCHG = 0xf0 | BPF_FETCH,
};

#define BPF_N_REGS 11
#define BPF_STACK_SIZE 512      /* Bytes, of each frame. */
#define BPF_MAX_FRAMES 8

#endif /* insn.h */
