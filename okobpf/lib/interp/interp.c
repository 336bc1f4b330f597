/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The interpreter: the reference semantics of the instruction set, and the
 * engine where there is no JIT.
 *
 * It runs steps, which decode.c makes of instructions.  Each has the
 * address of the code that executes it, which ends with a jump to that of the
 * next step: there is no loop.
 *
 * Compiled with OKOBPF_CHECKED, this file yields interpret_checked() in place
 * of okobpf_interpret(): the same semantics, with each step checked by the
 * oracle of the tests (see tests/oracle.h). */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdlib.h>
#include <string.h>
#include "interp/interp.h"
#include "interp/data.h"
#ifdef OKOBPF_CHECKED
#include "oracle.h"
#endif

/* Operations by group.  OPERATIONS lists them for the table of labels: X(OP,
 * LABEL) stands for each. */
#define ALU_OPCODES(X, OP, LABEL)                       \
    X(BPF_ALU64 | BPF_K | OP, LABEL##_64_k)             \
    X(BPF_ALU64 | BPF_X | OP, LABEL##_64_x)             \
    X(BPF_ALU | BPF_K | OP, LABEL##_32_k)               \
    X(BPF_ALU | BPF_X | OP, LABEL##_32_x)
#define JMP_OPCODES(X, OP, LABEL)                       \
    X(BPF_JMP | BPF_K | OP, LABEL##_64_k)               \
    X(BPF_JMP | BPF_X | OP, LABEL##_64_x)               \
    X(BPF_JMP32 | BPF_K | OP, LABEL##_32_k)             \
    X(BPF_JMP32 | BPF_X | OP, LABEL##_32_x)
#define MEM_OPCODES(X, OP, LABEL)                       \
    X(OP | BPF_B, LABEL##_8)                            \
    X(OP | BPF_H, LABEL##_16)                           \
    X(OP | BPF_W, LABEL##_32)
#define PLAIN_ALU_OPS(X, OP, LABEL)                                     \
    ALU_OPCODES(X, OP, LABEL)                                           \
    X(STEP_ACC_DST + (BPF_ALU64 | BPF_K | (OP)), LABEL##_64_k_acc_dst)  \
    X(STEP_ACC_DST + (BPF_ALU64 | BPF_X | (OP)), LABEL##_64_x_acc_dst)  \
    X(STEP_ACC_DST + (BPF_ALU | BPF_K | (OP)), LABEL##_32_k_acc_dst)    \
    X(STEP_ACC_DST + (BPF_ALU | BPF_X | (OP)), LABEL##_32_x_acc_dst)    \
    X(STEP_ACC_SRC + (BPF_ALU64 | BPF_X | (OP)), LABEL##_64_x_acc_src)  \
    X(STEP_ACC_SRC + (BPF_ALU | BPF_X | (OP)), LABEL##_32_x_acc_src)    \
    X(STEP_MOV_ALU_K + ((OP) >> 4), LABEL##_mov_k)                      \
    X(STEP_MOV_ALU_X + ((OP) >> 4), LABEL##_mov_x)                      \
    X(STEP_MOV_ALU_K_ACC_SRC + ((OP) >> 4), LABEL##_mov_k_acc_src)      \
    X(STEP_MOV_ALU_X_ACC_SRC + ((OP) >> 4), LABEL##_mov_x_acc_src)
#define SELECT_OPS(X, OP, LABEL)                        \
    X(STEP_SELECT_K + ((OP) >> 4) * 2, LABEL##_k_k)     \
    X(STEP_SELECT_K + ((OP) >> 4) * 2 + 1, LABEL##_x_k) \
    X(STEP_SELECT_X + ((OP) >> 4) * 2, LABEL##_k_x)     \
    X(STEP_SELECT_X + ((OP) >> 4) * 2 + 1, LABEL##_x_x)
#define OPERATIONS(X)                                   \
    PLAIN_ALU_OPS(X, BPF_ADD, add)                      \
    PLAIN_ALU_OPS(X, BPF_SUB, sub)                      \
    PLAIN_ALU_OPS(X, BPF_MUL, mul)                      \
    ALU_OPCODES(X, BPF_DIV, div)                        \
    PLAIN_ALU_OPS(X, BPF_OR, or)                        \
    PLAIN_ALU_OPS(X, BPF_AND, and)                      \
    PLAIN_ALU_OPS(X, BPF_LSH, lsh)                      \
    PLAIN_ALU_OPS(X, BPF_RSH, rsh)                      \
    ALU_OPCODES(X, BPF_MOD, mod)                        \
    PLAIN_ALU_OPS(X, BPF_XOR, xor)                      \
    ALU_OPCODES(X, BPF_MOV, mov)                        \
    X(STEP_ACC_SRC + (BPF_ALU64 | BPF_MOV | BPF_X), mov_64_x_acc_src) \
    PLAIN_ALU_OPS(X, BPF_ARSH, arsh)                    \
    X(BPF_ALU64 | BPF_NEG, neg_64)                      \
    X(BPF_ALU | BPF_NEG, neg_32)                        \
    X(BPF_ALU | BPF_END | BPF_K, end_le)                \
    X(BPF_ALU | BPF_END | BPF_X, end_be)                \
    X(BPF_ALU64 | BPF_END | BPF_K, end_swap)            \
    JMP_OPCODES(X, BPF_JEQ, jeq)                        \
    JMP_OPCODES(X, BPF_JGT, jgt)                        \
    JMP_OPCODES(X, BPF_JGE, jge)                        \
    JMP_OPCODES(X, BPF_JSET, jset)                      \
    JMP_OPCODES(X, BPF_JNE, jne)                        \
    JMP_OPCODES(X, BPF_JSGT, jsgt)                      \
    JMP_OPCODES(X, BPF_JSGE, jsge)                      \
    JMP_OPCODES(X, BPF_JLT, jlt)                        \
    JMP_OPCODES(X, BPF_JLE, jle)                        \
    JMP_OPCODES(X, BPF_JSLT, jslt)                      \
    JMP_OPCODES(X, BPF_JSLE, jsle)                      \
    X(BPF_JMP | BPF_JA, ja)                             \
    X(BPF_JMP32 | BPF_JA, ja_long)                      \
    X(BPF_JMP | BPF_CALL, call)                         \
    X(BPF_JMP | BPF_EXIT, exit)                         \
    X(BPF_LD | BPF_IMM | BPF_DW, ld_imm64)              \
    MEM_OPCODES(X, BPF_LD | BPF_ABS, ld_abs)            \
    MEM_OPCODES(X, BPF_LD | BPF_IND, ld_ind)            \
    MEM_OPCODES(X, BPF_LDX | BPF_MEM, ldx)              \
    X(BPF_LDX | BPF_MEM | BPF_DW, ldx_64)               \
    MEM_OPCODES(X, BPF_LDX | BPF_MEMSX, ldsx)           \
    MEM_OPCODES(X, BPF_ST | BPF_MEM, st)                \
    X(BPF_ST | BPF_MEM | BPF_DW, st_64)                 \
    MEM_OPCODES(X, BPF_STX | BPF_MEM, stx)              \
    X(BPF_STX | BPF_MEM | BPF_DW, stx_64)               \
    X(BPF_STX | BPF_ATOMIC | BPF_W, atomic_32)          \
    X(BPF_STX | BPF_ATOMIC | BPF_DW, atomic_64)         \
    X(STEP_SDIV_64_K, sdiv_64_k)                        \
    X(STEP_SDIV_64_X, sdiv_64_x)                        \
    X(STEP_SDIV_32_K, sdiv_32_k)                        \
    X(STEP_SDIV_32_X, sdiv_32_x)                        \
    X(STEP_SMOD_64_K, smod_64_k)                        \
    X(STEP_SMOD_64_X, smod_64_x)                        \
    X(STEP_SMOD_32_K, smod_32_k)                        \
    X(STEP_SMOD_32_X, smod_32_x)                        \
    X(STEP_MOVSX_64, movsx_64)                          \
    X(STEP_MOVSX_32, movsx_32)                          \
    X(STEP_CALL_LOCAL, call_local)                      \
    X(STEP_LOOKUP, lookup)                              \
    X(STEP_TIME, time)                                  \
    X(STEP_ZEXT_32, zext_32)                            \
    X(STEP_SEXT_32, sext_32)                            \
    X(STEP_LDX_16_BE, ldx_16_be)                        \
    X(STEP_LDX_32_BE, ldx_32_be)                        \
    X(STEP_LDX_8_JEQ, ldx_8_jeq)                        \
    X(STEP_LDX_8_JNE, ldx_8_jne)                        \
    X(STEP_LDX_16_JEQ, ldx_16_jeq)                      \
    X(STEP_LDX_16_JNE, ldx_16_jne)                      \
    X(STEP_LDX_32_JEQ, ldx_32_jeq)                      \
    X(STEP_LDX_32_JNE, ldx_32_jne)                      \
    X(STEP_COUNT_32, count_32)                          \
    X(STEP_COUNT_64, count_64)                          \
    SELECT_OPS(X, BPF_JEQ, select_jeq)                  \
    SELECT_OPS(X, BPF_JGT, select_jgt)                  \
    SELECT_OPS(X, BPF_JGE, select_jge)                  \
    SELECT_OPS(X, BPF_JSET, select_jset)                \
    SELECT_OPS(X, BPF_JNE, select_jne)                  \
    SELECT_OPS(X, BPF_JSGT, select_jsgt)                \
    SELECT_OPS(X, BPF_JSGE, select_jsge)                \
    SELECT_OPS(X, BPF_JLT, select_jlt)                  \
    SELECT_OPS(X, BPF_JLE, select_jle)                  \
    SELECT_OPS(X, BPF_JSLT, select_jslt)                \
    SELECT_OPS(X, BPF_JSLE, select_jsle)                \
    X(STEP_LOOKUP_JEQ, lookup_jeq)

/* What a local call puts away. */
struct frame {
    const struct interp_step *call;
    uint64_t callee_saved[4];   /* r6 to r9. */
};

#define DST regs[step->dst]
#define SRC regs[step->src]
#define IMM ((uint64_t) (int64_t) step->imm)

#ifdef OKOBPF_CHECKED
#define STEP()                                                          \
    do {                                                                \
        if (!oracle_step(oracle, code + (step - steps), regs, stack,    \
                         depth)) {                                      \
            return 0;                                                   \
        }                                                               \
    } while (0)
#else
#define STEP() do { } while (0)
#endif

#define DISPATCH()                                                      \
    do {                                                                \
        STEP();                                                         \
        goto *step->label;                                              \
    } while (0)
#define SKIP(N)                                                         \
    do {                                                                \
        step += (N);                                                    \
        DISPATCH();                                                     \
    } while (0)
#define NEXT() SKIP(1)

/* Jumps if COND, or goes on N steps farther.  There are two dispatches, for a
 * conditional jump of the machine's is predicted better than an indirect
 * one. */
#define JUMP_IF(COND, N)                                                \
    do {                                                                \
        if (COND) {                                                     \
            SKIP(step->offset + 1);                                     \
        }                                                               \
        SKIP(N);                                                        \
    } while (0)

/* EXPR computes with 'a' and 'b'. */
#define ALU_OP(LABEL, TYPE, A, B, EXPR, N)                              \
    LABEL: {                                                            \
        TYPE a = A;                                                     \
        TYPE b = B;                                                     \
                                                                        \
        DST = acc = (TYPE) (EXPR);                                      \
        SKIP(N);                                                        \
    }
#define ALU(LABEL, EXPR64, EXPR32)                                      \
    ALU_OP(LABEL##_64_k, uint64_t, DST, IMM, EXPR64, 1)                 \
    ALU_OP(LABEL##_64_x, uint64_t, DST, SRC, EXPR64, 1)                 \
    ALU_OP(LABEL##_32_k, uint32_t, DST, IMM, EXPR32, 1)                 \
    ALU_OP(LABEL##_32_x, uint32_t, DST, SRC, EXPR32, 1)
#define PLAIN_ALU(LABEL, EXPR64, EXPR32)                                \
    ALU(LABEL, EXPR64, EXPR32)                                          \
    ALU_OP(LABEL##_64_k_acc_dst, uint64_t, acc, IMM, EXPR64, 1)         \
    ALU_OP(LABEL##_64_x_acc_dst, uint64_t, acc, SRC, EXPR64, 1)         \
    ALU_OP(LABEL##_32_k_acc_dst, uint32_t, acc, IMM, EXPR32, 1)         \
    ALU_OP(LABEL##_32_x_acc_dst, uint32_t, acc, SRC, EXPR32, 1)         \
    ALU_OP(LABEL##_64_x_acc_src, uint64_t, DST, acc, EXPR64, 1)         \
    ALU_OP(LABEL##_32_x_acc_src, uint32_t, DST, acc, EXPR32, 1)         \
    ALU_OP(LABEL##_mov_k, uint64_t, SRC, IMM, EXPR64, 2)                \
    ALU_OP(LABEL##_mov_x, uint64_t, SRC, regs[step->offset], EXPR64, 2) \
    ALU_OP(LABEL##_mov_k_acc_src, uint64_t, acc, IMM, EXPR64, 2)        \
    ALU_OP(LABEL##_mov_x_acc_src, uint64_t, acc, regs[step->offset],    \
           EXPR64, 2)

#define JMP_OP(LABEL, TYPE, B, EXPR)                                    \
    LABEL: {                                                            \
        TYPE a = DST;                                                   \
        TYPE b = B;                                                     \
                                                                        \
        JUMP_IF(EXPR, 1);                                               \
    }
#define SELECT_OP(LABEL, TYPE, B, EXPR, MOVED)                          \
    LABEL: {                                                            \
        TYPE a = DST;                                                   \
        TYPE b = B;                                                     \
        uint64_t *dst = &regs[step[1].dst];                             \
        uint64_t moved = MOVED;                                         \
                                                                        \
        *dst = (EXPR) ? *dst : moved;                                   \
        SKIP(2);                                                        \
    }
#define SELECT(LABEL, TYPE, EXPR)                                       \
    SELECT_OP(LABEL##_k_k, TYPE, IMM, EXPR, (int64_t) step[1].imm)      \
    SELECT_OP(LABEL##_x_k, TYPE, SRC, EXPR, (int64_t) step[1].imm)      \
    SELECT_OP(LABEL##_k_x, TYPE, IMM, EXPR, regs[step[1].src])          \
    SELECT_OP(LABEL##_x_x, TYPE, SRC, EXPR, regs[step[1].src])
#define JMP(LABEL, SIGN, EXPR)                                          \
    JMP_OP(LABEL##_64_k, SIGN##int64_t, IMM, EXPR)                      \
    JMP_OP(LABEL##_64_x, SIGN##int64_t, SRC, EXPR)                      \
    JMP_OP(LABEL##_32_k, SIGN##int32_t, IMM, EXPR)                      \
    JMP_OP(LABEL##_32_x, SIGN##int32_t, SRC, EXPR)                      \
    SELECT(select_##LABEL, SIGN##int64_t, EXPR)

#define MEMORY(BITS)                                                    \
    ldx_##BITS:                                                         \
        DST = acc = load_##BITS(SRC + step->offset);                    \
        NEXT();                                                         \
    st_##BITS:                                                          \
        store_##BITS(DST + step->offset, step->imm);                    \
        NEXT();                                                         \
    stx_##BITS:                                                         \
        store_##BITS(DST + step->offset, SRC);                          \
        NEXT();

#define COUNT(BITS)                                                     \
    count_##BITS: {                                                     \
        uint64_t addr = SRC + step->offset;                             \
        uint64_t x = load_##BITS(addr) + (int64_t) step[1].imm;         \
                                                                        \
        store_##BITS(addr, x);                                          \
        DST = x;                                                        \
        SKIP(3);                                                        \
    }

#define PACKET(BITS)                                                    \
    ld_abs_##BITS:                                                      \
        if (!load_packet(env, (uint32_t) step->imm, BITS / 8,           \
                         &regs[0])) {                                   \
            return 0;                                                   \
        }                                                               \
        NEXT();                                                         \
    ld_ind_##BITS:                                                      \
        if (!load_packet(env, (uint32_t) (SRC + step->imm), BITS / 8,   \
                         &regs[0])) {                                   \
            return 0;                                                   \
        }                                                               \
        NEXT();

#define LOAD_COMPARE(BITS)                                              \
    ldx_##BITS##_jeq: {                                                 \
        uint64_t x = load_##BITS(SRC + step->offset);                   \
                                                                        \
        DST = acc = x;                                                  \
        step++;                                                         \
        JUMP_IF(x == step->imm, 1);                                     \
    }                                                                   \
    ldx_##BITS##_jne: {                                                 \
        uint64_t x = load_##BITS(SRC + step->offset);                   \
                                                                        \
        DST = acc = x;                                                  \
        step++;                                                         \
        JUMP_IF(x != step->imm, 1);                                     \
    }

#define SIGNED_MEMORY(BITS)                                             \
    ldsx_##BITS:                                                        \
        DST = sign_extend(load_##BITS(SRC + step->offset), BITS);       \
        NEXT();

/* Runs the program that begins at 'steps' with registers r1 and r2, or, if
 * 'steps' is NULL, returns 0 and stores the address of the table of labels in
 * '*labelsp'. */
static uint64_t
run(const struct interp_step *steps, uint64_t r1, uint64_t r2,
    struct okobpf_env *env,
#ifdef OKOBPF_CHECKED
    const struct bpf_insn *code, struct oracle *oracle,
#endif
    const void *const **labelsp)
{
#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
#define TABLE_ENTRY(OP, LABEL) [OP] = &&LABEL,
    static const void *const labels[N_STEP_OPS] = {
        [0 ... N_STEP_OPS - 1] = &&illegal,
        OPERATIONS(TABLE_ENTRY)
    };
#undef TABLE_ENTRY
#pragma GCC diagnostic pop

    uint8_t stack[BPF_MAX_FRAMES * BPF_STACK_SIZE]
        __attribute__((__aligned__(16)));
    struct frame frames[BPF_MAX_FRAMES - 1];
    const struct interp_step *step = steps;
    uint64_t regs[16];
    uint64_t acc = 0;
    int depth = 0;

    if (!steps) {
        *labelsp = labels;
        return 0;
    }
#ifdef OKOBPF_CHECKED
    /* The same garbage in each run. */
    memset(stack, 0xa5, sizeof stack);
    memset(regs, 0xa5, sizeof regs);
#endif
    regs[1] = r1;
    regs[2] = r2;
    regs[10] = (uintptr_t) stack + BPF_STACK_SIZE;
    DISPATCH();

    PLAIN_ALU(add, a + b, a + b)
    PLAIN_ALU(sub, a - b, a - b)
    PLAIN_ALU(mul, a * b, a * b)
    PLAIN_ALU(or, a | b, a | b)
    PLAIN_ALU(and, a & b, a & b)
    PLAIN_ALU(xor, a ^ b, a ^ b)
    PLAIN_ALU(lsh, a << (b & 63), a << (b & 31))
    PLAIN_ALU(rsh, a >> (b & 63), a >> (b & 31))
    PLAIN_ALU(arsh, (int64_t) a >> (b & 63), (int32_t) a >> (b & 31))
    ALU(div, div_u64(a, b), div_u32(a, b))
    ALU(mod, mod_u64(a, b), mod_u32(a, b))
    ALU(sdiv, div_s64(a, b), div_s32(a, b))
    ALU(smod, mod_s64(a, b), mod_s32(a, b))

mov_64_k:
    DST = IMM;
    NEXT();
mov_32_k:
    DST = (uint32_t) step->imm;
    NEXT();
mov_64_x:
    DST = acc = SRC;
    NEXT();
mov_64_x_acc_src:
    DST = acc;
    NEXT();
mov_32_x:
    DST = (uint32_t) SRC;
    NEXT();
movsx_64:
    DST = sign_extend(SRC, step->offset);
    NEXT();
movsx_32:
    DST = (uint32_t) sign_extend(SRC, step->offset);
    NEXT();
neg_64:
    DST = -DST;
    NEXT();
neg_32:
    DST = -(uint32_t) DST;
    NEXT();
end_le:
    DST = to_le(DST, step->imm);
    NEXT();
end_be:
    DST = to_be(DST, step->imm);
    NEXT();
end_swap:
    DST = swap_bytes(DST, step->imm);
    NEXT();

    JMP(jeq, u, a == b)
    JMP(jne, u, a != b)
    JMP(jset, u, a & b)
    JMP(jgt, u, a > b)
    JMP(jge, u, a >= b)
    JMP(jlt, u, a < b)
    JMP(jle, u, a <= b)
    JMP(jsgt, , a > b)
    JMP(jsge, , a >= b)
    JMP(jslt, , a < b)
    JMP(jsle, , a <= b)

ja:
    step += step->offset;
    NEXT();
ja_long:
    step += step->imm;
    NEXT();

call_local:
    if (depth >= BPF_MAX_FRAMES - 1) {
        goto illegal;
    }
    frames[depth].call = step;
    memcpy(frames[depth].callee_saved, &regs[6],
           sizeof frames[depth].callee_saved);
    depth++;
    regs[10] += BPF_STACK_SIZE;
    step += step->imm;
    NEXT();

exit:
    if (depth) {
        depth--;
        regs[10] -= BPF_STACK_SIZE;
        memcpy(&regs[6], frames[depth].callee_saved,
               sizeof frames[depth].callee_saved);
        step = frames[depth].call;
        NEXT();
    }
    return regs[0];

call:
    regs[0] = okobpf_helpers[step->imm].function(regs[1], regs[2], regs[3],
                                                 regs[4], regs[5], env);
    NEXT();
lookup:
    regs[0] = lookup(regs[1], regs[2], env);
    NEXT();
lookup_jeq:
    regs[0] = lookup(regs[1], regs[2], env);
    JUMP_IF(!regs[0], 2);
time:
    regs[0] = env->ctx.now_ns;
    NEXT();

ld_imm64:
    DST = step[1].imm64;
    step++;
    NEXT();

    PACKET(8)
    PACKET(16)
    PACKET(32)
    MEMORY(8)
    MEMORY(16)
    MEMORY(32)
    MEMORY(64)
    LOAD_COMPARE(8)
    LOAD_COMPARE(16)
    LOAD_COMPARE(32)
    COUNT(32)
    COUNT(64)
    SIGNED_MEMORY(8)
    SIGNED_MEMORY(16)
    SIGNED_MEMORY(32)

ldx_16_be:
    DST = acc = to_be(load_16(SRC + step->offset), 16);
    SKIP(2);
ldx_32_be:
    DST = acc = to_be(load_32(SRC + step->offset), 32);
    SKIP(2);
zext_32:
    DST = acc = (uint32_t) DST;
    SKIP(2);
sext_32:
    DST = acc = sign_extend(DST, 32);
    SKIP(2);

atomic_32:
    if (!atomic_32(DST + step->offset, step->imm, &SRC, &regs[0])) {
        goto illegal;
    }
    NEXT();
atomic_64:
    if (!atomic_64(DST + step->offset, step->imm, &SRC, &regs[0])) {
        goto illegal;
    }
    NEXT();

illegal:
    /* The verifier lets no such instruction pass. */
#ifdef OKOBPF_CHECKED
    oracle_illegal(oracle, code + (step - steps));
#endif
    return 0;
}

#ifdef OKOBPF_CHECKED
uint64_t
interpret_checked(const struct okobpf_prog *prog, uint64_t r1, uint64_t r2,
                  struct okobpf_env *env, struct oracle *oracle)
{
    const void *const *labels;
    struct interp_step *steps;
    uint64_t result;

    /* The oracle wants to see each instruction. */
    run(NULL, 0, 0, NULL, NULL, NULL, &labels);
    steps = okobpf_make_steps(prog->code, prog->info.n_insns, false, labels);
    if (!steps) {
        return 0;
    }
    result = run(steps, r1, r2, env, prog->code, oracle, NULL);
    free(steps);
    return result;
}

#else
bool
okobpf_interpret_prepare(struct okobpf_prog *prog)
{
    const void *const *labels;

    run(NULL, 0, 0, NULL, &labels);
    prog->steps
        = okobpf_make_steps(prog->code, prog->info.n_insns, true, labels);
    return prog->steps != NULL;
}

void
okobpf_interpret_free(struct okobpf_prog *prog)
{
    free(prog->steps);
    prog->steps = NULL;
}

/* Tests and tools run programs that okobpf_load() has not made. */
static uint64_t
run_unprepared(const struct okobpf_prog *prog, uint64_t r1, uint64_t r2,
               struct okobpf_env *env)
{
    struct okobpf_prog copy = *prog;
    uint64_t result = 0;

    if (okobpf_interpret_prepare(&copy)) {
        result = run(copy.steps, r1, r2, env, NULL);
        okobpf_interpret_free(&copy);
    }
    return result;
}

uint64_t
okobpf_interpret(const struct okobpf_prog *prog, uint64_t r1, uint64_t r2,
                 struct okobpf_env *env)
{
    return (prog->steps ? run(prog->steps, r1, r2, env, NULL)
            : run_unprepared(prog, r1, r2, env));
}
#endif
