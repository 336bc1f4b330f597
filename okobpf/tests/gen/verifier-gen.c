/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "verifier-mutate.h"

const struct map_spec vgen_maps[VGEN_N_MAPS] = {
    {
        .name = (char *) "array",
        .type = OKOBPF_MAP_ARRAY,
        .key_size = 4,
        .value_size = 64,
        .max_entries = 4,
    }, {
        .name = (char *) "hash",
        .type = OKOBPF_MAP_HASH,
        .key_size = 4,
        .value_size = 64,
        .max_entries = 16,
    },
};

/* Generation.
 *
 * A generated program keeps the packet in r6, its length or end in r7, and
 * numbers in r8 and r9 and in the stack's first four slots.  It is made of
 * phrases that each do what a program would, or nearly. */

#define PKT 6
#define END 7
#define OUT 0x7fff              /* Offset of jumps to the end. */

struct gen {
    struct random *r;
    struct bpf_insn *insns;
    uint32_t n;
    bool end_is_pointer;
    bool calls;
};

static void
emit(struct gen *g, uint8_t opcode, int dst, int src, int offset, int32_t imm)
{
    if (g->n < VGEN_MAX_INSNS) {
        g->insns[g->n++] = insn_make(opcode, dst, src, offset, imm);
    }
}

static void
emit_mov(struct gen *g, int dst, int src)
{
    emit(g, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

static void
emit_add(struct gen *g, int dst, int32_t imm)
{
    emit(g, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, imm);
}

static int
number(struct gen *g)
{
    return 8 + random_below(g->r, 2);
}

/* With a small chance, something else than 'x'. */
static int
nearly(struct gen *g, int x)
{
    return random_u32(g->r) % 8 ? x : x + (int) random_below(g->r, 5) - 2;
}

/* Jumps away unless 'reg', a number or a pointer, is at most the end. */
static void
emit_check(struct gen *g, int reg)
{
    bool narrow = !g->end_is_pointer && random_u32(g->r) % 4 == 0;
    uint8_t class = narrow ? BPF_JMP32 : BPF_JMP;

    switch (random_below(g->r, 8)) {
    case 0:
        emit(g, class | BPF_JLT | BPF_X, END, reg, OUT, 0);
        break;
    case 1:
        emit(g, class | BPF_JGE | BPF_X, reg, END, OUT, 0);
        break;
    case 2:
        emit(g, class | BPF_JLE | BPF_X, reg, END, 1, 0);
        emit(g, BPF_JMP | BPF_JA, 0, 0, OUT, 0);
        break;
    case 3:
        emit(g, class | PICK(g->r, jump_ops) | BPF_X, reg, END, OUT, 0);
        break;
    default:
        emit(g, class | BPF_JGT | BPF_X, reg, END, OUT, 0);
        break;
    }
}

static void
phrase_check(struct gen *g)
{
    int len = random_below(g->r, 64);

    if (g->end_is_pointer) {
        emit_mov(g, 3, PKT);
        emit_add(g, 3, len);
        emit_check(g, 3);
    } else if (random_u32(g->r) % 2) {
        emit(g, BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, len);
        emit_check(g, 3);
    } else {
        emit(g, BPF_JMP | (random_u32(g->r) % 6 ? BPF_JLT : BPF_JSLT), END, 0,
             OUT, len);
    }
}

static void
phrase_load(struct gen *g)
{
    emit(g, BPF_LDX | BPF_MEM | PICK(g->r, sizes), number(g), PKT,
         random_below(g->r, 48), 0);
}

static void
phrase_bound(struct gen *g)
{
    static const int32_t masks[] = { 1, 3, 7, 15, 31, 60, 63, 0xff };
    uint8_t class = random_u32(g->r) % 3 ? BPF_ALU64 : BPF_ALU;

    switch (random_below(g->r, 10)) {
    case 8: {
        /* The same by a multiplication. */
        int reg = number(g);
        int divisor = nearly(g, 3 + random_below(g->r, 62));
        int shift = 8 + random_below(g->r, 27);
        int64_t factor = (INT64_C(1) << shift) / divisor + 1;

        emit(g, class | BPF_MOV | BPF_X, 3, reg, 0, 0);
        emit(g, class | BPF_MUL | BPF_K, 3, 0, 0,
             nearly(g, factor > INT32_MAX ? 205 : (int) factor));
        emit(g, class | BPF_RSH | BPF_K, 3, 0, 0,
             class == BPF_ALU ? shift % 32 : shift);
        emit(g, class | BPF_MUL | BPF_K, 3, 0, 0, nearly(g, divisor));
        emit(g, class | BPF_SUB | BPF_X, reg, 3, 0, 0);
        break;
    }
    case 9: {
        /* A bound of a quotient. */
        int reg = number(g);

        emit(g, class | BPF_MOV | BPF_X, 3, reg, 0, 0);
        emit(g, class | BPF_RSH | BPF_K, 3, 0, 0, random_below(g->r, 8));
        emit(g, (class == BPF_ALU ? BPF_JMP32 : BPF_JMP)
             | PICK(g->r, jump_ops), 3, 0, OUT, random_below(g->r, 9));
        break;
    }
    case 6: {
        /* A remainder as compilers compute it, or nearly. */
        int reg = number(g);
        int divisor = 2 + random_below(g->r, 63);

        emit(g, class | BPF_MOV | BPF_X, 3, reg, 0, 0);
        emit(g, class | BPF_DIV | BPF_K, 3, 0, 0, divisor);
        emit(g, class | BPF_MUL | BPF_K, 3, 0, 0, nearly(g, divisor));
        emit(g, class | BPF_SUB | BPF_X, reg, 3, 0, 0);
        break;
    }
    case 0:
        emit(g, class | BPF_MOD | BPF_K, number(g), 0, 0,
             1 + random_below(g->r, 64));
        break;
    case 1:
        emit(g, class | BPF_RSH | BPF_K, number(g), 0, 0,
             random_below(g->r, 32));
        break;
    case 2:
        emit(g, (class == BPF_ALU ? BPF_JMP32 : BPF_JMP)
             | PICK(g->r, jump_ops), number(g), 0, OUT,
             random_below(g->r, 70));
        break;
    case 3: {
        int reg = number(g);

        emit(g, BPF_ALU64 | BPF_LSH | BPF_K, reg, 0, 0, 32);
        emit(g, BPF_ALU64 | (random_u32(g->r) % 2 ? BPF_RSH : BPF_ARSH), reg,
             0, 0, 32);
        break;
    }
    default:
        emit(g, class | BPF_AND | BPF_K, number(g), 0, 0, PICK(g->r, masks));
        break;
    }
}

static void
phrase_alu(struct gen *g)
{
    struct bpf_insn insn = vgen_alu(g->r, number(g), number(g));

    emit(g, insn.opcode, bpf_dst(&insn), bpf_src(&insn), insn.offset,
         insn.imm);
}

/* Reads at a variable offset, which it checks before or after it makes the
 * pointer. */
static void
phrase_variable(struct gen *g)
{
    int len = 1 + random_below(g->r, 24);
    int reg = number(g);
    bool first = random_u32(g->r) % 2;
    bool two = random_u32(g->r) % 4 == 0;

    for (int i = 0; i < 2; i++) {
        if (first == (i == 0)) {
            emit_mov(g, 4, PKT);
            emit(g, BPF_ALU64 | BPF_ADD | BPF_X, 4, reg, 0, 0);
            if (two) {
                emit(g, BPF_ALU64 | BPF_ADD | BPF_X, 4, 17 - reg, 0, 0);
            }
        } else if (!g->end_is_pointer) {
            emit_mov(g, 5, random_u32(g->r) % 8 ? reg : number(g));
            if (two) {
                emit(g, BPF_ALU64 | BPF_ADD | BPF_X, 5, 17 - reg, 0, 0);
            }
            emit(g, (random_u32(g->r) % 4 ? BPF_ALU64 : BPF_ALU) | BPF_ADD,
                 5, 0, 0, len);
            emit_check(g, 5);
        }
    }
    if (g->end_is_pointer) {
        emit_mov(g, 5, 4);
        emit_add(g, 5, len);
        emit_check(g, 5);
    }
    uint8_t size = PICK(g->r, sizes);
    int bytes = (size == BPF_B ? 1 : size == BPF_H ? 2 : size == BPF_W ? 4
                 : 8);
    emit(g, BPF_LDX | BPF_MEM | size, random_u32(g->r) % 2 ? 0 : number(g), 4,
         nearly(g, len > bytes ? len - bytes : 0), 0);
}

/* Checks the sum of two numbers, bounds one of them from below, and reads at
 * the other one. */
static void
phrase_part(struct gen *g)
{
    int len = random_below(g->r, 4);
    int low = random_below(g->r, 20);
    int reg = number(g);
    bool first = random_u32(g->r) % 2;
    uint8_t class = random_u32(g->r) % 4 ? BPF_JMP : BPF_JMP32;
    uint8_t op = random_u32(g->r) % 4 ? BPF_JLT : PICK(g->r, jump_ops);

    if (first) {
        emit(g, class | op | BPF_K, 17 - reg, 0, OUT, low);
    }
    if (g->end_is_pointer) {
        emit_mov(g, 5, PKT);
        emit(g, BPF_ALU64 | BPF_ADD | BPF_X, 5, reg, 0, 0);
    } else {
        emit_mov(g, 5, reg);
    }
    emit(g, (g->end_is_pointer || random_u32(g->r) % 4 ? BPF_ALU64 : BPF_ALU)
         | BPF_ADD | BPF_X, 5, 17 - reg, 0, 0);
    emit_add(g, 5, len);
    emit_check(g, 5);
    if (!first) {
        emit(g, class | op | BPF_K, 17 - reg, 0, OUT, low);
    }
    emit_mov(g, 4, PKT);
    emit(g, BPF_ALU64 | BPF_ADD | BPF_X, 4, reg, 0, 0);
    emit(g, BPF_LDX | BPF_MEM | BPF_B, random_u32(g->r) % 2 ? 0 : number(g), 4,
         nearly(g, len + low - 1), 0);
}

static void
phrase_stack(struct gen *g)
{
    static const int32_t masks[] = { 1, 7, 8, 12, 15, 16, 24, 28, 30, 31 };
    int slot = -8 * (1 + (int) random_below(g->r, 4));
    int ofs = random_u32(g->r) % 4 ? 0 : 4;

    if (random_u32(g->r) % 3 == 0) {
        /* At a variable offset. */
        uint8_t size = PICK(g->r, sizes);

        emit_mov(g, 3, number(g));
        emit(g, BPF_ALU64 | BPF_AND | BPF_K, 3, 0, 0, PICK(g->r, masks));
        emit_mov(g, 4, 10);
        emit(g, BPF_ALU64 | (random_u32(g->r) % 4 ? BPF_ADD : BPF_SUB)
             | BPF_X, 4, 3, 0, 0);
        if (random_u32(g->r) % 2) {
            emit(g, BPF_STX | BPF_MEM | size, 4, nearly(g, number(g)), slot,
                 0);
        } else {
            emit(g, BPF_LDX | BPF_MEM | size, number(g), 4, slot, 0);
        }
        return;
    }
    if (random_u32(g->r) % 2) {
        emit(g, BPF_STX | BPF_MEM | (ofs ? BPF_W : BPF_DW), 10, number(g),
             slot + ofs, 0);
    } else {
        emit(g, BPF_LDX | BPF_MEM | (ofs ? BPF_W : BPF_DW), number(g), 10,
             slot + ofs, 0);
    }
}

static void
phrase_map(struct gen *g)
{
    int reg = number(g);

    emit(g, BPF_STX | BPF_MEM | BPF_W, 10, reg, -40, 0);
    emit_mov(g, 2, 10);
    emit_add(g, 2, -40);
    emit(g, BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_IDX, 0,
         random_below(g->r, VGEN_N_MAPS));
    emit(g, 0, 0, 0, 0, 0);
    emit(g, BPF_JMP | BPF_CALL, 0, 0, 0, HELPER_MAP_LOOKUP);
    if (random_u32(g->r) % 16) {
        emit(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, OUT, 0);
    }
    if (random_u32(g->r) % 2) {
        emit(g, BPF_ALU64 | (random_u32(g->r) % 4 ? BPF_ADD : BPF_SUB) | BPF_X,
             0, reg, 0, 0);
        emit(g, BPF_LDX | BPF_MEM | BPF_B, number(g), 0,
             nearly(g, random_below(g->r, 64)), 0);
    } else {
        emit(g, BPF_STX | BPF_MEM | BPF_DW, 0, number(g),
             8 * random_below(g->r, 9), 0);
    }
    emit(g, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
}

static void phrase(struct gen *, int level);

/* Phrases on one of two paths only. */
static void
phrase_branch(struct gen *g, int level)
{
    struct bpf_insn insn = vgen_jump(g->r, number(g), number(g), 0);
    uint32_t at = g->n;
    int n = 1 + random_below(g->r, 3);

    emit(g, insn.opcode, bpf_dst(&insn), bpf_src(&insn), 0, insn.imm);
    for (int i = 0; i < n; i++) {
        phrase(g, level + 1);
    }
    if (at < g->n) {
        g->insns[at].offset = g->n - at - 1;
    }
}

/* Phrases, several times: the counter is on the stack. */
static void
phrase_loop(struct gen *g, int level)
{
    int n = 1 + random_below(g->r, 2);
    uint32_t start;

    emit(g, BPF_ST | BPF_MEM | BPF_DW, 10, 0, -48, 0);
    start = g->n;
    for (int i = 0; i < n; i++) {
        phrase(g, level + 2);
    }
    emit(g, BPF_LDX | BPF_MEM | BPF_DW, 3, 10, -48, 0);
    emit_add(g, 3, 1);
    emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 3, -48, 0);
    emit(g, BPF_JMP | BPF_JLT | BPF_K, 3, 0, (int) start - (int) g->n - 1,
         1 + random_below(g->r, 6));
}

static void
phrase(struct gen *g, int level)
{
    switch (random_below(g->r, level < 3 ? 20 : 16)) {
    case 0: case 1:
        phrase_check(g);
        break;
    case 2: case 3: case 4:
        phrase_load(g);
        break;
    case 5: case 6: case 7:
        phrase_bound(g);
        break;
    case 8:
        phrase_alu(g);
        break;
    case 9: case 10:
        phrase_variable(g);
        break;
    case 11:
        phrase_part(g);
        break;
    case 12:
        phrase_stack(g);
        break;
    case 13:
        phrase_map(g);
        break;
    case 14:
        emit_mov(g, number(g), number(g));
        break;
    case 15:
        g->calls = true;
        emit_mov(g, 1, number(g));
        emit_mov(g, 2, number(g));
        emit(g, BPF_JMP | BPF_CALL, 0, BPF_CALL_LOCAL, 0, OUT);
        emit_mov(g, number(g), 0);
        break;
    case 16:
        phrase_loop(g, level);
        break;
    default:
        phrase_branch(g, level);
        break;
    }
}

uint32_t
vgen_program(struct random *r, enum okobpf_abi abi, struct bpf_insn *insns)
{
    struct gen g = { .r = r, .insns = insns };
    int n = 2 + random_below(r, 12);

    if (abi == OKOBPF_ABI_PACKET) {
        emit_mov(&g, PKT, 1);
        emit_mov(&g, END, 2);
        emit(&g, BPF_ALU64 | BPF_MOV | BPF_K, 8, 0, 0, random_below(r, 40));
    } else {
        g.end_is_pointer = true;
        emit(&g, BPF_LDX | BPF_MEM | BPF_DW, PKT, 1, 0, 0);
        emit(&g, BPF_LDX | BPF_MEM | BPF_DW, END, 1, 8, 0);
        emit(&g, BPF_ALU64 | BPF_MOV | BPF_K, 8, 0, 0, 14);
    }
    emit(&g, BPF_ALU64 | BPF_MOV | BPF_K, 9, 0, 0, random_below(r, 8));
    emit(&g, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
    for (int i = 1; i <= 4; i++) {
        emit(&g, BPF_STX | BPF_MEM | BPF_DW, 10, 8 + i % 2, -8 * i, 0);
    }
    phrase_check(&g);
    for (int i = 0; i < n && g.n < VGEN_MAX_INSNS - 80; i++) {
        phrase(&g, 0);
    }

    /* The end, and the function. */
    uint32_t out = g.n;
    emit_mov(&g, 0, 8);
    emit(&g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
    uint32_t function = g.n;
    if (g.calls) {
        emit_mov(&g, 0, 1);
        emit(&g, BPF_JMP | PICK(r, jump_ops) | BPF_K, 2, 0, 1,
             random_below(r, 40));
        emit(&g, BPF_ALU64 | BPF_AND | BPF_K, 0, 0, 0, 31);
        emit(&g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
    }
    for (uint32_t i = 0; i < g.n; i++) {
        struct bpf_insn *insn = &insns[i];
        int class = BPF_CLASS(insn->opcode);

        if (is_wide(insn)) {
            i++;
        } else if (insn->opcode == (BPF_JMP | BPF_CALL)) {
            if (bpf_src(insn) == BPF_CALL_LOCAL) {
                insn->imm = (int) function - (int) i - 1;
            }
        } else if ((class == BPF_JMP || class == BPF_JMP32)
                   && insn->offset == OUT) {
            insn->offset = out - i - 1;
        }
    }
    return g.n;
}
