/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Random numbers for tests and fuzzers: the same on every machine for the same
 * seed, and unlike those of the seeds next to it. */

#ifndef OKOBPF_TESTS_RANDOM_H
#define OKOBPF_TESTS_RANDOM_H 1

#include <stdint.h>

struct random {
    uint64_t state;             /* The seed, at first. */
};

/* splitmix64: public domain, Sebastiano Vigna. */
static inline uint64_t
random_u64(struct random *r)
{
    uint64_t x = r->state += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static inline uint32_t
random_u32(struct random *r)
{
    return random_u64(r) >> 32;
}

/* Returns a number less than 'n', or 0 if 'n' is 0. */
static inline uint32_t
random_below(struct random *r, uint32_t n)
{
    return (uint64_t) random_u32(r) * n >> 32;
}

#endif /* tests/lib/random.h */
