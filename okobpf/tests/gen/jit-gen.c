/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "jit-gen-state.h"

#include <string.h>

#include "jit-testlib.h"

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

#define MAX_COST 3000           /* Instructions that a program may run, */
#define MAX_COST_LARGE 20000    /* and a large one. */
#define MAX_INSNS 1024          /* Instructions of one that is not large. */
#define MAX_LOOP_DEPTH 2
#define MAX_LOOP_COUNT 4

/* Instructions that must remain for the end of a function, and for any one
 * statement. */
#define ROOM_FOR_END 64
#define ROOM_FOR_STATEMENT 48

static void
gen_local_call(struct gen *g)
{
    int callee = g->func + 1 + below(g, MAX_FUNCS);

    if (callee < g->n_funcs
        && g->cost + g->costs[callee] * g->multiplicity < g->max_cost / 2) {
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
        || g->cost + 100 * multiplicity * n > g->max_cost / 2) {
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
    } else if (kind < 58) {
        gen_load(g);
    } else if (kind < 60) {
        gen_gather(g);
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
        if (g->n + ROOM_FOR_STATEMENT + ROOM_FOR_END * 2 > g->max_insns
            || g->cost > g->max_cost) {
            break;
        }
        land_jumps(g, g->landing);
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
    static struct bpf_insn body[GEN_MAX_INSNS];
    struct gen g = {
        .random = { seed },
        .memory = memory,
        .maps = maps,
        .insns = body,
    };
    uint32_t main_n;
    bool large = one_in(&g, 200);

    g.max_insns = large ? GEN_MAX_INSNS : MAX_INSNS;
    g.max_cost = large ? MAX_COST_LARGE : MAX_COST;
    g.landing = large && one_in(&g, 2) ? 200 : 4;

    /* Callees before callers, so that the cost of a call is known.  All but
     * main() share half of the room. */
    g.n_funcs = one_in(&g, 2) ? 1 : 1 + below(&g, MAX_FUNCS);
    for (g.func = g.n_funcs - 1; g.func > 0; g.func--) {
        if (g.n > g.max_insns / 2) {
            g.costs[g.func] = g.max_cost; /* Not there, not called. */
            g.first[g.func] = UINT32_MAX;
        } else {
            gen_func(&g, below(&g, 12));
        }
    }
    main_n = g.n;
    gen_func(&g, 4 + below(&g, large ? 3000 : one_in(&g, 8) ? 100 : 30));

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
    struct gen g = { .random = { ~seed } };
    uint8_t *p = (uint8_t *) memory;

    memset(memory, 0, sizeof *memory);
    for (size_t i = 0; i < GEN_MEM_SIZE; i += 8) {
        uint64_t x = interesting(&g);

        memcpy(p + i, &x, sizeof x);
    }
    for (int i = 0; i < GEN_PKT_SIZE; i++) {
        memory->pkt[i] = random_u64(&g.random);
    }
}
