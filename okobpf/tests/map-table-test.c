/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The table that hash maps are built on: its lists, its memory, and how it is
 * cleared. */

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "epoch.h"
#include "maps/hash.h"
#include "testlib.h"

static char map_name[] = "t";

static const uint32_t types[] = {
    OKOBPF_MAP_HASH, OKOBPF_MAP_PERCPU_HASH, OKOBPF_MAP_LRU_HASH
};

static struct okobpf_map *
new_map(uint32_t type, uint32_t key_size, uint32_t value_size,
        uint32_t max_entries, const struct okobpf_host *host)
{
    struct map_spec spec = {
        .name = map_name,
        .type = type,
        .key_size = key_size,
        .value_size = value_size,
        .max_entries = max_entries,
    };
    struct okobpf_map *map = okobpf_map_create(&spec, host);

    assert_non_null(map);
    return map;
}

static enum okobpf_map_result
put(struct okobpf_map *map, uint32_t key, uint64_t value)
{
    return okobpf_map_update(map, &key, sizeof key, &value, sizeof value,
                             OKOBPF_ANY);
}

static enum okobpf_map_result
del(struct okobpf_map *map, uint32_t key)
{
    return okobpf_map_delete(map, &key, sizeof key);
}

/* Stores the first 'n' keys that all come into one bucket. */
static void
find_keys(const struct okobpf_map *map, uint32_t keys[], int n)
{
    const struct map_hash *hash = hash_cast(map);
    uint32_t key[4] = { 0 };
    int n_found = 0;

    for (; n_found < n; key[0]++) {
        if (hash_bucket_index(hash, hash_of(hash, key))
            == hash->n_buckets / 2) {
            keys[n_found++] = key[0];
        }
    }
}

/* Checks that a dump has each of the 'n' keys that is in the map once, with
 * its value, and nothing else. */
static void
check_dump(struct okobpf_map *map, const uint32_t keys[],
           const uint64_t values[], int n)
{
    uint64_t cursor = 0;
    uint64_t value;
    uint32_t key;
    int n_there = 0, n_seen = 0;

    for (int i = 0; i < n; i++) {
        n_there += values[i] != 0;
    }
    while (okobpf_map_next(map, &cursor, &key, &value)) {
        int i = 0;

        while (i < n && keys[i] != key) {
            i++;
        }
        assert_true(i < n);
        assert_int_equal(value, values[i]);
        n_seen++;
    }
    assert_int_equal(n_seen, n_there);
    assert_int_equal(okobpf_map_n_entries(map), n_there);
}

/* Random operations on the keys of one bucket, several times what it has room
 * for, compared with an array. */
static void
test_one_bucket(void **state)
{
    enum { N = 60 };
    uint64_t seed = 1;

    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        struct okobpf_map *map = new_map(types[t], 4, 8, 1000, &test_host);
        uint64_t values[N] = { 0 };
        uint32_t longest = 0;
        uint32_t keys[N];

        find_keys(map, keys, N);
        for (int round = 0; round < 20000; round++) {
            uint64_t random = next_random(&seed);
            int i = random % N;
            int phase = round / 1000 % 3; /* Grows, shrinks, or neither. */

            if ((random >> 32) % 4 >= (phase == 0 ? 1 : phase == 1 ? 3 : 2)) {
                values[i] = random | 1;
                assert_int_equal(put(map, keys[i], values[i]), OKOBPF_MAP_OK);
            } else {
                assert_int_equal(del(map, keys[i]),
                                 values[i] ? OKOBPF_MAP_OK
                                 : OKOBPF_MAP_NO_ENTRY);
                values[i] = 0;
            }
            for (int j = 0; j < N; j++) {
                const uint64_t *p = map->ops->lookup(map, &keys[j], 0);

                assert_int_equal(p ? *p : 0, values[j]);
            }
            if (!(round % 100)) {
                uint32_t walk = okobpf_hash_longest_walk(hash_cast(map));

                longest = walk > longest ? walk : longest;
                check_dump(map, keys, values, N);
            }
            if (!(random >> 40 & 7)) {
                test_host_drain();
            }
        }
        assert_true(longest > 20);
        test_host_drain();
        okobpf_map_release(map);
    }
}

/* A program holds the values of entries that are deleted, those of lists among
 * them: they stay as they are, and none is given to another entry, until its
 * grace period ends. */
static void
test_held_values(void **state)
{
    enum { N = 40 };

    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        struct okobpf_map *map = new_map(types[t], 4, 8, 1000, &test_host);
        uint32_t keys[N];

        find_keys(map, keys, N);
        for (int round = 0; round < 20; round++) {
            struct epoch_thread *thread = okobpf_epoch_enter();
            uint64_t *held[N];

            for (int i = 0; i < N; i++) {
                assert_int_equal(put(map, keys[i], keys[i]), OKOBPF_MAP_OK);
                held[i] = map->ops->lookup(map, &keys[i], 0);
                assert_non_null(held[i]);
            }
            for (int i = 0; i < N; i++) {
                assert_int_equal(del(map, keys[(i * 7 + round) % N]),
                                 OKOBPF_MAP_OK);
            }
            for (int i = 0; i < N; i++) {
                assert_int_equal(put(map, keys[i], 0), OKOBPF_MAP_OK);
            }
            if (round % 2) {
                okobpf_map_clear(map);
            }
            for (int i = 0; i < N; i++) {
                assert_int_equal(*held[i], keys[i]);
                *held[i] = 0;
            }
            okobpf_epoch_exit(thread);
            test_host_drain();
        }
        okobpf_map_release(map);
    }
}

/* A dump that is resumed while entries of the same list come and go. */
static void
test_resumed_in_list(void **state)
{
    enum { N = 60, N_STAY = 30 };
    uint64_t seed = 1;

    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        struct okobpf_map *map = new_map(types[t], 4, 8, 1000, &test_host);
        uint32_t keys[N];

        find_keys(map, keys, N);
        for (int round = 0; round < 300; round++) {
            bool seen[N] = { false };
            uint64_t cursor = 0;
            uint64_t value;
            uint32_t key;
            int n = 0;

            for (int i = 0; i < N_STAY; i++) {
                assert_int_equal(put(map, keys[i * 2], i * 2), OKOBPF_MAP_OK);
            }
            while (okobpf_map_next(map, &cursor, &key, &value)) {
                seen[value] = true;
                assert_true(n++ < 100000);
                for (int i = 0; i < 4; i++) {
                    int other = next_random(&seed) % N_STAY * 2 + 1;

                    if (del(map, keys[other]) != OKOBPF_MAP_OK) {
                        put(map, keys[other], other);
                    }
                }
                test_host_drain();
            }
            for (int i = 0; i < N_STAY; i++) {
                assert_true(seen[i * 2]);
            }
            okobpf_map_clear(map);
            test_host_drain();
        }
        okobpf_map_release(map);
    }
}

/* Memory. */

/* Returns how many bytes of the map's table are in memory. */
static uint64_t
resident(const struct okobpf_map *map)
{
    const struct map_hash *hash = hash_cast(map);
    uint64_t page = sysconf(_SC_PAGESIZE);
    uint64_t n_pages = (hash->table_size + page - 1) / page;
    unsigned char *pages = okobpf_mem_alloc(n_pages, 1);
    uint64_t n = 0;

    assert_non_null(pages);
    assert_int_equal(mincore(hash_table(hash), hash->table_size, pages), 0);
    for (uint64_t i = 0; i < n_pages; i++) {
        n += pages[i] & 1;
    }
    free(pages);
    return n * page;
}

/* What a map is charged for an entry, and that it takes no more, even if all
 * are deleted, again and again, and nothing is reclaimed. */
static void
test_cost(void **state)
{
    enum { N = 1000000 };
    static const struct {
        uint32_t type, key_size, value_size, max_cost;
    } cases[] = {
        { OKOBPF_MAP_HASH, 4, 8, 28 },
        { OKOBPF_MAP_HASH, 16, 32, 64 },
        { OKOBPF_MAP_LRU_HASH, 4, 8, 41 },
        { OKOBPF_MAP_LRU_HASH, 16, 32, 83 },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct okobpf_map *map = new_map(cases[i].type, cases[i].key_size,
                                         cases[i].value_size, N, &test_host);
        uint64_t memory = okobpf_map_info(map)->memory;
        uint32_t key[4] = { 0 };
        uint64_t value[4] = { 0 };

        assert_true(memory <= (uint64_t) N * cases[i].max_cost);
        assert_true(resident(map) <= memory / 2);
        for (key[0] = 0; key[0] < N; key[0]++) {
            value[0] = key[0];
            assert_int_equal(okobpf_map_update(map, key, cases[i].key_size,
                                               value, cases[i].value_size, 0),
                             OKOBPF_MAP_OK);
        }
        assert_int_equal(okobpf_map_n_entries(map), N);
        assert_true(resident(map) > memory / 10 * 9);

        for (key[0] = 0; key[0] < N / 4; key[0]++) {
            assert_int_equal(okobpf_map_delete(map, key, cases[i].key_size),
                             OKOBPF_MAP_OK);
            okobpf_map_update(map, key, cases[i].key_size, value,
                              cases[i].value_size, 0);
        }
        assert_true(resident(map) <= memory + 4096);
        okobpf_map_release(map);
        test_host_drain();
    }
}

/* Clearing. */

/* After a clear, there is room for as many entries as before, though the host
 * has not let go of the old ones; and after another one, for some. */
static void
test_clear(void **state)
{
    enum { N = 200000 };

    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        struct okobpf_map *map = new_map(types[t], 4, 8, N, &test_host);

        for (int round = 0; round < 3; round++) {
            uint64_t cursor = 0;
            int n_calls = 1;

            for (uint32_t key = 0; key < N; key++) {
                assert_int_equal(put(map, key, key), OKOBPF_MAP_OK);
            }
            while (okobpf_map_clear_some(map, &cursor)) {
                n_calls++;
            }
            assert_int_equal(okobpf_map_n_entries(map), 0);
            assert_int_equal(count_dump(map), 0);
            assert_int_equal(n_calls, 1);

            /* In place, since the old table is still there. */
            for (uint32_t key = 0; key < N; key++) {
                assert_int_equal(put(map, key, key), OKOBPF_MAP_OK);
            }
            for (cursor = 0; okobpf_map_clear_some(map, &cursor); n_calls++) {
                continue;
            }
            assert_int_equal(okobpf_map_n_entries(map), 0);
            assert_int_equal(count_dump(map), 0);
            assert_true(n_calls > 50);
            for (uint32_t key = 0; key < 1000; key++) {
                assert_int_equal(put(map, key, key), OKOBPF_MAP_OK);
            }
            assert_int_equal(count_dump(map), 1000);
            test_host_drain();
            okobpf_map_clear(map);
            test_host_drain();
        }
        okobpf_map_release(map);
    }
}

/* The memory of a large table goes in pieces, even when its map is gone. */
static void
test_large(void **state)
{
    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        struct okobpf_map *map = new_map(types[t], 4, 8, 20000000,
                                         &test_host);
        uint64_t size = hash_cast(map)->table_size;
        uint64_t n_pieces = 1;

        for (uint32_t key = 0; key < 1000; key++) {
            assert_int_equal(put(map, key, key), OKOBPF_MAP_OK);
        }
        okobpf_map_release(map);
        n_pieces += test_host_drain();
        assert_int_equal(n_pieces, (size - 1) / (64 * 1024 * 1024) + 1);
    }
}

/* Without a host that defers, all is free at the end of the run. */
static void
test_without_defer(void **state)
{
    static const struct okobpf_host host = { .n_slots = 1 };

    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        struct okobpf_map *map = new_map(types[t], 4, 8, 100, &host);
        uint32_t n_fresh;

        for (int round = 0; round < 1000; round++) {
            for (uint32_t key = 0; key < 100; key++) {
                assert_int_equal(put(map, key, key), OKOBPF_MAP_OK);
            }
            for (uint32_t key = 0; key < 100; key++) {
                assert_int_equal(del(map, key), OKOBPF_MAP_OK);
            }
            if (round % 10 == 9) {
                okobpf_map_clear(map);
                assert_null(hash_cast(map)->old_table);
            }
        }
        n_fresh = hash_table(hash_cast(map))->n_fresh;
        assert_true(n_fresh < 1000);
        okobpf_map_release(map);
    }
}

/* Many stripes, one of which has freed what all others need. */
static void
test_gather(void **state)
{
    enum { N = 20000 };

    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        struct okobpf_map *map = new_map(types[t], 4, 8, N, &test_host);
        const struct map_hash *hash = hash_cast(map);

        for (int round = 0; round < 20; round++) {
            /* Other keys each time, as many as there is room for. */
            for (uint32_t key = 0; key < N; key++) {
                assert_int_equal(put(map, key + round * N, 1), OKOBPF_MAP_OK);
            }
            for (uint32_t key = 0; key < N; key++) {
                assert_int_equal(del(map, key + round * N), OKOBPF_MAP_OK);
            }
            test_host_drain();
        }
        assert_true(hash_table(hash)->n_fresh <= hash->max_number);
        okobpf_map_release(map);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_bucket),
        cmocka_unit_test(test_held_values),
        cmocka_unit_test(test_resumed_in_list),
        cmocka_unit_test(test_cost),
        cmocka_unit_test(test_clear),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_without_defer),
        cmocka_unit_test(test_gather),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
