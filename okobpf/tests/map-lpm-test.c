/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Longest-prefix match. */

#include <string.h>
#include "maps/map.h"
#include "testlib.h"

static char map_name[] = "routes";

#define MAX_KEY_SIZE 260

struct key {
    uint32_t len;
    uint8_t data[MAX_KEY_SIZE - 4];
};

static struct map_spec
make_spec(uint32_t data_size, uint32_t max_entries)
{
    return (struct map_spec) {
        .name = map_name,
        .type = OKOBPF_MAP_LPM_TRIE,
        .key_size = 4 + data_size,
        .value_size = 8,
        .max_entries = max_entries,
    };
}

static struct okobpf_map *
new_map(uint32_t data_size, uint32_t max_entries)
{
    struct map_spec spec = make_spec(data_size, max_entries);
    struct okobpf_map *map = okobpf_map_create(&spec, &test_host);

    assert_non_null(map);
    return map;
}

static size_t
key_size(const struct okobpf_map *map)
{
    return okobpf_map_info(map)->key_size;
}

static enum okobpf_map_result
put(struct okobpf_map *map, const struct key *key, uint64_t value,
    uint64_t flags)
{
    return okobpf_map_update(map, key, key_size(map), &value, sizeof value,
                             flags);
}

/* Returns the value that the user finds for 'key', or UINT64_MAX. */
static uint64_t
get(struct okobpf_map *map, const struct key *key)
{
    uint64_t value;
    enum okobpf_map_result result = okobpf_map_lookup(
        map, key, key_size(map), &value, sizeof value);

    if (result != OKOBPF_MAP_OK) {
        assert_int_equal(result, OKOBPF_MAP_NO_ENTRY);
        return UINT64_MAX;
    }
    return value;
}

static enum okobpf_map_result
del(struct okobpf_map *map, const struct key *key)
{
    return okobpf_map_delete(map, key, key_size(map));
}

/* An IPv4 prefix. */
static struct key
ip(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint32_t len)
{
    return (struct key) { .len = len, .data = { a, b, c, d } };
}

static enum okobpf_map_result
put_ip(struct okobpf_map *map, struct key key, uint64_t value)
{
    return put(map, &key, value, OKOBPF_ANY);
}

static uint64_t
get_ip(struct okobpf_map *map, uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    struct key key = ip(a, b, c, d, 32);

    return get(map, &key);
}

static void
test_routes(void **state)
{
    struct okobpf_map *map = new_map(4, 10);
    struct key key;

    (void) state;
    assert_int_equal(get_ip(map, 10, 0, 0, 1), UINT64_MAX);
    assert_int_equal(put_ip(map, ip(10, 0, 0, 0, 8), 8), OKOBPF_MAP_OK);
    assert_int_equal(put_ip(map, ip(10, 1, 0, 0, 16), 16), OKOBPF_MAP_OK);
    assert_int_equal(put_ip(map, ip(10, 1, 2, 3, 32), 32), OKOBPF_MAP_OK);
    assert_int_equal(put_ip(map, ip(192, 168, 0, 0, 16), 192), OKOBPF_MAP_OK);
    assert_int_equal(get_ip(map, 10, 0, 0, 1), 8);
    assert_int_equal(get_ip(map, 10, 1, 0, 1), 16);
    assert_int_equal(get_ip(map, 10, 1, 2, 3), 32);
    assert_int_equal(get_ip(map, 10, 1, 2, 2), 16);
    assert_int_equal(get_ip(map, 192, 168, 9, 9), 192);
    assert_int_equal(get_ip(map, 192, 169, 9, 9), UINT64_MAX);

    /* The default route. */
    assert_int_equal(put_ip(map, ip(0, 0, 0, 0, 0), 1), OKOBPF_MAP_OK);
    assert_int_equal(get_ip(map, 192, 169, 9, 9), 1);
    assert_int_equal(get_ip(map, 10, 1, 2, 2), 16);

    /* A prefix is matched by shorter prefixes, and by itself. */
    key = ip(10, 1, 2, 3, 31);
    assert_int_equal(get(map, &key), 16);
    key.len = 16;
    assert_int_equal(get(map, &key), 16);
    key.len = 15;
    assert_int_equal(get(map, &key), 8);
    key.len = 0;
    assert_int_equal(get(map, &key), 1);

    /* Only the very prefix is replaced or deleted. */
    key = ip(10, 1, 99, 99, 16);
    assert_int_equal(put(map, &key, 17, OKOBPF_NOEXIST), OKOBPF_MAP_EXISTS);
    assert_int_equal(put(map, &key, 17, OKOBPF_EXIST), OKOBPF_MAP_OK);
    assert_int_equal(get_ip(map, 10, 1, 0, 1), 17);
    key.len = 17;
    assert_int_equal(put(map, &key, 18, OKOBPF_EXIST), OKOBPF_MAP_NO_ENTRY);
    assert_int_equal(del(map, &key), OKOBPF_MAP_NO_ENTRY);
    assert_int_equal(okobpf_map_n_entries(map), 5);
    key.len = 16;
    assert_int_equal(del(map, &key), OKOBPF_MAP_OK);
    assert_int_equal(del(map, &key), OKOBPF_MAP_NO_ENTRY);
    assert_int_equal(get_ip(map, 10, 1, 0, 1), 8);
    assert_int_equal(get_ip(map, 10, 1, 2, 3), 32);
    assert_int_equal(okobpf_map_n_entries(map), 4);

    okobpf_map_clear(map);
    assert_int_equal(okobpf_map_n_entries(map), 0);
    assert_int_equal(get_ip(map, 10, 1, 2, 3), UINT64_MAX);
    okobpf_map_release(map);
    test_host_drain();
}

/* Bits behind the prefix do not count, and a dump shows them as zeros. */
static void
test_host_bits(void **state)
{
    struct okobpf_map *map = new_map(4, 10);
    struct key a = ip(10, 1, 255, 255, 17);
    struct key b = ip(10, 1, 128, 1, 17);
    struct key key;
    uint64_t cursor = 0;
    uint64_t value;

    (void) state;
    assert_int_equal(put(map, &a, 1, OKOBPF_ANY), OKOBPF_MAP_OK);
    assert_int_equal(put(map, &b, 2, OKOBPF_NOEXIST), OKOBPF_MAP_EXISTS);
    assert_int_equal(put(map, &b, 3, OKOBPF_ANY), OKOBPF_MAP_OK);
    assert_int_equal(okobpf_map_n_entries(map), 1);
    assert_true(okobpf_map_next(map, &cursor, &key, &value));
    assert_int_equal(key.len, 17);
    assert_memory_equal(key.data, ((uint8_t[]) { 10, 1, 128, 0 }), 4);
    assert_int_equal(value, 3);
    assert_false(okobpf_map_next(map, &cursor, &key, &value));
    okobpf_map_release(map);
}

static void
test_too_long(void **state)
{
    static const uint32_t lens[] = { 33, 34, 255, 256, UINT32_MAX,
                                     UINT32_C(1) << 31 };
    struct okobpf_map *map = new_map(4, 10);
    uint64_t value = 1;

    (void) state;
    assert_int_equal(put_ip(map, ip(0, 0, 0, 0, 0), 1), OKOBPF_MAP_OK);
    for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
        struct key key = ip(1, 2, 3, 4, lens[i]);

        assert_int_equal(put(map, &key, 1, 0), OKOBPF_MAP_BAD_KEY);
        assert_int_equal(del(map, &key), OKOBPF_MAP_BAD_KEY);
        assert_int_equal(okobpf_map_lookup(map, &key, 8, &value, 8),
                         OKOBPF_MAP_BAD_KEY);
        assert_null(map->ops->lookup(map, &key, 0));
    }
    assert_contains(okobpf_map_result_to_string(OKOBPF_MAP_BAD_KEY),
                    "prefix length too large");
    assert_int_equal(okobpf_map_n_entries(map), 1);
    okobpf_map_release(map);
}

/* A program holds a value while it is deleted: it is still there. */
static void
test_pointers(void **state)
{
    struct okobpf_map *map = new_map(4, 10);
    struct key key = ip(10, 0, 0, 0, 8);
    uint64_t *p;

    (void) state;
    test_host_drain();
    put(map, &key, 1, 0);
    p = map->ops->lookup(map, &key, 0);
    assert_non_null(p);
    assert_int_equal((uintptr_t) p % 8, 0);
    put(map, &key, 2, 0);
    assert_int_equal(*p, 2);
    assert_int_equal(del(map, &key), OKOBPF_MAP_OK);
    *p = 3;
    put(map, &key, 4, 0);
    assert_int_equal(get(map, &key), 4);
    assert_int_equal(test_host_drain(), 2); /* The entry and its node. */
    okobpf_map_release(map);
}

/* Deletions leave no node behind that is of no use. */
static void
test_nodes_go(void **state)
{
    struct okobpf_map *map = new_map(4, 10);
    struct key ten = ip(10, 0, 0, 0, 8);
    struct key eleven = ip(11, 0, 0, 0, 8);
    struct key both = ip(10, 0, 0, 0, 7);

    (void) state;
    test_host_drain();
    put(map, &ten, 10, 0);
    put(map, &eleven, 11, 0);
    assert_int_equal(del(map, &ten), OKOBPF_MAP_OK);
    assert_int_equal(test_host_drain(), 3); /* With where the two parted. */
    assert_int_equal(get(map, &eleven), 11);
    assert_int_equal(del(map, &eleven), OKOBPF_MAP_OK);
    assert_int_equal(test_host_drain(), 2);

    /* A node stays as long as two part there, or it has an entry. */
    put(map, &both, 7, 0);
    put(map, &ten, 10, 0);
    put(map, &eleven, 11, 0);
    assert_int_equal(del(map, &both), OKOBPF_MAP_OK);
    assert_int_equal(test_host_drain(), 1);
    put(map, &both, 77, 0);
    assert_int_equal(del(map, &ten), OKOBPF_MAP_OK);
    assert_int_equal(test_host_drain(), 2);
    assert_int_equal(get(map, &ten), 77);
    assert_int_equal(get(map, &eleven), 11);
    assert_int_equal(get(map, &both), 77);
    assert_int_equal(del(map, &both), OKOBPF_MAP_OK);
    assert_int_equal(del(map, &eleven), OKOBPF_MAP_OK);
    assert_int_equal(test_host_drain(), 4);
    okobpf_map_release(map);
}

/* A model: a list of prefixes. */

enum { MODEL_MAX = 60 };

struct model {
    uint32_t data_size;
    struct { struct key key; uint64_t value; } entries[MODEL_MAX];
    int n;
};

static bool
same_bits(const struct key *a, const struct key *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if ((a->data[i / 8] ^ b->data[i / 8]) & 0x80 >> i % 8) {
            return false;
        }
    }
    return true;
}

static int
model_find(const struct model *m, const struct key *key)
{
    for (int i = 0; i < m->n; i++) {
        if (m->entries[i].key.len == key->len
            && same_bits(&m->entries[i].key, key, key->len)) {
            return i;
        }
    }
    return -1;
}

static uint64_t
model_get(const struct model *m, const struct key *key)
{
    int best = -1;

    for (int i = 0; i < m->n; i++) {
        const struct key *k = &m->entries[i].key;

        if (k->len <= key->len && same_bits(k, key, k->len)
            && (best < 0 || k->len > m->entries[best].key.len)) {
            best = i;
        }
    }
    return best < 0 ? UINT64_MAX : m->entries[best].value;
}

static enum okobpf_map_result
model_put(struct model *m, const struct key *key, uint64_t value,
          uint64_t flags)
{
    int i = model_find(m, key);

    if (i < 0 && flags == OKOBPF_EXIST) {
        return OKOBPF_MAP_NO_ENTRY;
    } else if (i < 0 && m->n == MODEL_MAX) {
        return OKOBPF_MAP_FULL;
    } else if (i < 0) {
        i = m->n++;
        m->entries[i].key = *key;
    } else if (flags == OKOBPF_NOEXIST) {
        return OKOBPF_MAP_EXISTS;
    }
    m->entries[i].value = value;
    return OKOBPF_MAP_OK;
}

/* Checks that a dump of 'map' has all of 'm' and nothing else. */
static void
check_dump(struct okobpf_map *map, const struct model *m)
{
    uint64_t cursor = 0;
    uint64_t value;
    struct key key;
    int n = 0;

    assert_int_equal(okobpf_map_n_entries(map), m->n);
    while (okobpf_map_next(map, &cursor, &key, &value)) {
        int i = model_find(m, &key);

        assert_true(i >= 0);
        assert_int_equal(value, m->entries[i].value);
        n++;
    }
    assert_int_equal(n, m->n);
}

/* Returns a key that likely shares bits with others. */
static struct key
random_key(uint32_t data_size, uint64_t *seed)
{
    struct key key;

    memset(&key, next_random(seed) & 1 ? 0xff : 0, sizeof key);
    for (int i = next_random(seed) % 4; i > 0; i--) {
        uint32_t bit = next_random(seed) % (data_size * 8);

        key.data[bit / 8] ^= 0x80 >> bit % 8;
    }
    key.len = next_random(seed) % (data_size * 8 + 1);
    if (!(next_random(seed) & 3)) {
        key.len = data_size * 8;
    }
    return key;
}

static void
test_model(void **state)
{
    static const uint32_t sizes[] = { 1, 2, 3, 4, 8, 16, 256 };
    uint64_t seed = 1;

    (void) state;
    for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
        struct okobpf_map *map = new_map(sizes[s], MODEL_MAX);
        struct model model = { .data_size = sizes[s] };

        for (int round = 0; round < 20000; round++) {
            struct key key = random_key(sizes[s], &seed);
            uint64_t random = next_random(&seed);
            int i;

            switch (random & 7) {
            case 0:
            case 1:
                i = model_find(&model, &key);
                assert_int_equal(del(map, &key), i < 0 ? OKOBPF_MAP_NO_ENTRY
                                 : OKOBPF_MAP_OK);
                if (i >= 0) {
                    model.entries[i] = model.entries[--model.n];
                }
                break;
            case 2:
            case 3:
            case 4:
                assert_int_equal(put(map, &key, random >> 8,
                                     (random >> 4) % 3),
                                 model_put(&model, &key, random >> 8,
                                           (random >> 4) % 3));
                break;
            default:
                assert_int_equal(get(map, &key), model_get(&model, &key));
                break;
            }
            if (!(round % 100)) {
                check_dump(map, &model);
            }
            if (!(round % 3000)) {
                okobpf_map_clear(map);
                model.n = 0;
                test_host_drain();
            }
        }
        okobpf_map_release(map);
    }
    test_host_drain();
}

/* The longest path that there is: each prefix of a key of 256 bytes. */
static void
test_long_path(void **state)
{
    enum { N = 256 * 8 + 1 };
    struct okobpf_map *map = new_map(256, N);
    struct key key;

    (void) state;
    memset(&key, 0xa5, sizeof key);
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < N; i++) {
            key.len = i * 1000 % N; /* In any order: N is prime to 1000. */
            assert_int_equal(put(map, &key, key.len, OKOBPF_NOEXIST),
                             OKOBPF_MAP_OK);
        }
        assert_int_equal(okobpf_map_n_entries(map), N);
        for (key.len = 0; key.len < N; key.len++) {
            assert_int_equal(get(map, &key), key.len);
        }
        key.len = 1234;
        assert_int_equal(del(map, &key), OKOBPF_MAP_OK);
        assert_int_equal(get(map, &key), 1233);
        if (!round) {
            okobpf_map_clear(map);
        }
    }
    okobpf_map_release(map);
    test_host_drain();
}

/* Whatever allocation fails: nothing has changed. */
static void
test_no_memory(void **state)
{
    struct map_spec spec = make_spec(4, MODEL_MAX);
    struct model model = { .data_size = 4 };
    struct okobpf_map *map;
    uint64_t seed = 7;
    int n = 0;
    int n_failed = 0;

    (void) state;
    do {
        fail_allocation(++n);
        map = okobpf_map_create(&spec, &test_host);
        assert_int_equal(!map, allocation_failed());
    } while (!map);
    assert_true(n > 3);

    while (model.n < MODEL_MAX) {
        struct key key = random_key(4, &seed);
        enum okobpf_map_result result;

        for (n = 1;; n++) {
            fail_allocation(n);
            result = put(map, &key, n, OKOBPF_NOEXIST);
            if (!allocation_failed()) {
                break;
            }
            n_failed++;
            fail_allocation(0);
            assert_int_equal(result, OKOBPF_MAP_NO_MEMORY);
            assert_int_equal(get(map, &key), model_get(&model, &key));
            check_dump(map, &model);
        }
        fail_allocation(0);
        assert_int_equal(result,
                         model_put(&model, &key, n, OKOBPF_NOEXIST));
    }
    assert_true(n_failed > 2 * MODEL_MAX);
    check_dump(map, &model);
    okobpf_map_release(map);
}

static void
test_specs(void **state)
{
    static const struct {
        uint32_t key_size, value_size, max_entries;
        enum okobpf_status status;
        const char *reason;
    } cases[] = {
        { 5, 1, 1, OKOBPF_OK, NULL },
        { 260, 8, 1000, OKOBPF_OK, NULL },
        { 8, 8, 400000, OKOBPF_OK, NULL },
        { 4, 8, 1, OKOBPF_BAD_OBJECT, "expected a key size of 5 to 260" },
        { 3, 8, 1, OKOBPF_BAD_OBJECT, "expected a key size of 5 to 260" },
        { 261, 8, 1, OKOBPF_BAD_OBJECT, "expected a key size of 5 to 260" },
        { 8, 0, 1, OKOBPF_BAD_OBJECT, "expected a value size of 1 or more" },
        { 8, 8, 1000000, OKOBPF_LIMIT, "at most 67108864" },
        { 260, 32000, UINT32_MAX, OKOBPF_LIMIT, "at most 67108864" },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct map_spec spec = make_spec(0, cases[i].max_entries);
        struct okobpf_report report;
        uint64_t memory = 0;

        spec.key_size = cases[i].key_size;
        spec.value_size = cases[i].value_size;
        memset(&report, 0, sizeof report);
        assert_int_equal(okobpf_map_spec_check(&spec, &okobpf_default_limits,
                                               1, &memory, &report),
                         cases[i].status);
        if (cases[i].reason) {
            assert_contains(report.reason, cases[i].reason);
        } else {
            assert_true(memory > (uint64_t) spec.max_entries
                        * (spec.key_size + spec.value_size));
        }
        okobpf_report_uninit(&report);
    }
}

static void
change_key(void *key)
{
    *(struct key *) key = ip(2, 0, 0, 0, 8);
}

/* A program's key may be in the value of a map, where another thread changes
 * it while it is added: between the search of its place and its copy. */
static void
test_key_changes(void **state)
{
    struct okobpf_map *map = new_map(4, 10);
    struct key key = ip(128, 0, 0, 0, 8);
    uint64_t value = 2;
    uint64_t cursor = 0;

    (void) state;
    assert_int_equal(put_ip(map, ip(1, 0, 0, 0, 8), 1), OKOBPF_MAP_OK);
    in_next_allocation(change_key, &key);
    assert_int_equal(map->ops->update(map, &key, &value, OKOBPF_ANY, 0),
                     OKOBPF_MAP_OK);
    assert_int_equal(key.data[0], 2);
    assert_int_equal(get_ip(map, 1, 0, 0, 0), 1);

    /* Whatever there is can be found and deleted. */
    assert_int_equal(okobpf_map_n_entries(map), 2);
    while (okobpf_map_next(map, &cursor, &key, &value)) {
        assert_int_equal(get(map, &key), value);
        assert_int_equal(del(map, &key), OKOBPF_MAP_OK);
    }
    assert_int_equal(okobpf_map_n_entries(map), 0);
    okobpf_map_release(map);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_host_bits),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_nodes_go),
        cmocka_unit_test(test_model),
        cmocka_unit_test(test_long_path),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_key_changes),
        cmocka_unit_test(test_specs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
