/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "jit-gen-state.h"

#include "jit-testlib.h"

/* Statements: short sequences of instructions that control enters at the
 * beginning only.  See jit-gen.c. */

uint32_t
below(struct gen *g, uint32_t n)
{
    return random_below(&g->random, n);
}

bool
one_in(struct gen *g, uint32_t n)
{
    return !below(g, n);
}

uint64_t
interesting(struct gen *g)
{
    switch (below(g, 8)) {
    case 0:
        return 0;
    case 1:
        return (int64_t) below(g, 9) - 4;
    case 2:                     /* Powers of two and their neighbors. */
        return (UINT64_C(1) << below(g, 64)) + below(g, 3) - 1;
    case 3:
        return -(UINT64_C(1) << below(g, 64)) + below(g, 3) - 1;
    case 4:
        return below(g, 256);
    case 5:                     /* Nothing in the lower half. */
        return random_u64(&g->random) << 32;
    case 6:
        return (uint32_t) random_u64(&g->random);
    default:
        return random_u64(&g->random);
    }
}

int
any_reg(struct gen *g)
{
    return below(g, 10);
}

/* Returns a register other than 'reg'. */
static int
other_reg(struct gen *g, int reg)
{
    return (reg + 1 + below(g, 9)) % 10;
}

void
emit(struct gen *g, struct bpf_insn insn)
{
    g->insns[g->n++] = insn;
    g->cost += g->multiplicity;
}

void
emit_imm64(struct gen *g, int reg, uint64_t imm)
{
    struct bpf_insn insns[] = { LD_IMM64(reg, imm) };

    emit(g, insns[0]);
    emit(g, insns[1]);
}

void
emit_ptr(struct gen *g, int reg, const void *p)
{
    emit_imm64(g, reg, (uintptr_t) p);
}

/* Arithmetic. */

/* Returns a valid arithmetic instruction on 'dst'. */
static struct bpf_insn
random_alu(struct gen *g, int dst)
{
    static const uint8_t ops[] = {
        BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH,
        BPF_RSH, BPF_NEG, BPF_MOD, BPF_XOR, BPF_MOV, BPF_ARSH, BPF_END,
        BPF_DIV, BPF_MOD,
    };
    int op = ops[below(g, N_ELEMS(ops))];
    int class = one_in(g, 2) ? BPF_ALU : BPF_ALU64;
    int source = one_in(g, 2) ? BPF_K : BPF_X;
    int src = source == BPF_X ? any_reg(g) : 0;
    int32_t imm = source == BPF_K ? (int32_t) interesting(g) : 0;
    int16_t offset = 0;

    switch (op) {
    case BPF_DIV:
    case BPF_MOD:
        offset = one_in(g, 2);
        break;

    case BPF_MOV:
        if (source == BPF_X && one_in(g, 2)) {
            offset = 8 << below(g, class == BPF_ALU64 ? 3 : 2);
        }
        break;

    case BPF_NEG:
        return INSN(class | BPF_NEG, dst, 0, 0, 0);

    case BPF_END:
        return INSN((class == BPF_ALU64 ? class : class | source) | BPF_END,
                    dst, 0, 0, 16 << below(g, 3));

    default:
        break;
    }
    return INSN(class | op | source, dst, src, offset, imm);
}

void
gen_alu(struct gen *g)
{
    emit(g, random_alu(g, any_reg(g)));
}

struct bpf_insn
random_jump(struct gen *g)
{
    static const uint8_t ops[] = {
        BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET, BPF_JNE, BPF_JSGT, BPF_JSGE,
        BPF_JLT, BPF_JLE, BPF_JSLT, BPF_JSLE,
    };
    int class = one_in(g, 2) ? BPF_JMP : BPF_JMP32;
    int op = ops[below(g, N_ELEMS(ops))];

    return (one_in(g, 2)
            ? INSN(class | op | BPF_X, any_reg(g), any_reg(g), 0, 0)
            : INSN(class | op | BPF_K, any_reg(g), 0, 0,
                   (int32_t) interesting(g)));
}

/* Sequences that the JIT may take for one instruction. */
void
gen_alu_pair(struct gen *g)
{
    static const uint8_t counts[] = { 32, 48, 56, 40, 0 };
    int dst = any_reg(g);

    if (one_in(g, 3)) {
        int count = counts[below(g, N_ELEMS(counts))];

        emit(g, ALU64_K(BPF_LSH, dst, count));
        emit(g, ALU64_K(one_in(g, 2) ? BPF_RSH : BPF_ARSH, dst,
                        one_in(g, 8) ? 33 : count));
    } else {
        int class = one_in(g, 2) ? BPF_ALU : BPF_ALU64;

        emit(g, INSN(class | BPF_MOV | BPF_X, dst, any_reg(g), 0, 0));
        emit(g, random_alu(g, one_in(g, 8) ? any_reg(g) : dst));
    }
}

/* A jump over one instruction, often a move. */
void
gen_select(struct gen *g)
{
    struct bpf_insn insn = random_alu(g, any_reg(g));

    if (!one_in(g, 4)) {
        insn.opcode = (one_in(g, 2) ? BPF_ALU : BPF_ALU64) | BPF_MOV
                      | BPF_SOURCE(insn.opcode);
        insn.offset = 0;
    }
    emit(g, random_jump(g));
    g->insns[g->n - 1].offset = 1;
    emit(g, insn);
}

void
gen_imm64(struct gen *g)
{
    emit_imm64(g, any_reg(g), interesting(g));
}

/* Memory. */

static int
size_bytes(int size)
{
    return size == BPF_B ? 1 : size == BPF_H ? 2 : size == BPF_W ? 4 : 8;
}

static int
random_size(struct gen *g)
{
    static const uint8_t sizes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };

    return sizes[below(g, N_ELEMS(sizes))];
}

/* Emits code that makes 'base' an address and returns an offset from it where
 * there are 'n_bytes' bytes, aligned to their number if 'aligned'.  Sets
 * '*on_stack' if the address is one on the stack: then 'base' may be r10. */
static int
emit_address(struct gen *g, int *base, int n_bytes, bool aligned,
             bool *on_stack)
{
    int size = GEN_MEM_SIZE;
    int ofs, bias;

    *on_stack = one_in(g, 3);
    if (*on_stack) {
        size = GEN_WINDOW_SIZE;
    }
    ofs = below(g, size - n_bytes + 1);
    if (aligned) {
        ofs = ofs / n_bytes * n_bytes;
    }

    if (*on_stack) {
        ofs += g->window;
        if (one_in(g, 2)) {
            *base = 10;
            return ofs;
        }
        bias = (int) below(g, 300) - 150;
        emit(g, MOV_X(*base, 10));
        emit(g, ALU64_K(BPF_ADD, *base, bias));
        return ofs - bias;
    }

    if (one_in(g, 3)) {
        /* A variable offset. */
        int other = other_reg(g, *base);
        int mask = aligned ? 0x18 : 0x1f;

        emit(g, ALU64_X(BPF_MOV, *base, other));
        emit(g, ALU64_K(BPF_AND, *base, mask));
        emit_ptr(g, other, g->memory->mem);
        emit(g, ALU64_X(BPF_ADD, *base, other));
        return below(g, 2) ? 0 : GEN_MEM_SIZE / 2;
    }

    bias = one_in(g, 2) ? 0 : (int) below(g, 65000) - 32500;
    emit_ptr(g, *base, g->memory->mem + bias);
    return ofs - bias;
}

/* Makes a number of 'reg' again if it is an address on the stack. */
static void
forget_address(struct gen *g, int reg, bool on_stack)
{
    if (on_stack && reg != 10) {
        emit(g, MOV_K(reg, (int32_t) interesting(g)));
    }
}

void
gen_load(struct gen *g)
{
    int size = random_size(g);
    int base = any_reg(g);
    int dst = one_in(g, 4) ? base : any_reg(g);
    bool is_signed = size != BPF_DW && one_in(g, 3);
    bool on_stack;
    int ofs = emit_address(g, &base, size_bytes(size), false, &on_stack);

    emit(g, is_signed ? LDSX(size, dst, base, ofs)
                      : LDX(size, dst, base, ofs));
    if (one_in(g, 4)) {
        emit(g, INSN(one_in(g, 2) ? BPF_ALU | BPF_END | BPF_X
                                  : BPF_ALU64 | BPF_END | BPF_K,
                     dst, 0, 0, 16 << below(g, 3)));
    }
    if (base != dst) {
        forget_address(g, base, on_stack);
    }
}

/* Emits code that puts the 'n_bytes' bytes at 'ofs'('base') together in 'dst',
 * in most cases correctly.  Needs as many registers in 'temps' as the number
 * of bytes can be halved. */
static void
emit_gather(struct gen *g, int dst, const int *temps, int base, int ofs,
            int n_bytes, bool big_endian)
{
    int half = n_bytes / 2;
    int class = n_bytes < 8 && one_in(g, 2) ? BPF_ALU : BPF_ALU64;
    bool low_in_dst = one_in(g, 2);
    bool low_first = one_in(g, 2);
    bool shift_at_once = one_in(g, 2);
    struct bpf_insn shift;

    if (n_bytes == 1 || (!big_endian && n_bytes < 8 && one_in(g, 8))) {
        emit(g, LDX(n_bytes == 1 ? BPF_B : n_bytes == 2 ? BPF_H : BPF_W,
                    dst, base, ofs + one_in(g, 60)));
        return;
    }
    shift = INSN(class | BPF_LSH | BPF_K, low_in_dst ? temps[0] : dst, 0, 0,
                 8 * half + one_in(g, 60));
    for (int i = 0; i < 2; i++) {
        bool is_low = (i == 0) == low_first;

        emit_gather(g, is_low == low_in_dst ? dst : temps[0], temps + 1, base,
                    is_low == big_endian ? ofs + half : ofs, half,
                    big_endian);
        if (!is_low && !i && shift_at_once) {
            emit(g, shift);
        }
    }
    if (low_first || !shift_at_once) {
        emit(g, shift);
    }
    emit(g, INSN(class | (one_in(g, 60) ? BPF_XOR : BPF_OR) | BPF_X, dst,
                 temps[0], 0, 0));
}

/* A number put together from bytes. */
void
gen_gather(struct gen *g)
{
    static const uint8_t steps[] = { 1, 2, 4, 5, 7, 8 };
    int n_bytes = 2 << below(g, 3);
    int step = steps[below(g, N_ELEMS(steps))];
    int start = below(g, 9);
    int base = any_reg(g);
    int first = base;
    bool on_stack;
    int ofs = emit_address(g, &base, 16, true, &on_stack);
    int regs[4];

    /* Distinct, and none is the address. */
    for (int i = 0; i < 4; i++) {
        regs[i] = (first + 1 + (start + i * step) % 9) % 10;
    }
    if (n_bytes == 2 && base != 10 && one_in(g, 4)) {
        emit(g, LDX(BPF_B, regs[1], base, ofs));
        emit(g, LDX(BPF_B, base, base, ofs + 1));
        emit(g, ALU64_K(BPF_LSH, base, 8));
        emit(g, ALU64_X(BPF_OR, base, regs[1]));
    } else {
        emit_gather(g, regs[0], regs + 1, base, ofs, n_bytes, one_in(g, 2));
        if (one_in(g, 4)) {
            emit(g, INSN(BPF_ALU | BPF_END | BPF_X, regs[0], 0, 0,
                         8 * n_bytes));
        }
        forget_address(g, base, on_stack);
    }

    /* The JIT looks for this. */
    for (int i = 1; i < 4; i++) {
        if (!one_in(g, 8)) {
            emit(g, MOV_K(regs[i], (int32_t) interesting(g)));
        }
    }
}

void
gen_store(struct gen *g)
{
    int size = random_size(g);
    int base = any_reg(g);
    int src = other_reg(g, base);
    bool on_stack;
    int ofs = emit_address(g, &base, size_bytes(size), false, &on_stack);

    emit(g, one_in(g, 3) ? ST(size, base, ofs, (int32_t) interesting(g))
                         : STX(size, base, ofs, src));
    forget_address(g, base, on_stack);
}

void
gen_atomic(struct gen *g)
{
    static const int32_t ops[] = {
        BPF_ADD, BPF_OR, BPF_AND, BPF_XOR,
        BPF_ADD | BPF_FETCH, BPF_OR | BPF_FETCH, BPF_AND | BPF_FETCH,
        BPF_XOR | BPF_FETCH, BPF_XCHG, BPF_CMPXCHG, BPF_CMPXCHG,
    };
    int32_t op = ops[below(g, N_ELEMS(ops))];
    int size = one_in(g, 2) ? BPF_W : BPF_DW;
    int base = any_reg(g);
    int src = other_reg(g, base);
    bool on_stack;
    int ofs = emit_address(g, &base, size_bytes(size), true, &on_stack);

    if (op == BPF_CMPXCHG && base && one_in(g, 2)) {
        /* Makes it likely that the comparison holds. */
        emit(g, LDX(size, 0, base, ofs));
    } else if (op == BPF_CMPXCHG && !base && on_stack) {
        /* r0 is the base: engines would compare with different numbers. */
        op = BPF_XCHG;
    } else if (!on_stack && one_in(g, 8)) {
        src = base;
    }
    emit(g, ATOMIC(size, base, ofs, src, op));
    forget_address(g, base, on_stack);
}

void
gen_load_packet(struct gen *g)
{
    int size = below(g, 3) * BPF_H; /* BPF_W, BPF_H, BPF_B. */

    if (!g->is_main) {
        gen_alu(g);
    } else if (one_in(g, 2)) {
        emit(g, LD_ABS(size, one_in(g, 30) ? (int32_t) interesting(g)
                             : (int32_t) below(g, GEN_PKT_SIZE - 3)));
    } else {
        int reg = any_reg(g);

        if (!one_in(g, 30)) {
            emit(g, ALU64_K(BPF_AND, reg, 31));
        }
        emit(g, LD_IND(size, reg, below(g, 28)));
    }
}

/* Calls. */

/* After a helper, r1 to r5 have no value to rely on. */
static void
emit_clobber(struct gen *g)
{
    for (int reg = 1; reg <= 5; reg++) {
        emit(g, MOV_X(reg, one_in(g, 2) ? 0 : 6 + below(g, 4)));
    }
}

static void
gen_lookup(struct gen *g)
{
    struct okobpf_map *map = g->maps[below(g, GEN_N_MAPS)];

    emit_ptr(g, 2, g->memory->mem + below(g, GEN_MEM_SIZE - 3));
    if (one_in(g, 4)) {
        /* A key in range, usually. */
        emit(g, ST(BPF_W, 2, 0, below(g, 8)));
    }
    if (one_in(g, 4)) {
        emit_ptr(g, 6, map);
        emit(g, MOV_X(1, 6));
    } else {
        emit_ptr(g, 1, map);
    }
    emit(g, CALL_HELPER(HELPER_MAP_LOOKUP));
    if (one_in(g, 4)) {
        emit(g, JMP_K(BPF_JNE, 0, 0, 1));
        emit(g, JA(1));
    } else if (one_in(g, 4)) {
        emit(g, MOV_X(7, 0));
        emit(g, JMP_K(BPF_JEQ, 0, 0, 1));
    } else {
        emit(g, JMP_K(BPF_JEQ, 0, 0, 1));
    }
    emit(g, LDX(random_size(g), 0, 0, 0));
    emit_clobber(g);
}

void
gen_helper(struct gen *g)
{
    int len = 1 + below(g, GEN_WINDOW_SIZE);
    int ofs = below(g, GEN_WINDOW_SIZE - len + 1);

    switch (below(g, 7)) {
    case 0:
        emit(g, CALL_HELPER(HELPER_TIME_GET_NS));
        emit_clobber(g);
        break;

    case 1:
        emit(g, CALL_HELPER(HELPER_GET_SLOT));
        emit_clobber(g);
        break;

    case 2:
        emit(g, MOV_X(1, 10));
        emit(g, ALU64_K(BPF_ADD, 1, g->window + ofs));
        emit(g, MOV_K(2, len));
        emit(g, CALL_HELPER(HELPER_HASH));
        emit_clobber(g);
        break;

    case 3:
        emit(g, MOV_K(1, below(g, GEN_PKT_SIZE)));
        emit(g, MOV_X(2, 10));
        emit(g, ALU64_K(BPF_ADD, 2, g->window + ofs));
        emit(g, MOV_K(3, len));
        emit(g, CALL_HELPER(HELPER_LOAD_BYTES));
        emit_clobber(g);
        break;

    case 4:
        emit(g, MOV_X(1, 10));
        emit(g, ALU64_K(BPF_ADD, 1, g->window + ofs));
        emit(g, MOV_K(2, len));
        emit(g, MOV_X(3, 1));
        emit(g, MOV_K(4, below(g, len + 1)));
        emit(g, MOV_K(5, below(g, 1000)));
        emit(g, CALL_HELPER(HELPER_CSUM_DIFF));
        emit_clobber(g);
        break;

    default:
        gen_lookup(g);
        break;
    }
}
