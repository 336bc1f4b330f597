/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#include "verifier-statements.h"

/* Statements about numbers. */

void
say_mov(struct gen *g)
{
    static const int bits[] = { 0, 0, 0, 8, 16, 32 };
    int n = PICK(g, bits);

    emit(g, (n == 32 ? BPF_ALU64 : alu_class(g)) | BPF_MOV | BPF_X,
         number(g), number(g), n, 0);
}

void
say_add(struct gen *g)
{
    uint8_t op = once_in(g, 3) ? BPF_SUB : BPF_ADD;

    if (once_in(g, 2)) {
        emit(g, alu_class(g) | op | BPF_X, number(g), number(g),
             0, 0);
    } else {
        emit(g, alu_class(g) | op | BPF_K, number(g), 0, 0,
             small_constant(g));
    }
}

void
say_alu(struct gen *g)
{
    static const uint8_t ops[] = {
        BPF_MUL, BPF_DIV, BPF_OR, BPF_LSH, BPF_RSH, BPF_ARSH, BPF_MOD,
        BPF_XOR, BPF_NEG,
    };
    uint8_t op = PICK(g, ops);
    bool by_reg = op != BPF_NEG && once_in(g, 2);
    bool is_signed = (op == BPF_DIV || op == BPF_MOD) && once_in(g, 3);

    emit(g, alu_class(g) | op | (by_reg ? BPF_X : BPF_K), number(g),
         by_reg ? number(g) : 0, is_signed,
         by_reg || op == BPF_NEG ? 0 : 1 + random_below(g->r, 8));
}

void
say_swap(struct gen *g)
{
    emit(g, alu_class(g) | BPF_END, number(g), 0, 0,
         16 << random_below(g->r, 3));
}

void
say_and(struct gen *g)
{
    static const int masks[] = {
        1, 3, 7, 15, 31, 63, 60, 0xff, 0xf0, -8,
    };

    emit(g, alu_class(g) | BPF_AND | BPF_K, number(g), 0, 0,
         PICK(g, masks));
}

/* Extends a number of 32 bits, and perhaps compares a copy on the way. */
void
say_extend(struct gen *g)
{
    int reg = number(g);

    emit(g, BPF_ALU64 | BPF_LSH | BPF_K, reg, 0, 0, 32);
    if (once_in(g, 2)) {
        emit_mov(g, 1, reg);
        if (!once_in(g, 4)) {
            emit(g, BPF_ALU64 | (once_in(g, 2) ? BPF_RSH : BPF_ARSH), 1, 0, 0,
                 32);
        }
        emit(g, jump_class(g) | PICK(g, jump_ops), 1, 0, OUT,
             random_below(g->r, 40));
    }
    if (!once_in(g, 4)) {
        emit(g, BPF_ALU64 | (once_in(g, 2) ? BPF_RSH : BPF_ARSH), reg, 0, 0,
             32);
    }
}

void
say_fetch(struct gen *g)
{
    emit(g, BPF_LDX | BPF_MEM | BPF_B, number(g), PKT,
         random_below(g->r, MIN_LEN), 0);
}

void
say_compare(struct gen *g)
{
    uint8_t opcode = jump_class(g) | PICK(g, jump_ops);
    int reg = number(g);

    if (once_in(g, 2)) {
        emit(g, opcode | BPF_X, reg, number(g), OUT, 0);
    } else {
        emit(g, opcode, reg, 0, OUT,
             once_in(g, 4) ? small_constant(g) : random_below(g->r, 40));
    }
}

/* A remainder, as compilers compute it, with something in between. */
void
say_remainder(struct gen *g)
{
    uint8_t class = alu_class(g);
    int divisor = 2 + random_below(g->r, 9);
    int a = number(g);
    int b = number(g);

    emit(g, class | BPF_MOV | BPF_X, b, a, 0, 0);
    if (once_in(g, 2)) {
        emit(g, class | BPF_DIV | BPF_K, b, 0, 0, divisor);
    } else {
        /* A multiplication that divides numbers that are not too large. */
        int shift = 10 + random_below(g->r, 15);

        if (once_in(g, 4)) {
            emit(g, class | BPF_RSH | BPF_K, b, 0, 0, 1);
        }
        emit(g, class | BPF_MUL | BPF_K, b, 0, 0, (1 << shift) / divisor
             + (once_in(g, 8) ? 0 : 1));
        if (once_in(g, 4)) {
            say_fetch(g);
        }
        emit(g, class | BPF_RSH | BPF_K, b, 0, 0, shift);
    }
    if (once_in(g, 4)) {
        say_fetch(g);
    }
    emit(g, class | BPF_MUL | BPF_K, b, 0, 0,
         once_in(g, 8) ? divisor + 1 : divisor);
    if (once_in(g, 4)) {
        say_add(g);
    }
    emit(g, class | BPF_SUB | BPF_X, a, b, 0, 0);
}

/* Compares a quotient, and perhaps makes a remainder of it. */
void
say_shifted_down(struct gen *g)
{
    uint8_t class = alu_class(g);
    int shift = 1 + random_below(g->r, 3);
    int a = number(g);
    int b = number(g);

    emit(g, class | BPF_MOV | BPF_X, b, a, 0, 0);
    emit(g, class | BPF_RSH | BPF_K, b, 0, 0, shift);
    emit(g, jump_class(g) | PICK(g, jump_ops), b, 0, OUT,
         random_below(g->r, 16));
    if (once_in(g, 2)) {
        emit(g, class | BPF_MUL | BPF_K, b, 0, 0,
             (1 << shift) + once_in(g, 8));
        emit(g, class | BPF_SUB | BPF_X, a, b, 0, 0);
    }
}
