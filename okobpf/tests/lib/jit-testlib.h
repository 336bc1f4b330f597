/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the tests of the engines share: instructions as C expressions, and
 * running programs that no verifier saw. */

#ifndef OKOBPF_TESTS_JIT_TESTLIB_H
#define OKOBPF_TESTS_JIT_TESTLIB_H 1

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#ifdef OKOBPF_HAVE_JIT
#include "jit-x86-64/jit.h"
#endif

#define N_ELEMS(ARRAY) (sizeof (ARRAY) / sizeof (ARRAY)[0])

/* Checks. */

/* Counts a check and, unless 'ok', a failure, which 'what' describes.  Returns
 * 'ok'. */
bool check(bool ok, const char *what, ...)
    __attribute__((__format__(__printf__, 2, 3)));

/* Prints how many checks and failures there were and returns the status to
 * exit with. */
int check_report(const char *name);

/* Instructions. */

#define INSN(OPCODE, DST, SRC, OFFSET, IMM)                 \
    ((struct bpf_insn) { (OPCODE), (DST) | (SRC) << 4,      \
                         (OFFSET), (IMM) })

#define ALU64_K(OP, DST, IMM) INSN(BPF_ALU64 | BPF_K | (OP), DST, 0, 0, IMM)
#define ALU64_X(OP, DST, SRC) INSN(BPF_ALU64 | BPF_X | (OP), DST, SRC, 0, 0)
#define ALU32_K(OP, DST, IMM) INSN(BPF_ALU | BPF_K | (OP), DST, 0, 0, IMM)
#define ALU32_X(OP, DST, SRC) INSN(BPF_ALU | BPF_X | (OP), DST, SRC, 0, 0)
#define MOV_K(DST, IMM) ALU64_K(BPF_MOV, DST, IMM)
#define MOV_X(DST, SRC) ALU64_X(BPF_MOV, DST, SRC)

#define JMP_K(OP, DST, IMM, OFS) INSN(BPF_JMP | BPF_K | (OP), DST, 0, OFS, IMM)
#define JMP_X(OP, DST, SRC, OFS) INSN(BPF_JMP | BPF_X | (OP), DST, SRC, OFS, 0)
#define JMP32_K(OP, DST, IMM, OFS)                          \
    INSN(BPF_JMP32 | BPF_K | (OP), DST, 0, OFS, IMM)
#define JMP32_X(OP, DST, SRC, OFS)                          \
    INSN(BPF_JMP32 | BPF_X | (OP), DST, SRC, OFS, 0)
#define JA(OFS) INSN(BPF_JMP | BPF_JA, 0, 0, OFS, 0)
#define GOTOL(OFS) INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, OFS)
#define CALL_HELPER(ID) INSN(BPF_JMP | BPF_CALL, 0, BPF_CALL_HELPER, 0, ID)
#define CALL_LOCAL(OFS) INSN(BPF_JMP | BPF_CALL, 0, BPF_CALL_LOCAL, 0, OFS)
#define EXIT() INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#define LDX(SIZE, DST, SRC, OFS)                            \
    INSN(BPF_LDX | BPF_MEM | (SIZE), DST, SRC, OFS, 0)
#define LDSX(SIZE, DST, SRC, OFS)                           \
    INSN(BPF_LDX | BPF_MEMSX | (SIZE), DST, SRC, OFS, 0)
#define ST(SIZE, DST, OFS, IMM)                             \
    INSN(BPF_ST | BPF_MEM | (SIZE), DST, 0, OFS, IMM)
#define STX(SIZE, DST, OFS, SRC)                            \
    INSN(BPF_STX | BPF_MEM | (SIZE), DST, SRC, OFS, 0)
#define ATOMIC(SIZE, DST, OFS, SRC, OP)                     \
    INSN(BPF_STX | BPF_ATOMIC | (SIZE), DST, SRC, OFS, OP)
#define LD_ABS(SIZE, OFS) INSN(BPF_LD | BPF_ABS | (SIZE), 0, 0, 0, OFS)
#define LD_IND(SIZE, SRC, OFS) INSN(BPF_LD | BPF_IND | (SIZE), 0, SRC, 0, OFS)

/* Two slots. */
#define LD_IMM64(DST, IMM)                                              \
    INSN(BPF_LD | BPF_IMM | BPF_DW, DST, 0, 0, (int32_t) (uint64_t) (IMM)), \
    INSN(0, 0, 0, 0, (int32_t) ((uint64_t) (IMM) >> 32))
#define LD_PTR(DST, POINTER) LD_IMM64(DST, (uintptr_t) (POINTER))

/* Engines. */

enum engine {
    INTERPRETER,
    JIT_PLAIN,                  /* Without optional processor features. */
    JIT_FULL,                   /* With those that there are. */
    N_ENGINES
};

static inline const char *
engine_to_string(enum engine engine)
{
    return (engine == INTERPRETER ? "interpreter"
            : engine == JIT_PLAIN ? "plain JIT" : "JIT");
}

static inline bool
engine_exists(enum engine engine)
{
#ifdef OKOBPF_HAVE_JIT
    return engine != JIT_FULL || okobpf_jit_cpu_features();
#else
    return engine == INTERPRETER;
#endif
}

/* Makes '*prog' from 'insns', which it then refers to. */
static inline void
prog_init(struct okobpf_prog *prog, const struct bpf_insn *insns, size_t n)
{
    memset(prog, 0, sizeof *prog);
    prog->code = (struct bpf_insn *) insns;
    prog->image.insns = prog->code;
    prog->image.n_insns = n;
    prog->info.n_insns = n;
}

static inline bool
prog_compile(struct okobpf_prog *prog, enum engine engine)
{
#ifdef OKOBPF_HAVE_JIT
    return okobpf_jit_compile_for(
        prog, engine == JIT_FULL ? okobpf_jit_cpu_features() : 0);
#else
    (void) engine;
    return okobpf_jit_compile(prog);
#endif
}

/* Runs 'prog' with 'engine' and returns its result. */
static inline uint64_t
prog_run(struct okobpf_prog *prog, enum engine engine, uint64_t r1,
         uint64_t r2, struct okobpf_env *env)
{
    uint64_t r0;

    env->prog = prog;
    if (engine == INTERPRETER) {
        return okobpf_interpret(prog, r1, r2, env);
    }
    if (!prog_compile(prog, engine)) {
        fprintf(stderr, "expected that the %s compiles the program, but it "
                "refused\n", engine_to_string(engine));
        exit(EXIT_FAILURE);
    }
    r0 = prog->jited(r1, r2, env);
    okobpf_jit_free(prog);
    return r0;
}

#endif /* jit-testlib.h */
