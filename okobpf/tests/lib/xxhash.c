/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* XXH64, written from the description of the algorithm ("xxHash fast digest
 * algorithm", version 0.1.1).  Tests make keys that it can't tell apart. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "xxhash.h"

#include <string.h>

static const uint64_t P1 = UINT64_C(0x9E3779B185EBCA87);
static const uint64_t P2 = UINT64_C(0xC2B2AE3D27D4EB4F);
static const uint64_t P3 = UINT64_C(0x165667B19E3779F9);
static const uint64_t P4 = UINT64_C(0x85EBCA77C2B2AE63);
static const uint64_t P5 = UINT64_C(0x27D4EB2F165667C5);

static inline uint64_t
rotate(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

/* The algorithm reads its input as little-endian numbers. */
static inline uint64_t
read64(const uint8_t *p)
{
    uint64_t x;

    memcpy(&x, p, sizeof x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

static inline uint32_t
read32(const uint8_t *p)
{
    uint32_t x;

    memcpy(&x, p, sizeof x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap32(x);
#endif
    return x;
}

static inline uint64_t
round64(uint64_t acc, uint64_t lane)
{
    return rotate(acc + lane * P2, 31) * P1;
}

static inline uint64_t
merge(uint64_t acc, uint64_t lane_acc)
{
    return (acc ^ round64(0, lane_acc)) * P1 + P4;
}

uint64_t
xxhash64(const void *p_, size_t n, uint64_t seed)
{
    const uint8_t *p = p_;
    const uint8_t *end = p + n;
    uint64_t h;

    if (n >= 32) {
        uint64_t a = seed + P1 + P2;
        uint64_t b = seed + P2;
        uint64_t c = seed;
        uint64_t d = seed - P1;

        do {
            a = round64(a, read64(p));
            b = round64(b, read64(p + 8));
            c = round64(c, read64(p + 16));
            d = round64(d, read64(p + 24));
            p += 32;
        } while (end - p >= 32);
        h = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
        h = merge(h, a);
        h = merge(h, b);
        h = merge(h, c);
        h = merge(h, d);
    } else {
        h = seed + P5;
    }

    h += n;
    for (; end - p >= 8; p += 8) {
        h = rotate(h ^ round64(0, read64(p)), 27) * P1 + P4;
    }
    if (end - p >= 4) {
        h = rotate(h ^ read32(p) * P1, 23) * P2 + P3;
        p += 4;
    }
    for (; p < end; p++) {
        h = rotate(h ^ *p * P5, 11) * P1;
    }

    h = (h ^ h >> 33) * P2;
    h = (h ^ h >> 29) * P3;
    return h ^ h >> 32;
}
