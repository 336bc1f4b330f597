/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The steps that do several instructions at once, or take operands from the
 * accumulator, against the interpreter of the tests, which does neither. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "oracle.h"
#include "random.h"
#include "testlib.h"

#define N_ROUNDS 30000
#define MAX_INSNS 200
#define N_SLOTS 8               /* Of 8 bytes each, on the stack. */

/* A program in the making. */
struct maker {
    struct bpf_insn insns[MAX_INSNS];
    uint32_t n;
    struct random random;
};

static uint32_t
pick(struct maker *m, uint32_t n)
{
    return random_below(&m->random, n);
}

static void
emit(struct maker *m, int opcode, int dst, int src, int offset, int32_t imm)
{
    assert_true(m->n < MAX_INSNS);
    m->insns[m->n++] = (struct bpf_insn) {
        .opcode = opcode,
        .regs = dst | src << 4,
        .offset = offset,
        .imm = imm,
    };
}

static void
emit_wide(struct maker *m, int dst, uint64_t imm)
{
    emit(m, BPF_LD | BPF_IMM | BPF_DW, dst, 0, 0, (uint32_t) imm);
    emit(m, 0, 0, 0, 0, imm >> 32);
}

/* Of few registers, so that they meet. */
static int
pick_reg(struct maker *m)
{
    return 2 + pick(m, 4);
}

/* Small numbers, and some that show how they are extended. */
static int32_t
pick_imm(struct maker *m)
{
    static const int32_t imms[] = {
        0, 1, -1, 7, 8, 16, 31, 32, 33, 63, 64, 255, 65535, INT32_MIN,
        INT32_MAX, 0x12345678,
    };

    return imms[pick(m, sizeof imms / sizeof imms[0])];
}

static int
pick_stack(struct maker *m)
{
    return -8 * (1 + (int) pick(m, N_SLOTS));
}

static int
pick_cond(struct maker *m)
{
    static const uint8_t conds[] = {
        BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET, BPF_JNE, BPF_JSGT, BPF_JSGE,
        BPF_JLT, BPF_JLE, BPF_JSLT, BPF_JSLE,
    };

    return conds[pick(m, sizeof conds / sizeof conds[0])];
}

static void
emit_alu(struct maker *m, int class, int dst)
{
    static const uint8_t ops[] = {
        BPF_ADD, BPF_SUB, BPF_MUL, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH,
        BPF_XOR, BPF_ARSH, BPF_DIV, BPF_MOD, BPF_MOV,
    };
    int op = ops[pick(m, sizeof ops / sizeof ops[0])];

    if (pick(m, 2)) {
        emit(m, class | op | BPF_X, dst, pick_reg(m), 0, 0);
    } else {
        emit(m, class | op | BPF_K, dst, 0, 0, pick_imm(m));
    }
}

static int
pick_class(struct maker *m)
{
    return pick(m, 4) ? BPF_ALU64 : BPF_ALU;
}

/* Emits what the interpreter may do at once, or what looks like it. */
static void
emit_sequence(struct maker *m)
{
    static const uint8_t sizes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };
    int size = sizes[pick(m, 4)];
    int offset = pick_stack(m);
    int dst = pick_reg(m);

    switch (pick(m, 9)) {
    case 0:                     /* Move and compute. */
        emit(m, BPF_ALU64 | BPF_MOV | BPF_X, dst, pick_reg(m), 0, 0);
        emit_alu(m, pick_class(m), pick(m, 4) ? dst : pick_reg(m));
        break;
    case 1:                     /* Extend. */
        emit(m, BPF_ALU64 | BPF_LSH | BPF_K, dst, 0, 0,
             pick(m, 4) ? 32 : 16);
        emit(m, BPF_ALU64 | (pick(m, 2) ? BPF_RSH : BPF_ARSH) | BPF_K, dst, 0,
             0, pick(m, 4) ? 32 : 16);
        break;
    case 2:                     /* Load and swap. */
        emit(m, BPF_LDX | BPF_MEM | size, dst, 10, offset, 0);
        emit(m, BPF_ALU | BPF_END | (pick(m, 4) ? BPF_X : BPF_K),
             pick(m, 4) ? dst : pick_reg(m), 0, 0, 16 << pick(m, 3));
        break;
    case 3:                     /* Load and compare, over one or two. */
        emit(m, BPF_ST | BPF_MEM | size, 10, 0, offset, pick_imm(m));
        emit(m, BPF_LDX | BPF_MEM | size, dst, 10, offset, 0);
        emit(m, (pick(m, 2) ? BPF_JMP : BPF_JMP32) | pick_cond(m) | BPF_K,
             pick(m, 4) ? dst : pick_reg(m), 0, 1 + pick(m, 2), pick_imm(m));
        emit_alu(m, pick_class(m), pick_reg(m));
        emit_alu(m, pick_class(m), pick_reg(m));
        break;
    case 4:                     /* Count. */
        emit(m, BPF_LDX | BPF_MEM | size, dst, 10, offset, 0);
        emit(m, pick_class(m) | BPF_ADD | BPF_K, dst, 0, 0, pick_imm(m));
        emit(m, BPF_STX | BPF_MEM | (pick(m, 4) ? size : BPF_W), 10, dst,
             pick(m, 4) ? offset : pick_stack(m), 0);
        break;
    case 5:                     /* Select. */
        if (pick(m, 2)) {
            emit(m, BPF_JMP | pick_cond(m) | BPF_X, dst, pick_reg(m), 1, 0);
        } else {
            emit(m, BPF_JMP | pick_cond(m) | BPF_K, dst, 0, 1, pick_imm(m));
        }
        emit(m, pick_class(m) | BPF_MOV | (pick(m, 2) ? BPF_X : BPF_K),
             pick_reg(m), 0, 0, 0);
        if (BPF_SOURCE(m->insns[m->n - 1].opcode) == BPF_X) {
            m->insns[m->n - 1].regs |= pick_reg(m) << 4;
        } else {
            m->insns[m->n - 1].imm = pick_imm(m);
        }
        break;
    case 6:                     /* Constants go between. */
        emit_wide(m, dst, (uint64_t) pick_imm(m) << 20 | 5);
        break;
    case 7:
        emit(m, BPF_STX | BPF_MEM | size, 10, dst, offset, 0);
        break;
    default:
        emit_alu(m, pick_class(m), dst);
        break;
    }
}

/* Emits a program that returns a digest of all it has computed. */
static void
make_program(struct maker *m)
{
    uint32_t start;

    m->n = 0;
    for (int reg = 2; reg <= 5; reg++) {
        emit_wide(m, reg, (uint64_t) pick(m, UINT32_MAX) << pick(m, 40));
    }
    for (int i = 1; i <= N_SLOTS; i++) {
        emit(m, BPF_STX | BPF_MEM | BPF_DW, 10, 2 + i % 4, -8 * i, 0);
    }
    start = m->n;
    while (m->n < MAX_INSNS - 40) {
        emit_sequence(m);
    }

    /* Jumps into the midst of sequences, too: all forward, and not to the
     * second slots of constants. */
    for (int i = 0; i < 6; i++) {
        uint32_t at = start + pick(m, m->n - start - 12);
        uint32_t over = 1 + pick(m, 8);
        struct bpf_insn *insn = &m->insns[at];

        if (BPF_CLASS(insn->opcode) == BPF_ALU64
            && m->insns[at + over].opcode != (BPF_LD | BPF_IMM | BPF_DW)) {
            *insn = (struct bpf_insn) {
                .opcode = BPF_JMP | BPF_JGT | BPF_X,
                .regs = pick_reg(m) | pick_reg(m) << 4,
                .offset = over,
            };
        }
    }

    emit(m, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
    for (int i = 1; i <= N_SLOTS; i++) {
        emit(m, BPF_LDX | BPF_MEM | BPF_DW, 6, 10, -8 * i, 0);
        emit(m, BPF_ALU64 | BPF_MUL | BPF_K, 0, 0, 0, 31);
        emit(m, BPF_ALU64 | BPF_ADD | BPF_X, 0, 6, 0, 0);
    }
    for (int reg = 2; reg <= 5; reg++) {
        emit(m, BPF_ALU64 | BPF_MUL | BPF_K, 0, 0, 0, 31);
        emit(m, BPF_ALU64 | BPF_ADD | BPF_X, 0, reg, 0, 0);
    }
    emit(m, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void
print_program(const struct maker *m)
{
    for (uint32_t i = 0; i < m->n; i++) {
        char text[96];

        okobpf_disasm(m->insns, m->n, i, text, sizeof text);
        print_error("%4"PRIu32": %s\n", i, text);
        i += m->insns[i].opcode == (BPF_LD | BPF_IMM | BPF_DW);
    }
}

static void
test_fused_steps(void **state)
{
    struct maker maker = { .random = { 4711 } };

    (void) state;
    for (int round = 0; round < N_ROUNDS; round++) {
        struct okobpf_env env = { .ctx.pkt_len = 0 };
        struct okobpf_prog prog = { .info.abi = OKOBPF_ABI_PACKET };
        uint64_t expected, got;
        struct oracle oracle;

        make_program(&maker);
        prog.code = maker.insns;
        prog.info.n_insns = maker.n;
        env.prog = &prog;

        oracle_init(&oracle, &prog, &env, 10 * MAX_INSNS);
        expected = interpret_checked(&prog, 0, 0, &env, &oracle);
        if (oracle.trapped) {
            print_program(&maker);
            fail_msg("round %d: %s", round, oracle.trap);
        }
        oracle_uninit(&oracle);

        got = okobpf_interpret(&prog, 0, 0, &env);
        if (got != expected) {
            print_program(&maker);
            fail_msg("round %d: expected %#"PRIx64", got %#"PRIx64, round,
                     expected, got);
        }
    }
}

/* What may not be run must not be taken for an address. */
static void
test_jump_into_constant(void **state)
{
    struct bpf_insn insns[] = {
        { .opcode = BPF_JMP | BPF_JA, .offset = 1 },
        { .opcode = BPF_LD | BPF_IMM | BPF_DW, .imm = 0x41414141 },
        { .imm = 0x41414141 },
        { .opcode = BPF_JMP | BPF_EXIT },
    };
    struct okobpf_env env = { .ctx.pkt_len = 0 };
    struct okobpf_prog prog = {
        .info.n_insns = sizeof insns / sizeof insns[0],
        .code = insns,
    };

    (void) state;
    assert_int_equal(okobpf_interpret(&prog, 0, 0, &env), 0);

    /* A constant that ends with the program. */
    insns[1].opcode = BPF_JMP | BPF_EXIT;
    insns[3].opcode = BPF_LD | BPF_IMM | BPF_DW;
    insns[0].offset = 2;
    assert_int_equal(okobpf_interpret(&prog, 0, 0, &env), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fused_steps),
        cmocka_unit_test(test_jump_into_constant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
