/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* SHA-1 as in RFC 3174, for the tags of programs: a name for a program's
 * content, not a protection against anyone. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/sha1.h"

#include <string.h>

#define BLOCK_SIZE 64

static inline uint32_t
rotate(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static void
put_be32(uint8_t *p, uint32_t x)
{
    p[0] = x >> 24;
    p[1] = x >> 16;
    p[2] = x >> 8;
    p[3] = x;
}

static void
add_block(uint32_t h[5], const uint8_t *block)
{
    uint32_t w[80];

    for (int t = 0; t < 16; t++) {
        const uint8_t *p = block + 4 * t;

        w[t] = ((uint32_t) p[0] << 24 | (uint32_t) p[1] << 16
                | (uint32_t) p[2] << 8 | p[3]);
    }
    for (int t = 16; t < 80; t++) {
        w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
    }

    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int t = 0; t < 80; t++) {
        uint32_t f, k, next;

        if (t < 20) {
            f = (b & c) | (~b & d);
            k = 0x5A827999;
        } else if (t < 40) {
            f = b ^ c ^ d;
            k = 0x6ED9EBA1;
        } else if (t < 60) {
            f = (b & c) | (b & d) | (c & d);
            k = 0x8F1BBCDC;
        } else {
            f = b ^ c ^ d;
            k = 0xCA62C1D6;
        }
        next = rotate(a, 5) + f + e + w[t] + k;
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
}

void
okobpf_sha1(const void *p_, size_t n, uint8_t digest[SHA1_SIZE])
{
    uint32_t h[5] = { 0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476,
                      0xC3D2E1F0 };
    uint64_t n_bits = (uint64_t) n * 8;
    const uint8_t *p = p_;
    uint8_t tail[2 * BLOCK_SIZE] = { 0 };
    size_t tail_size;

    for (; n >= BLOCK_SIZE; n -= BLOCK_SIZE, p += BLOCK_SIZE) {
        add_block(h, p);
    }

    /* What is left, a 1 bit, zeros, and the length in the last 8 bytes. */
    if (n) {
        memcpy(tail, p, n);
    }
    tail[n] = 0x80;
    tail_size = n < BLOCK_SIZE - 8 ? BLOCK_SIZE : 2 * BLOCK_SIZE;
    put_be32(tail + tail_size - 8, n_bits >> 32);
    put_be32(tail + tail_size - 4, n_bits);
    for (size_t ofs = 0; ofs < tail_size; ofs += BLOCK_SIZE) {
        add_block(h, tail + ofs);
    }

    for (int i = 0; i < 5; i++) {
        put_be32(digest + 4 * i, h[i]);
    }
}
