/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/keyed-hash.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>

/* Secrets. */

/* What stands in for random numbers where the system has none yet, early when
 * it boots: the 16 bytes that the kernel gave this process when it began,
 * which are not known outside of it, and what makes each secret another. */
static void
draw_without_system(struct keyed_hash_secret *secret)
{
    static _Atomic uint64_t n_drawn;
    unsigned long given = getauxval(AT_RANDOM);
    struct keyed_hash_secret key = { { 0 }, { 0 } };
    uint64_t *words = (uint64_t *) secret;
    uint64_t seed[5] = { 0 };
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (given) {
        memcpy(seed, (const void *) given, 2 * sizeof *seed);
    }
    seed[2] = now.tv_sec;
    seed[3] = now.tv_nsec;
    seed[4] = atomic_fetch_add_explicit(&n_drawn, 1, memory_order_relaxed);

    /* Each word is a hash of all of this, under another key. */
    for (size_t i = 0; i < sizeof key / sizeof(uint64_t); i++) {
        ((uint64_t *) &key)[i]
            = seed[i % 2] + i * UINT64_C(0x9e3779b97f4a7c15);
    }
    for (size_t i = 0; i < sizeof *secret / sizeof *words; i++) {
        seed[2] += UINT64_C(1) << 32;
        words[i] = okobpf_keyed_hash_long(&key, seed, sizeof seed);
    }
}

void
okobpf_keyed_hash_draw(struct keyed_hash_secret *secret)
{
    uint8_t *p = (uint8_t *) secret;
    size_t left = sizeof *secret;

    while (left) {
        ssize_t n = getrandom(p, left, GRND_NONBLOCK);

        if (n < 0 && errno != EINTR) {
            draw_without_system(secret);
            break;
        } else if (n > 0) {
            p += n;
            left -= n;
        }
    }

    /* The last factor. */
    secret->mix[3] |= 1;
}

static pthread_once_t secret_once = PTHREAD_ONCE_INIT;
static struct keyed_hash_secret process_secret;
static atomic_bool have_process_secret;

static void
draw_process_secret(void)
{
    okobpf_keyed_hash_draw(&process_secret);
    atomic_store_explicit(&have_process_secret, true, memory_order_release);
}

const struct keyed_hash_secret *
okobpf_keyed_hash_process_secret(void)
{
    if (!atomic_load_explicit(&have_process_secret, memory_order_acquire)) {
        pthread_once(&secret_once, draw_process_secret);
    }
    return &process_secret;
}

/* Hashes. */

/* Returns the 'n' bytes at 'p', 8 at most, as a number that no others of the
 * same 'n' have. */
static inline uint64_t
read_up_to_8(const uint8_t *p, size_t n)
{
    if (n >= 4) {
        return (keyed_hash_read32(p)
                | keyed_hash_read32(p + n - 4) << 32);
    }
    return (n ? p[0] | (uint64_t) p[n / 2] << 8 | (uint64_t) p[n - 1] << 16
            : 0);
}

uint64_t
okobpf_keyed_hash_long(const struct keyed_hash_secret *secret, const void *p_,
                       size_t n)
{
    const size_t block = KEYED_HASH_BLOCK * sizeof(uint64_t);
    const uint64_t *words = secret->words;
    const uint8_t *p = p_;
    const uint8_t *end = p + n;
    unsigned __int128 sum = n;
    size_t left = n;
    uint64_t a, b;

    for (; left > block; left -= block) {
        for (int i = 0; i < KEYED_HASH_BLOCK; i += 2, p += 16) {
            sum += keyed_hash_pair(keyed_hash_read64(p),
                                   keyed_hash_read64(p + 8), &words[i]);
        }
        sum = keyed_hash_mix(secret, sum);
    }
    for (; left > 16; left -= 16, p += 16, words += 2) {
        sum += keyed_hash_pair(keyed_hash_read64(p),
                               keyed_hash_read64(p + 8), words);
    }

    /* The last 1 to 16 bytes.  What comes before may be read again. */
    if (n >= 16) {
        a = keyed_hash_read64(end - 16);
        b = keyed_hash_read64(end - 8);
    } else if (n > 8) {
        a = keyed_hash_read64(p);
        b = keyed_hash_read64(end - 8);
    } else if (n == 4) {
        a = keyed_hash_read32(p);
        b = 0;
    } else {
        a = read_up_to_8(p, n);
        b = 0;
    }
    sum += keyed_hash_pair(a, b, words);
    return keyed_hash_finish(secret, keyed_hash_mix(secret, sum));
}
