/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Arithmetic on sets of numbers, against arithmetic on numbers.
 *
 * This file includes the code under test, compiled for numbers of 8 bits with
 * halves of 4, of which there are few enough to try all. */

#define SCALAR_BITS 8
#include "verifier/tnum.c"
#include "verifier/scalar.c"
#include "verifier/range.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "random.h"

#define N (1 << SCALAR_BITS)

static const int ops[] = {
    BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH,
    BPF_NEG, BPF_MOD, BPF_XOR, BPF_ARSH,
};
static const int jumps[] = {
    BPF_JEQ, BPF_JNE, BPF_JSET, BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE,
    BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE,
};
#define N_OPS (sizeof ops / sizeof ops[0])
#define N_JUMPS (sizeof jumps / sizeof jumps[0])

static struct random numbers;

static uint32_t
random32(void)
{
    return random_u32(&numbers);
}

/* The instruction set on numbers of 'width' bits. */

static uint64_t
concrete_alu(int op, int width, bool is_signed, uint64_t a, uint64_t b)
{
    uint64_t max = scalar_umax(width);
    int64_t sa = scalar_sext(a, width);
    int64_t sb = scalar_sext(b, width);

    a &= max;
    b &= max;
    switch (op) {
    case BPF_ADD:
        return (a + b) & max;
    case BPF_SUB:
        return (a - b) & max;
    case BPF_MUL:
        return (a * b) & max;
    case BPF_DIV:
        return (!b ? 0 : is_signed ? (uint64_t) (sa / sb) : a / b) & max;
    case BPF_MOD:
        return (!b ? a : is_signed ? (uint64_t) (sa % sb) : a % b) & max;
    case BPF_OR:
        return a | b;
    case BPF_AND:
        return a & b;
    case BPF_XOR:
        return a ^ b;
    case BPF_LSH:
        return (a << (b & (width - 1))) & max;
    case BPF_RSH:
        return a >> (b & (width - 1));
    case BPF_ARSH:
        return (uint64_t) (sa >> (b & (width - 1))) & max;
    case BPF_NEG:
        return (0 - a) & max;
    default:
        abort();
    }
}

static bool
concrete_jump(int op, int width, uint64_t a, uint64_t b)
{
    int64_t sa = scalar_sext(a, width);
    int64_t sb = scalar_sext(b, width);

    a &= scalar_umax(width);
    b &= scalar_umax(width);
    switch (op) {
    case BPF_JEQ:
        return a == b;
    case BPF_JNE:
        return a != b;
    case BPF_JSET:
        return a & b;
    case BPF_JGT:
        return a > b;
    case BPF_JGE:
        return a >= b;
    case BPF_JLT:
        return a < b;
    case BPF_JLE:
        return a <= b;
    case BPF_JSGT:
        return sa > sb;
    case BPF_JSGE:
        return sa >= sb;
    case BPF_JSLT:
        return sa < sb;
    case BPF_JSLE:
        return sa <= sb;
    default:
        abort();
    }
}

/* Sets. */

static bool
in_range(const struct range *r, int width, uint64_t x)
{
    int64_t sx = scalar_sext(x, width);

    x &= scalar_umax(width);
    return x >= r->umin && x <= r->umax && sx >= r->smin && sx <= r->smax;
}

static bool
contains(const struct scalar *s, uint64_t x)
{
    return (tnum_contains(s->t, x)
            && in_range(&s->r, SCALAR_BITS, x)
            && in_range(&s->h, SCALAR_HALF, x));
}

/* Returns some set that contains 'x', which may be anything from one number to
 * all, and which its parts describe as well or as badly as they like. */
static struct scalar
random_scalar(uint64_t x)
{
    struct scalar s = okobpf_scalar_unknown();
    uint32_t mask = random32() & random32() & (N - 1);
    uint32_t kinds = random32();

    if (kinds & 1) {
        s.t = (struct tnum) { x & ~(uint64_t) mask & (N - 1), mask };
    }
    for (int part = 0; part < 2; part++) {
        int width = part ? SCALAR_HALF : SCALAR_BITS;
        struct range *r = part ? &s.h : &s.r;
        uint64_t max = scalar_umax(width);
        uint64_t low = x & max;
        int64_t sx = scalar_sext(x, width);
        struct range full = okobpf_range_full(width);

        if (kinds & (2 << part)) {
            r->umin = low - random32() % (low + 1);
            r->umax = low + random32() % (max - low + 1);
        }
        if (kinds & (8 << part)) {
            r->smin = sx - random32() % (sx - full.smin + 1);
            r->smax = sx + random32() % (full.smax - sx + 1);
        }
    }
    if (kinds & 32) {
        assert_true(okobpf_scalar_sync(&s));
    }
    assert_true(contains(&s, x));
    return s;
}

/* Reports what is wrong, with enough to repeat it. */
static void
show(const char *what, int op, int width, const struct scalar *s, uint64_t x)
{
    print_error("%s %#x of %d bits: %#llx not in %#llx/%#llx, "
                "%llu...%llu, %lld...%lld; %llu...%llu, %lld...%lld\n",
                what, op, width, (unsigned long long) x,
                (unsigned long long) s->t.value,
                (unsigned long long) s->t.mask,
                (unsigned long long) s->r.umin,
                (unsigned long long) s->r.umax,
                (long long) s->r.smin, (long long) s->r.smax,
                (unsigned long long) s->h.umin,
                (unsigned long long) s->h.umax,
                (long long) s->h.smin, (long long) s->h.smax);
}

/* Tests. */

/* All tnums of 4 bits, all operations, all members. */
static void
test_tnum_exhaustive(void **state)
{
    enum { BITS = 4, M = 1 << BITS };
    size_t n = 0;

    (void) state;
    for (uint64_t am = 0; am < M; am++) {
        for (uint64_t av = 0; av < M; av++) {
            for (uint64_t bm = 0; bm < M; bm++) {
                for (uint64_t bv = 0; bv < M; bv++) {
                    struct tnum a = { av, am };
                    struct tnum b = { bv, bm };

                    if (av & am || bv & bm) {
                        continue;
                    }
                    struct tnum sum = okobpf_tnum_add(a, b);
                    struct tnum diff = okobpf_tnum_sub(a, b);
                    struct tnum product = okobpf_tnum_mul(a, b);
                    struct tnum and = okobpf_tnum_and(a, b);
                    struct tnum or = okobpf_tnum_or(a, b);
                    struct tnum xor = okobpf_tnum_xor(a, b);
                    struct tnum common = { 0, 0 };
                    bool meet = okobpf_tnum_intersect(a, b, &common);
                    bool includes = true;
                    bool any = false;

                    for (uint64_t x = 0; x < M; x++) {
                        if (!tnum_contains(a, x)) {
                            includes = includes && !tnum_contains(b, x);
                            continue;
                        }
                        if (tnum_contains(b, x)) {
                            any = true;
                            assert_true(meet && tnum_contains(common, x));
                        }
                        for (uint64_t y = 0; y < M; y++) {
                            if (!tnum_contains(b, y)) {
                                continue;
                            }
                            assert_true(tnum_contains(sum, x + y));
                            assert_true(tnum_contains(diff, x - y));
                            assert_true(tnum_contains(product, x * y));
                            assert_true(tnum_contains(and, x & y));
                            assert_true(tnum_contains(or, x | y));
                            assert_true(tnum_contains(xor, x ^ y));
                            n++;
                        }
                    }
                    assert_int_equal(any, meet);
                    assert_int_equal(includes, tnum_includes(a, b));
                    assert_int_equal(tnum_equal(a, b), av == bv && am == bm);
                }
            }
        }
    }
    assert_true(n > 10000);
}

static void
test_tnum_unary(void **state)
{
    (void) state;
    for (uint64_t mask = 0; mask < N; mask++) {
        for (uint64_t value = 0; value < N; value++) {
            struct tnum t = { value, mask };

            if (value & mask) {
                continue;
            }
            for (uint64_t x = 0; x < N; x++) {
                if (!tnum_contains(t, x)) {
                    continue;
                }
                for (int n = 0; n < SCALAR_BITS; n++) {
                    assert_true(tnum_contains(okobpf_tnum_lsh(t, n), x << n));
                    assert_true(tnum_contains(okobpf_tnum_rsh(t, n), x >> n));
                    assert_true(tnum_contains(
                        okobpf_tnum_arsh(t, n, SCALAR_BITS),
                        concrete_alu(BPF_ARSH, SCALAR_BITS, false, x, n)));
                }
                for (int n = 1; n <= SCALAR_BITS; n++) {
                    assert_true(tnum_contains(okobpf_tnum_truncate(t, n),
                                              x & scalar_umax(n)));
                    assert_true(tnum_contains(okobpf_tnum_sext(t, n),
                                              (uint64_t) scalar_sext(x, n)));
                }
            }
        }
    }
}

static void
test_tnum_range(void **state)
{
    (void) state;
    for (uint64_t min = 0; min < N; min++) {
        for (uint64_t max = min; max < N; max++) {
            struct tnum t = okobpf_tnum_range(min, max);

            for (uint64_t x = min; x <= max; x++) {
                assert_true(tnum_contains(t, x));
            }
        }
    }
    assert_true(tnum_equal(okobpf_tnum_range(0, UINT64_MAX), TNUM_UNKNOWN));
    assert_true(tnum_equal(okobpf_tnum_range(5, 5), tnum_const(5)));
}

/* Bounds are moved to the nearest member, and no farther. */
static void
test_tnum_bounds(void **state)
{
    uint64_t low = scalar_umax(SCALAR_BITS);

    (void) state;
    for (uint64_t mask = 0; mask < N; mask++) {
        for (uint64_t value = 0; value < N; value++) {
            struct tnum t = { value, mask };
            uint64_t last = N;
            uint64_t first = N;

            if (value & mask) {
                continue;
            }
            for (uint64_t x = 0; x < N; x++) {
                last = tnum_contains(t, x) ? x : last;
                assert_int_equal(tnum_floor(t, x), last < N ? last : x);
            }
            for (uint64_t x = N; x--;) {
                first = tnum_contains(t, x) ? x : first;
                assert_int_equal(tnum_ceiling(t, x, low),
                                 first < N ? first : x);
            }
        }
    }
}

/* All members of random sets. */
static void
test_alu(void **state)
{
    (void) state;
    numbers.state = 1;
    for (int i = 0; i < 60000; i++) {
        int op = ops[random32() % N_OPS];
        int width = random32() % 2 ? SCALAR_BITS : SCALAR_HALF;
        bool is_signed = random32() % 2;
        struct scalar a = random_scalar(random32() % N);
        struct scalar b = random_scalar(random32() % N);
        struct scalar s = okobpf_scalar_alu(op, width, is_signed, &a, &b);

        for (uint64_t x = 0; x < N; x++) {
            if (!contains(&a, x)) {
                continue;
            }
            for (uint64_t y = 0; y < N; y++) {
                if (contains(&b, y)) {
                    uint64_t z = concrete_alu(op, width, is_signed, x, y);

                    if (!contains(&s, z)) {
                        show("operand", op, width, &a, x);
                        show("operand", op, width, &b, y);
                        show("operation", op, width, &s, z);
                        fail();
                    }
                }
            }
        }
    }
}

static void
test_assume(void **state)
{
    (void) state;
    numbers.state = 2;
    for (int i = 0; i < 60000; i++) {
        int op = jumps[random32() % N_JUMPS];
        int width = random32() % 2 ? SCALAR_BITS : SCALAR_HALF;
        bool taken = random32() % 2;
        struct scalar a = random_scalar(random32() % N);
        struct scalar b = random_scalar(random32() % N);
        struct scalar a2 = a;
        struct scalar b2 = b;
        bool possible = okobpf_scalar_assume(op, width, taken, &a2, &b2);

        for (uint64_t x = 0; x < N; x++) {
            for (uint64_t y = 0; contains(&a, x) && y < N; y++) {
                if (contains(&b, y)
                    && concrete_jump(op, width, x, y) == taken
                    && !(possible && contains(&a2, x) && contains(&b2, y))) {
                    show("left of jump", op, width, &a2, x);
                    show("right of jump", op, width, &b2, y);
                    fail();
                }
            }
        }
        if (possible) {
            assert_true(okobpf_scalar_includes(&a, &a2));
            assert_true(okobpf_scalar_includes(&b, &b2));
        }
    }
}

static void
test_conversions(void **state)
{
    (void) state;
    numbers.state = 3;
    for (int i = 0; i < 60000; i++) {
        struct scalar a = random_scalar(random32() % N);
        struct scalar b = random_scalar(random32() % N);
        struct scalar both = a;
        bool meet = okobpf_scalar_intersect(&both, &b);
        bool includes = okobpf_scalar_includes(&a, &b);
        int from = 1 + random32() % SCALAR_HALF;
        int width = random32() % 2 ? SCALAR_BITS : SCALAR_HALF;
        struct scalar extended = okobpf_scalar_sign_extend(&a, from, width);
        struct scalar truncated = okobpf_scalar_truncate(&a, from);

        for (uint64_t x = 0; x < N; x++) {
            if (includes && contains(&b, x)) {
                assert_true(contains(&a, x));
            }
            if (!contains(&a, x)) {
                continue;
            }
            if (contains(&b, x)) {
                assert_true(meet && contains(&both, x));
            }
            uint64_t z = (uint64_t) scalar_sext(x, from) & scalar_umax(width);
            if (!contains(&extended, z)) {
                show("operand", from, width, &a, x);
                show("sign extension", from, width, &extended, z);
                fail();
            }
            assert_true(contains(&truncated, x & scalar_umax(from)));
        }
    }
}

/* Single numbers must stay single ones, and what is lost must stay small, or
 * the verifier refuses good programs. */
static void
test_exact(void **state)
{
    (void) state;
    for (size_t i = 0; i < N_OPS; i++) {
        for (uint64_t x = 0; x < N; x += 3) {
            for (uint64_t y = 0; y < N; y += 5) {
                struct scalar a = okobpf_scalar_const(x);
                struct scalar b = okobpf_scalar_const(y);
                struct scalar s;

                if (ops[i] == BPF_DIV || ops[i] == BPF_MOD) {
                    if (!y) {
                        continue;
                    }
                }
                s = okobpf_scalar_alu(ops[i], SCALAR_BITS, false, &a, &b);
                if (!scalar_is_const(&s)) {
                    show("inexact operation", ops[i], SCALAR_BITS, &s, x);
                    fail();
                }
                assert_int_equal(s.r.umin,
                                 concrete_alu(ops[i], SCALAR_BITS, false, x,
                                              y));
            }
        }
    }

    /* (x & 15) * 4 + 14: 14...74. */
    struct scalar s = okobpf_scalar_unknown();
    struct scalar c = okobpf_scalar_const(15);
    s = okobpf_scalar_alu(BPF_AND, SCALAR_BITS, false, &s, &c);
    c = okobpf_scalar_const(4);
    s = okobpf_scalar_alu(BPF_MUL, SCALAR_BITS, false, &s, &c);
    assert_int_equal(s.t.mask, 0x3c);
    c = okobpf_scalar_const(14);
    s = okobpf_scalar_alu(BPF_ADD, SCALAR_BITS, false, &s, &c);
    assert_int_equal(s.r.umin, 14);
    assert_int_equal(s.r.umax, 74);

    /* And back, where the unsigned bounds wrap. */
    c = okobpf_scalar_const((uint64_t) -14);
    s = okobpf_scalar_alu(BPF_ADD, SCALAR_BITS, false, &s, &c);
    assert_int_equal(s.r.umin, 0);
    assert_int_equal(s.r.umax, 60);

    /* x < 10 leaves 0...9, x s> 3 of these 4...9, x != 4 of these 5...9. */
    s = okobpf_scalar_unknown();
    c = okobpf_scalar_const(10);
    assert_true(okobpf_scalar_assume(BPF_JLT, SCALAR_BITS, true, &s, &c));
    c = okobpf_scalar_const(3);
    assert_true(okobpf_scalar_assume(BPF_JSGT, SCALAR_BITS, true, &s, &c));
    c = okobpf_scalar_const(4);
    assert_true(okobpf_scalar_assume(BPF_JNE, SCALAR_BITS, true, &s, &c));
    assert_int_equal(s.r.umin, 5);
    assert_int_equal(s.r.umax, 9);
    assert_int_equal(s.h.umax, 9);
    c = okobpf_scalar_const(10);
    assert_false(okobpf_scalar_assume(BPF_JGE, SCALAR_BITS, true, &s, &c));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tnum_exhaustive),
        cmocka_unit_test(test_tnum_unary),
        cmocka_unit_test(test_tnum_range),
        cmocka_unit_test(test_tnum_bounds),
        cmocka_unit_test(test_alu),
        cmocka_unit_test(test_assume),
        cmocka_unit_test(test_conversions),
        cmocka_unit_test(test_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
