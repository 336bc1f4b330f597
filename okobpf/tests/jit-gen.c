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

#include "jit-gen.h"

#include <string.h>

#include "jit-test.h"

/* The generator.
 *
 * A program is a main() and up to MAX_FUNCS - 1 more functions, each of which
 * calls only later ones.  A function is a list of statements: short sequences
 * of instructions that control enters at the beginning only.  Between
 * statements, all registers but r10 hold numbers that are the same in every
 * engine.  Addresses of the shared memory are such numbers, as engines work on
 * the same memory one after the other; addresses on the stack are not, and a
 * statement that makes one destroys it.
 *
 * Hence jumps may go forward to any later statement of the function.  They go
 * back at the end of a loop, which counts down a number on the stack that no
 * other statement touches, and ends unless it is positive: a jump into a loop
 * does no harm. */

#define MAX_FUNCS 8
#define MAX_PENDING 16          /* Jumps that have no target yet. */
#define MAX_COST 3000           /* Instructions that a program may run. */
#define MAX_LOOP_DEPTH 2
#define MAX_LOOP_COUNT 4

/* Instructions that must remain for the end of a function, and for any one
 * statement. */
#define ROOM_FOR_END 64
#define ROOM_FOR_STATEMENT 40

struct gen {
    uint64_t random;
    struct gen_memory *memory;
    struct okobpf_map **maps;
    struct bpf_insn *insns;
    uint32_t n;

    /* Current function. */
    bool is_main;
    int window;                 /* The part of the frame it uses begins at
                                 * r10 + window. */
    uint32_t pending[MAX_PENDING];
    int n_pending;
    int loop_depth;
    uint32_t multiplicity;      /* How often the current statement may run. */
    uint32_t cost;              /* Of the function, so far. */

    /* Functions.  Those that may be called are not placed yet: calls have the
     * number of the function in 'imm' until the end. */
    int n_funcs;
    int func;                   /* Number of the current one. */
    uint32_t costs[MAX_FUNCS];
    uint32_t first[MAX_FUNCS];
    bool called[MAX_FUNCS];
};

static uint64_t
random_u64(struct gen *g)
{
    /* splitmix64: public domain, Sebastiano Vigna. */
    uint64_t x = g->random += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Returns a number less than 'n'. */
static uint32_t
below(struct gen *g, uint32_t n)
{
    return (random_u64(g) >> 32) * n >> 32;
}

static bool
one_in(struct gen *g, uint32_t n)
{
    return !below(g, n);
}

/* Returns a number, more often than not one on which operations tend to go
 * wrong. */
static uint64_t
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
        return random_u64(g) << 32;
    case 6:
        return (uint32_t) random_u64(g);
    default:
        return random_u64(g);
    }
}

static int
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

static void
emit(struct gen *g, struct bpf_insn insn)
{
    g->insns[g->n++] = insn;
    g->cost += g->multiplicity;
}

static void
emit_imm64(struct gen *g, int reg, uint64_t imm)
{
    struct bpf_insn insns[] = { LD_IMM64(reg, imm) };

    emit(g, insns[0]);
    emit(g, insns[1]);
}

static void
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

static void
gen_alu(struct gen *g)
{
    emit(g, random_alu(g, any_reg(g)));
}

/* Returns a conditional jump without its offset. */
static struct bpf_insn
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
static void
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
static void
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

static void
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

static void
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

static void
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

static void
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

static void
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

static void
gen_helper(struct gen *g)
{
    int len = 1 + below(g, GEN_WINDOW_SIZE);
    int ofs = below(g, GEN_WINDOW_SIZE - len + 1);

    switch (below(g, 6)) {
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

    default:
        gen_lookup(g);
        break;
    }
}

static void
gen_local_call(struct gen *g)
{
    int callee = g->func + 1 + below(g, MAX_FUNCS);

    if (callee < g->n_funcs
        && g->cost + g->costs[callee] * g->multiplicity < MAX_COST / 2) {
        emit(g, CALL_LOCAL(callee));
        g->cost += g->costs[callee] * g->multiplicity;
        g->called[callee] = true;
    } else {
        gen_alu(g);
    }
}

/* Jumps. */

/* A jump to a later statement or, rarely, an exit unless a condition holds. */
static void
gen_jump(struct gen *g)
{
    if (one_in(g, 20)) {
        emit(g, random_jump(g));
        g->insns[g->n - 1].offset = 1;
        emit(g, EXIT());
    } else if (g->n_pending < MAX_PENDING) {
        g->pending[g->n_pending++] = g->n;
        emit(g, one_in(g, 16) ? JA(0) : one_in(g, 16) ? GOTOL(0)
                : random_jump(g));
    }
}

/* Makes jumps that wait for a target lead here: each with a chance of one in
 * 'n'. */
static void
land_jumps(struct gen *g, uint32_t n)
{
    int i = 0;

    while (i < g->n_pending) {
        if (one_in(g, n)) {
            uint32_t from = g->pending[i];
            struct bpf_insn *insn = &g->insns[from];

            if (insn->opcode == (BPF_JMP32 | BPF_JA)) {
                insn->imm = g->n - from - 1;
            } else {
                insn->offset = g->n - from - 1;
            }
            g->pending[i] = g->pending[--g->n_pending];
        } else {
            i++;
        }
    }
}

static void gen_statements(struct gen *, uint32_t n);

static void
gen_loop(struct gen *g)
{
    int32_t n = 1 + below(g, MAX_LOOP_COUNT);
    uint32_t multiplicity = g->multiplicity;
    int counter = g->window - 8 * (1 + g->loop_depth);
    int reg = any_reg(g);
    uint32_t start;

    if (g->loop_depth >= MAX_LOOP_DEPTH
        || g->cost + 100 * multiplicity * n > MAX_COST / 2) {
        gen_alu(g);
        return;
    }
    emit(g, ST(BPF_DW, 10, counter, n));
    g->loop_depth++;
    g->multiplicity *= n;
    start = g->n;
    gen_statements(g, 1 + below(g, 6));
    emit(g, LDX(BPF_DW, reg, 10, counter));
    emit(g, ALU64_K(BPF_ADD, reg, -1));
    emit(g, STX(BPF_DW, 10, counter, reg));
    emit(g, JMP_K(BPF_JSGT, reg, 0, 0));
    g->insns[g->n - 1].offset = (int32_t) start - (int32_t) g->n;
    g->multiplicity = multiplicity;
    g->loop_depth--;
}

static void
gen_statement(struct gen *g)
{
    uint32_t kind = below(g, 100);

    if (kind < 30) {
        gen_alu(g);
    } else if (kind < 42) {
        gen_alu_pair(g);
    } else if (kind < 46) {
        gen_select(g);
    } else if (kind < 50) {
        gen_imm64(g);
    } else if (kind < 60) {
        gen_load(g);
    } else if (kind < 68) {
        gen_store(g);
    } else if (kind < 74) {
        gen_atomic(g);
    } else if (kind < 77) {
        gen_load_packet(g);
    } else if (kind < 80) {
        gen_helper(g);
    } else if (kind < 84) {
        gen_local_call(g);
    } else if (kind < 97) {
        gen_jump(g);
    } else {
        gen_loop(g);
    }
}

static void
gen_statements(struct gen *g, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (g->n + ROOM_FOR_STATEMENT + ROOM_FOR_END * 2 > GEN_MAX_INSNS
            || g->cost > MAX_COST) {
            break;
        }
        land_jumps(g, 4);
        gen_statement(g);
    }
}

/* Emits code that copies all registers and the stack to where the test
 * compares them, and returns r0. */
static void
emit_dump(struct gen *g)
{
    int spill = g->window - 8;

    emit(g, STX(BPF_DW, 10, spill, 0));
    emit_ptr(g, 0, g->memory->regs);
    for (int reg = 1; reg < 10; reg++) {
        emit(g, STX(BPF_DW, 0, 8 * reg, reg));
    }
    emit(g, LDX(BPF_DW, 1, 10, spill));
    emit(g, STX(BPF_DW, 0, 0, 1));
    emit_ptr(g, 0, g->memory->stack);
    for (int ofs = 0; ofs < GEN_WINDOW_SIZE; ofs += 8) {
        emit(g, LDX(BPF_DW, 2, 10, g->window + ofs));
        emit(g, STX(BPF_DW, 0, ofs, 2));
    }
    emit(g, MOV_X(0, 1));
}

static void
gen_func(struct gen *g, uint32_t n_statements)
{
    g->is_main = !g->func;
    g->first[g->func] = g->n;
    g->cost = 0;
    g->multiplicity = 1;

    /* Loop counters are below the window. */
    g->window = -GEN_WINDOW_SIZE - 8 * below(g, (BPF_STACK_SIZE
                                                 - GEN_WINDOW_SIZE) / 8
                                                - MAX_LOOP_DEPTH);
    if (g->is_main) {
        for (int reg = 0; reg < 10; reg++) {
            emit_imm64(g, reg, interesting(g));
        }
    }
    for (int ofs = -8 * MAX_LOOP_DEPTH; ofs < GEN_WINDOW_SIZE; ofs += 8) {
        emit(g, ST(BPF_DW, 10, g->window + ofs,
                   ofs < 0 ? 0 : (int32_t) interesting(g)));
    }
    gen_statements(g, n_statements);
    land_jumps(g, 1);
    if (g->is_main) {
        /* All code must be reachable. */
        for (int callee = 1; callee < g->n_funcs; callee++) {
            if (!g->called[callee] && g->first[callee] != UINT32_MAX) {
                emit(g, CALL_LOCAL(callee));
            }
        }
        emit_dump(g);
    }
    emit(g, EXIT());
    g->costs[g->func] = g->cost;
}

uint32_t
gen_program(uint64_t seed, struct gen_memory *memory,
            struct okobpf_map *maps[GEN_N_MAPS],
            struct bpf_insn insns[GEN_MAX_INSNS])
{
    struct bpf_insn body[GEN_MAX_INSNS];
    struct gen g = {
        .random = seed,
        .memory = memory,
        .maps = maps,
        .insns = body,
    };
    uint32_t main_n;

    /* Callees before callers, so that the cost of a call is known.  All but
     * main() share half of the room. */
    g.n_funcs = one_in(&g, 2) ? 1 : 1 + below(&g, MAX_FUNCS);
    for (g.func = g.n_funcs - 1; g.func > 0; g.func--) {
        if (g.n > GEN_MAX_INSNS / 2) {
            g.costs[g.func] = MAX_COST; /* Not there, not called. */
            g.first[g.func] = UINT32_MAX;
        } else {
            gen_func(&g, below(&g, 12));
        }
    }
    main_n = g.n;
    gen_func(&g, 4 + below(&g, one_in(&g, 8) ? 100 : 30));

    /* main() comes first. */
    memcpy(insns, &body[main_n], (g.n - main_n) * sizeof *insns);
    memcpy(&insns[g.n - main_n], body, main_n * sizeof *insns);
    for (uint32_t i = 0; i < g.n; i++) {
        struct bpf_insn *insn = &insns[i];

        if (insn->opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            i++;
        } else if (insn->opcode == (BPF_JMP | BPF_CALL)
                   && bpf_src(insn) == BPF_CALL_LOCAL) {
            insn->imm = g.first[insn->imm] + (g.n - main_n) - (i + 1);
        }
    }
    return g.n;
}

void
gen_memory(uint64_t seed, struct gen_memory *memory)
{
    struct gen g = { .random = ~seed };
    uint8_t *p = (uint8_t *) memory;

    memset(memory, 0, sizeof *memory);
    for (size_t i = 0; i < GEN_MEM_SIZE; i += 8) {
        uint64_t x = interesting(&g);

        memcpy(p + i, &x, sizeof x);
    }
    for (int i = 0; i < GEN_PKT_SIZE; i++) {
        memory->pkt[i] = random_u64(&g);
    }
}
