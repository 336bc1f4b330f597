/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Tests of saving and restoring maps. */

#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "testlib.h"

#define N_KEYS 100
#define MAX_ENTRIES 128

static char map_name[] = "m";

static struct okobpf_map *
new_map(uint32_t type, uint32_t key_size, uint32_t value_size)
{
    struct map_spec spec = {
        .name = map_name,
        .type = type,
        .key_size = key_size,
        .value_size = value_size,
        .max_entries = MAX_ENTRIES,
    };
    struct okobpf_report report;
    uint64_t memory = 0;

    memset(&report, 0, sizeof report);
    assert_int_equal(okobpf_map_spec_check(&spec, &okobpf_default_limits,
                                           TEST_HOST_SLOTS, &memory, &report),
                     OKOBPF_OK);
    return okobpf_map_create(&spec, &test_host);
}

/* The number 'i' as a key: for a trie, a prefix of all its bits. */
static void
make_key(const struct okobpf_map *map, uint32_t i, uint32_t key[2])
{
    key[0] = map->info.type == OKOBPF_MAP_LPM_TRIE ? 32 : i;
    key[1] = i;
}

/* Writes to 'map' as programs do, in several slots. */
static void
fill(struct okobpf_map *map)
{
    for (uint32_t i = 0; i < N_KEYS; i++) {
        uint32_t slot = i % TEST_HOST_SLOTS;
        uint32_t key[2];
        uint64_t value = UINT64_C(0x0102030405060700) + i;

        make_key(map, i, key);
        if (map->ops->add) {
            assert_int_equal(map->ops->add(map, key), OKOBPF_MAP_OK);
        } else {
            assert_int_equal(map->ops->update(map, key, &value, OKOBPF_ANY,
                                              slot), OKOBPF_MAP_OK);
        }
    }
}

/* Copies the content of 'src' to 'dst'. */
static void
copy(struct okobpf_map *src, struct okobpf_map *dst)
{
    struct okobpf_map_state_sizes sizes;
    uint8_t *key, *values;
    uint64_t cursor = 0;

    okobpf_map_state_sizes(src, &sizes);
    key = malloc(sizes.key_size);
    values = malloc((size_t) sizes.n_values * sizes.value_size);
    while (okobpf_map_next_state(src, &cursor, key, values)) {
        for (uint32_t i = 0; i < sizes.n_values; i++) {
            assert_int_equal(okobpf_map_restore(
                                 dst, key, sizes.key_size, i,
                                 values + (size_t) i * sizes.value_size,
                                 sizes.value_size), OKOBPF_MAP_OK);
        }
    }
    free(key);
    free(values);
}

/* Checks that programs find the same in 'a' and 'b', in every slot. */
static void
check_equal(struct okobpf_map *a, struct okobpf_map *b)
{
    assert_int_equal(okobpf_map_n_entries(a), okobpf_map_n_entries(b));
    for (uint32_t slot = 0; slot < TEST_HOST_SLOTS; slot++) {
        for (uint32_t i = 0; i < 2 * N_KEYS; i++) {
            uint32_t key[2];
            const void *va, *vb;

            make_key(a, i, key);
            va = a->ops->lookup(a, key, slot);
            vb = b->ops->lookup(b, key, slot);
            assert_int_equal(!va, !vb);
            if (va) {
                assert_memory_equal(va, vb, a->info.value_size);
            }
        }
    }
}

static void
test_copies_are_equal(void **state)
{
    static const struct {
        uint32_t type, key_size, value_size;
    } kinds[] = {
        { OKOBPF_MAP_ARRAY, 4, 8 },
        { OKOBPF_MAP_ARRAY, 4, 3 },
        { OKOBPF_MAP_BLOOM, 8, 4 },
        { OKOBPF_MAP_COUNTMIN, 8, 4 },
        { OKOBPF_MAP_HASH, 8, 8 },
        { OKOBPF_MAP_HASH, 5, 3 },
        { OKOBPF_MAP_PERCPU_ARRAY, 4, 8 },
        { OKOBPF_MAP_PERCPU_ARRAY, 4, 4 },
        { OKOBPF_MAP_PERCPU_HASH, 8, 8 },
        { OKOBPF_MAP_PERCPU_HASH, 8, 4 },
        { OKOBPF_MAP_LRU_HASH, 8, 8 },
        { OKOBPF_MAP_LPM_TRIE, 8, 8 },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct okobpf_map *src, *dst;

        src = new_map(kinds[i].type, kinds[i].key_size, kinds[i].value_size);
        dst = new_map(kinds[i].type, kinds[i].key_size, kinds[i].value_size);
        fill(src);
        copy(src, dst);
        check_equal(src, dst);

        /* What is added later is found, too. */
        fill(dst);
        fill(src);
        check_equal(src, dst);
        okobpf_map_release(src);
        okobpf_map_release(dst);
    }
}

static void
test_bad_restores(void **state)
{
    struct okobpf_map *percpu = new_map(OKOBPF_MAP_PERCPU_ARRAY, 4, 8);
    struct okobpf_map *bloom = new_map(OKOBPF_MAP_BLOOM, 8, 4);
    uint64_t value = 1;
    uint32_t key = 0;

    (void) state;
    assert_int_equal(okobpf_map_restore(percpu, &key, 4, TEST_HOST_SLOTS,
                                        &value, 8), OKOBPF_MAP_BAD_KEY);
    assert_int_equal(okobpf_map_restore(percpu, &key, 3, 0, &value, 8),
                     OKOBPF_MAP_BAD_KEY_SIZE);
    assert_int_equal(okobpf_map_restore(percpu, &key, 4, 0, &value, 4),
                     OKOBPF_MAP_BAD_VALUE_SIZE);
    key = MAX_ENTRIES;
    assert_int_equal(okobpf_map_restore(percpu, &key, 4, 0, &value, 8),
                     OKOBPF_MAP_BAD_KEY);

    assert_int_equal(okobpf_map_restore(bloom, &key, 4, 1, &value, 8),
                     OKOBPF_MAP_BAD_KEY);
    assert_int_equal(okobpf_map_restore(bloom, &key, 4, 0, &value, 4),
                     OKOBPF_MAP_BAD_VALUE_SIZE);
    key = okobpf_map_n_entries(bloom);
    assert_int_equal(okobpf_map_restore(bloom, &key, 4, 0, &value, 8),
                     OKOBPF_MAP_BAD_KEY);
    key--;
    assert_int_equal(okobpf_map_restore(bloom, &key, 4, 0, &value, 8),
                     OKOBPF_MAP_OK);
    okobpf_map_release(percpu);
    okobpf_map_release(bloom);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_are_equal),
        cmocka_unit_test(test_bad_restores),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
