/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Tests that the engines know the instructions of RFC 9669, all of them and no
 * others. */

#include "insn-table.h"
#include "jit-testlib.h"

enum { PROG_LEN = 6 };

/* Writes a program to 'insns' that has 'insn' in it and whatever that needs to
 * be legal.  It yields 1 unless the engine stops at 'insn'. */
static void
surround(struct bpf_insn insn, struct bpf_insn insns[PROG_LEN])
{
    bool is_wide = insn.opcode == (BPF_LD | BPF_IMM | BPF_DW);

    if (insn.opcode == (BPF_JMP | BPF_CALL)) {
        /* The function at the end, or the time. */
        insn.imm = (bpf_src(&insn) == BPF_CALL_LOCAL ? 2
                    : HELPER_TIME_GET_NS);
    }
    insns[0] = MOV_K(0, 0);
    insns[1] = insn;
    insns[2] = is_wide ? INSN(0, 0, 0, 0, 0) : MOV_K(0, 1);
    insns[3] = EXIT();
    insns[4] = MOV_K(0, 1);
    insns[5] = EXIT();
}

static struct bpf_insn
insn_from_kind(const struct insn_kind *kind)
{
    return INSN(kind->opcode, 0, kind->by == BY_SRC ? kind->value : 0,
                kind->by == BY_OFFSET ? kind->value : 0,
                kind->by == BY_IMM ? kind->value : 0);
}

#ifdef OKOBPF_HAVE_JIT
static bool
compiles(struct bpf_insn insn)
{
    struct bpf_insn insns[PROG_LEN];
    struct okobpf_prog prog;
    bool ok;

    surround(insn, insns);
    prog_init(&prog, insns, PROG_LEN);
    ok = okobpf_jit_compile(&prog);
    okobpf_jit_free(&prog);
    return ok;
}

/* Every legal instruction is translated, and no other. */
static void
test_jit(void)
{
    static const int32_t values[] = {
        0, 1, 2, 3, 7, 8, 16, 24, 32, 48, 64, 128, -1, -8, -16,
        0x41, 0x51, 0xa1, 0xe0, 0xe1, 0xf0, 0xf1, 0x100,
    };

    for (int i = 0; i < n_insn_kinds; i++) {
        check(compiles(insn_from_kind(&insn_kinds[i])),
              "expected that the JIT knows %s (0x%02x)", insn_kinds[i].name,
              insn_kinds[i].opcode);
    }
    for (int opcode = 0; opcode < 256; opcode++) {
        for (size_t i = 0; i < N_ELEMS(values) * 3; i++) {
            int32_t value = values[i / 3];
            struct bpf_insn insn = (
                i % 3 == 0 ? INSN(opcode, 0, value & 0xf, 0, 0)
                : i % 3 == 1 ? INSN(opcode, 0, 0, value, 0)
                : INSN(opcode, 0, 0, 0, value));

            /* The loader leaves none of the other immediates. */
            if (insn_kind_of(&insn) < 0
                && opcode != (BPF_LD | BPF_IMM | BPF_DW)) {
                check(!compiles(insn), "expected that the JIT declines opcode "
                      "0x%02x with source %d, offset %d, immediate %d",
                      opcode, bpf_src(&insn), insn.offset, insn.imm);
            }
        }
    }
}
#endif

/* The interpreter stops at opcodes that there are not. */
static void
test_interpreter(void)
{
    for (int opcode = 0; opcode < 256; opcode++) {
        struct bpf_insn insns[PROG_LEN];
        struct okobpf_env env = { .prog = NULL };
        struct okobpf_prog prog;
        bool known = false;

        for (int i = 0; i < n_insn_kinds; i++) {
            known |= insn_kinds[i].opcode == opcode;
        }
        if (!known) {
            surround(INSN(opcode, 0, 0, 0, 0), insns);
            prog_init(&prog, insns, PROG_LEN);
            check(!prog_run(&prog, INTERPRETER, 0, 0, &env), "expected that "
                  "the interpreter does not know opcode 0x%02x", opcode);
        }
    }
}

/* The table has no instruction twice. */
static void
test_table(void)
{
    for (int i = 0; i < n_insn_kinds; i++) {
        struct bpf_insn insn = insn_from_kind(&insn_kinds[i]);

        check(insn_kind_of(&insn) == i, "expected that nothing before it is "
              "the same as %s", insn_kinds[i].name);
    }
}

int
main(void)
{
    test_table();
    test_interpreter();
#ifdef OKOBPF_HAVE_JIT
    test_jit();
#endif
    return check_report("jit-opcodes-test");
}
