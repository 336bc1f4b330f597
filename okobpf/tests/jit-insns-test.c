/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Tests of arithmetic and jump instructions, in all engines.
 *
 * What is expected was written down from RFC 9669, not taken from an engine.
 * Each vector runs with every pair of registers as its operands, since some
 * of them have special roles in machine instructions, and with an immediate
 * operand where that can express it.  All registers are checked, not only the
 * result. */

#include "insn-table.h"
#include "jit-testlib.h"

#define N_GENERAL 10            /* r0 to r9. */

struct vector {
    uint8_t opcode;             /* Without the source bit. */
    int16_t offset;
    uint64_t a, b;
    uint64_t expected;
};

#define A64(OP, A, B, EXPECTED)                                         \
    { BPF_ALU64 | BPF_##OP, 0, UINT64_C(A), UINT64_C(B), UINT64_C(EXPECTED) }
#define A32(OP, A, B, EXPECTED)                                         \
    { BPF_ALU | BPF_##OP, 0, UINT64_C(A), UINT64_C(B), UINT64_C(EXPECTED) }
#define S64(OP, A, B, EXPECTED)                                         \
    { BPF_ALU64 | BPF_##OP, 1, UINT64_C(A), UINT64_C(B), UINT64_C(EXPECTED) }
#define S32(OP, A, B, EXPECTED)                                         \
    { BPF_ALU | BPF_##OP, 1, UINT64_C(A), UINT64_C(B), UINT64_C(EXPECTED) }

/* Operations with two operands. */
static const struct vector binary[] = {
    A64(ADD, 1, 2, 3),
    A64(ADD, 0xffffffffffffffff, 1, 0),
    A64(ADD, 0xffffffff, 1, 0x100000000),
    A64(ADD, 5, 0xffffffffffffff80, 0xffffffffffffff85),
    A64(ADD, 5, 0xffffffff80000000, 0xffffffff80000005),
    A64(ADD, 0x7fffffffffffffff, 0x7f, 0x800000000000007e),
    A64(ADD, 0x1000, 0x80, 0x1080),
    A32(ADD, 1, 2, 3),
    A32(ADD, 0xffffffff, 1, 0),
    A32(ADD, 0x1234567800000001, 0xffffffff80000000, 0x80000001),
    A32(ADD, 0xabcdef01ffffffff, 0xffffffffffffffff, 0xfffffffe),

    A64(SUB, 3, 5, 0xfffffffffffffffe),
    A64(SUB, 0, 0xffffffff80000000, 0x80000000),
    A64(SUB, 0x100000000, 1, 0xffffffff),
    A32(SUB, 3, 5, 0xfffffffe),
    A32(SUB, 0x100000000, 1, 0xffffffff),
    A32(SUB, 0, 0xffffffff80000000, 0x80000000),

    A64(MUL, 6, 7, 42),
    A64(MUL, 0x100000001, 0x100000001, 0x200000001),
    A64(MUL, 0xffffffffffffffff, 0xffffffffffffffff, 1),
    A64(MUL, 0x123456789, 0x7fffffff, 0x91a2b3c35cba9877),
    A64(MUL, 3, 0xffffffffffffff80, 0xfffffffffffffe80),
    A32(MUL, 0xffffffff, 0xffffffff, 1),
    A32(MUL, 0x5a5a5a5a00010001, 0x10001, 0x20001),
    A32(MUL, 0x80000001, 3, 0x80000003),

    A64(DIV, 42, 7, 6),
    A64(DIV, 43, 7, 6),
    A64(DIV, 0xffffffffffffffff, 2, 0x7fffffffffffffff),
    A64(DIV, 0xffffffffffffffff, 1, 0xffffffffffffffff),
    A64(DIV, 0xffffffffffffffff, 0xffffffffffffffff, 1),
    A64(DIV, 0xfffffffffffffffe, 0xffffffffffffffff, 0),
    A64(DIV, 0xffffffffffffffff, 10, 0x1999999999999999),
    A64(DIV, 0xfffffffffffffffa, 10, 0x1999999999999999),
    A64(DIV, 0xfffffffffffffff9, 10, 0x1999999999999998),
    A64(DIV, 0xffffffffffffffff, 3, 0x5555555555555555),
    A64(DIV, 0xffffffffffffffff, 7, 0x2492492492492492),
    A64(DIV, 0xfffffffffffffffe, 7, 0x2492492492492492),
    A64(DIV, 0xfffffffffffffffd, 7, 0x2492492492492491),
    A64(DIV, 0xffffffffffffffff, 1000000000, 0x44b82fa09),
    A64(DIV, 0xffffffffffffffff, 0x7fffffff, 0x200000004),
    A64(DIV, 0xffffffffffffffff, 0x40000000, 0x3ffffffff),
    A64(DIV, 0xffffffffffffffff, 0xffffffff80000000, 1),
    A64(DIV, 0xffffffff7fffffff, 0xffffffff80000000, 0),
    A64(DIV, 0x123456789abcdef0, 0x123456789, 0x10000000),
    A64(DIV, 5, 0, 0),
    A64(DIV, 0, 5, 0),
    A64(DIV, 0x8000000000000000, 0xffffffffffffffff, 0),
    A32(DIV, 43, 7, 6),
    A32(DIV, 0xdeadbeef0000002b, 7, 6),
    A32(DIV, 0xffffffff, 2, 0x7fffffff),
    A32(DIV, 0xffffffffffffffff, 1, 0xffffffff),
    A32(DIV, 0xffffffff, 10, 0x19999999),
    A32(DIV, 0xfffffffa, 10, 0x19999999),
    A32(DIV, 0xfffffff9, 10, 0x19999998),
    A32(DIV, 0xffffffff, 3, 0x55555555),
    A32(DIV, 0xffffffff, 7, 0x24924924),
    A32(DIV, 0xfffffffb, 7, 0x24924923),
    A32(DIV, 0xffffffff, 0x7fffffff, 2),
    A32(DIV, 0xffffffff, 0xffffffff80000000, 1),
    A32(DIV, 0x7fffffff, 0xffffffff80000000, 0),
    A32(DIV, 0xffffffff, 0xffffffff80000001, 1),
    A32(DIV, 0x80000000, 0xffffffff80000001, 0),
    A32(DIV, 0xffffffff, 0xffffffffffffffff, 1),
    A32(DIV, 0xfffffffe, 0xffffffffffffffff, 0),
    A32(DIV, 0x700000005, 0, 0),
    A32(DIV, 5, 0x100000000, 0),

    S64(DIV, 43, 7, 6),
    S64(DIV, 0xffffffffffffffd5, 7, 0xfffffffffffffffa),
    S64(DIV, 43, 0xfffffffffffffff9, 0xfffffffffffffffa),
    S64(DIV, 0xffffffffffffffd5, 0xfffffffffffffff9, 6),
    S64(DIV, 0x8000000000000000, 0xffffffffffffffff, 0x8000000000000000),
    S64(DIV, 5, 0xffffffffffffffff, 0xfffffffffffffffb),
    S64(DIV, 0x8000000000000000, 1, 0x8000000000000000),
    S64(DIV, 0x8000000000000000, 2, 0xc000000000000000),
    S64(DIV, 0xfffffffffffffff9, 4, 0xffffffffffffffff),
    S64(DIV, 0x8000000000000000, 0x8000000000000000, 1),
    S64(DIV, 0xffffffffffffff00, 0, 0),
    S32(DIV, 0xffffffd5, 7, 0xfffffffa),
    S32(DIV, 0x12345678ffffffd5, 7, 0xfffffffa),
    S32(DIV, 43, 0xfffffffffffffff9, 0xfffffffa),
    S32(DIV, 0x80000000, 0xffffffffffffffff, 0x80000000),
    S32(DIV, 0x980000000, 0xffffffff, 0x80000000),
    S32(DIV, 0x500000005, 0xffffffffffffffff, 0xfffffffb),
    S32(DIV, 0xffffffff80000000, 1, 0x80000000),
    S32(DIV, 0x80000000, 0xffffffff80000000, 1),
    S32(DIV, 0xffffffffffffff00, 0, 0),

    A64(MOD, 43, 7, 1),
    A64(MOD, 0xffffffffffffffff, 10, 5),
    A64(MOD, 0xffffffffffffffff, 1000000007, 582344007),
    A64(MOD, 0xffffffffffffffff, 16, 15),
    A64(MOD, 0xffffffffffffffff, 1, 0),
    A64(MOD, 0x8000000000000001, 0xffffffffffffffff, 0x8000000000000001),
    A64(MOD, 0xffffffffffffffff, 0xffffffff80000000, 0x7fffffff),
    A64(MOD, 0x123456789abcdef0, 0, 0x123456789abcdef0),
    A32(MOD, 43, 7, 1),
    A32(MOD, 0x10000002b, 7, 1),
    A32(MOD, 0xffffffffffffffff, 10, 5),
    A32(MOD, 0xffffffffffffffff, 0x10000, 0xffff),
    A32(MOD, 0xffffffff, 0xffffffff80000000, 0x7fffffff),
    A32(MOD, 0xffffffff, 0xffffffff80000001, 0x7ffffffe),
    A32(MOD, 0xffffffff, 0xfffffffe, 1),
    A32(MOD, 0x123456789abcdef0, 0, 0x9abcdef0),
    A32(MOD, 0x123456789abcdef0, 1, 0),

    S64(MOD, 0xffffffffffffffd5, 7, 0xffffffffffffffff),
    S64(MOD, 43, 0xfffffffffffffff9, 1),
    S64(MOD, 0x8000000000000000, 0xffffffffffffffff, 0),
    S64(MOD, 0x8000000000000000, 1, 0),
    S64(MOD, 0xffffffffffffff00, 0, 0xffffffffffffff00),
    S64(MOD, 0xfffffffffffffff9, 4, 0xfffffffffffffffd),
    S32(MOD, 0xffffffd5, 7, 0xffffffff),
    S32(MOD, 0x7f0000002b, 0xfffffffffffffff9, 1),
    S32(MOD, 0x80000000, 0xffffffffffffffff, 0),
    S32(MOD, 0xffffffffffffff00, 0, 0xffffff00),

    A64(OR, 0xf0f0f0f0f0f0f0f0, 0x0f, 0xf0f0f0f0f0f0f0ff),
    A64(OR, 0xf0, 0xffffffff80000000, 0xffffffff800000f0),
    A64(OR, 0, 0x7fffffff, 0x7fffffff),
    A32(OR, 0xf0f0f0f0f0f0f0f0, 0x0f, 0xf0f0f0ff),
    A32(OR, 0, 0xffffffff80000000, 0x80000000),

    A64(AND, 0xffffffffffffffff, 0xff, 0xff),
    A64(AND, 0x123456789abcdef0, 0xffff, 0xdef0),
    A64(AND, 0x123456789abcdef0, 0x7f, 0x70),
    A64(AND, 0x123456789abcdef0, 0x7fffffff, 0x1abcdef0),
    A64(AND, 0x123456789abcdef0, 0xffffffff80000000, 0x1234567880000000),
    A64(AND, 0x123456789abcdef0, 0xfffffffffffffff0, 0x123456789abcdef0),
    A32(AND, 0x123456789abcdef0, 0xfffffffffffffff0, 0x9abcdef0),
    A32(AND, 0x123456789abcdef0, 0xff, 0xf0),
    A32(AND, 0x123456789abcdef0, 0xffff, 0xdef0),
    A32(AND, 0x123456789abcdef0, 0xffffffff80000000, 0x80000000),

    A64(XOR, 0xffff0000ffff0000, 0xffffffffffffffff, 0xffff0000ffff),
    A64(XOR, 0x5555, 0x7fff, 0x2aaa),
    A32(XOR, 0xffff0000ffff0000, 0xffffffffffffffff, 0xffff),
    A32(XOR, 0x500000000, 0, 0),

    A64(LSH, 1, 63, 0x8000000000000000),
    A64(LSH, 0x123456789abcdef0, 0, 0x123456789abcdef0),
    A64(LSH, 0x123456789abcdef0, 1, 0x2468acf13579bde0),
    A64(LSH, 0x123456789abcdef0, 32, 0x9abcdef000000000),
    A64(LSH, 3, 64, 3),
    A64(LSH, 3, 65, 6),
    A64(LSH, 3, 0xffffffffffffffff, 0x8000000000000000),
    A32(LSH, 1, 31, 0x80000000),
    A32(LSH, 0x123456789abcdef0, 0, 0x9abcdef0),
    A32(LSH, 0x123456789abcdef0, 32, 0x9abcdef0),
    A32(LSH, 0x123456789abcdef0, 33, 0x3579bde0),
    A32(LSH, 0x123456789abcdef0, 4, 0xabcdef00),

    A64(RSH, 0x8000000000000000, 63, 1),
    A64(RSH, 0x123456789abcdef0, 0, 0x123456789abcdef0),
    A64(RSH, 0x123456789abcdef0, 4, 0x123456789abcdef),
    A64(RSH, 0x8000000000000000, 64, 0x8000000000000000),
    A64(RSH, 0x8000000000000000, 0xffffffffffffffff, 1),
    A32(RSH, 0xffffffff80000000, 31, 1),
    A32(RSH, 0x123456789abcdef0, 0, 0x9abcdef0),
    A32(RSH, 0x123456789abcdef0, 32, 0x9abcdef0),
    A32(RSH, 0x123456789abcdef0, 36, 0x9abcdef),

    A64(ARSH, 0x8000000000000000, 63, 0xffffffffffffffff),
    A64(ARSH, 0x8000000000000000, 64, 0x8000000000000000),
    A64(ARSH, 0x7000000000000000, 60, 7),
    A64(ARSH, 0xf123456789abcdef, 4, 0xff123456789abcde),
    A32(ARSH, 0x80000000, 31, 0xffffffff),
    A32(ARSH, 0x123456789abcdef0, 0, 0x9abcdef0),
    A32(ARSH, 0x123456789abcdef0, 4, 0xf9abcdef),
    A32(ARSH, 0xffffffff70000000, 28, 7),
    A32(ARSH, 0xffffffff70000000, 60, 7),

    A64(MOV, 1, 0x7fffffff, 0x7fffffff),
    A64(MOV, 1, 0xffffffff80000000, 0xffffffff80000000),
    A64(MOV, 1, 0xffffffffffffffff, 0xffffffffffffffff),
    A64(MOV, 1, 0, 0),
    A64(MOV, 1, 0x123456789abcdef0, 0x123456789abcdef0),
    A32(MOV, 0x123456789abcdef0, 0xffffffff80000000, 0x80000000),
    A32(MOV, 0x123456789abcdef0, 0xffffffffffffffff, 0xffffffff),
    A32(MOV, 0x123456789abcdef0, 0, 0),
    A32(MOV, 1, 0x123456789abcdef0, 0x9abcdef0),
};

/* Sign-extending moves: register operand only. */
#define MOVSX64(BITS, B, EXPECTED)                                      \
    { BPF_ALU64 | BPF_MOV, BITS, UINT64_C(B), UINT64_C(B), UINT64_C(EXPECTED) }
#define MOVSX32(BITS, B, EXPECTED)                                      \
    { BPF_ALU | BPF_MOV, BITS, UINT64_C(B), UINT64_C(B), UINT64_C(EXPECTED) }
static const struct vector movsx[] = {
    MOVSX64(8, 0x80, 0xffffffffffffff80),
    MOVSX64(8, 0x123456789abcde7f, 0x7f),
    MOVSX64(16, 0x8000, 0xffffffffffff8000),
    MOVSX64(16, 0x123456789abc7ef0, 0x7ef0),
    MOVSX64(32, 0x80000000, 0xffffffff80000000),
    MOVSX64(32, 0x123456787abcdef0, 0x7abcdef0),
    MOVSX32(8, 0x80, 0xffffff80),
    MOVSX32(8, 0xffffffffffffff7f, 0x7f),
    MOVSX32(16, 0x8000, 0xffff8000),
    MOVSX32(16, 0xffffffffffff7fff, 0x7fff),
};

/* Operations with one operand.  'b' is the immediate. */
#define END_LE(BITS, A, EXPECTED)                                       \
    { BPF_ALU | BPF_END | BPF_K, 0, UINT64_C(A), BITS, UINT64_C(EXPECTED) }
#define END_BE(BITS, A, EXPECTED)                                       \
    { BPF_ALU | BPF_END | BPF_X, 0, UINT64_C(A), BITS, UINT64_C(EXPECTED) }
#define SWAP(BITS, A, EXPECTED)                                         \
    { BPF_ALU64 | BPF_END | BPF_K, 0, UINT64_C(A), BITS, UINT64_C(EXPECTED) }
static const struct vector unary[] = {
    A64(NEG, 1, 0, 0xffffffffffffffff),
    A64(NEG, 0, 0, 0),
    A64(NEG, 0x8000000000000000, 0, 0x8000000000000000),
    A32(NEG, 0xffffffff00000001, 0, 0xffffffff),
    A32(NEG, 0xffffffff00000000, 0, 0),
    A32(NEG, 0x80000000, 0, 0x80000000),
    END_LE(16, 0x0123456789abcdef, 0xcdef),
    END_LE(32, 0x0123456789abcdef, 0x89abcdef),
    END_LE(64, 0x0123456789abcdef, 0x0123456789abcdef),
    END_BE(16, 0x0123456789abcdef, 0xefcd),
    END_BE(32, 0x0123456789abcdef, 0xefcdab89),
    END_BE(64, 0x0123456789abcdef, 0xefcdab8967452301),
    SWAP(16, 0x0123456789abcdef, 0xefcd),
    SWAP(32, 0x0123456789abcdef, 0xefcdab89),
    SWAP(64, 0x0123456789abcdef, 0xefcdab8967452301),
};

static unsigned int n_checks, n_failures;

/* Value of register 'reg' unless it is an operand: different in all bytes. */
static uint64_t
canary(int reg)
{
    return UINT64_C(0x8796a5b4c3d2e1f0) + reg * UINT64_C(0x0101010101010101);
}

/* Runs 'insn' on registers with the canaries, except 'dst' with 'a' and, if it
 * is another, 'src' with 'b', and checks that all end up as they were but for
 * 'dst', which must become 'expected'.  A conditional jump must have the
 * offset 1 and skips an instruction that increments r0. */
static void
check_insn(struct bpf_insn insn, uint64_t a, uint64_t b, uint64_t expected)
{
    uint64_t out[N_GENERAL];
    struct bpf_insn insns[64];
    int dst = bpf_dst(&insn);
    int src = bpf_src(&insn);
    int class = BPF_CLASS(insn.opcode);
    bool jump = class == BPF_JMP || class == BPF_JMP32;
    bool reg = (BPF_SOURCE(insn.opcode)
                && (jump || BPF_OP(insn.opcode) != BPF_END));
    size_t n = 0;

    insn_note(&insn);
    for (int i = 0; i < N_GENERAL; i++) {
        uint64_t x = i == dst ? a : i == src && reg ? b : canary(i);
        struct bpf_insn load[] = { LD_IMM64(i, x) };

        insns[n++] = load[0];
        insns[n++] = load[1];
    }
    insns[n++] = insn;
    if (jump) {
        insns[n++] = ALU64_K(BPF_ADD, 0, 1);
    }

    /* Put all registers where the test finds them, by way of the stack. */
    for (int i = 0; i < N_GENERAL; i++) {
        insns[n++] = STX(BPF_DW, 10, -8 * (i + 1), i);
    }
    struct bpf_insn load[] = { LD_PTR(1, out) };
    insns[n++] = load[0];
    insns[n++] = load[1];
    for (int i = 0; i < N_GENERAL; i++) {
        insns[n++] = LDX(BPF_DW, 2, 10, -8 * (i + 1));
        insns[n++] = STX(BPF_DW, 1, 8 * i, 2);
    }
    insns[n++] = EXIT();

    for (enum engine engine = 0; engine < N_ENGINES; engine++) {
        struct okobpf_env env = { .prog = NULL };
        struct okobpf_prog prog;

        if (!engine_exists(engine)) {
            continue;
        }
        memset(out, 0x55, sizeof out);
        prog_init(&prog, insns, n);
        prog_run(&prog, engine, 0, 0, &env);
        for (int i = 0; i < N_GENERAL; i++) {
            uint64_t want = i == dst ? a : i == src && reg ? b : canary(i);

            if (jump) {
                want += !i && !expected;
            } else if (i == dst) {
                want = expected;
            }
            n_checks++;
            if (out[i] != want) {
                char text[128];

                okobpf_disasm(&insn, 1, 0, text, sizeof text);
                printf("%s: %s (0x%02x, offset %d) with r%d 0x%"PRIx64", "
                       "operand 0x%"PRIx64": expected r%d 0x%"PRIx64", got "
                       "0x%"PRIx64"\n",
                       engine_to_string(engine), text, insn.opcode,
                       insn.offset, dst, a, b, i, want, out[i]);
                n_failures++;
            }
        }
    }
}

static bool
fits_imm(uint64_t x)
{
    return x == (uint64_t) (int64_t) (int32_t) x;
}

/* Checks 'v' with a register as its second operand. */
static void
check_with_registers(const struct vector *v)
{
    for (int dst = 0; dst < N_GENERAL; dst++) {
        for (int src = 0; src < N_GENERAL; src++) {
            if (src != dst || v->a == v->b) {
                check_insn(INSN(v->opcode | BPF_X, dst, src, v->offset, 0),
                           v->a, v->b, v->expected);
            }
        }
    }
}

/* Checks 'v' with an immediate second operand. */
static void
check_with_immediate(const struct vector *v)
{
    for (int dst = 0; dst < N_GENERAL; dst++) {
        check_insn(INSN(v->opcode, dst, 0, v->offset, (int32_t) v->b),
                   v->a, v->b, v->expected);
    }
}

/* Jumps: 'taken' has a bit for each operation, in the order of 'jumps'. */
static const uint8_t jumps[] = {
    BPF_JEQ, BPF_JNE, BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE,
    BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE, BPF_JSET,
};
static const struct {
    uint64_t a, b;
    const char *taken64;        /* For each of 'jumps': '1' if taken. */
    const char *taken32;
} comparisons[] = {
    { 0, 0,
      "10010101010", "10010101010" },
    { 1, 1,
      "10010101011", "10010101011" },
    { 1, 2,
      "01001100110", "01001100110" },
    { 3, 2,
      "01110011001", "01110011001" },
    { 0, UINT64_MAX,            /* Unsigned less, signed greater. */
      "01001111000", "01001111000" },
    { UINT64_MAX, 0,
      "01110000110", "01110000110" },
    { UINT64_MAX, UINT64_MAX,
      "10010101011", "10010101011" },
    { UINT64_MAX, 1,
      "01110000111", "01110000111" },
    { INT32_MAX, UINT64_C(0xffffffff80000000),
      "01001111000", "01001111000" },
    { UINT64_C(0x80000000), INT32_MAX,
      "01110011000", "01110000110" },
    { UINT64_C(0x100000000), 0,
      "01110011000", "10010101010" },
    { UINT64_C(0x100000000), UINT64_MAX,
      "01001111001", "01001111000" },
    { 0x100, UINT64_C(0xffffffffffffff80),
      "01001111001", "01001111001" },
    { UINT64_C(0x100000005), 5,
      "01110011001", "10010101011" },
    { UINT64_C(0xffffffff00000001), 2,
      "01110000110", "01001100110" },
    { UINT64_C(0x8000000000000000), UINT64_C(0x7fffffffffffffff),
      "01110000110", "01001111000" },
    { UINT64_C(0x1234567800000080), 0x80,
      "01110011001", "10010101011" },
    { UINT64_C(0x1234567800008000), 0x8000,
      "01110011001", "10010101011" },
    { UINT64_C(0x1234567800000100), 0xff,
      "01110011000", "01110011000" },
    { UINT64_C(0x8000000000000000), UINT64_C(0xffffffff80000000),
      "01001100111", "01001111000" },
    { UINT64_C(0x8000000000000001), 0x7fffffff,
      "01110000111", "01001100111" },
};

static void
check_jumps(void)
{
    for (size_t i = 0; i < N_ELEMS(comparisons); i++) {
        for (size_t j = 0; j < N_ELEMS(jumps); j++) {
            struct vector v[2] = {
                { BPF_JMP | jumps[j], 1, comparisons[i].a, comparisons[i].b,
                  comparisons[i].taken64[j] == '1' },
                { BPF_JMP32 | jumps[j], 1, comparisons[i].a, comparisons[i].b,
                  comparisons[i].taken32[j] == '1' },
            };
            for (int k = 0; k < 2; k++) {
                check_with_registers(&v[k]);
                if (fits_imm(v[k].b)) {
                    check_with_immediate(&v[k]);
                }
            }
        }
    }
}

int
main(void)
{
    for (size_t i = 0; i < N_ELEMS(binary); i++) {
        check_with_registers(&binary[i]);
        if (fits_imm(binary[i].b)) {
            check_with_immediate(&binary[i]);
        }
    }
    for (size_t i = 0; i < N_ELEMS(movsx); i++) {
        check_with_registers(&movsx[i]);
    }
    for (size_t i = 0; i < N_ELEMS(unary); i++) {
        check_with_immediate(&unary[i]);
    }
    check_jumps();

    n_failures += insn_print_missing(true);
    printf("jit-insns-test: %u checks, %u failures\n", n_checks, n_failures);
    return n_failures || !n_checks ? EXIT_FAILURE : EXIT_SUCCESS;
}
