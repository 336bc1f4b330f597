/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Maps whose keys somebody chooses to do harm.
 *
 * Nothing here is decided by time: keys are hashed, or put into maps, and what
 * is counted is how many meet. */

#include <stdlib.h>
#include <string.h>
#include "maps/hash.h"
#include "maps/keyed-hash.h"
#include "testlib.h"
#include "xxhash.h"

/* Lengths of keys: those of addresses and of flows, and odd ones. */
static const uint32_t key_sizes[] = {
    4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 20, 23, 24, 25, 28, 31, 32, 33,
    36, 37, 40, 48, 53, 63, 64, 65, 127, 128, 129, 144, 200, 256, 260,
};

static uint64_t seed = 1;

static void
fill_random(void *p_, size_t n)
{
    uint8_t *p = p_;

    for (size_t i = 0; i < n; i++) {
        p[i] = next_random(&seed) >> 24;
    }
}

/* Keys. */

enum { N_BITS = 14, N_KEYS = 1 << N_BITS };

/* Stores key number 'i' of 'n' bytes, which are zeros, at 'p'. */
typedef void make_key(uint8_t *p, size_t n, uint32_t i);

static void
put_word(uint8_t *p, size_t n, size_t ofs, uint64_t word)
{
    memcpy(p + ofs, &word, n - ofs < 8 ? n - ofs : 8);
}

static void
key_random(uint8_t *p, size_t n, uint32_t i)
{
    fill_random(p, n);
    memcpy(p, &i, n < 4 ? n : 4);
}

static void
key_counter(uint8_t *p, size_t n, uint32_t i)
{
    put_word(p, n, 0, i);
}

static void
key_counter_at_end(uint8_t *p, size_t n, uint32_t i)
{
    memcpy(p + n - 4, &i, 4);
}

static void
key_big_endian(uint8_t *p, size_t n, uint32_t i)
{
    i = __builtin_bswap32(i);
    memcpy(p + n - 4, &i, 4);
}

static void
key_high_bits(uint8_t *p, size_t n, uint32_t i)
{
    i <<= 32 - N_BITS;
    memcpy(p + (n - 4) / 8 * 4, &i, 4);
}

/* The same word all over. */
static void
key_repeated(uint8_t *p, size_t n, uint32_t i)
{
    for (size_t ofs = 0; ofs < n; ofs += 4) {
        memcpy(p + ofs, &i, n - ofs < 4 ? n - ofs : 4);
    }
}

/* Two numbers of 7 bits each, at either end: their sum, or their difference,
 * is what few others are. */
static void
key_two_ends(uint8_t *p, size_t n, uint32_t i)
{
    p[0] = i & 127;
    p[n - 1] = i >> 7;
}

/* Bits that are far apart. */
static void
key_scattered(uint8_t *p, size_t n, uint32_t i)
{
    for (size_t bit = 0; bit < N_BITS; bit++) {
        size_t at = bit * (n * 8 - 1) / (N_BITS - 1);

        p[at / 8] |= (i >> bit & 1) << at % 8;
    }
}

/* Multiples of what multiplicative hashes multiply with. */
static void
key_golden(uint8_t *p, size_t n, uint32_t i)
{
    put_word(p, n, n > 8 ? (n - 8) / 8 * 8 : 0,
             n < 8 ? i * 2654435761u : i * UINT64_C(0x9e3779b97f4a7c15));
}

/* Words whose sum is zero, and words whose exclusive or is. */
static void
key_zero_sum(uint8_t *p, size_t n, uint32_t i)
{
    if (n >= 16) {
        put_word(p, n, 0, UINT64_C(0x0123456789abcdef) * i);
        put_word(p, n, 8, -UINT64_C(0x0123456789abcdef) * i);
    } else {
        key_counter(p, n, i);
    }
}

static void
key_zero_xor(uint8_t *p, size_t n, uint32_t i)
{
    if (n >= 16) {
        put_word(p, n, 0, (uint64_t) i << 43);
        put_word(p, n, n / 16 * 8, (uint64_t) i << 43);
    } else {
        key_high_bits(p, n, i);
    }
}

/* As many keys as XXH64 has the square root of in hashes, with any seed: two
 * words that follow each other, whose contributions differ in the highest bits
 * only, where one can make up for the other. */
#define XXH64_P1 UINT64_C(0x9e3779b185ebca87)
#define XXH64_P2 UINT64_C(0xc2b2ae3d27d4eb4f)

static uint64_t
rotate_right(uint64_t x, int n)
{
    return x >> n | x << (64 - n);
}

/* Returns the inverse of odd 'a', modulo 2^64. */
static uint64_t
inverse(uint64_t a)
{
    uint64_t x = a;

    for (int i = 0; i < 6; i++) {
        x *= 2 - a * x;
    }
    return x;
}

/* Returns the word that XXH64 makes 'contribution' of. */
static uint64_t
xxh64_word(uint64_t contribution)
{
    return (rotate_right(contribution * inverse(XXH64_P1), 31)
            * inverse(XXH64_P2));
}

/* Whether keys of 'n' bytes have two such words. */
static bool
xxh64_has_pair(size_t n)
{
    return n % 32 >= 16;
}

static void
key_xxh64(uint8_t *p, size_t n, uint32_t i)
{
    const uint64_t a = i >> N_BITS / 2;
    const uint64_t b = i & ((1 << N_BITS / 2) - 1);

    if (!xxh64_has_pair(n)) {
        key_counter(p, n, i);
        return;
    }
    put_word(p, n, n / 32 * 32,
             xxh64_word(UINT64_C(0x123456789abcdef0)
                        ^ rotate_right(a << (64 - N_BITS / 2), 27)));
    put_word(p, n, n / 32 * 32 + 8,
             xxh64_word(UINT64_C(0xfedcba9876543210)
                        ^ b << (64 - N_BITS / 2)));
}

/* What a thief would do who has the secret of another map: the second factor
 * of the first product becomes zero, whatever the first is.  Short keys have
 * no second factor, so he tries many, and takes those in one bucket. */
static struct keyed_hash_secret stolen;
static uint64_t stolen_at;

static void
key_stolen(uint8_t *p, size_t n, uint32_t i)
{
    if (!i) {
        stolen_at = 0;
    }
    if (n >= 16) {
        put_word(p, n, 0, i * UINT64_C(0x100000001));
        put_word(p, n, 8, -stolen.words[1]);
        return;
    }
    do {
        stolen_at++;
        put_word(p, n, 0, stolen_at);
    } while (keyed_hash(&stolen, p, n) & 63);
}

static const struct {
    const char *name;
    make_key *make;
} generators[] = {
    { "random", key_random },
    { "counter", key_counter },
    { "counter at the end", key_counter_at_end },
    { "big-endian counter", key_big_endian },
    { "high bits", key_high_bits },
    { "repeated", key_repeated },
    { "two ends", key_two_ends },
    { "scattered bits", key_scattered },
    { "golden ratio", key_golden },
    { "words of sum zero", key_zero_sum },
    { "words of exclusive or zero", key_zero_xor },
    { "XXH64", key_xxh64 },
    { "stolen secret", key_stolen },
};

static uint8_t *
make_keys(make_key *make, size_t n)
{
    uint8_t *keys = okobpf_mem_alloc(N_KEYS, n);

    assert_non_null(keys);
    for (uint32_t i = 0; i < N_KEYS; i++) {
        make(keys + i * n, n, i);
    }
    return keys;
}

static int
compare(const void *a_, const void *b_)
{
    uint64_t a = *(const uint64_t *) a_;
    uint64_t b = *(const uint64_t *) b_;

    return a < b ? -1 : a > b;
}

static uint32_t
count_distinct(uint64_t hashes[N_KEYS])
{
    uint32_t n = 1;

    qsort(hashes, N_KEYS, sizeof *hashes, compare);
    for (uint32_t i = 1; i < N_KEYS; i++) {
        n += hashes[i] != hashes[i - 1];
    }
    return n;
}

/* The keys are what they should be: XXH64 and the owner of the stolen secret
 * can't tell them apart. */
static void
test_generators(void **state)
{
    static uint64_t hashes[N_KEYS];

    (void) state;
    okobpf_keyed_hash_draw(&stolen);
    for (size_t i = 0; i < ARRAY_SIZE(key_sizes); i++) {
        size_t n = key_sizes[i];
        uint8_t *keys = make_keys(key_xxh64, n);

        for (uint32_t j = 0; j < N_KEYS; j++) {
            hashes[j] = xxhash64(keys + j * n, n, i);
        }
        assert_int_equal(count_distinct(hashes),
                         xxh64_has_pair(n) ? 1 << N_BITS / 2 : N_KEYS);
        free(keys);

        keys = make_keys(key_stolen, n);
        for (uint32_t j = 0; j < N_KEYS; j++) {
            hashes[j] = keyed_hash(&stolen, keys + j * n, n);
            if (n < 16) {
                assert_int_equal(hashes[j] & 63, 0);
            }
        }
        /* Overlapping words undo it where the key is not much longer. */
        if (n == 16 || n >= 24) {
            assert_int_equal(count_distinct(hashes), 1);
        }
        free(keys);
    }
}

/* Checks that 'hashes' are spread over as many buckets as random numbers would
 * be, by the 'N_BITS' bits from 'shift' on.  With random numbers, the sum of
 * the buckets' squares is 2 * N_KEYS, give or take a hundredth, and a bucket
 * of 16 would come once in a thousand million of such tests. */
static void
check_spread(const char *name, size_t n, const uint64_t hashes[N_KEYS],
             int shift)
{
    static uint32_t buckets[N_KEYS];
    uint64_t squares = 0;
    uint32_t max = 0;

    memset(buckets, 0, sizeof buckets);
    for (uint32_t i = 0; i < N_KEYS; i++) {
        buckets[hashes[i] >> shift & (N_KEYS - 1)]++;
    }
    for (uint32_t i = 0; i < N_KEYS; i++) {
        squares += (uint64_t) buckets[i] * buckets[i];
        max = buckets[i] > max ? buckets[i] : max;
    }
    if (max > 15 || squares > N_KEYS * UINT64_C(22) / 10) {
        fail_msg("%s, %zu bytes, from bit %d: a bucket of %u, squares %llu",
                 name, n, shift, max, (unsigned long long int) squares);
    }
}

static void
test_hashes(void **state)
{
    static uint64_t hashes[N_KEYS];

    (void) state;
    okobpf_keyed_hash_draw(&stolen);
    for (size_t i = 0; i < ARRAY_SIZE(key_sizes); i++) {
        for (size_t g = 0; g < ARRAY_SIZE(generators); g++) {
            size_t n = key_sizes[i];
            uint8_t *keys = make_keys(generators[g].make, n);
            struct keyed_hash_secret s;

            okobpf_keyed_hash_draw(&s);
            for (uint32_t j = 0; j < N_KEYS; j++) {
                hashes[j] = keyed_hash(&s, keys + j * n, n);
            }
            for (int shift = 0; shift <= 64 - N_BITS; shift += 25) {
                check_spread(generators[g].name, n, hashes, shift);
            }
            assert_int_equal(count_distinct(hashes), N_KEYS);
            free(keys);
        }
    }
}

/* Through maps. */

static char map_name[] = "m";

static struct okobpf_map *
new_map(uint32_t type, uint32_t key_size, uint32_t max_entries)
{
    struct map_spec spec = {
        .name = map_name,
        .type = type,
        .key_size = key_size,
        .value_size = 4,
        .max_entries = max_entries,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, &test_host);

    assert_non_null(map);
    return map;
}

static const uint32_t map_sizes[] = { 4, 8, 13, 16, 24, 32, 48, 64 };

/* In tables of all kinds, chosen keys make no longer walks than 20 entries, as
 * is so for random keys. */
static void
test_tables(void **state)
{
    static const uint32_t types[] = {
        OKOBPF_MAP_HASH, OKOBPF_MAP_PERCPU_HASH, OKOBPF_MAP_LRU_HASH
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(map_sizes); i++) {
        for (size_t g = 0; g < ARRAY_SIZE(generators); g++) {
            size_t n = map_sizes[i];
            uint32_t type = types[g % ARRAY_SIZE(types)];
            struct okobpf_map *map = new_map(type, n, N_KEYS);
            uint8_t *keys;

            stolen = hash_cast(map)->secret;
            okobpf_map_release(map);
            map = new_map(type, n, N_KEYS);
            keys = make_keys(generators[g].make, n);
            for (uint32_t j = 0; j < N_KEYS; j++) {
                assert_int_equal(okobpf_map_update(map, keys + j * n, n, &j,
                                                   4, OKOBPF_NOEXIST),
                                 OKOBPF_MAP_OK);
            }
            if (okobpf_hash_longest_walk(hash_cast(map)) > 20) {
                fail_msg("%s, %zu bytes: walks past %u entries",
                         generators[g].name, n,
                         okobpf_hash_longest_walk(hash_cast(map)));
            }
            free(keys);
            okobpf_map_release(map);
        }
    }
}

/* In sketches, chosen items are not taken for others more often than random
 * ones are. */
static void
test_sketches(void **state)
{
    (void) state;
    okobpf_keyed_hash_draw(&stolen);
    for (size_t i = 0; i < ARRAY_SIZE(map_sizes); i++) {
        for (size_t g = 0; g < ARRAY_SIZE(generators); g++) {
            size_t n = map_sizes[i];
            struct okobpf_map *bloom = new_map(OKOBPF_MAP_BLOOM, n,
                                               N_KEYS / 2);
            struct okobpf_map *countmin = new_map(OKOBPF_MAP_COUNTMIN, n,
                                                  N_KEYS);
            uint8_t *keys = make_keys(generators[g].make, n);
            uint32_t n_wrong = 0, n_over = 0;

            for (uint32_t j = 0; j < N_KEYS / 2; j++) {
                bloom->ops->add(bloom, keys + j * n);
                countmin->ops->add(countmin, keys + j * n);
            }
            for (uint32_t j = 0; j < N_KEYS; j++) {
                uint32_t found, count;

                okobpf_map_lookup(bloom, keys + j * n, n, &found, 4);
                okobpf_map_lookup(countmin, keys + j * n, n, &count, 4);
                if (j < N_KEYS / 2) {
                    assert_int_equal(found, 1);
                    assert_true(count >= 1);
                    n_over += count > 1;
                } else {
                    n_wrong += found;
                    n_over += count > 0;
                }
            }

            /* 6.25 % of what is not in the filter when it is exactly full;
             * and a counter of another row is shared for 0.4 of all. */
            if (n_wrong > N_KEYS / 2 / 12 || n_over > N_KEYS / 20) {
                fail_msg("%s, %zu bytes: %u found wrongly, %u overcounted",
                         generators[g].name, n, n_wrong, n_over);
            }
            free(keys);
            okobpf_map_release(bloom);
            okobpf_map_release(countmin);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generators),
        cmocka_unit_test(test_hashes),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_sketches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
