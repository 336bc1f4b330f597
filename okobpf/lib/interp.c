/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */


#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* The interpreter: the reference semantics of the instruction set, and the
 * engine where there is no JIT.
 *
 * Compiled with OKOBPF_CHECKED, this file yields interpret_checked() in place
 * of interpret(): the same semantics, with each step checked by the oracle of
 * the tests (see tests/oracle.h). */

#include <string.h>
#include "image.h"
#ifdef OKOBPF_CHECKED
#include "oracle.h"
#endif

#if defined __SANITIZE_THREAD__
#define TSAN 1
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define TSAN 1
#endif
#endif

/* Programs of several threads share values of maps, and race for them as
 * their authors chose to: ThreadSanitizer must only judge the library. */
#ifdef TSAN
#define PROGRAM_MEMORY __attribute__((__no_sanitize__("thread"), __noinline__))
#else
#define PROGRAM_MEMORY inline
#endif

/* Packets may be read at any alignment. */
struct unaligned_16 { uint16_t x; } __attribute__((__packed__));
struct unaligned_32 { uint32_t x; } __attribute__((__packed__));
struct unaligned_64 { uint64_t x; } __attribute__((__packed__));

#define DEFINE_ACCESS(BITS, TYPE)                                       \
    static PROGRAM_MEMORY uint##BITS##_t                                \
    load_##BITS(uint64_t addr)                                          \
    {                                                                   \
        return ((const volatile TYPE *) (uintptr_t) addr)->x;           \
    }                                                                   \
                                                                        \
    static PROGRAM_MEMORY void                                          \
    store_##BITS(uint64_t addr, uint##BITS##_t x)                       \
    {                                                                   \
        ((volatile TYPE *) (uintptr_t) addr)->x = x;                    \
    }
struct unaligned_8 { uint8_t x; };
DEFINE_ACCESS(8, struct unaligned_8)
DEFINE_ACCESS(16, struct unaligned_16)
DEFINE_ACCESS(32, struct unaligned_32)
DEFINE_ACCESS(64, struct unaligned_64)

/* Division as the RFC defines it: never undefined. */

static inline uint64_t
div_u64(uint64_t a, uint64_t b)
{
    return b ? a / b : 0;
}

static inline uint64_t
mod_u64(uint64_t a, uint64_t b)
{
    return b ? a % b : a;
}

static inline uint64_t
div_s64(uint64_t a, uint64_t b)
{
    return (!b ? 0
            : b == UINT64_MAX ? -a
            : (uint64_t) ((int64_t) a / (int64_t) b));
}

static inline uint64_t
mod_s64(uint64_t a, uint64_t b)
{
    return (!b ? a
            : b == UINT64_MAX ? 0
            : (uint64_t) ((int64_t) a % (int64_t) b));
}

static inline uint32_t
div_u32(uint32_t a, uint32_t b)
{
    return b ? a / b : 0;
}

static inline uint32_t
mod_u32(uint32_t a, uint32_t b)
{
    return b ? a % b : a;
}

static inline uint32_t
div_s32(uint32_t a, uint32_t b)
{
    return (!b ? 0
            : b == UINT32_MAX ? -a
            : (uint32_t) ((int32_t) a / (int32_t) b));
}

static inline uint32_t
mod_s32(uint32_t a, uint32_t b)
{
    return (!b ? a
            : b == UINT32_MAX ? 0
            : (uint32_t) ((int32_t) a % (int32_t) b));
}

static inline uint64_t
sign_extend(uint64_t x, int bits)
{
    return (bits == 8 ? (uint64_t) (int8_t) x
            : bits == 16 ? (uint64_t) (int16_t) x
            : bits == 32 ? (uint64_t) (int32_t) x
            : x);
}

static inline uint64_t
swap_bytes(uint64_t x, int bits)
{
    return (bits == 16 ? __builtin_bswap16(x)
            : bits == 32 ? __builtin_bswap32(x)
            : __builtin_bswap64(x));
}

static inline uint64_t
truncate_bits(uint64_t x, int bits)
{
    return bits == 16 ? (uint16_t) x : bits == 32 ? (uint32_t) x : x;
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define to_le truncate_bits
#define to_be swap_bytes
#else
#define to_le swap_bytes
#define to_be truncate_bits
#endif

/* Atomics.  Returns true if 'imm' is an operation. */

#define DEFINE_ATOMIC(BITS)                                             \
    static bool                                                         \
    atomic_##BITS(uint64_t addr, int32_t imm, uint64_t *src,            \
                  uint64_t *r0)                                         \
    {                                                                   \
        uint##BITS##_t *p = (void *) (uintptr_t) addr;                  \
        uint##BITS##_t x = *src;                                        \
        uint##BITS##_t old;                                             \
                                                                        \
        switch (imm) {                                                  \
        case BPF_ADD:                                                   \
        case BPF_ADD | BPF_FETCH:                                       \
            old = __atomic_fetch_add(p, x, __ATOMIC_SEQ_CST);           \
            break;                                                      \
        case BPF_OR:                                                    \
        case BPF_OR | BPF_FETCH:                                        \
            old = __atomic_fetch_or(p, x, __ATOMIC_SEQ_CST);            \
            break;                                                      \
        case BPF_AND:                                                   \
        case BPF_AND | BPF_FETCH:                                       \
            old = __atomic_fetch_and(p, x, __ATOMIC_SEQ_CST);           \
            break;                                                      \
        case BPF_XOR:                                                   \
        case BPF_XOR | BPF_FETCH:                                       \
            old = __atomic_fetch_xor(p, x, __ATOMIC_SEQ_CST);           \
            break;                                                      \
        case BPF_XCHG:                                                  \
            old = __atomic_exchange_n(p, x, __ATOMIC_SEQ_CST);          \
            break;                                                      \
        case BPF_CMPXCHG:                                               \
            old = *r0;                                                  \
            __atomic_compare_exchange_n(p, &old, x, false,              \
                                        __ATOMIC_SEQ_CST,               \
                                        __ATOMIC_SEQ_CST);              \
            *r0 = old;                                                  \
            return true;                                                \
        default:                                                        \
            return false;                                               \
        }                                                               \
        if (imm & BPF_FETCH) {                                          \
            *src = old;                                                 \
        }                                                               \
        return true;                                                    \
    }
DEFINE_ATOMIC(32)
DEFINE_ATOMIC(64)

/* The packet, for legacy access.  Returns false if out of bounds. */
static bool
load_packet(const struct okobpf_env *env, uint64_t ofs, int opcode,
            uint64_t *r0)
{
    uint64_t size = opcode & BPF_H ? 2 : opcode & BPF_B ? 1 : 4;
    uint64_t addr = env->ctx.data + ofs;

    if (ofs > env->ctx.pkt_len || size > env->ctx.pkt_len - ofs) {
        return false;
    }
    *r0 = (size == 1 ? load_8(addr)
           : size == 2 ? to_be(load_16(addr), 16)
           : to_be(load_32(addr), 32));
    return true;
}

/* Opcodes by group.  OPCODES lists them for the jump table: X(OPCODE, LABEL)
 * stands for each. */
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
#define OPCODES(X)                                      \
    ALU_OPCODES(X, BPF_ADD, add)                        \
    ALU_OPCODES(X, BPF_SUB, sub)                        \
    ALU_OPCODES(X, BPF_MUL, mul)                        \
    ALU_OPCODES(X, BPF_DIV, div)                        \
    ALU_OPCODES(X, BPF_OR, or)                          \
    ALU_OPCODES(X, BPF_AND, and)                        \
    ALU_OPCODES(X, BPF_LSH, lsh)                        \
    ALU_OPCODES(X, BPF_RSH, rsh)                        \
    ALU_OPCODES(X, BPF_MOD, mod)                        \
    ALU_OPCODES(X, BPF_XOR, xor)                        \
    ALU_OPCODES(X, BPF_MOV, mov)                        \
    ALU_OPCODES(X, BPF_ARSH, arsh)                      \
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
    X(BPF_STX | BPF_ATOMIC | BPF_DW, atomic_64)

/* What a local call puts away. */
struct frame {
    const struct bpf_insn *call;
    uint64_t callee_saved[4];   /* r6 to r9. */
};

#define DST regs[insn->regs & 0xf]
#define SRC regs[insn->regs >> 4]
#define IMM ((uint64_t) (int64_t) insn->imm)

#ifdef OKOBPF_CHECKED
#define STEP()                                                          \
    do {                                                                \
        if (!oracle_step(oracle, insn, regs, stack, depth)) {           \
            return 0;                                                   \
        }                                                               \
    } while (0)
#else
#define STEP() do { } while (0)
#endif

#define DISPATCH()                                                      \
    do {                                                                \
        STEP();                                                         \
        goto *labels[insn->opcode];                                     \
    } while (0)
#define NEXT()                                                          \
    do {                                                                \
        insn++;                                                         \
        DISPATCH();                                                     \
    } while (0)

/* EXPR computes with 'a' and 'b'. */
#define ALU_OP(LABEL, TYPE, B, EXPR)                                    \
    LABEL: {                                                            \
        TYPE a = DST;                                                   \
        TYPE b = B;                                                     \
                                                                        \
        DST = (TYPE) (EXPR);                                            \
        NEXT();                                                         \
    }
#define ALU(LABEL, EXPR64, EXPR32)                                      \
    ALU_OP(LABEL##_64_k, uint64_t, IMM, EXPR64)                         \
    ALU_OP(LABEL##_64_x, uint64_t, SRC, EXPR64)                         \
    ALU_OP(LABEL##_32_k, uint32_t, IMM, EXPR32)                         \
    ALU_OP(LABEL##_32_x, uint32_t, SRC, EXPR32)

#define JMP_OP(LABEL, TYPE, B, EXPR)                                    \
    LABEL: {                                                            \
        TYPE a = DST;                                                   \
        TYPE b = B;                                                     \
                                                                        \
        if (EXPR) {                                                     \
            insn += insn->offset;                                       \
        }                                                               \
        NEXT();                                                         \
    }
#define JMP(LABEL, SIGN, EXPR)                                          \
    JMP_OP(LABEL##_64_k, SIGN##int64_t, IMM, EXPR)                      \
    JMP_OP(LABEL##_64_x, SIGN##int64_t, SRC, EXPR)                      \
    JMP_OP(LABEL##_32_k, SIGN##int32_t, IMM, EXPR)                      \
    JMP_OP(LABEL##_32_x, SIGN##int32_t, SRC, EXPR)

#define MEMORY(BITS)                                                    \
    ldx_##BITS:                                                         \
        DST = load_##BITS(SRC + insn->offset);                          \
        NEXT();                                                         \
    st_##BITS:                                                          \
        store_##BITS(DST + insn->offset, insn->imm);                    \
        NEXT();                                                         \
    stx_##BITS:                                                         \
        store_##BITS(DST + insn->offset, SRC);                          \
        NEXT();

#define SIGNED_MEMORY(BITS)                                             \
    ldsx_##BITS:                                                        \
        DST = sign_extend(load_##BITS(SRC + insn->offset), BITS);       \
        NEXT();

uint64_t
#ifdef OKOBPF_CHECKED
interpret_checked(const struct okobpf_prog *prog, uint64_t r1, uint64_t r2,
                  struct okobpf_env *env, struct oracle *oracle)
#else
interpret(const struct okobpf_prog *prog, uint64_t r1, uint64_t r2,
          struct okobpf_env *env)
#endif
{
#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif
#define TABLE_ENTRY(OPCODE, LABEL) [OPCODE] = &&LABEL,
    static const void *const labels[256] = {
        [0 ... 255] = &&illegal,
        OPCODES(TABLE_ENTRY)
    };
#undef TABLE_ENTRY
#pragma GCC diagnostic pop

    uint8_t stack[BPF_MAX_FRAMES * BPF_STACK_SIZE]
        __attribute__((__aligned__(16)));
    struct frame frames[BPF_MAX_FRAMES - 1];
    const struct bpf_insn *insn = prog->code;
    uint64_t regs[16];
    int depth = 0;

#ifdef OKOBPF_CHECKED
    /* The same garbage in each run. */
    memset(stack, 0xa5, sizeof stack);
    memset(regs, 0xa5, sizeof regs);
#endif
    regs[1] = r1;
    regs[2] = r2;
    regs[10] = (uintptr_t) stack + BPF_STACK_SIZE;
    DISPATCH();

    ALU(add, a + b, a + b)
    ALU(sub, a - b, a - b)
    ALU(mul, a * b, a * b)
    ALU(or, a | b, a | b)
    ALU(and, a & b, a & b)
    ALU(xor, a ^ b, a ^ b)
    ALU(lsh, a << (b & 63), a << (b & 31))
    ALU(rsh, a >> (b & 63), a >> (b & 31))
    ALU(arsh, (int64_t) a >> (b & 63), (int32_t) a >> (b & 31))
    ALU(div, insn->offset ? div_s64(a, b) : div_u64(a, b),
        insn->offset ? div_s32(a, b) : div_u32(a, b))
    ALU(mod, insn->offset ? mod_s64(a, b) : mod_u64(a, b),
        insn->offset ? mod_s32(a, b) : mod_u32(a, b))

mov_64_k:
    DST = IMM;
    NEXT();
mov_32_k:
    DST = (uint32_t) insn->imm;
    NEXT();
mov_64_x:
    DST = insn->offset ? sign_extend(SRC, insn->offset) : SRC;
    NEXT();
mov_32_x:
    DST = (uint32_t) (insn->offset ? sign_extend(SRC, insn->offset) : SRC);
    NEXT();
neg_64:
    DST = -DST;
    NEXT();
neg_32:
    DST = -(uint32_t) DST;
    NEXT();
end_le:
    DST = to_le(DST, insn->imm);
    NEXT();
end_be:
    DST = to_be(DST, insn->imm);
    NEXT();
end_swap:
    DST = swap_bytes(DST, insn->imm);
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
    insn += insn->offset;
    NEXT();
ja_long:
    insn += insn->imm;
    NEXT();

call:
    if (insn->regs >> 4 == BPF_CALL_LOCAL) {
        if (depth >= BPF_MAX_FRAMES - 1) {
            goto illegal;
        }
        frames[depth].call = insn;
        memcpy(frames[depth].callee_saved, &regs[6],
               sizeof frames[depth].callee_saved);
        depth++;
        regs[10] += BPF_STACK_SIZE;
        insn += insn->imm;
        NEXT();
    }
    regs[0] = helpers[insn->imm].function(regs[1], regs[2], regs[3], regs[4],
                                          regs[5], env);
    NEXT();

exit:
    if (depth) {
        depth--;
        regs[10] -= BPF_STACK_SIZE;
        memcpy(&regs[6], frames[depth].callee_saved,
               sizeof frames[depth].callee_saved);
        insn = frames[depth].call;
        NEXT();
    }
    return regs[0];

ld_imm64:
    DST = (uint32_t) insn[0].imm | (uint64_t) (uint32_t) insn[1].imm << 32;
    insn++;
    NEXT();

ld_abs_8:
ld_abs_16:
ld_abs_32:
    if (!load_packet(env, (uint32_t) insn->imm, insn->opcode, &regs[0])) {
        return 0;
    }
    NEXT();
ld_ind_8:
ld_ind_16:
ld_ind_32:
    if (!load_packet(env, (uint32_t) (SRC + insn->imm), insn->opcode,
                     &regs[0])) {
        return 0;
    }
    NEXT();

    MEMORY(8)
    MEMORY(16)
    MEMORY(32)
    MEMORY(64)
    SIGNED_MEMORY(8)
    SIGNED_MEMORY(16)
    SIGNED_MEMORY(32)

atomic_32:
    if (!atomic_32(DST + insn->offset, insn->imm, &SRC, &regs[0])) {
        goto illegal;
    }
    NEXT();
atomic_64:
    if (!atomic_64(DST + insn->offset, insn->imm, &SRC, &regs[0])) {
        goto illegal;
    }
    NEXT();

illegal:
    /* The verifier lets no such instruction pass. */
#ifdef OKOBPF_CHECKED
    oracle_illegal(oracle, insn);
#endif
    return 0;
}
