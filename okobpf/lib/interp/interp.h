/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What the interpreter runs.
 *
 * A program becomes an array of steps with as many elements as the program has
 * slots, so that jumps have the same offsets in both.  What to do is settled
 * when a step is made, as far as possible, in place of each time it runs. */

#ifndef OKOBPF_INTERP_INTERP_H
#define OKOBPF_INTERP_INTERP_H 1

#include "image.h"

struct interp_step {
    const void *label;          /* The code that executes it. */
    union {
        struct {
            uint8_t dst, src;
            int16_t offset;
            int32_t imm;
        };
        uint64_t imm64;         /* In the second slot of a 64-bit load. */
    };
};

/* What a step does: one of the 256 opcodes, or one of these.
 *
 * Registers are in memory.  Where an operation needs what the one before has
 * computed, it would wait for that to go there and back.  So the last result
 * is also kept at hand, in the "accumulator", and operations that follow take
 * it from there if they can: in place of the destination (ACC_DST), or of the
 * source (ACC_SRC). */
enum step_op {
    STEP_ILLEGAL = 256,

    /* What an opcode does with another 'offset' or register. */
    STEP_SDIV_64_K,
    STEP_SDIV_64_X,
    STEP_SDIV_32_K,
    STEP_SDIV_32_X,
    STEP_SMOD_64_K,
    STEP_SMOD_64_X,
    STEP_SMOD_32_K,
    STEP_SMOD_32_X,
    STEP_MOVSX_64,
    STEP_MOVSX_32,
    STEP_CALL_LOCAL,

    /* Helpers that need no call. */
    STEP_LOOKUP,
    STEP_TIME,

    /* Several instructions at once. */
    STEP_ZEXT_32,               /* Shift left and right by 32. */
    STEP_SEXT_32,
    STEP_LDX_16_BE,             /* Load, and swap bytes. */
    STEP_LDX_32_BE,
    STEP_LDX_8_JEQ,             /* Load, and compare with a constant. */
    STEP_LDX_8_JNE,
    STEP_LDX_16_JEQ,
    STEP_LDX_16_JNE,
    STEP_LDX_32_JEQ,
    STEP_LDX_32_JNE,
    STEP_COUNT_32,              /* Load, add a constant, and store. */
    STEP_COUNT_64,
    STEP_LOOKUP_JEQ,            /* Lookup, and null check: 'offset' is relative
                                 * to the lookup. */

    /* Move, and compute with the copy: by the operations' numbers, which have
     * 4 bits.  The operand is a constant, or a register whose number is in
     * 'offset'. */
    STEP_MOV_ALU_K,
    STEP_MOV_ALU_X = STEP_MOV_ALU_K + 16,
    STEP_MOV_ALU_K_ACC_SRC = STEP_MOV_ALU_X + 16,
    STEP_MOV_ALU_X_ACC_SRC = STEP_MOV_ALU_K_ACC_SRC + 16,

    /* Jump over a move: by the operations' numbers, times 2, plus 1 if it
     * compares with a register.  What is moved is a constant, or another
     * register. */
    STEP_SELECT_K = STEP_MOV_ALU_X_ACC_SRC + 16,
    STEP_SELECT_X = STEP_SELECT_K + 32,

    /* Opcodes with the accumulator as an operand. */
    STEP_ACC_DST = STEP_SELECT_X + 32,
    STEP_ACC_SRC = STEP_ACC_DST + 256,

    N_STEP_OPS = STEP_ACC_SRC + 256
};

/* Makes steps of the 'n' instructions at 'insns'.  'labels' has the code for
 * each operation.  Unless 'fuse', each instruction becomes a step that depends
 * on no other.  Returns an array that the caller must free(), or NULL if
 * memory is exhausted. */
struct interp_step *okobpf_make_steps(const struct bpf_insn *insns, uint32_t n,
                                      bool fuse,
                                      const void *const labels[N_STEP_OPS]);

#endif /* interp.h */
