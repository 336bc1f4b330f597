/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Sets of numbers: what the verifier knows of a register's value.
 *
 * A 'struct scalar' stands for the set of all 64-bit numbers that are in its
 * tnum, in its 64-bit range and, with their lower 32 bits, in its 32-bit
 * range.  As in tnum.h, the result of an operation on scalars contains the
 * result of the operation on any of their members.
 *
 * The code does not depend on the number of bits, so that the tests can
 * compile it with fewer and try all sets there are. */

#ifndef OKOBPF_VERIFIER_SCALAR_H
#define OKOBPF_VERIFIER_SCALAR_H 1

#include "insn.h"
#include "verifier/tnum.h"

#ifndef SCALAR_BITS
#define SCALAR_BITS 64
#endif
#define SCALAR_HALF (SCALAR_BITS / 2)

/* All numbers of 'umin'...'umax' that are, taken as signed, in
 * 'smin'...'smax'.  Empty if either is upside down.  Signed bounds of less
 * than 64 bits are sign-extended. */
struct range {
    uint64_t umin, umax;
    int64_t smin, smax;
};

struct scalar {
    struct tnum t;
    struct range r;             /* Of all SCALAR_BITS. */
    struct range h;             /* Of the lower SCALAR_HALF bits. */
};

/* Sign-extends the lower 'width' bits of 'x'. */
static inline int64_t
scalar_sext(uint64_t x, int width)
{
    return (int64_t) (x << (64 - width)) >> (64 - width);
}

/* 2**width - 1. */
static inline uint64_t
scalar_umax(int width)
{
    return UINT64_MAX >> (64 - width);
}

struct scalar okobpf_scalar_unknown(void);
struct scalar okobpf_scalar_const(uint64_t);

/* All numbers from 'umin' to 'umax'. */
struct scalar okobpf_scalar_range(uint64_t umin, uint64_t umax);

static inline bool
scalar_is_const(const struct scalar *s)
{
    return s->r.umin == s->r.umax;
}

/* Whether each member of 'b' is known to be in 'a'. */
bool okobpf_scalar_includes(const struct scalar *a, const struct scalar *b);
bool okobpf_scalar_equal(const struct scalar *a, const struct scalar *b);

/* Removes from '*a' what is not in 'b', or returns false, with '*a' undefined,
 * if nothing is left. */
bool okobpf_scalar_intersect(struct scalar *a, const struct scalar *b);

/* Computes 'a OP b' where 'op' is the BPF_OP of an arithmetic instruction
 * other than BPF_MOV and BPF_END.  'width' is SCALAR_BITS or SCALAR_HALF; the
 * latter zeroes the upper half.  'is_signed' is for BPF_DIV and BPF_MOD. */
struct scalar okobpf_scalar_alu(int op, int width, bool is_signed,
                                const struct scalar *a,
                                const struct scalar *b);

/* Truncates to 'width' bits. */
struct scalar okobpf_scalar_truncate(const struct scalar *, int width);

/* Truncates to 'from' bits, sign-extends these to 'width', which is
 * SCALAR_BITS or SCALAR_HALF, and zeroes the rest. */
struct scalar okobpf_scalar_sign_extend(const struct scalar *, int from,
                                        int width);

/* Takes for granted that the comparison 'a OP b' came out as 'taken', where
 * 'op' is the BPF_OP of a conditional jump, and removes from '*a' and '*b'
 * members for which it does not.  Returns false, with '*a' and '*b' undefined,
 * if it cannot come out so. */
bool okobpf_scalar_assume(int op, int width, bool taken,
                          struct scalar *a, struct scalar *b);

/* Between scalar.c and range.c. */

/* All numbers of 'width' bits. */
struct range okobpf_range_full(int width);

/* Makes the parts of 's' agree.  Returns false if that leaves nothing. */
bool okobpf_scalar_sync(struct scalar *);

/* Returns the numbers whose lower 'width' bits are in 't' and 'r' and whose
 * upper bits, if 'width' is SCALAR_HALF, are 0. */
struct scalar okobpf_scalar_make(struct tnum t, struct range r, int width);

#endif /* scalar.h */
