/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Tristate numbers: 64-bit numbers of which each bit is known to be 0, known
 * to be 1, or unknown.
 *
 * A tnum stands for the set of all x with (x & ~mask) == value.  The result of
 * each operation contains the result of the operation on any members of its
 * operands' sets (but may contain more). */

#ifndef OKOBPF_VERIFIER_TNUM_H
#define OKOBPF_VERIFIER_TNUM_H 1

#include <stdbool.h>
#include <stdint.h>

struct tnum {
    uint64_t value;             /* Known bits; 0 where 'mask' is 1. */
    uint64_t mask;              /* Unknown bits. */
};

#define TNUM_UNKNOWN ((struct tnum) { 0, UINT64_MAX })

static inline struct tnum
tnum_const(uint64_t value)
{
    return (struct tnum) { value, 0 };
}

static inline bool
tnum_is_const(struct tnum t)
{
    return !t.mask;
}

static inline bool
tnum_equal(struct tnum a, struct tnum b)
{
    return a.value == b.value && a.mask == b.mask;
}

/* Whether 'x' is in the set of 't'. */
static inline bool
tnum_contains(struct tnum t, uint64_t x)
{
    return (x & ~t.mask) == t.value;
}

/* Whether each member of 'b' is in 'a'. */
static inline bool
tnum_includes(struct tnum a, struct tnum b)
{
    return !(b.mask & ~a.mask) && (b.value & ~a.mask) == a.value;
}

/* The smallest tnum that contains all of 'min'...'max'. */
struct tnum okobpf_tnum_range(uint64_t min, uint64_t max);

/* Stores the members common to 'a' and 'b' in '*t'; false if there are none,
 * and then '*t' is left alone. */
bool okobpf_tnum_intersect(struct tnum a, struct tnum b, struct tnum *t);

/* The lower 'width' bits, others 0. */
struct tnum okobpf_tnum_truncate(struct tnum, int width);

struct tnum okobpf_tnum_add(struct tnum, struct tnum);
struct tnum okobpf_tnum_sub(struct tnum, struct tnum);
struct tnum okobpf_tnum_mul(struct tnum, struct tnum);
struct tnum okobpf_tnum_and(struct tnum, struct tnum);
struct tnum okobpf_tnum_or(struct tnum, struct tnum);
struct tnum okobpf_tnum_xor(struct tnum, struct tnum);

/* Shifts by 'n' less than 64, and for okobpf_tnum_arsh() less than 'width', of
 * which it takes the highest bit for the sign and whose result it
 * truncates. */
struct tnum okobpf_tnum_lsh(struct tnum, int n);
struct tnum okobpf_tnum_rsh(struct tnum, int n);
struct tnum okobpf_tnum_arsh(struct tnum, int n, int width);

/* Sign-extends from 'width' bits to 64. */
struct tnum okobpf_tnum_sext(struct tnum, int width);

#endif /* tnum.h */
