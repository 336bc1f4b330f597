/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The hash of keys.  See flood-test.c for what it is for. */

#include <string.h>
#include "maps/keyed-hash.h"
#include "testlib.h"

static uint64_t seed = 1;

static void
fill_random(void *p_, size_t n)
{
    uint8_t *p = p_;

    for (size_t i = 0; i < n; i++) {
        p[i] = next_random(&seed) >> 24;
    }
}

/* The hash, once more, from its description in keyed-hash.h. */

struct u128 {
    uint64_t low, high;
};

/* As at school, with digits of 32 bits. */
static struct u128
multiply(uint64_t a, uint64_t b)
{
    uint64_t a0 = (uint32_t) a, a1 = a >> 32, b0 = (uint32_t) b, b1 = b >> 32;
    uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    uint64_t middle2 = a0 * b1 + (uint32_t) middle;

    return (struct u128) {
        a * b, a1 * b1 + (middle >> 32) + (middle2 >> 32)
    };
}

static struct u128
add(struct u128 a, struct u128 b)
{
    uint64_t low = a.low + b.low;

    return (struct u128) { low, a.high + b.high + (low < a.low) };
}

static uint64_t
reference_mix(const struct keyed_hash_secret *s, struct u128 sum)
{
    struct u128 product = multiply(sum.low ^ s->mix[0], sum.high ^ s->mix[1]);

    return product.low ^ product.high;
}

/* Of a key of 8 bytes, or of 16 or more. */
static uint64_t
reference_hash(const struct keyed_hash_secret *s, const uint8_t *p, size_t n)
{
    struct u128 sum = { n, 0 };
    size_t i = 0;

    for (size_t ofs = 0; ofs < n; ofs += 16) {
        uint64_t pair[2] = { 0, 0 };

        if (n == 8) {
            memcpy(pair, p, 8);
        } else {
            memcpy(pair, p + (ofs + 16 <= n ? ofs : n - 16), 16);
        }
        sum = add(sum, multiply(pair[0] + s->words[i],
                                pair[1] + s->words[i + 1]));
        i += 2;
        if (i == KEYED_HASH_BLOCK && ofs + 16 < n) {
            sum = (struct u128) { reference_mix(s, sum), 0 };
            i = 0;
        }
    }
    sum = multiply(reference_mix(s, sum) ^ s->mix[2], s->mix[3]);
    return sum.low ^ sum.high;
}

static void
test_reference(void **state)
{
    uint8_t key[600];

    (void) state;
    for (int round = 0; round < 20; round++) {
        struct keyed_hash_secret s;

        okobpf_keyed_hash_draw(&s);
        fill_random(key, sizeof key);
        for (size_t n = 8; n <= sizeof key; n += n < 16 ? 8 : 1) {
            assert_true(keyed_hash(&s, key, n) == reference_hash(&s, key, n));
        }
        for (size_t n = 0; n <= sizeof key; n++) {
            assert_true(keyed_hash(&s, key, n)
                        == okobpf_keyed_hash_long(&s, key, n));
        }
    }
}

/* Whichever byte two keys differ in, how their hashes differ depends on the
 * secret. */
static void
test_each_byte(void **state)
{
    uint8_t key[300];

    (void) state;
    for (size_t n = 1; n <= sizeof key; n++) {
        fill_random(key, n);
        for (size_t i = 0; i < n; i++) {
            struct keyed_hash_secret s[2];
            uint64_t differ[2];

            for (int j = 0; j < 2; j++) {
                uint64_t h;

                okobpf_keyed_hash_draw(&s[j]);
                h = keyed_hash(&s[j], key, n);
                key[i] ^= 1 << i % 8;
                differ[j] = h ^ keyed_hash(&s[j], key, n);
                key[i] ^= 1 << i % 8;
            }
            assert_true(differ[0] && differ[1] && differ[0] != differ[1]);
        }
    }
}

/* Whichever word of the secret is another, so is the hash of a key that is
 * long enough for it. */
static void
test_each_secret_word(void **state)
{
    uint8_t key[300];

    (void) state;
    fill_random(key, sizeof key);
    for (size_t n = 1; n <= sizeof key; n++) {
        size_t n_words = (n + 15) / 16 * 2;
        struct keyed_hash_secret s;
        uint64_t h;

        okobpf_keyed_hash_draw(&s);
        h = keyed_hash(&s, key, n);
        for (size_t i = 0; i < 4; i++) {
            s.mix[i] ^= 2;
            assert_true(keyed_hash(&s, key, n) != h);
            s.mix[i] ^= 2;
        }
        for (size_t i = 0; i < n_words && i < KEYED_HASH_BLOCK; i++) {
            s.words[i] ^= 2;
            assert_true(keyed_hash(&s, key, n) != h);
            s.words[i] ^= 2;
        }
    }
}

/* The same bytes with another length are another key. */
static void
test_lengths(void **state)
{
    const uint8_t zeros[300] = { 0 };
    uint64_t hashes[sizeof zeros + 1];
    struct keyed_hash_secret s;

    (void) state;
    okobpf_keyed_hash_draw(&s);
    for (size_t n = 0; n <= sizeof zeros; n++) {
        hashes[n] = keyed_hash(&s, zeros, n);
        for (size_t m = 0; m < n; m++) {
            assert_true(hashes[m] != hashes[n]);
        }
    }
}

/* Secrets. */

/* No word of a secret comes twice, wherever it comes from. */
static void
test_secrets(void **state)
{
    enum { N = 20, N_WORDS = sizeof(struct keyed_hash_secret) / 8 };
    struct keyed_hash_secret secrets[3 * N];
    uint64_t words[3 * N * N_WORDS];

    (void) state;
    for (size_t i = 0; i < 3 * N; i++) {
        test_random_source(i < N ? RANDOM : i < 2 * N ? NO_RANDOM
                           : SHORT_RANDOM);
        okobpf_keyed_hash_draw(&secrets[i]);
        assert_true(secrets[i].mix[3] & 1);
    }
    test_random_source(RANDOM);
    memcpy(words, secrets, sizeof words);
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        assert_true(words[i] != 0);
        for (size_t j = 0; j < i; j++) {
            assert_true(words[i] != words[j]);
        }
    }
    assert_memory_equal(okobpf_keyed_hash_process_secret(),
                        okobpf_keyed_hash_process_secret(),
                        sizeof(struct keyed_hash_secret));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_each_byte),
        cmocka_unit_test(test_each_secret_word),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_secrets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
