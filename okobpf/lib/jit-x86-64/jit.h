/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Between the parts of the x86-64 JIT:
 *
 *    - jit.c: the driver, functions and jumps.
 *    - scan.c: what has to be known before code is generated.
 *    - alu.c, div.c: arithmetic.
 *    - access.c: memory, packet and atomic accesses.
 *    - gather.c: numbers loaded byte by byte.
 *    - call.c: helper calls, lookups in arrays.
 *    - emit.h: the encoder.
 *
 * Registers
 * =========
 *
 *    BPF  r0  r1  r2  r3  r4  r5  r6  r7  r8  r9  r10   env
 *    x86  rax rdi rsi rdx rcx r8  rbx r13 r14 r15 rbp   r12
 *
 * r0 to r5 are where the System V ABI has result and arguments, so that a
 * helper call moves nothing but 'env' to its 6th argument, in r9.  r9, r10
 * and r11 are scratch within the translation of one instruction.  All of r6
 * to r10 are callee-saved in both ABIs: each function saves those that it
 * uses.
 *
 * Safety
 * ======
 *
 * Accepted programs only should come here, but tests and "okobpf run" pass
 * others, so nothing in a program makes the JIT itself misbehave: it declines
 * what it cannot translate.
 *
 *    - Code is written to memory that cannot be executed and then made
 *      executable and read-only: no memory is ever writable and executable.
 *    - Its only indirect calls are those of helpers out of reach of a direct
 *      one, to constant addresses.  Its only indirect jumps are returns.  So
 *      no branch of a program can be trained to go elsewhere but by what
 *      trains returns, against which the kernel's and the processor's
 *      measures stand, and retpolines would cost and gain nothing.
 *    - Speculation past a bounds check (Spectre variant 1) is not stopped.  A
 *      program may thus read memory of the switch's process, as far as
 *      speculation goes, and tell by timing.  Kernels guard against that
 *      because unprivileged users load programs; only the switch's operator,
 *      who may read that memory anyway, can load one here.
 *    - For the same reason, constants are not blinded: those of a program do
 *      appear in executable memory.
 *    - Functions do not begin with ENDBR64, without which a process that
 *      enforces indirect branch tracking cannot call them.  Linux does not
 *      offer this to user processes.  Shadow stacks need nothing: each return
 *      goes with a call. */

#ifndef OKOBPF_JIT_X86_64_JIT_H
#define OKOBPF_JIT_X86_64_JIT_H 1

#include "image.h"
#include "jit-x86-64/emit.h"

/* Optional features of the processor that the code may use. */
enum {
    JIT_BMI2 = 1 << 0,          /* shlx, shrx, sarx, mulx. */
};

/* Returns the optional features that this machine has. */
unsigned int okobpf_jit_cpu_features(void);

/* As okobpf_jit_compile(), with code for 'features' only: for tests. */
bool okobpf_jit_compile_for(struct okobpf_prog *, unsigned int features);

/* Properties of instructions. */
enum {
    INSN_TARGET = 1 << 0,       /* A jump may lead here. */
    INSN_FUNC = 1 << 1,         /* First of a function. */
    INSN_SECOND = 1 << 2,       /* Second slot of a 64-bit immediate. */
    INSN_SHORT = 1 << 3,        /* Its jump fits in 8 bits. */
};

struct jit_func {
    uint32_t first;             /* Its first instruction. */
    uint32_t end;               /* The one after its last. */
    uint32_t regs;              /* Bit N set: it uses register rN. */
    uint32_t depth;             /* Frames from main() to it. */
    bool calls;                 /* Its code calls something. */

    /* Offsets in the code. */
    uint32_t entry;             /* Of the prologue. */
    uint32_t epilogue;          /* Of the first epilogue. */
    uint32_t fail;              /* Of the code that returns 0. */
    bool has_epilogue;          /* 'epilogue' is valid in this pass. */
    bool has_fail;              /* Has an instruction that may fail. */

    /* Frame. */
    uint32_t frame_size;        /* Stack and padding, below saved registers. */
};

struct jit {
    const struct bpf_insn *insns;
    uint32_t n_insns;
    unsigned int features;      /* JIT_*. */

    /* Found by okobpf_jit_scan(). */
    uint8_t *flags;             /* INSN_*, of each instruction. */
    struct okobpf_map **maps;   /* For each instruction that calls a helper,
                                 * the map that r1 is known to hold, if any. */
    uint16_t *live;             /* Bit N set: the instruction or one after it
                                 * may read rN before it is written. */
    struct jit_func *funcs;     /* By increasing 'first'. */
    uint32_t n_funcs;
    bool calls_helpers;         /* Not only some whose code is inlined. */
    bool uses_env;

    /* State of the pass. */
    struct x86_code code;
    uint32_t *offsets;          /* Of each instruction's code, and its end. */
    struct jit_func *func;      /* Function being translated. */
    uintptr_t base;             /* Address that the code will have. */
    bool near;                  /* 'base' is known, and calls reach helpers
                                 * from there. */
    bool shrink;                /* Look for jumps that fit in 8 bits. */
    bool shrunk;                /* Found one. */
};

extern const uint8_t okobpf_jit_regs[BPF_N_REGS];
#define JIT_ENV R12

/* Why there is no code for a program that the verifier has never seen. */
#define JIT_UNKNOWN "the JIT does not know some of its instructions"

/* scan.c.  Fills in the members of '*jit' that it finds and returns
 * NULL, or returns what went wrong: memory is exhausted, or the program is not
 * one to translate, since control leaves a function other than by an exit or
 * functions call each other without end. */
const char *okobpf_jit_scan(struct jit *, const struct okobpf_prog *);

/* scan.c.  Where a jump or a local call at 'i' leads to: may be
 * out of range. */
static inline int64_t
jit_jump_target(const struct bpf_insn *insns, uint32_t i)
{
    const struct bpf_insn *insn = &insns[i];
    bool imm = insn->opcode == (BPF_JMP32 | BPF_JA)
               || insn->opcode == (BPF_JMP | BPF_CALL);

    return (int64_t) i + 1 + (imm ? insn->imm : insn->offset);
}

/* Returns true if instructions 'i' to 'i + n - 1' run one after the other
 * only, so that they may be translated as one. */
bool okobpf_jit_is_sequence(const struct jit *, uint32_t i, uint32_t n);

/* scan.c.  Returns the registers, as bits, whose values may matter
 * after the instruction at 'i', which must be one that runs into the next. */
static inline uint32_t
jit_live_after(const struct jit *jit, uint32_t i)
{
    return i + 1 < jit->n_insns ? jit->live[i + 1] : UINT16_MAX;
}

/* call.c.  Returns what the code for the helper call at 'i' needs,
 * as bits. */
enum {
    JIT_NEEDS_ENV = 1 << 0,     /* The environment. */
    JIT_NEEDS_CALL = 1 << 1,    /* To call a function. */
};
unsigned int okobpf_jit_helper_needs(const struct jit *, uint32_t i);

/* gather.c.  As the translators below, for the instructions from
 * the load at 'i' on if they put a number together from its bytes, or swap
 * the bytes of a number of 16 bits.  Returns 0 if not, which is no failure. */
uint32_t okobpf_jit_gather(struct jit *, uint32_t i);

/* The translators emit code for the instruction at 'i', perhaps along with
 * those that follow, and return the number of slots that they took, 0 if
 * they do not know it. */

uint32_t okobpf_jit_alu(struct jit *, uint32_t i);
uint32_t okobpf_jit_load_imm64(struct jit *, uint32_t i);
uint32_t okobpf_jit_load(struct jit *, uint32_t i);
uint32_t okobpf_jit_load_packet(struct jit *, uint32_t i);
uint32_t okobpf_jit_store(struct jit *, uint32_t i);
uint32_t okobpf_jit_atomic(struct jit *, uint32_t i);
uint32_t okobpf_jit_call_helper(struct jit *, uint32_t i);

/* Clears the upper half of 'dst', as 32-bit operations do, if 'w' is W32. */
static inline void
jit_zero_extend(struct x86_code *c, enum x86_width w, int dst)
{
    if (w == W32) {
        x86_mov(c, W32, dst, dst);
    }
}

/* Emit division, or the remainder if 'mod', of 'dst' by 'src' or 'imm'. */
void okobpf_jit_divide_reg(struct x86_code *, enum x86_width, bool is_signed,
                           bool mod, int dst, int src);
void okobpf_jit_divide_imm(struct jit *, enum x86_width, bool is_signed,
                           bool mod, int dst, int32_t imm);

/* Emits the jump of instruction 'i' to 'target', an offset in the code: from
 * this pass if the jump goes backward, else from the pass before. */
void okobpf_jit_jump(struct jit *, uint32_t i, enum x86_cond, uint32_t target,
                     bool backward);

#endif /* jit.h */
