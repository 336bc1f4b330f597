/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "verifier-statements.h"

/* Statements about lengths: differences of pointers in all the ways in which
 * compilers compute them, what is left of the packet, and what is taken off
 * it. */

static int
pointer(struct gen *g)
{
    return PICK(g, pointers);
}

/* Often 64 bits, but as often as not the 'usual' ones. */
static uint8_t
usual_class(struct gen *g, uint8_t usual)
{
    return once_in(g, 12) ? alu_class(g) : usual;
}

/* Makes r1 the number of bytes from 'ptr' to the end, or nearly so. */
static void
emit_length(struct gen *g, int ptr)
{
    uint8_t class = alu_class(g);
    bool swapped = once_in(g, 12);

    if (!g->end_is_pointer) {
        emit(g, class | BPF_MOV | BPF_X, 1, END, 0, 0);
        return;
    }
    switch (random_below(g->r, 3)) {
    case 0:
        /* end + ~ptr + 1. */
        emit(g, usual_class(g, class) | BPF_MOV | BPF_X, 1,
             swapped ? END : ptr, 0, 0);
        if (once_in(g, 4)) {
            emit(g, usual_class(g, class) | BPF_NEG, 1, 0, 0, 0);
        } else {
            emit(g, usual_class(g, class) | BPF_XOR | BPF_K, 1, 0, 0,
                 once_in(g, 16) ? 1 : -1);
            if (!once_in(g, 3)) {
                emit(g, usual_class(g, class) | BPF_ADD | BPF_K, 1, 0, 0, 1);
            }
        }
        emit(g, usual_class(g, class) | BPF_ADD | BPF_X, 1,
             once_in(g, 12) ? ptr : END, 0, 0);
        break;
    case 1:
        /* Of pointers that have moved before. */
        emit(g, usual_class(g, class) | BPF_MOV | BPF_X, 1,
             swapped ? ptr : END, 0, 0);
        emit(g, usual_class(g, class) | BPF_ADD | BPF_K, 1, 0, 0,
             small_constant(g));
        if (once_in(g, 3)) {
            emit(g, usual_class(g, class) | BPF_SUB | BPF_X, 1, number(g), 0,
                 0);
        }
        emit(g, usual_class(g, class) | BPF_SUB | BPF_X, 1,
             swapped ? END : ptr, 0, 0);
        break;
    default:
        emit(g, usual_class(g, class) | BPF_MOV | BPF_X, 1,
             swapped ? ptr : END, 0, 0);
        emit(g, usual_class(g, class) | BPF_SUB | BPF_X, 1,
             swapped ? END : ptr, 0, 0);
        break;
    }
}

/* Makes of a number one that is not larger. */
static void
emit_less(struct gen *g, int reg)
{
    static const int masks[] = { 0xffff, 0x7fff, 63, 31, 28, 15, 0xff, ~3 };
    uint8_t class = alu_class(g);

    switch (random_below(g->r, 5)) {
    case 0:
        emit(g, class | BPF_RSH | BPF_K, reg, 0, 0, random_below(g->r, 4));
        break;
    case 1:
        emit(g, class | BPF_DIV | BPF_K, reg, 0, 0, 1 + random_below(g->r, 8));
        break;
    case 2:
        emit(g, class | BPF_MOD | BPF_K, reg, 0, 0,
             1 + random_below(g->r, 64));
        break;
    default:
        emit(g, class | BPF_AND | BPF_K, reg, 0, 0, PICK(g, masks));
        break;
    }
}

/* Gives up unless 'reg' is at least 'n', or nearly so. */
static void
emit_at_least(struct gen *g, int reg, int n)
{
    uint8_t class = jump_class(g);

    if (once_in(g, 8)) {
        emit(g, class | PICK(g, jump_ops) | BPF_K, reg, 0, OUT, n);
    } else {
        emit(g, class | (once_in(g, 4) ? BPF_JSLT : BPF_JLT) | BPF_K, reg, 0,
             OUT, n);
    }
}

/* Keeps a length, or part of one, and compares it. */
void
say_length(struct gen *g)
{
    int reg = number(g);

    emit_length(g, once_in(g, 2) ? PKT : pointer(g));
    if (!g->end_is_pointer && once_in(g, 2)) {
        emit(g, alu_class(g) | BPF_SUB | BPF_X, 1, number(g), 0, 0);
    }
    if (once_in(g, 2)) {
        emit_less(g, 1);
    }
    emit(g, alu_class(g) | BPF_MOV | BPF_X, reg, 1, 0, 0);
    if (once_in(g, 3)) {
        emit_less(g, reg);
    }
    if (once_in(g, 2)) {
        emit_at_least(g, once_in(g, 3) ? 1 : reg, random_below(g->r, 24));
    } else {
        emit(g, jump_class(g) | PICK(g, jump_ops) | BPF_X, reg, number(g),
             OUT, 0);
    }
    if (once_in(g, 2)) {
        emit(g, BPF_LDX | BPF_MEM | BPF_B, 0, once_in(g, 2) ? PKT
             : pointer(g), random_below(g->r, 24), 0);
    }
}

/* Takes 'n' off what is 'left' from 'ptr' on: compares, and moves on, in this
 * order or another one, in 64 bits or 32. */
static void
emit_take(struct gen *g, int ptr, int left, int n)
{
    uint8_t class = alu_class(g);
    uint8_t jump = class == BPF_ALU ? BPF_JMP32 : BPF_JMP;
    int order = once_in(g, 4) ? random_below(g->r, 6) : 0;
    static const char orders[6][4] = { "cpl", "clp", "pcl", "pl", "lcp",
                                       "cp" };

    for (const char *step = orders[order]; *step; step++) {
        switch (*step) {
        case 'c':
            if (once_in(g, 8)) {
                emit(g, jump_class(g) | PICK(g, jump_ops) | BPF_X, left, n,
                     OUT, 0);
            } else if (once_in(g, 2)) {
                emit(g, jump | (once_in(g, 4) ? BPF_JSLT : BPF_JLT) | BPF_X,
                     left, n, OUT, 0);
            } else {
                emit(g, jump | BPF_JGT | BPF_X, n, left, OUT, 0);
            }
            break;
        case 'p':
            emit(g, BPF_ALU64 | BPF_ADD | BPF_X, ptr, n, 0, 0);
            break;
        default:
            emit(g, usual_class(g, class) | BPF_SUB | BPF_X,
                 once_in(g, 16) ? n : left, once_in(g, 16) ? left : n, 0, 0);
            break;
        }
    }
}

/* Counts down what is left of the packet. */
void
say_count_down(struct gen *g)
{
    int ptr = pointer(g);
    int left = number(g);
    int n = number(g);
    int start = random_below(g->r, 10);
    int len;

    if (!once_in(g, 4)) {
        emit_mov(g, ptr, PKT);
        if (g->end_is_pointer || once_in(g, 2)) {
            emit_add_imm(g, ptr, start);
            if (g->end_is_pointer) {
                emit(g, BPF_JMP | BPF_JGT | BPF_X, ptr, END, OUT, 0);
            } else {
                emit_at_least(g, END, once_in(g, 12) ? start - 1 : start);
            }
        } else {
            start = 0;
        }
        emit_length(g, ptr);
        emit(g, alu_class(g) | BPF_MOV | BPF_X, left, 1, 0, 0);
        if (!g->end_is_pointer) {
            emit(g, alu_class(g) | BPF_ADD | BPF_K, left, 0, 0,
                 once_in(g, 16) ? 1 - start : -start);
        }
    }
    for (int i = random_below(g->r, 3); i >= 0; i--) {
        if (!once_in(g, 3)) {
            emit(g, BPF_LDX | BPF_MEM | BPF_B, n, PKT,
                 random_below(g->r, MIN_LEN), 0);
            if (once_in(g, 2)) {
                emit(g, alu_class(g) | BPF_AND | BPF_K, n, 0, 0, 15);
            }
            if (once_in(g, 4)) {
                emit_at_least(g, n, random_below(g->r, 8));
            }
        }
        if (once_in(g, 4)) {
            emit_less(g, left);
        }
        emit_take(g, ptr, left, n);
        if (once_in(g, 4)) {
            n = number(g);
        }
    }
    len = random_below(g->r, 10);
    if (!once_in(g, 3)) {
        emit_at_least(g, left, len);
    }
    emit(g, BPF_LDX | BPF_MEM | BPF_B, 0, ptr,
         once_in(g, 6) ? len : len - 1, 0);
}
