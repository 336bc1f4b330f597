/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Maps as the user outside of the switch, and as programs, see them. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "random.h"
#include "testlib.h"

static char map_name[] = "m";

/* Returns a map of the given kind, with all its limits checked. */
static struct okobpf_map *
new_map(uint32_t type, uint32_t key_size, uint32_t value_size,
        uint32_t max_entries)
{
    struct map_spec spec = {
        .name = map_name,
        .type = type,
        .key_size = key_size,
        .value_size = value_size,
        .max_entries = max_entries,
    };
    struct okobpf_report report;
    struct okobpf_map *map;
    uint64_t memory = 0;

    memset(&report, 0, sizeof report);
    if (okobpf_map_spec_check(&spec, &okobpf_default_limits, TEST_HOST_SLOTS,
                              &memory, &report) != OKOBPF_OK) {
        fail_msg("%s", report.reason);
    }
    map = okobpf_map_create(&spec, &test_host);
    assert_non_null(map);
    assert_int_equal(okobpf_map_info(map)->memory, memory);
    return map;
}

static enum okobpf_map_result
put(struct okobpf_map *map, uint32_t key, uint64_t value, uint64_t flags)
{
    return okobpf_map_update(map, &key, sizeof key, &value, sizeof value,
                             flags);
}

static enum okobpf_map_result
del(struct okobpf_map *map, uint32_t key)
{
    return okobpf_map_delete(map, &key, sizeof key);
}

static void
test_array(void **state)
{
    struct okobpf_map *map = new_map(OKOBPF_MAP_ARRAY, 4, 8, 10);
    uint64_t cursor = 0;
    uint64_t value;
    uint32_t key;
    uint32_t n = 0;

    (void) state;
    assert_int_equal(okobpf_map_n_entries(map), 10);
    assert_int_equal(get_value(map, 9), 0);
    assert_int_equal(put(map, 9, 99, OKOBPF_ANY), OKOBPF_MAP_OK);
    assert_int_equal(put(map, 0, 11, OKOBPF_EXIST), OKOBPF_MAP_OK);
    assert_int_equal(put(map, 0, 12, OKOBPF_NOEXIST), OKOBPF_MAP_EXISTS);
    assert_int_equal(put(map, 10, 1, OKOBPF_ANY), OKOBPF_MAP_BAD_KEY);
    assert_int_equal(put(map, UINT32_MAX, 1, OKOBPF_ANY), OKOBPF_MAP_BAD_KEY);
    assert_int_equal(get_value(map, 9), 99);
    assert_int_equal(get_value(map, 0), 11);
    assert_int_equal(get_value(map, 10), UINT64_MAX);
    assert_int_equal(del(map, 0), OKOBPF_MAP_UNSUPPORTED);

    while (okobpf_map_next(map, &cursor, &key, &value)) {
        assert_int_equal(key, n);
        assert_int_equal(value, n == 0 ? 11 : n == 9 ? 99 : 0);
        n++;
    }
    assert_int_equal(n, 10);
    okobpf_map_clear(map);
    assert_int_equal(get_value(map, 9), 0);

    /* As programs see it. */
    key = 10;
    assert_null(map->ops->lookup(map, &key, 0));
    key = 9;
    uint64_t *p = map->ops->lookup(map, &key, 0);
    assert_non_null(p);
    assert_int_equal((uintptr_t) p % 8, 0);
    *p = 5;
    assert_int_equal(get_value(map, 9), 5);
    okobpf_map_release(map);
}

/* Values whose size is not a multiple of 8 don't run into each other. */
static void
test_odd_sizes(void **state)
{
    static const uint32_t types[] = { OKOBPF_MAP_ARRAY, OKOBPF_MAP_HASH,
                                      OKOBPF_MAP_LRU_HASH };

    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        for (uint32_t size = 1; size <= 20; size++) {
            struct okobpf_map *map = new_map(types[t], 4, size, 5);
            uint8_t value[20], got[21];

            for (uint32_t key = 0; key < 5; key++) {
                memset(value, key + 1, sizeof value);
                assert_int_equal(okobpf_map_update(map, &key, 4, value, size,
                                                   0), OKOBPF_MAP_OK);
            }
            for (uint32_t key = 0; key < 5; key++) {
                memset(value, key + 1, sizeof value);
                memset(got, 0xee, sizeof got);
                assert_int_equal(okobpf_map_lookup(map, &key, 4, got, size),
                                 OKOBPF_MAP_OK);
                assert_memory_equal(got, value, size);
                assert_int_equal(got[size], 0xee);
            }
            okobpf_map_release(map);
        }
    }
}

static void
test_hash(void **state)
{
    struct okobpf_map *map = new_map(OKOBPF_MAP_HASH, 4, 8, 100);

    (void) state;
    assert_int_equal(okobpf_map_n_entries(map), 0);
    assert_int_equal(get_value(map, 1), UINT64_MAX);
    assert_int_equal(put(map, 1, 1, OKOBPF_EXIST), OKOBPF_MAP_NO_ENTRY);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(put(map, i, i * 3, OKOBPF_NOEXIST), OKOBPF_MAP_OK);
    }
    assert_int_equal(okobpf_map_n_entries(map), 100);
    assert_int_equal(put(map, 100, 1, OKOBPF_ANY), OKOBPF_MAP_FULL);
    assert_int_equal(put(map, 5, 1, OKOBPF_NOEXIST), OKOBPF_MAP_EXISTS);
    assert_int_equal(put(map, 5, 55, OKOBPF_ANY), OKOBPF_MAP_OK);
    assert_int_equal(put(map, 6, 66, OKOBPF_EXIST), OKOBPF_MAP_OK);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(get_value(map, i), i == 5 ? 55 : i == 6 ? 66 : i * 3);
    }

    assert_int_equal(del(map, 5), OKOBPF_MAP_OK);
    assert_int_equal(del(map, 5), OKOBPF_MAP_NO_ENTRY);
    assert_int_equal(get_value(map, 5), UINT64_MAX);
    assert_int_equal(okobpf_map_n_entries(map), 99);
    assert_int_equal(put(map, 100, 1, OKOBPF_ANY), OKOBPF_MAP_OK);
    assert_int_equal(get_value(map, 100), 1);

    okobpf_map_clear(map);
    assert_int_equal(okobpf_map_n_entries(map), 0);
    assert_int_equal(get_value(map, 100), UINT64_MAX);
    okobpf_map_release(map);
    test_host_drain();
}

/* A value stays where it is when it is overwritten, and until the host's grace
 * period ends when it is deleted. */
static void
test_hash_pointers(void **state)
{
    struct okobpf_map *map = new_map(OKOBPF_MAP_HASH, 4, 8, 4);
    uint32_t key = 7;
    uint64_t *p;

    (void) state;
    test_host_drain();
    put(map, key, 1, 0);
    p = map->ops->lookup(map, &key, 0);
    assert_non_null(p);
    put(map, key, 2, 0);
    assert_int_equal(*p, 2);
    assert_ptr_equal(map->ops->lookup(map, &key, 0), p);

    assert_int_equal(del(map, key), OKOBPF_MAP_OK);
    assert_null(map->ops->lookup(map, &key, 0));
    *p = 3;                     /* Under AddressSanitizer: still there. */
    put(map, key, 4, 0);
    assert_ptr_not_equal(map->ops->lookup(map, &key, 0), p);
    assert_int_equal(get_value(map, key), 4);

    /* And then its memory serves again. */
    assert_int_equal(*p, 3);
    test_host_drain();
    for (uint32_t i = 100; map->ops->lookup(map, &key, 0) != p; i++) {
        assert_true(i < 10000);
        del(map, key);
        test_host_drain();
        put(map, key, 5, 0);
    }

    p = map->ops->lookup(map, &key, 0);
    okobpf_map_clear(map);
    *p = 6;                     /* Still there, too. */
    assert_true(test_host_drain() > 0);
    okobpf_map_release(map);
}

/* Deletes and adds entries while the host's grace period does not end: memory
 * does not grow without bound, and there is some again when it ends. */
static void
test_endless_grace_period(void **state)
{
    static const uint32_t types[] = { OKOBPF_MAP_HASH,
                                      OKOBPF_MAP_PERCPU_HASH,
                                      OKOBPF_MAP_LPM_TRIE };

    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        uint32_t key_size = types[t] == OKOBPF_MAP_LPM_TRIE ? 8 : 4;
        struct okobpf_map *map = new_map(types[t], key_size, 1024, 100);
        enum okobpf_map_result result = OKOBPF_MAP_OK;
        const uint64_t key = 8;
        uint8_t value[1024] = { 0 };
        int n;

        test_host_drain();
        for (n = 0; n < 100000 && result == OKOBPF_MAP_OK; n++) {
            result = okobpf_map_update(map, &key, key_size, value,
                                       sizeof value, OKOBPF_NOEXIST);
            if (result == OKOBPF_MAP_OK) {
                assert_int_equal(okobpf_map_delete(map, &key, key_size),
                                 OKOBPF_MAP_OK);
            }
        }
        assert_int_equal(result, OKOBPF_MAP_NO_MEMORY);
        assert_true(n > 500 && n < 10000);
        assert_int_equal(okobpf_map_n_entries(map), 0);
        if (types[t] != OKOBPF_MAP_LPM_TRIE) {
            assert_true(n * sizeof value <= okobpf_map_info(map)->memory);
        }

        assert_true(test_host_drain() > 0);
        assert_int_equal(okobpf_map_update(map, &key, key_size, value,
                                           sizeof value, OKOBPF_NOEXIST),
                         OKOBPF_MAP_OK);

        /* A map goes after what it gave up. */
        okobpf_map_clear(map);
        okobpf_map_release(map);
        assert_true(test_host_drain() > 0);
    }
}

/* Clears maps of all kinds in parts, while others write to them. */
static void
test_clear_some(void **state)
{
    static const struct {
        uint32_t type, key_size, value_size, max_entries;
        uint64_t min_calls;
    } cases[] = {
        { OKOBPF_MAP_ARRAY, 4, 8, 500000, 4 },
        { OKOBPF_MAP_PERCPU_ARRAY, 4, 8, 50000, 2 },
        { OKOBPF_MAP_HASH, 4, 8, 5000, 1 },
        { OKOBPF_MAP_PERCPU_HASH, 4, 8, 5000, 1 },
        { OKOBPF_MAP_LRU_HASH, 4, 8, 5000, 1 },
        { OKOBPF_MAP_LPM_TRIE, 8, 8, 5000, 20 },
        { OKOBPF_MAP_BLOOM, 4, 4, 5000000, 3 },
        { OKOBPF_MAP_COUNTMIN, 4, 4, 500000, 10 },
    };
    const uint64_t cursors[] = { 0, 1, 7, UINT32_MAX, UINT64_MAX };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct okobpf_map *map = new_map(cases[i].type, cases[i].key_size,
                                         cases[i].value_size,
                                         cases[i].max_entries);
        bool is_sketch = cases[i].value_size == 4;
        uint64_t value = 1, found = 0;
        uint64_t cursor = 0;
        uint64_t n_calls = 1;

        for (uint32_t j = 0; j < 5000; j++) {
            uint32_t key[2] = { j, 0 };

            if (cases[i].type == OKOBPF_MAP_LPM_TRIE) {
                key[0] = 32;
                key[1] = j * 2654435761u;
            }
            assert_int_equal(okobpf_map_update(
                                 map, key, cases[i].key_size, &value,
                                 cases[i].value_size, OKOBPF_ANY),
                             OKOBPF_MAP_OK);
        }
        while (okobpf_map_clear_some(map, &cursor)) {
            n_calls++;
        }
        assert_true(n_calls >= cases[i].min_calls && n_calls < 200);
        for (uint32_t j = 0; j < 5000; j++) {
            uint32_t key[2] = { j, 0 };

            if (cases[i].type == OKOBPF_MAP_LPM_TRIE) {
                key[0] = 32;
                key[1] = j * 2654435761u;
            }
            if (okobpf_map_lookup(map, key, cases[i].key_size, &found,
                                  cases[i].value_size) == OKOBPF_MAP_OK) {
                assert_int_equal(found, 0);
            }
        }
        if (okobpf_map_info(map)->key_size == 8 || (!is_sketch && i > 1)) {
            assert_int_equal(okobpf_map_n_entries(map), 0);
        }

        /* A cursor that no call returned does no harm. */
        for (size_t j = 0; j < ARRAY_SIZE(cursors); j++) {
            cursor = cursors[j];
            while (okobpf_map_clear_some(map, &cursor)) {
                continue;
            }
        }
        okobpf_map_release(map);
        test_host_drain();
    }
}

static void
test_wrong_sizes(void **state)
{
    static const uint32_t types[] = { OKOBPF_MAP_ARRAY, OKOBPF_MAP_HASH,
                                      OKOBPF_MAP_LRU_HASH };
    uint8_t buf[16] = { 0 };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        struct okobpf_map *map = new_map(types[i], 4, 8, 4);

        assert_int_equal(okobpf_map_lookup(map, buf, 3, buf, 8),
                         OKOBPF_MAP_BAD_KEY_SIZE);
        assert_int_equal(okobpf_map_lookup(map, buf, 4, buf, 9),
                         OKOBPF_MAP_BAD_VALUE_SIZE);
        assert_int_equal(okobpf_map_update(map, buf, 5, buf, 8, 0),
                         OKOBPF_MAP_BAD_KEY_SIZE);
        assert_int_equal(okobpf_map_update(map, buf, 4, buf, 0, 0),
                         OKOBPF_MAP_BAD_VALUE_SIZE);
        assert_int_equal(okobpf_map_update(map, buf, 4, buf, 8, 3),
                         OKOBPF_MAP_BAD_FLAGS);
        assert_int_equal(okobpf_map_update(map, buf, 4, buf, 8, UINT64_MAX),
                         OKOBPF_MAP_BAD_FLAGS);
        if (types[i] != OKOBPF_MAP_ARRAY) {
            assert_int_equal(okobpf_map_delete(map, buf, SIZE_MAX),
                             OKOBPF_MAP_BAD_KEY_SIZE);
        }
        okobpf_map_release(map);
    }
}

/* Takes a dump in parts while other entries come and go, in each bucket, and
 * checks that all that stayed are in it. */
static void
test_resumed_iteration(void **state)
{
    enum { N_STAY = 50, N_GO = 200 };
    struct okobpf_map *map = new_map(OKOBPF_MAP_HASH, 4, 8, 64);
    struct random r = { 1 };

    (void) state;
    for (int round = 0; round < 200; round++) {
        bool seen[N_STAY] = { false };
        uint64_t cursor = 0;
        uint64_t value;
        uint32_t key;

        okobpf_map_clear(map);
        for (uint32_t i = 0; i < N_STAY; i++) {
            assert_int_equal(put(map, i, i, 0), OKOBPF_MAP_OK);
        }
        while (okobpf_map_next(map, &cursor, &key, &value)) {
            assert_int_equal(key, value);
            if (key < N_STAY) {
                seen[key] = true;
            }
            for (int i = 0; i < 5; i++) {
                uint32_t other = N_STAY + random_below(&r, N_GO);

                if (put(map, other, other, OKOBPF_NOEXIST) != OKOBPF_MAP_OK) {
                    del(map, other);
                }
            }
        }
        for (uint32_t i = 0; i < N_STAY; i++) {
            assert_true(seen[i]);
        }

        /* Nothing more comes after the end. */
        assert_false(okobpf_map_next(map, &cursor, &key, &value));
        test_host_drain();
    }
    okobpf_map_release(map);
}

/* A cursor that no iteration returned finds the end, or an entry. */
static void
test_wild_cursors(void **state)
{
    static const uint64_t cursors[] = {
        UINT64_MAX, UINT64_MAX - 1, UINT64_C(1) << 63, INT64_MAX, 1, 12345,
        UINT64_C(1) << 32, UINT32_MAX,
    };
    static const uint32_t types[] = { OKOBPF_MAP_ARRAY, OKOBPF_MAP_HASH,
                                      OKOBPF_MAP_PERCPU_ARRAY,
                                      OKOBPF_MAP_PERCPU_HASH,
                                      OKOBPF_MAP_LRU_HASH,
                                      OKOBPF_MAP_LPM_TRIE };

    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        uint32_t key_size = types[t] == OKOBPF_MAP_LPM_TRIE ? 8 : 4;
        struct okobpf_map *map = new_map(types[t], key_size, 8, 4);
        const uint64_t zeros = 0;

        okobpf_map_update(map, &zeros, key_size, &zeros, 8, 0);
        for (size_t i = 0; i < ARRAY_SIZE(cursors); i++) {
            uint64_t cursor = cursors[i];
            uint64_t value;
            uint64_t key;
            int n = 0;

            while (okobpf_map_next(map, &cursor, &key, &value)) {
                assert_true(n++ < 4);
            }
        }
        okobpf_map_release(map);
    }
}

/* Each slot has its own value; the user sees the sum, and sets it. */
static void
test_percpu(void **state)
{
    static const uint32_t types[] = { OKOBPF_MAP_PERCPU_ARRAY,
                                      OKOBPF_MAP_PERCPU_HASH };

    (void) state;
    for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
        struct okobpf_map *map = new_map(types[t], 4, 8, 3);
        uint64_t *values[TEST_HOST_SLOTS];
        uint32_t key = 2;
        uint64_t cursor = 0;
        uint64_t value;
        int n = 0;

        assert_int_equal(put(map, key, 100, 0), OKOBPF_MAP_OK);
        for (uint32_t slot = 0; slot < TEST_HOST_SLOTS; slot++) {
            values[slot] = map->ops->lookup(map, &key, slot);
            assert_non_null(values[slot]);
            assert_int_equal(*values[slot], slot ? 0 : 100);
            *values[slot] += 1 + slot;
        }
        assert_null(map->ops->lookup(map, &key, TEST_HOST_SLOTS));
        assert_null(map->ops->lookup(map, &key, UINT32_MAX));
        assert_int_equal(get_value(map, key), 100 + 1 + 2 + 3 + 4);

        /* A program's update is its slot's only. */
        value = 50;
        assert_int_equal(map->ops->update(map, &key, &value, 0, 3),
                         OKOBPF_MAP_OK);
        assert_int_equal(get_value(map, key), 100 + 1 + 2 + 3 + 50);
        assert_true(map->ops->update(map, &key, &value, 0, TEST_HOST_SLOTS)
                    != OKOBPF_MAP_OK);

        while (okobpf_map_next(map, &cursor, &key, &value)) {
            assert_int_equal(value, key == 2 ? 156 : 0);
            n++;
        }
        assert_int_equal(n, okobpf_map_n_entries(map));

        key = 2;
        assert_int_equal(put(map, key, 7, OKOBPF_EXIST), OKOBPF_MAP_OK);
        assert_int_equal(get_value(map, key), 7);
        assert_int_equal(*values[3], 0);
        okobpf_map_clear(map);
        assert_true(get_value(map, key) == 0
                    || get_value(map, key) == UINT64_MAX);
        okobpf_map_release(map);
    }
    test_host_drain();
}

/* Values of 32-bit words are summed as such. */
static void
test_percpu_words(void **state)
{
    struct okobpf_map *map = new_map(OKOBPF_MAP_PERCPU_ARRAY, 4, 12, 1);
    uint32_t key = 0;
    uint32_t sums[3];

    (void) state;
    for (uint32_t slot = 0; slot < TEST_HOST_SLOTS; slot++) {
        const uint32_t words[3] = { UINT32_MAX, slot, 1000 };

        assert_int_equal(map->ops->update(map, &key, words, 0, slot),
                         OKOBPF_MAP_OK);
    }
    assert_int_equal(okobpf_map_lookup(map, &key, 4, sums, sizeof sums),
                     OKOBPF_MAP_OK);
    assert_int_equal(sums[0], (uint32_t) -4);
    assert_int_equal(sums[1], 0 + 1 + 2 + 3);
    assert_int_equal(sums[2], 4000);
    okobpf_map_release(map);
}

static uint32_t
query(struct okobpf_map *map, uint32_t item)
{
    uint32_t value;

    assert_int_equal(okobpf_map_lookup(map, &item, 4, &value, 4),
                     OKOBPF_MAP_OK);
    return value;
}

static void
test_bloom(void **state)
{
    enum { N = 10000 };
    struct okobpf_map *map = new_map(OKOBPF_MAP_BLOOM, 4, 4, N);
    uint32_t key_size, value_size;
    uint32_t n_wrong = 0;
    uint32_t one = 1;
    uint64_t n_words = 0;
    uint64_t cursor = 0;
    uint64_t word;
    uint32_t key;

    (void) state;
    assert_int_equal(query(map, 1), 0);
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(map->ops->add(map, &i), OKOBPF_MAP_OK);
    }
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(query(map, i), 1);
    }
    for (uint32_t i = N; i < 11 * N; i++) {
        n_wrong += query(map, i);
    }
    /* 4 hash functions: 6.25 % when exactly full, and it is rounded up. */
    assert_true(n_wrong < 7 * N);

    /* As programs see it: in memory of the slot's own. */
    key = 5;
    const uint32_t *p = map->ops->lookup(map, &key, 0);
    const uint32_t *q = map->ops->lookup(map, &key, 1);
    assert_int_equal(*p, 1);
    assert_int_equal(*q, 1);
    assert_ptr_not_equal(p, q);
    assert_null(map->ops->lookup(map, &key, TEST_HOST_SLOTS));

    okobpf_map_dump_sizes(map, &key_size, &value_size);
    assert_int_equal(key_size, 4);
    assert_int_equal(value_size, 8);
    while (okobpf_map_next(map, &cursor, &key, &word)) {
        assert_int_equal(key, n_words++);
    }
    assert_int_equal(n_words, okobpf_map_n_entries(map));

    okobpf_map_clear(map);
    assert_int_equal(query(map, 5), 0);
    assert_int_equal(del(map, 5), OKOBPF_MAP_UNSUPPORTED);
    key = 77;
    assert_int_equal(okobpf_map_update(map, &key, 4, &one, 4, 0),
                     OKOBPF_MAP_OK);
    assert_int_equal(query(map, 77), 1);
    one = 0;
    assert_int_equal(okobpf_map_update(map, &key, 4, &one, 4, 0),
                     OKOBPF_MAP_UNSUPPORTED);
    okobpf_map_release(map);
}

static void
test_countmin(void **state)
{
    enum { N = 1000 };
    struct okobpf_map *map = new_map(OKOBPF_MAP_COUNTMIN, 4, 4, N);
    uint32_t n_wrong = 0;
    uint32_t item = 7;
    uint32_t n;

    (void) state;
    for (uint32_t i = 0; i < N; i++) {
        for (uint32_t j = 0; j <= i % 10; j++) {
            assert_int_equal(map->ops->add(map, &i), OKOBPF_MAP_OK);
        }
    }
    for (uint32_t i = 0; i < N; i++) {
        assert_true(query(map, i) >= i % 10 + 1);
        n_wrong += query(map, i) != i % 10 + 1;
    }
    assert_true(n_wrong < N / 2);

    /* It counts as far as it can, and stays there. */
    n = UINT32_MAX - 1;
    assert_int_equal(okobpf_map_update(map, &item, 4, &n, 4, 0),
                     OKOBPF_MAP_OK);
    assert_int_equal(query(map, item), UINT32_MAX);
    map->ops->add(map, &item);
    assert_int_equal(query(map, item), UINT32_MAX);

    okobpf_map_clear(map);
    assert_int_equal(query(map, item), 0);
    okobpf_map_release(map);
}

static void
test_bad_specs(void **state)
{
    static const struct {
        struct map_spec spec;
        enum okobpf_status status;
        const char *reason;
    } cases[] = {
        { { .type = 0, .key_size = 4, .value_size = 4, .max_entries = 1 },
          OKOBPF_BAD_OBJECT, "unknown kind of map 0" },
        { { .type = 10, .key_size = 4, .value_size = 4, .max_entries = 1 },
          OKOBPF_BAD_OBJECT, "unknown kind of map 10" },
        { { .type = 1000, .key_size = 4, .value_size = 4, .max_entries = 1 },
          OKOBPF_BAD_OBJECT, "unknown kind of map 1000" },
        { { .type = 1, .key_size = 8, .value_size = 4, .max_entries = 1 },
          OKOBPF_BAD_OBJECT, "expected a key size of 4" },
        { { .type = 1, .key_size = 4, .value_size = 0, .max_entries = 1 },
          OKOBPF_BAD_OBJECT, "expected a value size of 1 or more" },
        { { .type = 4, .key_size = 0, .value_size = 4, .max_entries = 1 },
          OKOBPF_BAD_OBJECT, "a key size of 1 or more" },
        { { .type = 4, .key_size = 4, .value_size = 0, .max_entries = 1 },
          OKOBPF_BAD_OBJECT, "expected a value size of 1 or more" },
        { { .type = 4, .key_size = 4, .value_size = 4, .max_entries = 0 },
          OKOBPF_BAD_OBJECT, "max_entries of 1 or more" },
        { { .type = 4, .key_size = UINT32_MAX, .value_size = UINT32_MAX,
            .max_entries = UINT32_MAX },
          OKOBPF_LIMIT, "4294967295 + 4294967295" },
        { { .type = 1, .key_size = 4, .value_size = 16384,
            .max_entries = UINT32_MAX },
          OKOBPF_LIMIT, "entries" },
        { { .type = 4, .key_size = 16384, .value_size = 16384,
            .max_entries = UINT32_MAX },
          OKOBPF_LIMIT, "entries" },
        { { .type = 1, .key_size = 4, .value_size = 8,
            .max_entries = 8 * 1024 * 1024 + 1 },
          OKOBPF_LIMIT, "67108872 bytes" },
        { { .type = 2, .key_size = 4, .value_size = 8, .max_entries = 9 },
          OKOBPF_BAD_OBJECT, "expected a value size of 4" },
        { { .type = 3, .key_size = 4, .value_size = 4, .max_entries = 9,
            .n_hash_functions = 17 },
          OKOBPF_BAD_OBJECT, "at most 16 hash functions" },
        { { .type = 3, .key_size = 4, .value_size = 4,
            .max_entries = UINT32_MAX, .n_hash_functions = 16 },
          OKOBPF_LIMIT, "bytes" },
        { { .type = 2, .key_size = 4, .value_size = 4,
            .max_entries = UINT32_MAX, .n_hash_functions = 16 },
          OKOBPF_LIMIT, "bytes" },
        { { .type = 5, .key_size = 4, .value_size = 6, .max_entries = 9 },
          OKOBPF_BAD_OBJECT, "multiple of 4" },
        { { .type = 6, .key_size = 4, .value_size = 16384,
            .max_entries = UINT32_MAX },
          OKOBPF_LIMIT, "bytes" },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct map_spec spec = cases[i].spec;
        struct okobpf_report report;
        uint64_t memory = 0;

        spec.name = map_name;
        memset(&report, 0, sizeof report);
        assert_int_equal(okobpf_map_spec_check(&spec, &okobpf_default_limits,
                                               1, &memory, &report),
                         cases[i].status);
        assert_contains(report.reason, "\"m\"");
        assert_contains(report.reason, cases[i].reason);
        assert_int_equal(memory, 0);
        okobpf_report_uninit(&report);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_array),
        cmocka_unit_test(test_odd_sizes),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_hash_pointers),
        cmocka_unit_test(test_endless_grace_period),
        cmocka_unit_test(test_clear_some),
        cmocka_unit_test(test_wrong_sizes),
        cmocka_unit_test(test_resumed_iteration),
        cmocka_unit_test(test_wild_cursors),
        cmocka_unit_test(test_percpu),
        cmocka_unit_test(test_percpu_words),
        cmocka_unit_test(test_bloom),
        cmocka_unit_test(test_countmin),
        cmocka_unit_test(test_bad_specs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
