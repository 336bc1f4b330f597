/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* LRU hash tables. */

#include <string.h>
#include "epoch.h"
#include "maps/hash.h"
#include "testlib.h"

static char map_name[] = "flows";

static struct map_spec
make_spec(uint32_t max_entries)
{
    return (struct map_spec) {
        .name = map_name,
        .type = OKOBPF_MAP_LRU_HASH,
        .key_size = 4,
        .value_size = 8,
        .max_entries = max_entries,
    };
}

static struct okobpf_map *
new_map(uint32_t max_entries)
{
    struct map_spec spec = make_spec(max_entries);
    struct okobpf_map *map = okobpf_map_create(&spec, &test_host);

    assert_non_null(map);
    return map;
}

static enum okobpf_map_result
put(struct okobpf_map *map, uint32_t key, uint64_t value, uint64_t flags)
{
    return okobpf_map_update(map, &key, sizeof key, &value, sizeof value,
                             flags);
}

static bool
has(struct okobpf_map *map, uint32_t key)
{
    return get_value(map, key) != UINT64_MAX;
}

/* Looks 'key' up as a program does. */
static uint64_t *
use(struct okobpf_map *map, uint32_t key)
{
    return map->ops->lookup(map, &key, 0);
}

static void
test_flags(void **state)
{
    struct okobpf_map *map = new_map(10);
    uint32_t key = 1;

    (void) state;
    assert_int_equal(put(map, 1, 1, OKOBPF_EXIST), OKOBPF_MAP_NO_ENTRY);
    assert_int_equal(put(map, 1, 1, OKOBPF_NOEXIST), OKOBPF_MAP_OK);
    assert_int_equal(put(map, 1, 2, OKOBPF_NOEXIST), OKOBPF_MAP_EXISTS);
    assert_int_equal(get_value(map, 1), 1);
    assert_int_equal(put(map, 1, 3, OKOBPF_EXIST), OKOBPF_MAP_OK);
    assert_int_equal(get_value(map, 1), 3);
    assert_int_equal(put(map, 1, 4, 3), OKOBPF_MAP_BAD_FLAGS);
    assert_int_equal(okobpf_map_delete(map, &key, 4), OKOBPF_MAP_OK);
    assert_int_equal(okobpf_map_delete(map, &key, 4), OKOBPF_MAP_NO_ENTRY);
    assert_null(use(map, 1));
    assert_int_equal(okobpf_map_n_entries(map), 0);

    /* There is nothing to evict for what is not inserted. */
    for (uint32_t i = 0; i < 10; i++) {
        put(map, i, i, OKOBPF_ANY);
    }
    assert_int_equal(put(map, 99, 1, OKOBPF_EXIST), OKOBPF_MAP_NO_ENTRY);
    assert_int_equal(put(map, 5, 1, OKOBPF_NOEXIST), OKOBPF_MAP_EXISTS);
    assert_int_equal(count_dump(map), 10);
    okobpf_map_release(map);
}

/* Maps with one stripe and many: whatever goes in, there is room. */
static void
test_never_full(void **state)
{
    static const uint32_t sizes[] = { 1, 2, 3, 64, 127, 128, 1000, 20000 };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        uint32_t max = sizes[i];
        struct okobpf_map *map = new_map(max);

        for (uint32_t key = 0; key < 5 * max + 100; key++) {
            assert_int_equal(put(map, key, key, OKOBPF_NOEXIST),
                             OKOBPF_MAP_OK);
            assert_int_equal(get_value(map, key), key);
            assert_int_equal(okobpf_map_n_entries(map),
                             key < max ? key + 1 : max);
        }
        assert_int_equal(count_dump(map), max);

        okobpf_map_clear(map);
        assert_int_equal(okobpf_map_n_entries(map), 0);
        assert_int_equal(count_dump(map), 0);
        assert_int_equal(put(map, 7, 7, OKOBPF_ANY), OKOBPF_MAP_OK);
        assert_int_equal(count_dump(map), 1);
        okobpf_map_release(map);
    }
}

/* A flow whose packets go on coming survives a scan of addresses, in maps of
 * any size. */
static void
test_scan(void **state)
{
    static const uint32_t sizes[] = { 20, 100, 1000, 10000 };
    enum { N_HOT = 10 };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct okobpf_map *map = new_map(sizes[i]);

        for (uint32_t key = 0; key < N_HOT; key++) {
            assert_int_equal(put(map, key, key, 0), OKOBPF_MAP_OK);
        }
        for (uint32_t key = N_HOT; key < 10 * sizes[i]; key++) {
            assert_non_null(use(map, key % N_HOT));
            assert_int_equal(put(map, key, key, 0), OKOBPF_MAP_OK);
        }
        for (uint32_t key = 0; key < N_HOT; key++) {
            assert_int_equal(get_value(map, key), key);
        }
        okobpf_map_release(map);
    }
}

/* Looking at a map from outside keeps nothing in it, and updates do. */
static void
test_what_is_use(void **state)
{
    struct okobpf_map *map = new_map(8);

    (void) state;
    for (uint32_t key = 0; key < 8; key++) {
        put(map, key, key, 0);
    }
    assert_true(has(map, 0));
    assert_int_equal(count_dump(map), 8);
    put(map, 1, 11, OKOBPF_EXIST);
    use(map, 2);
    put(map, 100, 0, 0);
    assert_false(has(map, 0));
    put(map, 101, 0, 0);
    assert_true(has(map, 1));
    assert_true(has(map, 2));
    assert_false(has(map, 3));

    /* A use that is long past counts no more. */
    for (uint32_t key = 102; key < 118; key++) {
        put(map, key, 0, 0);
    }
    assert_false(has(map, 1));
    assert_false(has(map, 2));
    okobpf_map_release(map);
}

/* Even if all entries are used all the time, an insertion takes bounded
 * time, and evicts one of them. */
static void
test_all_in_use(void **state)
{
    enum { MAX = 1000 };
    struct okobpf_map *map = new_map(MAX);

    (void) state;
    for (uint32_t round = 0; round < 20; round++) {
        for (uint32_t key = 0; key < 2 * MAX; key++) {
            use(map, key);
        }
        assert_int_equal(put(map, round * 100, 1, 0), OKOBPF_MAP_OK);
        for (uint32_t key = 0; key < 2 * MAX; key++) {
            put(map, key, 1, 0);
        }
        assert_int_equal(count_dump(map), MAX);
    }
    okobpf_map_release(map);
}

/* Random operations on a map of one stripe, compared with a simple model of
 * what maps/lru.c promises. */

enum { MODEL_MAX = 40, MODEL_KEYS = 100 };

struct model {
    struct { uint32_t key; uint64_t value; bool used; } queue[MODEL_MAX];
    int n;
};

static int
model_find(const struct model *m, uint32_t key)
{
    for (int i = 0; i < m->n; i++) {
        if (m->queue[i].key == key) {
            return i;
        }
    }
    return -1;
}

static void
model_remove(struct model *m, int i)
{
    memmove(&m->queue[i], &m->queue[i + 1],
            (m->n - i - 1) * sizeof m->queue[0]);
    m->n--;
}

static void
model_insert(struct model *m, uint32_t key, uint64_t value)
{
    while (m->n == MODEL_MAX) {
        bool used = m->queue[0].used;
        uint32_t old_key = m->queue[0].key;
        uint64_t old_value = m->queue[0].value;

        model_remove(m, 0);
        if (!used) {
            break;
        }
        m->queue[m->n].key = old_key;
        m->queue[m->n].value = old_value;
        m->queue[m->n++].used = false;
    }
    m->queue[m->n].key = key;
    m->queue[m->n].value = value;
    m->queue[m->n++].used = false;
}

static enum okobpf_map_result
model_put(struct model *m, uint32_t key, uint64_t value, uint64_t flags)
{
    int i = model_find(m, key);

    if (i >= 0 && flags == OKOBPF_NOEXIST) {
        return OKOBPF_MAP_EXISTS;
    } else if (i >= 0) {
        m->queue[i].value = value;
        m->queue[i].used = true;
    } else if (flags == OKOBPF_EXIST) {
        return OKOBPF_MAP_NO_ENTRY;
    } else {
        model_insert(m, key, value);
    }
    return OKOBPF_MAP_OK;
}

static void
test_model(void **state)
{
    struct okobpf_map *map = new_map(MODEL_MAX);
    struct model model = { .n = 0 };
    uint64_t seed = 1;

    (void) state;
    for (int round = 0; round < 20000; round++) {
        uint64_t random = next_random(&seed);
        uint32_t key = random % MODEL_KEYS;
        uint64_t value = random >> 32;
        int i = model_find(&model, key);
        uint64_t *p;

        switch (random >> 16 & 7) {
        case 0:
            assert_int_equal(okobpf_map_delete(map, &key, 4),
                             i < 0 ? OKOBPF_MAP_NO_ENTRY : OKOBPF_MAP_OK);
            if (i >= 0) {
                model_remove(&model, i);
            }
            break;
        case 1:
        case 2:
            p = use(map, key);
            assert_int_equal(!p, i < 0);
            if (p) {
                assert_int_equal(*p, model.queue[i].value);
                model.queue[i].used = true;
            }
            break;
        case 3:
            if (!(random >> 20 & 255)) {
                okobpf_map_clear(map);
                model.n = 0;
            }
            break;
        default:
            assert_int_equal(put(map, key, value, random >> 28 & 1),
                             model_put(&model, key, value,
                                       random >> 28 & 1));
            break;
        }

        assert_int_equal(okobpf_map_n_entries(map), model.n);
        for (i = 0; i < model.n; i++) {
            assert_int_equal(get_value(map, model.queue[i].key),
                             model.queue[i].value);
        }
    }
    assert_int_equal(count_dump(map), model.n);
    okobpf_map_release(map);
}

/* A program holds a value while it evicts that and many others: it is still
 * its own when it goes on with it.  (Under AddressSanitizer: still there.) */
static void
test_pointers(void **state)
{
    struct okobpf_map *map = new_map(16);
    struct epoch_thread *thread;
    uint64_t *p;

    (void) state;
    for (int round = 0; round < 100; round++) {
        put(map, 1, 1, 0);
        thread = okobpf_epoch_enter();
        p = use(map, 1);
        assert_non_null(p);
        for (uint32_t key = 100; key < 300; key++) {
            assert_int_equal(put(map, key, key, 0), OKOBPF_MAP_OK);
        }
        assert_false(has(map, 1));
        assert_int_equal(*p, 1);
        *p = 12345;
        for (uint32_t key = 284; key < 300; key++) {
            assert_int_equal(get_value(map, key), key);
        }
        okobpf_epoch_exit(thread);
    }
    okobpf_map_release(map);
}

/* Insertions take memory again that is not in use any more, and hardly ever
 * fresh. */
static void
test_reuse(void **state)
{
    enum { MAX = 2000, MAX_FRESH = 2 * MAX };
    struct okobpf_map *map = new_map(MAX);
    uint32_t key = 0;

    (void) state;
    for (int i = 0; i < 20 * MAX; i++, key++) {
        struct epoch_thread *thread = okobpf_epoch_enter();

        assert_int_equal(put(map, key, key, 0), OKOBPF_MAP_OK);
        okobpf_epoch_exit(thread);
    }
    assert_true(hash_table(hash_cast(map))->n_fresh < MAX_FRESH);
    assert_true(hash_cast(map)->max_number > MAX_FRESH);
    okobpf_map_release(map);
}

/* While a run does not end, memory grows to what the map was accounted for and
 * no further. */
static void
test_endless_run(void **state)
{
    enum { MAX = 16 };
    struct okobpf_map *map = new_map(MAX);
    enum okobpf_map_result result = OKOBPF_MAP_OK;
    struct epoch_thread *thread;
    uint32_t key = 0;

    (void) state;
    thread = okobpf_epoch_enter();
    for (; key < 100000; key++) {
        result = put(map, key, key, 0);
        if (result != OKOBPF_MAP_OK) {
            break;
        }
    }
    assert_int_equal(result, OKOBPF_MAP_NO_MEMORY);
    assert_true(key > 1000);
    assert_true(key * sizeof(uint64_t) * 2 < okobpf_map_info(map)->memory);
    assert_int_equal(count_dump(map), MAX);
    assert_int_equal(put(map, key - 1, 5, OKOBPF_EXIST), OKOBPF_MAP_OK);
    okobpf_epoch_exit(thread);

    for (int i = 0; i < 1000; i++, key++) {
        assert_int_equal(put(map, key, key, 0), OKOBPF_MAP_OK);
    }
    okobpf_map_release(map);
}

static void
test_no_memory(void **state)
{
    struct map_spec spec = make_spec(300);
    struct okobpf_map *map;
    int n = 0;

    (void) state;
    do {
        fail_allocation(++n);
        map = okobpf_map_create(&spec, &test_host);
        assert_int_equal(!map, allocation_failed());
    } while (!map);
    assert_true(n > 4);

    /* A single failure of an insertion is made up for. */
    fail_allocation(1);
    assert_int_equal(put(map, 1, 1, 0), OKOBPF_MAP_OK);
    assert_true(allocation_failed());
    fail_allocation(0);
    assert_int_equal(count_dump(map), 1);

    /* Where a table can't be had, the old one is cleared in place. */
    for (uint32_t key = 0; key < 300; key++) {
        assert_int_equal(put(map, key, key, 0), OKOBPF_MAP_OK);
    }
    fail_allocation(1);
    okobpf_map_clear(map);
    assert_true(allocation_failed());
    fail_allocation(0);
    assert_int_equal(okobpf_map_n_entries(map), 0);
    assert_int_equal(count_dump(map), 0);
    for (uint32_t key = 0; key < 600; key++) {
        assert_int_equal(put(map, key, key, 0), OKOBPF_MAP_OK);
    }
    assert_int_equal(count_dump(map), 300);
    okobpf_map_release(map);
}

static void
test_memory(void **state)
{
    static const struct {
        uint32_t key_size, value_size, max_entries;
        enum okobpf_status status;
        const char *reason;
    } cases[] = {
        { 4, 8, 16, OKOBPF_OK, NULL },
        { 4, 0, 16, OKOBPF_BAD_OBJECT, "value size of 1 or more" },
        { 4, 8, 400000, OKOBPF_OK, NULL },
        { 4, 8, 3000000, OKOBPF_LIMIT, "bytes, where 67108864 of at most" },
        { 4, 8, UINT32_MAX, OKOBPF_LIMIT, "bytes, where" },
        { 16384, 16384, 100, OKOBPF_OK, NULL },
        { 16384, 16384, UINT32_MAX, OKOBPF_LIMIT, "bytes, where" },
        { 20000, 20000, 1, OKOBPF_LIMIT, "expected at most 32768" },
        { UINT32_MAX, UINT32_MAX, UINT32_MAX, OKOBPF_LIMIT, "32768" },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct map_spec spec = make_spec(cases[i].max_entries);
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

/* Takes a dump in parts while others come and go. */
static void
test_resumed_iteration(void **state)
{
    enum { N_STAY = 50 };
    struct okobpf_map *map = new_map(300);
    uint64_t seed = 1;

    (void) state;
    for (int round = 0; round < 100; round++) {
        bool seen[N_STAY] = { false };
        uint64_t cursor = 0;
        uint64_t value;
        uint32_t key;

        for (uint32_t i = 0; i < N_STAY; i++) {
            assert_int_equal(put(map, i, i, 0), OKOBPF_MAP_OK);
        }
        while (okobpf_map_next(map, &cursor, &key, &value)) {
            assert_int_equal(key, value);
            if (key < N_STAY) {
                seen[key] = true;
            }
            for (uint32_t i = 0; i < N_STAY; i++) {
                assert_non_null(use(map, i));
            }
            key = N_STAY + next_random(&seed) % 10000;
            assert_int_equal(put(map, key, key, 0), OKOBPF_MAP_OK);
        }
        for (uint32_t i = 0; i < N_STAY; i++) {
            assert_true(seen[i]);
        }
        assert_false(okobpf_map_next(map, &cursor, &key, &value));
    }
    okobpf_map_release(map);
}

static void
change_key(void *key)
{
    *(uint32_t *) key = 2000;
}

/* Adds key 1 as a program does whose key is in the value of a map, where
 * another thread makes it 2000 while it is added. */
static void
put_changing_key(struct okobpf_map *map)
{
    uint64_t value = 0;
    uint32_t key = 1;

    in_next_allocation(change_key, &key);
    assert_int_equal(map->ops->update(map, &key, &value, OKOBPF_ANY, 0),
                     OKOBPF_MAP_OK);
    assert_int_equal(key, 2000);
}

/* Who finds an entry whose key changed is another matter, but it goes as
 * others do. */
static void
test_key_changes(void **state)
{
    enum { MAX = 100 };
    struct okobpf_map *map = new_map(MAX);
    uint64_t cursor = 0;
    uint64_t value;
    uint32_t key;

    (void) state;
    put_changing_key(map);
    for (key = 3000; key < 3000 + MAX / 2; key++) {
        assert_int_equal(put(map, key, key, OKOBPF_ANY), OKOBPF_MAP_OK);
    }
    put_changing_key(map);
    for (key = 4000; key < 4000 + 10 * MAX; key++) {
        assert_int_equal(put(map, key, key, OKOBPF_ANY), OKOBPF_MAP_OK);
        assert_true(okobpf_map_n_entries(map) <= MAX);
    }
    assert_int_equal(count_dump(map), MAX);
    assert_int_equal(okobpf_map_n_entries(map), MAX);

    okobpf_map_clear(map);
    put_changing_key(map);
    put_changing_key(map);
    assert_int_equal(okobpf_map_n_entries(map), 2);
    okobpf_map_clear(map);
    assert_int_equal(okobpf_map_n_entries(map), 0);
    assert_false(okobpf_map_next(map, &cursor, &key, &value));
    okobpf_map_release(map);
}

/* Lets go of the tables that were replaced. */
static int
drain(void **state)
{
    (void) state;
    test_host_drain();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_never_full),
        cmocka_unit_test(test_scan),
        cmocka_unit_test(test_what_is_use),
        cmocka_unit_test(test_all_in_use),
        cmocka_unit_test(test_model),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_reuse),
        cmocka_unit_test(test_endless_run),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_resumed_iteration),
        cmocka_unit_test(test_key_changes),
    };

    return cmocka_run_group_tests(tests, NULL, drain);
}
