/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* A hash that whoever chooses the keys can't make collide, since he does not
 * know the secret.
 *
 * Senders of packets choose the keys of maps.  With a hash whose steps are
 * known, it takes no more than algebra to find thousands of keys that meet in
 * the middle, whatever number the hash began with.  So here a secret word is
 * added to each word of the key before anything else happens to it.
 *
 * The words go in pairs: (a + s0) * (b + s1), in full, and the products, of
 * 128 bits, are summed up over a block of 128 bytes.  This is the function NH
 * of UMAC (J. Black et al., CRYPTO 1999; RFC 4418), in words of 64 bits, and
 * what is proven of it is why it is here: whatever two keys of one length are
 * chosen, and whatever the difference of their sums is guessed to be, the
 * guess is right for one in 2^64 secrets.  The sum begins with the length, so
 * that this holds for keys of different lengths, too, and, from the second
 * block on, with the hash of what went before.
 *
 * The sum is then multiplied with itself, half by half, each with a secret of
 * its own, and the halves of that are multiplied once more: twice not linear,
 * so that keys which turn out to share a bucket, as a patient sender may tell
 * from how long packets take, say nothing of other keys.
 *
 * A hash is for this process only: it depends on the machine's byte order, and
 * secrets are not kept. */

#ifndef OKOBPF_KEYED_HASH_H
#define OKOBPF_KEYED_HASH_H 1

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Words of 8 bytes in a block. */
#define KEYED_HASH_BLOCK 16

struct keyed_hash_secret {
    uint64_t mix[4];
    uint64_t words[KEYED_HASH_BLOCK];
};

/* Draws '*secret' from the system's source of random numbers. */
void okobpf_keyed_hash_draw(struct keyed_hash_secret *);

/* Returns the secret of this process: the same each time. */
const struct keyed_hash_secret *okobpf_keyed_hash_process_secret(void);

/* As keyed_hash(), for any 'n'. */
uint64_t okobpf_keyed_hash_long(const struct keyed_hash_secret *,
                                const void *p, size_t n);

/* Parts of keyed_hash(). */

static inline uint64_t
keyed_hash_read64(const void *p)
{
    uint64_t x;

    memcpy(&x, p, sizeof x);
    return x;
}

static inline uint64_t
keyed_hash_read32(const void *p)
{
    uint32_t x;

    memcpy(&x, p, sizeof x);
    return x;
}

/* Returns the exclusive or of the halves of 'a * b'. */
static inline uint64_t
keyed_hash_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128) a * b;

    return (uint64_t) product ^ (uint64_t) (product >> 64);
}

static inline unsigned __int128
keyed_hash_pair(uint64_t a, uint64_t b, const uint64_t *words)
{
    return (unsigned __int128) (a + words[0]) * (b + words[1]);
}

/* Makes 64 bits of the sum over a block. */
static inline uint64_t
keyed_hash_mix(const struct keyed_hash_secret *secret, unsigned __int128 sum)
{
    return keyed_hash_fold((uint64_t) sum ^ secret->mix[0],
                           (uint64_t) (sum >> 64) ^ secret->mix[1]);
}

static inline uint64_t
keyed_hash_finish(const struct keyed_hash_secret *secret, uint64_t h)
{
    return keyed_hash_fold(h ^ secret->mix[2], secret->mix[3]);
}

/* Returns the hash of the 'n' bytes at 'p', which need not be aligned and are
 * read once or twice: should they change meanwhile, the result is the hash of
 * anything. */
static inline uint64_t
keyed_hash(const struct keyed_hash_secret *secret, const void *p_, size_t n)
{
    const uint8_t *p = p_;
    uint64_t a, b;

    /* For lengths that keys have, without a loop. */
    if (n == 4) {
        a = keyed_hash_read32(p);
        b = 0;
    } else if (n == 8) {
        a = keyed_hash_read64(p);
        b = 0;
    } else if (n == 16) {
        a = keyed_hash_read64(p);
        b = keyed_hash_read64(p + 8);
    } else {
        return okobpf_keyed_hash_long(secret, p, n);
    }
    return keyed_hash_finish(
        secret, keyed_hash_mix(secret,
                               n + keyed_hash_pair(a, b, secret->words)));
}

#endif /* keyed-hash.h */
