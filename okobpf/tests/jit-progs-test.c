/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Tests of memory accesses, control flow and calls, in all engines.
 *
 * Each program gets the address of a buffer with a known pattern in r1 and
 * its size in r2.  Its result and what it leaves in the buffer are expected
 * as literals that were written down from RFC 9669. */

#include "insn-table.h"
#include "jit-testlib.h"

#define MEM_SIZE 64
#define MAX_INSNS 32

/* The buffer holds bytes 0x80, 0x81, 0x82, ...: a load of 4 bytes at offset 4
 * yields 0x87868584. */
static const uint8_t *
mem_pattern(void)
{
    static uint8_t pattern[MEM_SIZE];

    for (int i = 0; i < MEM_SIZE; i++) {
        pattern[i] = 0x80 + i;
    }
    return pattern;
}

struct prog_test {
    const char *name;
    struct bpf_insn insns[MAX_INSNS]; /* Zeros after the last. */
    uint64_t expected;          /* r0. */

    /* The 8 bytes at 'mem_ofs' afterward.  The rest of the buffer must be as
     * before. */
    int mem_ofs;                /* Negative if nothing is written. */
    uint64_t mem_expected;
};

/* A program that leaves memory alone. */
#define PURE(NAME, EXPECTED, ...)                                       \
    { NAME, { __VA_ARGS__ }, UINT64_C(EXPECTED), -1, 0 }
/* A program that writes to the 8 bytes at offset 8, where there is
 * 0x8f8e8d8c8b8a8988. */
#define WRITES(NAME, EXPECTED, MEM, ...)                                \
    { NAME, { __VA_ARGS__ }, UINT64_C(EXPECTED), 8, UINT64_C(MEM) }

static const struct prog_test tests[] = {
    /* Loads. */
    PURE("ldxb", 0x83, LDX(BPF_B, 0, 1, 3), EXIT()),
    PURE("ldxh", 0x8483, LDX(BPF_H, 0, 1, 3), EXIT()),
    PURE("ldxw", 0x86858483, LDX(BPF_W, 0, 1, 3), EXIT()),
    PURE("ldxdw", 0x8a89888786858483, LDX(BPF_DW, 0, 1, 3), EXIT()),
    PURE("ldxsb", 0xffffffffffffff83, LDSX(BPF_B, 0, 1, 3), EXIT()),
    PURE("ldxsh", 0xffffffffffff8483, LDSX(BPF_H, 0, 1, 3), EXIT()),
    PURE("ldxsw", 0xffffffff86858483, LDSX(BPF_W, 0, 1, 3), EXIT()),
    PURE("ldxsb of a positive number", 0x7f,
         ST(BPF_DW, 10, -8, 0x7f), LDSX(BPF_B, 0, 10, -8), EXIT()),
    PURE("ldxsh of a positive number", 0x7fff,
         ST(BPF_DW, 10, -8, 0x7fff), LDSX(BPF_H, 0, 10, -8), EXIT()),
    PURE("ldxsw of a positive number", 0x7fffffff,
         ST(BPF_DW, 10, -8, 0x7fffffff), LDSX(BPF_W, 0, 10, -8), EXIT()),
    PURE("negative offset", 0x8988,
         ALU64_K(BPF_ADD, 1, 16), LDX(BPF_H, 0, 1, -8), EXIT()),
    PURE("far offsets", 0x8180,
         MOV_X(3, 1), ALU64_K(BPF_SUB, 3, 0x7fff), LDX(BPF_B, 0, 3, 0x7fff),
         MOV_X(4, 1), ALU64_K(BPF_ADD, 4, 0x8000), LDX(BPF_H, 5, 4, -0x8000),
         ALU64_X(BPF_OR, 0, 5), EXIT()),
    PURE("load over its base", 0x80,
         MOV_X(9, 1), LDX(BPF_B, 9, 9, 0), MOV_X(0, 9), EXIT()),
    PURE("16-bit load and swap", 0x8384,
         LDX(BPF_H, 0, 1, 3), INSN(BPF_ALU | BPF_END | BPF_X, 0, 0, 0, 16),
         EXIT()),
    PURE("16-bit load, swap of another register", 0x8483,
         MOV_K(3, 0x1234),
         LDX(BPF_H, 0, 1, 3), INSN(BPF_ALU | BPF_END | BPF_X, 3, 0, 0, 16),
         EXIT()),
    PURE("16-bit load, swap of 32 bits", 0x83840000,
         LDX(BPF_H, 0, 1, 3), INSN(BPF_ALU | BPF_END | BPF_X, 0, 0, 0, 32),
         EXIT()),
    PURE("16-bit load, jump to the swap", 0x3412,
         MOV_K(0, 0x1234), JMP_K(BPF_JNE, 2, 0, 1),
         LDX(BPF_H, 0, 1, 3), INSN(BPF_ALU | BPF_END | BPF_X, 0, 0, 0, 16),
         EXIT()),

    /* 64-bit immediates. */
    PURE("ld_imm64", 0x123456789abcdef0,
         LD_IMM64(0, 0x123456789abcdef0), EXIT()),
    PURE("ld_imm64, sign bits", 0xffffffff80000000,
         LD_IMM64(0, 0xffffffff80000000), EXIT()),
    PURE("ld_imm64, low half only", 0xfedcba98,
         LD_IMM64(0, 0xfedcba98), EXIT()),
    PURE("ld_imm64, high half only", 0x7fffffff00000000,
         LD_IMM64(0, 0x7fffffff00000000), EXIT()),

    /* Stores. */
    WRITES("stb", 0, 0x8f8e8d8c8b8aff88, MOV_K(0, 0),
           ST(BPF_B, 1, 9, -1), EXIT()),
    WRITES("sth", 0, 0x8f8e8d8c8bff0188, MOV_K(0, 0),
           ST(BPF_H, 1, 9, 0x7ff01 | 0x10000), EXIT()),
    WRITES("stw", 0, 0x8f8e8d1234567888, MOV_K(0, 0),
           ST(BPF_W, 1, 9, 0x12345678), EXIT()),
    WRITES("stdw", 0, 0xffffffff80000001, MOV_K(0, 0),
           ST(BPF_DW, 1, 8, (int32_t) 0x80000001), EXIT()),
    WRITES("stxb", 0x123456789abcdef0, 0x8f8e8d8c8b8af088,
           LD_IMM64(0, 0x123456789abcdef0), STX(BPF_B, 1, 9, 0), EXIT()),
    WRITES("stxh", 0x123456789abcdef0, 0x8f8e8d8c8bdef088,
           LD_IMM64(0, 0x123456789abcdef0), STX(BPF_H, 1, 9, 0), EXIT()),
    WRITES("stxw", 0x123456789abcdef0, 0x8f8e8d9abcdef088,
           LD_IMM64(0, 0x123456789abcdef0), STX(BPF_W, 1, 9, 0), EXIT()),
    WRITES("stxdw", 0x123456789abcdef0, 0x123456789abcdef0,
           LD_IMM64(0, 0x123456789abcdef0), STX(BPF_DW, 1, 8, 0), EXIT()),
    WRITES("stxb of all registers", 0, 0x0706050403020140,
           MOV_X(9, 1), MOV_K(0, 0), MOV_K(1, 1), MOV_K(3, 3), MOV_K(4, 4),
           MOV_K(5, 5), MOV_K(6, 6), MOV_K(7, 7),
           STX(BPF_B, 9, 8, 2),         /* 64, the buffer's size. */
           STX(BPF_B, 9, 9, 1), MOV_K(2, 2), STX(BPF_B, 9, 10, 2),
           STX(BPF_B, 9, 11, 3), STX(BPF_B, 9, 12, 4), STX(BPF_B, 9, 13, 5),
           STX(BPF_B, 9, 14, 6), STX(BPF_B, 9, 15, 7), EXIT()),
    WRITES("stxb of r8, r9 and r0", 0x12, 0x8f8e8d8c8b120908,
           MOV_K(8, 0x308), MOV_K(9, 0x409), MOV_K(0, 0x12),
           STX(BPF_B, 1, 8, 8), STX(BPF_B, 1, 9, 9), STX(BPF_B, 1, 10, 0),
           EXIT()),
    PURE("whole stack", 3,
         MOV_K(3, 1), STX(BPF_DW, 10, -512, 3), MOV_K(3, 2),
         STX(BPF_DW, 10, -8, 3), LDX(BPF_DW, 0, 10, -512),
         LDX(BPF_DW, 4, 10, -8), ALU64_X(BPF_ADD, 0, 4), EXIT()),

    /* Jumps. */
    PURE("ja", 1, MOV_K(0, 1), JA(1), MOV_K(0, 2), EXIT()),
    PURE("ja to the next", 2, MOV_K(0, 1), JA(0), MOV_K(0, 2), EXIT()),
    PURE("gotol", 1, MOV_K(0, 1), GOTOL(1), MOV_K(0, 2), EXIT()),
    PURE("gotol backward", 7,
         MOV_K(0, 1), JA(2), MOV_K(0, 7), EXIT(), GOTOL(-3)),
    PURE("conditional jump to the next", 2,
         MOV_K(0, 1), JMP_K(BPF_JEQ, 0, 1, 0), MOV_K(0, 2), EXIT()),
    PURE("loop", 55,
         MOV_K(0, 0), MOV_K(3, 10),
         ALU64_X(BPF_ADD, 0, 3), ALU64_K(BPF_SUB, 3, 1),
         JMP_K(BPF_JNE, 3, 0, -3), EXIT()),
    PURE("several exits", 2,
         MOV_K(6, 1), MOV_K(7, 2), MOV_K(0, 1),
         JMP_K(BPF_JEQ, 6, 0, 3), MOV_K(0, 2), JMP_K(BPF_JEQ, 7, 2, 2),
         MOV_K(0, 3), EXIT(), EXIT(), EXIT()),

    /* Pairs that become one machine instruction, and some that must not. */
    PURE("mov, add immediate", 107,
         MOV_K(3, 7), MOV_X(0, 3), ALU64_K(BPF_ADD, 0, 100), EXIT()),
    PURE("mov, subtract immediate", 0xfffffffffffffffe,
         MOV_K(3, 7), MOV_X(0, 3), ALU64_K(BPF_SUB, 0, 9), EXIT()),
    PURE("mov, subtract smallest", 0x80000007,
         MOV_K(3, 7), MOV_X(0, 3), ALU64_K(BPF_SUB, 0, INT32_MIN), EXIT()),
    PURE("mov, add register", 12,
         MOV_K(3, 7), MOV_K(4, 5), MOV_X(0, 3), ALU64_X(BPF_ADD, 0, 4),
         EXIT()),
    PURE("mov, add to itself", 14,
         MOV_K(0, 1), MOV_K(3, 7), MOV_X(0, 3), ALU64_X(BPF_ADD, 0, 0),
         EXIT()),
    PURE("mov, add the source", 14,
         MOV_K(7, 7), MOV_X(0, 7), ALU64_X(BPF_ADD, 0, 7), EXIT()),
    PURE("mov32, add32 wraps", 1,
         LD_IMM64(3, 0x5ffffffff), ALU32_X(BPF_MOV, 0, 3),
         ALU32_K(BPF_ADD, 0, 2), EXIT()),
    PURE("mov32, add64 carries", 0x100000001,
         LD_IMM64(3, 0x5ffffffff), ALU32_X(BPF_MOV, 0, 3),
         ALU64_K(BPF_ADD, 0, 2), EXIT()),
    PURE("mov, multiply", 21,
         MOV_K(3, 7), MOV_X(0, 3), ALU64_K(BPF_MUL, 0, 3), EXIT()),
    PURE("mov, multiply by a large number", 0xfffffffc80000007,
         MOV_K(3, 7), MOV_X(0, 3), ALU64_K(BPF_MUL, 0, (int32_t) 0x80000001),
         EXIT()),
    PURE("mov, shift", 0x70,
         MOV_K(3, 7), MOV_K(4, 4), MOV_X(0, 3), ALU64_X(BPF_LSH, 0, 4),
         EXIT()),
    PURE("mov, shift by itself", 0x180,
         MOV_K(0, 1), MOV_K(3, 6), MOV_X(0, 3), ALU64_X(BPF_LSH, 0, 0),
         EXIT()),
    PURE("mov, shift of and by r4", 0x180,
         MOV_K(4, 6), MOV_X(0, 4), ALU64_X(BPF_LSH, 0, 4), EXIT()),
    PURE("mov, mask byte", 0xf0,
         LD_IMM64(3, 0x123456789abcdef0), MOV_X(0, 3),
         ALU64_K(BPF_AND, 0, 0xff), EXIT()),
    PURE("mov, mask 16 bits", 0xdef0,
         LD_IMM64(5, 0x123456789abcdef0), MOV_X(0, 5),
         ALU64_K(BPF_AND, 0, 0xffff), EXIT()),
    PURE("mov, add, with a jump between", 207,
         MOV_K(0, 107), MOV_K(3, 7), JMP_K(BPF_JEQ, 3, 7, 1),
         MOV_X(0, 3), ALU64_K(BPF_ADD, 0, 100), EXIT()),
    PURE("movsx, add", 0xfffffffffffffff1,
         MOV_K(3, 0xf0), INSN(BPF_ALU64 | BPF_MOV | BPF_X, 0, 3, 8, 0),
         ALU64_K(BPF_ADD, 0, 1), EXIT()),
    PURE("mov, sdiv", 0xfffffffffffffffd,
         MOV_K(3, -7), MOV_X(0, 3),
         INSN(BPF_ALU64 | BPF_DIV | BPF_K, 0, 0, 1, 2), EXIT()),
    PURE("select, taken", 5,
         MOV_K(0, 5), MOV_K(3, 7), JMP_K(BPF_JSGT, 3, 6, 1), MOV_K(0, 9),
         EXIT()),
    PURE("select of an immediate", 0xfffffffffffffff7,
         MOV_K(0, 5), MOV_K(3, 7), JMP_K(BPF_JLE, 3, 6, 1), MOV_K(0, -9),
         EXIT()),
    PURE("select of zero", 0,
         MOV_K(0, 5), MOV_K(3, 7), JMP_K(BPF_JSET, 3, 8, 1), MOV_K(0, 0),
         EXIT()),
    PURE("select of a 32-bit immediate", 0xfffffff7,
         MOV_K(0, -1), MOV_K(3, 7), JMP32_K(BPF_JEQ, 3, 6, 1),
         ALU32_K(BPF_MOV, 0, -9), EXIT()),
    PURE("select of a register", 0xffffffff00000007,
         MOV_K(0, 5), LD_IMM64(3, 0xffffffff00000007),
         JMP_X(BPF_JEQ, 3, 0, 1), MOV_X(0, 3), EXIT()),
    PURE("select of half a register", 7,
         MOV_K(0, -5), LD_IMM64(3, 0xffffffff00000007),
         JMP_X(BPF_JEQ, 3, 0, 1), ALU32_X(BPF_MOV, 0, 3), EXIT()),
    PURE("select of half a register, taken", 0xfffffffffffffffb,
         MOV_K(0, -5), LD_IMM64(3, 0xffffffff00000007),
         JMP_X(BPF_JNE, 3, 0, 1), ALU32_X(BPF_MOV, 0, 3), EXIT()),
    PURE("jump over a move, jumped to as well", 9,
         MOV_K(0, 5), MOV_K(3, 7), JMP_K(BPF_JEQ, 3, 7, 1),
         JMP_K(BPF_JEQ, 3, 7, 1), MOV_K(0, 9), EXIT()),
    PURE("jump over movsx", 0xfffffffffffffffb,
         MOV_K(0, -5), MOV_K(3, 0x80), JMP_K(BPF_JEQ, 3, 0x80, 1),
         INSN(BPF_ALU64 | BPF_MOV | BPF_X, 0, 3, 8, 0), EXIT()),
    PURE("shifts by 32", 0x9abcdef0,
         LD_IMM64(0, 0x123456789abcdef0), ALU64_K(BPF_LSH, 0, 32),
         ALU64_K(BPF_RSH, 0, 32), EXIT()),
    PURE("arithmetic shifts by 32", 0xffffffff9abcdef0,
         LD_IMM64(0, 0x123456789abcdef0), ALU64_K(BPF_LSH, 0, 32),
         ALU64_K(BPF_ARSH, 0, 32), EXIT()),
    PURE("shifts by 48", 0xdef0,
         LD_IMM64(0, 0x123456789abcdef0), ALU64_K(BPF_LSH, 0, 48),
         ALU64_K(BPF_RSH, 0, 48), EXIT()),
    PURE("arithmetic shifts by 48", 0xffffffffffffdef0,
         LD_IMM64(0, 0x123456789abcdef0), ALU64_K(BPF_LSH, 0, 48),
         ALU64_K(BPF_ARSH, 0, 48), EXIT()),
    PURE("shifts by 56", 0xf0,
         LD_IMM64(0, 0x123456789abcdef0), ALU64_K(BPF_LSH, 0, 56),
         ALU64_K(BPF_RSH, 0, 56), EXIT()),
    PURE("arithmetic shifts by 56", 0xfffffffffffffff0,
         LD_IMM64(0, 0x123456789abcdef0), ALU64_K(BPF_LSH, 0, 56),
         ALU64_K(BPF_ARSH, 0, 56), EXIT()),
    PURE("shifts by 40", 0xbcdef0,
         LD_IMM64(0, 0x123456789abcdef0), ALU64_K(BPF_LSH, 0, 40),
         ALU64_K(BPF_RSH, 0, 40), EXIT()),
    PURE("shifts by 32 and 31", 0x13579bde0,
         LD_IMM64(0, 0x123456789abcdef0), ALU64_K(BPF_LSH, 0, 32),
         ALU64_K(BPF_RSH, 0, 31), EXIT()),
    PURE("shift by 32 left and 32-bit shift right", 0,
         LD_IMM64(0, 0x123456789abcdef0), ALU64_K(BPF_LSH, 0, 32),
         ALU32_K(BPF_RSH, 0, 32), EXIT()),

    /* Local calls. */
    PURE("local call", 12,
         MOV_K(1, 5), MOV_K(2, 7), CALL_LOCAL(1), EXIT(),
         MOV_X(0, 1), ALU64_X(BPF_ADD, 0, 2), EXIT()),
    PURE("local call preserves r6 to r9", 10 + 20 + 30 + 40,
         MOV_K(6, 10), MOV_K(7, 20), MOV_K(8, 30), MOV_K(9, 40),
         CALL_LOCAL(5), MOV_X(0, 6), ALU64_X(BPF_ADD, 0, 7),
         ALU64_X(BPF_ADD, 0, 8), ALU64_X(BPF_ADD, 0, 9), EXIT(),
         MOV_K(6, 0), MOV_K(7, 0), MOV_K(8, 0), MOV_K(9, 0), EXIT()),
    PURE("five arguments", 12345,
         MOV_K(1, 1), MOV_K(2, 2), MOV_K(3, 3), MOV_K(4, 4), MOV_K(5, 5),
         CALL_LOCAL(1), EXIT(),
         MOV_X(0, 1),
         ALU64_K(BPF_MUL, 0, 10), ALU64_X(BPF_ADD, 0, 2),
         ALU64_K(BPF_MUL, 0, 10), ALU64_X(BPF_ADD, 0, 3),
         ALU64_K(BPF_MUL, 0, 10), ALU64_X(BPF_ADD, 0, 4),
         ALU64_K(BPF_MUL, 0, 10), ALU64_X(BPF_ADD, 0, 5), EXIT()),
    PURE("nested calls preserve r6 to r9", 1111,
         MOV_K(6, 1000), MOV_K(9, 100), CALL_LOCAL(3),
         ALU64_X(BPF_ADD, 0, 6), ALU64_X(BPF_ADD, 0, 9), EXIT(),
         MOV_K(6, 7), MOV_K(7, 10), CALL_LOCAL(2),
         ALU64_X(BPF_ADD, 0, 7), EXIT(),
         MOV_K(6, 8), MOV_K(7, 8), MOV_K(8, 8), MOV_K(9, 8), MOV_K(0, 1),
         EXIT()),
    PURE("each frame has its stack", 1,
         ST(BPF_DW, 10, -8, 1), ST(BPF_DW, 10, -512, 2), CALL_LOCAL(2),
         LDX(BPF_DW, 0, 10, -8), EXIT(),
         ST(BPF_DW, 10, -8, 3), ST(BPF_DW, 10, -512, 4), MOV_K(0, 9), EXIT()),
    PURE("a callee writes to its caller's stack", 3,
         ST(BPF_DW, 10, -8, 1), MOV_X(1, 10), CALL_LOCAL(2),
         LDX(BPF_DW, 0, 10, -8), EXIT(),
         ST(BPF_DW, 1, -8, 3), MOV_K(0, 9), EXIT()),
    PURE("eight frames", 8,
         MOV_K(0, 1), CALL_LOCAL(1), EXIT(),
         ALU64_K(BPF_ADD, 0, 1), CALL_LOCAL(1), EXIT(),
         ALU64_K(BPF_ADD, 0, 1), CALL_LOCAL(1), EXIT(),
         ALU64_K(BPF_ADD, 0, 1), CALL_LOCAL(1), EXIT(),
         ALU64_K(BPF_ADD, 0, 1), CALL_LOCAL(1), EXIT(),
         ALU64_K(BPF_ADD, 0, 1), CALL_LOCAL(1), EXIT(),
         ALU64_K(BPF_ADD, 0, 1), CALL_LOCAL(1), EXIT(),
         ALU64_K(BPF_ADD, 0, 1), EXIT()),
    PURE("loop to the first instruction of a function", 5,
         MOV_K(1, 5), MOV_K(0, 0), CALL_LOCAL(1), EXIT(),
         ALU64_K(BPF_ADD, 0, 1), ALU64_K(BPF_SUB, 1, 1), MOV_X(6, 10),
         JMP_K(BPF_JNE, 1, 0, -4), EXIT()),
    PURE("calls ahead and back", 211,
         MOV_K(0, 1), CALL_LOCAL(4), CALL_LOCAL(1), EXIT(),
         ALU64_K(BPF_ADD, 0, 100), EXIT(),
         ALU64_K(BPF_ADD, 0, 10), CALL_LOCAL(-4), EXIT()),

    /* Helpers.  The time is 0x123456789, the slot 3. */
    PURE("time helper", 0x123456789, CALL_HELPER(HELPER_TIME_GET_NS), EXIT()),
    PURE("slot helper", 3, CALL_HELPER(HELPER_GET_SLOT), EXIT()),
    PURE("hash helper", 1, MOV_K(2, 0), CALL_HELPER(HELPER_HASH),
         MOV_X(6, 0), MOV_K(2, 0), CALL_HELPER(HELPER_HASH), MOV_X(1, 0),
         MOV_K(0, 0), JMP_X(BPF_JNE, 1, 6, 1), MOV_K(0, 1), EXIT()),
    PURE("helper preserves r6 to r9", 10 + 20 + 30 + 40,
         MOV_K(6, 10), MOV_K(7, 20), MOV_K(8, 30), MOV_K(9, 40),
         CALL_HELPER(HELPER_HASH), MOV_X(0, 6), ALU64_X(BPF_ADD, 0, 7),
         ALU64_X(BPF_ADD, 0, 8), ALU64_X(BPF_ADD, 0, 9), EXIT()),
    PURE("helper from a local function", 0x87868584,
         CALL_LOCAL(1), EXIT(),
         MOV_X(6, 10), MOV_K(1, 4), MOV_X(2, 10), ALU64_K(BPF_ADD, 2, -4),
         MOV_K(3, 4), CALL_HELPER(HELPER_LOAD_BYTES), JMP_K(BPF_JNE, 0, 0, 1),
         LDX(BPF_W, 0, 6, -4), EXIT()),

    /* Packet loads, from the same buffer. */
    PURE("ld_abs b", 0x85, LD_ABS(BPF_B, 5), EXIT()),
    PURE("ld_abs h", 0x8586, LD_ABS(BPF_H, 5), EXIT()),
    PURE("ld_abs w", 0x85868788, LD_ABS(BPF_W, 5), EXIT()),
    PURE("ld_ind b", 0x8a, MOV_K(7, 5), LD_IND(BPF_B, 7, 5), EXIT()),
    PURE("ld_ind h", 0x8a8b, MOV_K(7, 5), LD_IND(BPF_H, 7, 5), EXIT()),
    PURE("ld_ind w", 0x8a8b8c8d, MOV_K(0, 5), LD_IND(BPF_W, 0, 5), EXIT()),
    PURE("ld_ind before the register", 0x82,
         MOV_K(3, 5), LD_IND(BPF_B, 3, -3), EXIT()),
    PURE("ld_ind takes 32 bits", 0x82,
         LD_IMM64(3, 0x700000001), LD_IND(BPF_B, 3, 1), EXIT()),
    PURE("ld_abs, last", 0xbcbdbebf, LD_ABS(BPF_W, 60), EXIT()),
    PURE("ld_abs, last byte", 0xbf, LD_ABS(BPF_B, 63), EXIT()),
    PURE("ld_ind, last", 0xbebf,
         MOV_K(3, 60), LD_IND(BPF_H, 3, 2), EXIT()),
    PURE("ld_abs past the end", 0,
         MOV_K(6, 0), LD_ABS(BPF_W, 61), MOV_K(0, 1), EXIT()),
    PURE("ld_abs b past the end", 0, LD_ABS(BPF_B, 64), MOV_K(0, 1), EXIT()),
    PURE("ld_abs far past the end", 0,
         LD_ABS(BPF_W, INT32_MAX), MOV_K(0, 1), EXIT()),
    PURE("ld_abs before the packet", 0,
         LD_ABS(BPF_B, -1), MOV_K(0, 1), EXIT()),
    PURE("ld_ind past the end", 0,
         MOV_K(3, 60), LD_IND(BPF_H, 3, 3), MOV_K(0, 1), EXIT()),
    PURE("ld_ind at the end", 0,
         MOV_K(3, 60), LD_IND(BPF_B, 3, 4), MOV_K(0, 1), EXIT()),
    PURE("ld_ind before the packet", 0,
         MOV_K(3, 2), LD_IND(BPF_B, 3, -3), MOV_K(0, 1), EXIT()),
    PURE("ld_abs past the end, with a frame", 0,
         MOV_K(6, 0), MOV_K(7, 0), MOV_K(9, 0), ST(BPF_DW, 10, -8, 5),
         CALL_HELPER(HELPER_HASH), LD_ABS(BPF_H, 63), LDX(BPF_DW, 0, 10, -8),
         EXIT()),
    PURE("packet loads do not change r6", 0x8485,
         MOV_K(6, 4), LD_ABS(BPF_B, 0), LD_IND(BPF_H, 6, 0), EXIT()),

    /* Atomics. */
#define ATOMIC_TEST(NAME, SIZE, OP, R0, MEM)                            \
    WRITES(NAME, R0, MEM, LD_IMM64(3, 0xf0f0f0f0ffffffff),              \
           LD_IMM64(0, 0x8f8e8d8c8b8a8988),                             \
           ATOMIC(SIZE, 1, 8, 3, OP), MOV_X(0, 3), EXIT())
    ATOMIC_TEST("lock add, 64", BPF_DW, BPF_ADD,
                0xf0f0f0f0ffffffff, 0x807f7e7d8b8a8987),
    ATOMIC_TEST("lock or, 64", BPF_DW, BPF_OR,
                0xf0f0f0f0ffffffff, 0xfffefdfcffffffff),
    ATOMIC_TEST("lock and, 64", BPF_DW, BPF_AND,
                0xf0f0f0f0ffffffff, 0x808080808b8a8988),
    ATOMIC_TEST("lock xor, 64", BPF_DW, BPF_XOR,
                0xf0f0f0f0ffffffff, 0x7f7e7d7c74757677),
    ATOMIC_TEST("fetch and add, 64", BPF_DW, BPF_ADD | BPF_FETCH,
                0x8f8e8d8c8b8a8988, 0x807f7e7d8b8a8987),
    ATOMIC_TEST("fetch and or, 64", BPF_DW, BPF_OR | BPF_FETCH,
                0x8f8e8d8c8b8a8988, 0xfffefdfcffffffff),
    ATOMIC_TEST("fetch and and, 64", BPF_DW, BPF_AND | BPF_FETCH,
                0x8f8e8d8c8b8a8988, 0x808080808b8a8988),
    ATOMIC_TEST("fetch and xor, 64", BPF_DW, BPF_XOR | BPF_FETCH,
                0x8f8e8d8c8b8a8988, 0x7f7e7d7c74757677),
    ATOMIC_TEST("xchg, 64", BPF_DW, BPF_XCHG,
                0x8f8e8d8c8b8a8988, 0xf0f0f0f0ffffffff),
    ATOMIC_TEST("lock add, 32", BPF_W, BPF_ADD,
                0xf0f0f0f0ffffffff, 0x8f8e8d8c8b8a8987),
    ATOMIC_TEST("lock or, 32", BPF_W, BPF_OR,
                0xf0f0f0f0ffffffff, 0x8f8e8d8cffffffff),
    ATOMIC_TEST("lock and, 32", BPF_W, BPF_AND,
                0xf0f0f0f0ffffffff, 0x8f8e8d8c8b8a8988),
    ATOMIC_TEST("lock xor, 32", BPF_W, BPF_XOR,
                0xf0f0f0f0ffffffff, 0x8f8e8d8c74757677),
    ATOMIC_TEST("fetch and add, 32", BPF_W, BPF_ADD | BPF_FETCH,
                0x8b8a8988, 0x8f8e8d8c8b8a8987),
    ATOMIC_TEST("fetch and or, 32", BPF_W, BPF_OR | BPF_FETCH,
                0x8b8a8988, 0x8f8e8d8cffffffff),
    ATOMIC_TEST("fetch and and, 32", BPF_W, BPF_AND | BPF_FETCH,
                0x8b8a8988, 0x8f8e8d8c8b8a8988),
    ATOMIC_TEST("fetch and xor, 32", BPF_W, BPF_XOR | BPF_FETCH,
                0x8b8a8988, 0x8f8e8d8c74757677),
    ATOMIC_TEST("xchg, 32", BPF_W, BPF_XCHG,
                0x8b8a8988, 0x8f8e8d8cffffffff),
    WRITES("fetch and or keeps r0", 5, 0x8f8e8d8c8b8a89ff,
           MOV_K(0, 5), MOV_K(3, 0xff),
           ATOMIC(BPF_DW, 1, 8, 3, BPF_OR | BPF_FETCH), EXIT()),
    WRITES("fetch and or of r0", 0x8f8e8d8c8b8a8988, 0x8f8e8d8c8b8a89ff,
           MOV_K(0, 0xff),
           ATOMIC(BPF_DW, 1, 8, 0, BPF_OR | BPF_FETCH), EXIT()),
    WRITES("fetch and or of r0, 32", 0x8b8a8988, 0x8f8e8d8c8b8a89ff,
           LD_IMM64(0, 0xeeeeeeee000000ff),
           ATOMIC(BPF_W, 1, 8, 0, BPF_OR | BPF_FETCH), EXIT()),
    WRITES("fetch and xor at r0", 0x8f8e8d8c8b8a8988, 0x8f8e8d8c8b8a8977,
           MOV_X(0, 1), MOV_K(9, 0xff),
           ATOMIC(BPF_DW, 0, 8, 9, BPF_XOR | BPF_FETCH),
           JMP_X(BPF_JNE, 0, 1, 1), MOV_X(0, 9), EXIT()),
    WRITES("fetch and and of r4", 0x8b8a8988, 0x8f8e8d8c80808080,
           MOV_X(5, 1), LD_IMM64(4, 0xf0f0f0f0),
           ATOMIC(BPF_W, 5, 8, 4, BPF_AND | BPF_FETCH), MOV_X(0, 4), EXIT()),
    WRITES("fetch and add of r0", 0x8f8e8d8c8b8a8988, 0x8f8e8d8c8b8a898a,
           MOV_K(0, 2), ATOMIC(BPF_DW, 1, 8, 0, BPF_ADD | BPF_FETCH),
           EXIT()),
    WRITES("cmpxchg, 64, equal", 0x8f8e8d8c8b8a8988, 0x1234567,
           MOV_K(3, 0x1234567), LD_IMM64(0, 0x8f8e8d8c8b8a8988),
           ATOMIC(BPF_DW, 1, 8, 3, BPF_CMPXCHG), EXIT()),
    WRITES("cmpxchg, 64, other", 0x8f8e8d8c8b8a8988, 0x8f8e8d8c8b8a8988,
           MOV_K(3, 0x1234567), LD_IMM64(0, 0x8f8e8d8c8b8a8989),
           ATOMIC(BPF_DW, 1, 8, 3, BPF_CMPXCHG), EXIT()),
    WRITES("cmpxchg, 32, equal", 0x8b8a8988, 0x8f8e8d8c01234567,
           MOV_K(3, 0x1234567), LD_IMM64(0, 0x123456788b8a8988),
           ATOMIC(BPF_W, 1, 8, 3, BPF_CMPXCHG), EXIT()),
    WRITES("cmpxchg, 32, other", 0x8b8a8988, 0x8f8e8d8c8b8a8988,
           MOV_K(3, 0x1234567), LD_IMM64(0, 0x123456788b8a8989),
           ATOMIC(BPF_W, 1, 8, 3, BPF_CMPXCHG), EXIT()),
    WRITES("cmpxchg leaves its source", 0xf1234567, 0xf1234567,
           LD_IMM64(3, 0xf1234567), LD_IMM64(0, 0x8f8e8d8c8b8a8988),
           ATOMIC(BPF_DW, 1, 8, 3, BPF_CMPXCHG), MOV_X(0, 3), EXIT()),
};

static int n_failures;

static void
fail(const char *name, const char *engine, const char *what,
     uint64_t expected, uint64_t got)
{
    printf("%s, %s: expected %s 0x%"PRIx64", got 0x%"PRIx64"\n",
           name, engine, what, expected, got);
    n_failures++;
}

static void
env_init(struct okobpf_env *env, const void *mem)
{
    memset(env, 0, sizeof *env);
    env->ctx.data = (uintptr_t) mem;
    env->ctx.data_end = env->ctx.data + MEM_SIZE;
    env->ctx.pkt_len = MEM_SIZE;
    env->ctx.now_ns = UINT64_C(0x123456789);
    env->ctx.slot = 3;
}

static size_t
count_insns(const struct prog_test *t)
{
    size_t n = MAX_INSNS;

    while (n > 0 && !t->insns[n - 1].opcode) {
        n--;
    }
    return n;
}

static void
note_insns(const struct prog_test *t)
{
    size_t n = count_insns(t);

    for (size_t i = 0; i < n; i++) {
        insn_note(&t->insns[i]);
        if (t->insns[i].opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            i++;
        }
    }
}

static void
check_prog(const struct prog_test *t)
{
    for (enum engine engine = 0; engine < N_ENGINES; engine++) {
        const char *name = engine_to_string(engine);
        uint64_t words[MEM_SIZE / 8], want[MEM_SIZE / 8];
        struct okobpf_env env;
        struct okobpf_prog prog;
        uint64_t r0;

        if (!engine_exists(engine)) {
            continue;
        }
        memcpy(words, mem_pattern(), MEM_SIZE);
        memcpy(want, mem_pattern(), MEM_SIZE);
        if (t->mem_ofs >= 0) {
            memcpy((uint8_t *) want + t->mem_ofs, &t->mem_expected, 8);
        }

        env_init(&env, words);
        prog_init(&prog, t->insns, count_insns(t));
        r0 = prog_run(&prog, engine, (uintptr_t) words, MEM_SIZE, &env);
        if (r0 != t->expected) {
            fail(t->name, name, "r0", t->expected, r0);
        }
        for (int i = 0; i < MEM_SIZE / 8; i++) {
            if (words[i] != want[i]) {
                fail(t->name, name, "in memory", want[i], words[i]);
            }
        }
    }
}

int
main(void)
{
    for (size_t i = 0; i < N_ELEMS(tests); i++) {
        check_prog(&tests[i]);
        note_insns(&tests[i]);
    }

    n_failures += insn_print_missing(false);
    printf("jit-progs-test: %zu programs, %d failures\n",
           N_ELEMS(tests), n_failures);
    return n_failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
