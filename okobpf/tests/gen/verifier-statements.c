/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "verifier-statements.h"

/* Statements: what programs do with packets, memory, and numbers, for which
 * there is verifier-statements-numbers.c.  Each is all right where what it
 * needs has been checked before, or not. */

static const uint8_t sizes[] = { BPF_B, BPF_H, BPF_W, BPF_DW };

/* One that survives calls. */
static int
saved_number(struct gen *g)
{
    return numbers[random_below(g->r, g->n_places < N_SAVED ? g->n_places
                                      : N_SAVED)];
}

static int
number_slot(struct gen *g)
{
    return number_slots[random_below(g->r, g->n_places)];
}

static int
pointer(struct gen *g)
{
    return PICK(g, pointers);
}

static int
pointer_slot(struct gen *g)
{
    return PICK(g, pointer_slots);
}

static void
emit_add(struct gen *g, int dst, int src)
{
    emit(g, BPF_ALU64 | BPF_ADD | BPF_X, dst, src, 0, 0);
}

/* Adds 'src' in one of two cases. */
static void
emit_maybe_add(struct gen *g, int dst, int src)
{
    if (once_in(g, 2)) {
        emit_add(g, dst, src);
    }
}

static void
emit_map(struct gen *g, int dst, int kind)
{
    emit(g, BPF_LD | BPF_IMM | BPF_DW, dst, kind, 0, 0);
    emit(g, 0, 0, 0, 0, 0);
}

/* Reads at 'ptr + offset'. */
static void
emit_read(struct gen *g, int ptr, int offset)
{
    emit(g, BPF_LDX | BPF_MEM | PICK(g, sizes), 0, ptr, offset, 0);
}

/* Gives up unless 'reg', a pointer or a number like END, is at most that, or
 * nearly so. */
static void
emit_check(struct gen *g, int reg)
{
    uint8_t class = (!g->end_is_pointer && once_in(g, 6) ? BPF_JMP32
                     : BPF_JMP);

    switch (random_below(g->r, 9)) {
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
        emit(g, class | jump_ops[random_below(g->r, g->end_is_pointer
                                              ? N_UNSIGNED
                                              : ARRAY_SIZE(jump_ops))]
             | BPF_X, reg, END, OUT, 0);
        break;
    case 4:
        emit(g, class | BPF_JLE | BPF_X, END, reg, OUT, 0);
        break;
    default:
        emit(g, class | BPF_JGT | BPF_X, reg, END, OUT, 0);
        break;
    }
}

/* A call has overwritten the registers that it may. */
static void
emit_restore(struct gen *g)
{
    emit(g, BPF_LDX | BPF_MEM | BPF_DW, 4, 10, number_slot(g), 0);
    emit(g, BPF_LDX | BPF_MEM | BPF_DW, 5, 10, number_slot(g), 0);
    emit(g, BPF_LDX | BPF_MEM | BPF_DW, 3, 10, pointer_slot(g), 0);
    emit_mov(g, 2, PKT);
}

/* Statements about the packet. */

void
say_check(struct gen *g)
{
    if (g->end_is_pointer) {
        emit_mov(g, 1, once_in(g, 2) ? PKT : pointer(g));
        emit_maybe_add(g, 1, number(g));
    } else {
        emit_mov(g, 1, number(g));
    }
    emit_maybe_add(g, 1, number(g));
    if (once_in(g, 2)) {
        emit_add_imm(g, 1, random_below(g->r, 16));
    }
    emit_check(g, 1);

    /* Somebody may keep it. */
    switch (random_below(g->r, 4)) {
    case 0:
        emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 1, g->end_is_pointer
             ? pointer_slot(g) : number_slot(g), 0);
        break;
    case 1:
        emit_mov(g, g->end_is_pointer ? pointer(g) : number(g),
                 1);
        break;
    default:
        break;
    }
}

/* Compares what is left of the packet. */
static void
say_rest(struct gen *g)
{
    emit_mov(g, 1, END);
    if (g->end_is_pointer) {
        emit(g, BPF_ALU64 | BPF_SUB | BPF_X, 1,
             once_in(g, 2) ? PKT : pointer(g), 0, 0);
    }
    if (!g->end_is_pointer || once_in(g, 2)) {
        emit(g, BPF_ALU64 | BPF_SUB | BPF_X, 1, number(g), 0, 0);
    }
    emit(g, jump_class(g) | PICK(g, jump_ops) | BPF_K, 1, 0, OUT,
         random_below(g->r, 20));
    if (once_in(g, 3)) {
        emit_mov(g, number(g), 1);
    }
}

void
say_pointer(struct gen *g)
{
    int ptr = pointer(g);

    emit_mov(g, ptr, once_in(g, 3) ? pointer(g) : PKT);
    emit_add(g, ptr, number(g));
    emit_maybe_add(g, ptr, number(g));
    emit_read(g, ptr, once_in(g, 3) ? random_below(g->r, 12) : 0);
}

static void
say_read(struct gen *g)
{
    if (once_in(g, 2)) {
        emit_read(g, PKT, random_below(g->r, 30));
    } else {
        emit_read(g, pointer(g), (int) random_below(g->r, 12) - 2);
    }
}

/* Goes on, and looks back. */
static void
say_advance(struct gen *g)
{
    int ptr = pointer(g);

    if (g->end_is_pointer) {
        emit_add_imm(g, ptr, 1 + random_below(g->r, 4));
        emit_check(g, ptr);
    } else {
        int reg = number(g);

        emit_add_imm(g, reg, 1 + random_below(g->r, 4));
        emit_check(g, reg);
        emit_mov(g, ptr, PKT);
        emit_add(g, ptr, reg);
    }
    emit_read(g, ptr, -1 - (int) random_below(g->r, 4));
}

static void
say_compare_pointers(struct gen *g)
{
    emit(g, BPF_JMP | jump_ops[random_below(g->r, N_UNSIGNED)] | BPF_X,
         pointer(g), pointer(g), OUT, 0);
}

/* Statements about memory. */

static void
say_spill(struct gen *g)
{
    uint8_t size = once_in(g, 4) ? BPF_W : BPF_DW;

    switch (random_below(g->r, 4)) {
    case 0:
        emit(g, BPF_STX | BPF_MEM | size, 10, number(g),
             number_slot(g), 0);
        break;
    case 1:
        emit(g, BPF_LDX | BPF_MEM | size, number(g), 10,
             number_slot(g), 0);
        break;
    case 2:
        emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, pointer(g),
             pointer_slot(g), 0);
        break;
    default:
        emit(g, BPF_LDX | BPF_MEM | BPF_DW, pointer(g), 10,
             pointer_slot(g), 0);
        break;
    }
}

/* Parts of what was spilled. */
static void
say_part(struct gen *g)
{
    int slot = once_in(g, 2) ? pointer_slot(g) : number_slot(g);
    uint8_t size = PICK(g, sizes);
    int n = (size == BPF_B ? 1 : size == BPF_H ? 2 : size == BPF_W ? 4 : 8);
    int offset = slot + n * (int) random_below(g->r, 8 / n);

    if (once_in(g, 2)) {
        emit(g, BPF_STX | BPF_MEM | size, 10, number(g), offset, 0);
    } else {
        emit(g, BPF_LDX | BPF_MEM | size, number(g), 10, offset, 0);
    }
}

/* Accesses what r1 points to. */
static void
emit_access(struct gen *g, int offset)
{
    uint8_t size = PICK(g, sizes);

    switch (random_below(g->r, 5)) {
    case 0:
        emit(g, BPF_STX | BPF_MEM | size, 1, number(g), offset, 0);
        break;
    case 1:
        emit(g, BPF_ST | BPF_MEM | size, 1, 0, offset, small_constant(g));
        break;
    case 2:
        emit(g, BPF_STX | BPF_ATOMIC | (once_in(g, 2) ? BPF_W : BPF_DW), 1,
             number(g), offset,
             once_in(g, 2) ? BPF_ADD : BPF_ADD | BPF_FETCH);
        break;
    default:
        emit(g, BPF_LDX | BPF_MEM | size, number(g), 1, offset, 0);
        break;
    }
}

static void
say_array(struct gen *g)
{
    int offset = ARRAY + 8 * (int) random_below(g->r, ARRAY_SLOTS + 2) - 8;

    emit_mov(g, 1, 10);
    if (once_in(g, 4)) {
        emit_add_imm(g, 1, small_constant(g));
    }
    emit(g, BPF_ALU64 | (once_in(g, 4) ? BPF_OR : BPF_ADD) | BPF_X, 1,
         number(g), 0, 0);
    emit_access(g, once_in(g, 4) ? offset + small_constant(g) : offset);
}

/* Accesses the stack of the caller. */
static void
say_argument(struct gen *g)
{
    if (g->in_function) {
        emit(g, BPF_LDX | BPF_MEM | BPF_DW, 1, 10, ARGUMENT, 0);
        if (once_in(g, 4)) {
            emit_add(g, 1, number(g));
        }
        if (once_in(g, 4)) {
            emit(g, BPF_STX | BPF_MEM | BPF_DW, 1, pointer(g),
                 8 * random_below(g->r, 5), 0);
        } else {
            emit_access(g, 8 * random_below(g->r, 5));
        }
    }
}

/* Looks up a value, or none. */
static void
emit_lookup(struct gen *g)
{
    emit(g, BPF_STX | BPF_MEM | BPF_W, 10, number(g), KEY, 0);
    emit_map(g, 1, BPF_PSEUDO_MAP_IDX);
    emit_mov(g, 2, 10);
    emit_add_imm(g, 2, KEY);
    emit(g, BPF_JMP | BPF_CALL, 0, 0, 0, HELPER_MAP_LOOKUP);
    emit_mov(g, 1, 0);
    emit_restore(g);
}

/* Accesses a value, perhaps one of two, which it compares with NULL as a rule.
 */
static void
say_value(struct gen *g)
{
    bool direct = once_in(g, 3);
    bool two = once_in(g, 3);

    if (direct) {
        emit_map(g, 1, BPF_PSEUDO_MAP_IDX_VALUE);
    } else {
        emit_lookup(g);
        if (two) {
            emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 1, VALUE, 0);
            emit_lookup(g);
        }
        if (!once_in(g, 6)) {
            emit(g, BPF_JMP | (once_in(g, 8) ? BPF_JNE : BPF_JEQ) | BPF_K,
                 once_in(g, 2), 0, OUT, 0);
        }
        if (two && once_in(g, 2)) {
            emit(g, BPF_LDX | BPF_MEM | BPF_DW, 1, 10, VALUE, 0);
        }
    }
    emit_maybe_add(g, 1, saved_number(g));
    emit_access(g, random_below(g->r, 64));
}

/* Accesses one of two values, which it compares with NULL by their OR. */
static void
say_either(struct gen *g)
{
    static const int slots[] = { VALUE, OTHER_VALUE };
    bool three = once_in(g, 4);

    for (int i = 0; i < 2; i++) {
        if (once_in(g, 8)) {
            emit(g, BPF_ST | BPF_MEM | BPF_DW, 10, 0, slots[i], 0);
        } else {
            emit_lookup(g);
            if (once_in(g, 8)) {
                emit(g, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, OUT, 0);
            }
            emit(g, BPF_STX | BPF_MEM | BPF_DW, 10, 1, slots[i], 0);
        }
    }
    if (three) {
        emit_lookup(g);
    } else {
        emit(g, BPF_LDX | BPF_MEM | BPF_DW, 1, 10, PICK(g, slots), 0);
    }
    for (int i = 0; i < 2; i++) {
        emit(g, BPF_LDX | BPF_MEM | BPF_DW, 0, 10, slots[i], 0);
        emit(g, BPF_ALU64 | BPF_OR | BPF_X, 1, 0, 0, 0);
    }
    if (once_in(g, 4)) {
        /* On both ways, of which the other is for programs to repair. */
        emit(g, BPF_JMP | (once_in(g, 2) ? BPF_JEQ : BPF_JNE) | BPF_K, 1, 0,
             0, 0);
    } else {
        emit(g, BPF_JMP | (once_in(g, 8) ? BPF_JNE : BPF_JEQ) | BPF_K, 1, 0,
             OUT, 0);
    }

    /* Where one is NULL, the other is not. */
    emit(g, BPF_LDX | BPF_MEM | BPF_DW, 1, 10, PICK(g, slots), 0);
    emit(g, BPF_JMP | (once_in(g, 8) ? BPF_JEQ : BPF_JNE) | BPF_K, 1, 0, 1,
         0);
    emit(g, BPF_LDX | BPF_MEM | BPF_DW, 1, 10, PICK(g, slots), 0);
    emit_access(g, random_below(g->r, 64));
}

/* Calls. */

static void
say_hash(struct gen *g)
{
    emit_mov(g, 1, once_in(g, 2) ? PKT : pointer(g));
    if (once_in(g, 3)) {
        emit_add(g, 1, saved_number(g));
    }
    switch (random_below(g->r, 3)) {
    case 0:
        emit(g, BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0,
             random_below(g->r, 13));
        break;
    case 1:
        emit_mov(g, 2, saved_number(g));
        break;
    default:
        emit_mov(g, 2, END);
        if (!once_in(g, 4)) {
            emit(g, BPF_ALU64 | BPF_SUB | BPF_X, 2,
                 g->end_is_pointer || once_in(g, 2)
                 ? 1 : saved_number(g), 0, 0);
        }
        if (once_in(g, 3)) {
            emit_add_imm(g, 2, small_constant(g));
        }
        break;
    }
    emit(g, BPF_JMP | PICK(g, jump_ops) | BPF_K, 2, 0, OUT,
         random_below(g->r, 4));
    emit(g, BPF_JMP | BPF_CALL, 0, 0, 0, HELPER_HASH);
    emit_restore(g);
}

static void
say_load_bytes(struct gen *g)
{
    emit_mov(g, 1, saved_number(g));
    emit_mov(g, 2, 10);
    emit_add_imm(g, 2, ARRAY + 8 * random_below(g->r, ARRAY_SLOTS));
    if (once_in(g, 3)) {
        emit_add(g, 2, saved_number(g));
    }
    emit_mov(g, 3, saved_number(g));
    if (once_in(g, 3)) {
        emit(g, BPF_JMP | BPF_JEQ | BPF_K, 3, 0, OUT, 0);
    }
    emit(g, BPF_JMP | PICK(g, jump_ops) | BPF_K, 3, 0, OUT,
         random_below(g->r, 24));
    emit(g, BPF_JMP | BPF_CALL, 0, 0, 0, HELPER_LOAD_BYTES);
    emit_restore(g);
}

static void
say_call(struct gen *g)
{
    if (g->in_function) {
        return;
    }
    emit_mov(g, 1, once_in(g, 3) ? pointer(g) : PKT);
    emit_mov(g, 2, END);
    for (int r = 3; r <= 4; r++) {
        if (once_in(g, 2)) {
            emit_mov(g, r, saved_number(g));
        } else {
            emit(g, BPF_ALU64 | BPF_MOV | BPF_K, r, 0, 0,
                 random_below(g->r, 16));
        }
    }
    emit_mov(g, 5, 10);
    emit_add_imm(g, 5, once_in(g, 2) ? ARRAY : number_slot(g) - 8);
    emit(g, BPF_JMP | BPF_CALL, 0, BPF_CALL_LOCAL, 0,
         CALL + random_below(g->r, N_FUNCTIONS));
    if (g->returns_pointer) {
        emit_mov(g, 1, 0);
        emit_read(g, 1, random_below(g->r, 5));
    } else {
        emit_mov(g, saved_number(g), 0);
    }
    emit_restore(g);
}

/* All. */

static void (*const statements[])(struct gen *) = {
    say_mov, say_add, say_alu, say_swap, say_and, say_extend, say_fetch,
    say_compare, say_remainder, say_shifted_down, say_check, say_rest,
    say_pointer, say_read, say_advance, say_compare_pointers, say_spill,
    say_part, say_array, say_argument, say_value, say_either, say_hash,
    say_load_bytes, say_call, say_length, say_count_down,
};

void
statements_choose(struct gen *g)
{
    g->n_places = 1 + random_below(g->r, 1 + random_below(g->r, N_NUMBERS));
    do {
        g->topics = random_u32(g->r) & random_u32(g->r)
                    & ((1u << ARRAY_SIZE(statements)) - 1);
    } while (!g->topics);
}

/* What is about the packet's bounds comes up most often. */
static void
emit_statement(struct gen *g)
{
    uint32_t i;

    switch (random_below(g->r, 6)) {
    case 0:
        say_check(g);
        break;
    case 1:
        say_pointer(g);
        break;
    default:
        do {
            i = random_below(g->r, ARRAY_SIZE(statements));
        } while (!(g->topics >> i & 1));
        statements[i](g);
        break;
    }
}

void
statements_emit(struct gen *g, int max)
{
    for (int n = 1 + random_below(g->r, max); n; n--) {
        emit_statement(g);
    }
}
