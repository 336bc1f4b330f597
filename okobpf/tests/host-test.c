/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What hosts do with programs beside okobpf_run(): batches, taking time, and
 * maps as a whole. */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "testlib.h"

#define N_PACKETS 300

static const enum okobpf_engine engines[] = {
    OKOBPF_ENGINE_INTERPRETER,
#ifdef OKOBPF_HAVE_JIT
    OKOBPF_ENGINE_JIT,
#endif
};

static uint8_t data[N_PACKETS][128];
static struct okobpf_packet packets[N_PACKETS];

static void
make_packets(void)
{
    uint64_t seed = 99;

    for (size_t i = 0; i < N_PACKETS; i++) {
        for (size_t j = 0; j < sizeof data[i]; j++) {
            data[i][j] = next_random(&seed) >> 32;
        }
        data[i][12] = i % 3 ? 8 : 0x86;
        packets[i] = (struct okobpf_packet) {
            .data = (uintptr_t) data[i],
            .len = i % 11 ? 60 + i % 60 : i % 60,
            .in_port = i % 8,
            .packet_type = i % 5,
            .l3_ofs = 14,
            .l4_ofs = 34,
            .hash = i * 77,
        };
    }
    /* Longer than programs may see. */
    packets[7].len = UINT32_C(1) << 31;
    packets[8].len = UINT32_MAX;
}

static uint64_t
run_one(const struct okobpf_prog *prog, const struct okobpf_packet *packet)
{
    struct okobpf_env env = {
        .ctx.data = packet->data,
        .ctx.pkt_len = packet->len,
        .ctx.in_port = packet->in_port,
        .ctx.packet_type = packet->packet_type,
        .ctx.l3_ofs = packet->l3_ofs,
        .ctx.l4_ofs = packet->l4_ofs,
        .ctx.hash = packet->hash,
        .ctx.now_ns = 5000,
        .ctx.slot = 1,
    };

    return okobpf_run(prog, &env);
}

static void
check_maps(const struct okobpf_prog *a, const struct okobpf_prog *b)
{
    static uint8_t key[65536], value[2][65536];

    for (size_t i = 0; i < okobpf_prog_n_maps(a); i++) {
        struct okobpf_map *map = okobpf_prog_map(a, i);
        const struct okobpf_map_info *info = okobpf_map_info(map);
        uint64_t cursor = 0;

        assert_int_equal(okobpf_map_n_entries(map),
                         okobpf_map_n_entries(okobpf_prog_map(b, i)));
        if (info->n_hash_functions) {
            continue;           /* Each has a secret of its own. */
        }
        while (okobpf_map_next(map, &cursor, key, value[0])) {
            assert_int_equal(okobpf_map_lookup(
                                 okobpf_prog_map(b, i), key,
                                 info->key_size, value[1], info->value_size),
                             OKOBPF_MAP_OK);
            assert_memory_equal(value[0], value[1], info->value_size);
        }
    }
}

/* A batch, of any size, does what as many runs do. */
static void
test_batch(void **state)
{
    static const char *const names[] = { "original", "context", "counters",
                                         "gone", "globals", "keep" };

    (void) state;
    make_packets();
    for (size_t i = 0; i < ARRAY_SIZE(names) * ARRAY_SIZE(engines); i++) {
        const struct okobpf_options options = {
            .host = &test_host,
            .engine = engines[i / ARRAY_SIZE(names)],
        };
        const char *name = names[i % ARRAY_SIZE(names)];
        struct okobpf_prog *one = load_prog(name, &options);
        struct okobpf_prog *many = load_prog(name, &options);
        uint32_t at = 0, size = 0;

        while (at < N_PACKETS) {
            uint32_t n = N_PACKETS - at < size ? N_PACKETS - at : size;
            struct okobpf_env env = { .ctx.now_ns = 5000, .ctx.slot = 1 };
            uint64_t results[OKOBPF_MAX_BATCH];
            uint64_t matches;

            matches = okobpf_run_batch(many, &env, &packets[at], n,
                                       size % 2 ? results : NULL);
            for (uint32_t j = 0; j < n; j++) {
                uint64_t result = run_one(one, &packets[at + j]);

                assert_int_equal(matches >> j & 1, result != 0);
                if (size % 2) {
                    assert_int_equal(results[j], result);
                }
            }
            assert_int_equal(n < 64 ? matches >> n : 0, 0);
            at += n;
            size = size == OKOBPF_MAX_BATCH ? 0 : size * 3 / 2 + 1;
            size = size > OKOBPF_MAX_BATCH ? OKOBPF_MAX_BATCH : size;
        }
        check_maps(one, many);
        okobpf_prog_destroy(one);
        okobpf_prog_destroy(many);
        test_host_drain();
    }
}

/* More packets than a batch has are not looked at. */
static void
test_too_many(void **state)
{
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *prog = load_prog("keep", &options);
    struct okobpf_env env = { .ctx.slot = 1 };
    uint64_t results[OKOBPF_MAX_BATCH + 1];

    (void) state;
    make_packets();
    results[OKOBPF_MAX_BATCH] = 12345;
    okobpf_run_batch(prog, &env, packets, OKOBPF_MAX_BATCH + 1, results);
    assert_int_equal(results[OKOBPF_MAX_BATCH], 12345);
    okobpf_prog_destroy(prog);
}

/* Time is taken while it is asked for, and only then. */
static void
test_time(void **state)
{
    (void) state;
    make_packets();
    for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
        const struct okobpf_options options = {
            .host = &test_host,
            .engine = engines[i],
        };
        struct okobpf_prog *prog = load_prog("mapops", &options);
        struct okobpf_env env = { .ctx.slot = 99 };
        struct okobpf_prog_time time;
        uint64_t ns;

        run_one(prog, &packets[0]);
        okobpf_prog_get_time(prog, &time);
        assert_int_equal(time.n_runs, 0);
        assert_int_equal(time.ns, 0);

        assert_true(okobpf_prog_set_timing(prog, true));
        for (int n = 0; n < 100; n++) {
            run_one(prog, &packets[1]);
        }
        okobpf_prog_get_time(prog, &time);
        assert_int_equal(time.n_runs, 100);
        assert_true(time.ns > 0);
        ns = time.ns;

        okobpf_run_batch(prog, &env, &packets[20], 30, NULL);
        okobpf_prog_get_time(prog, &time);
        assert_int_equal(time.n_runs, 130);
        assert_true(time.ns > ns);
        ns = time.ns;

        okobpf_prog_set_timing(prog, false);
        run_one(prog, &packets[1]);
        okobpf_run_batch(prog, &env, &packets[20], 30, NULL);
        okobpf_prog_get_time(prog, &time);
        assert_int_equal(time.n_runs, 130);
        assert_int_equal(time.ns, ns);

        assert_true(okobpf_prog_set_timing(prog, true));
        run_one(prog, &packets[1]);
        okobpf_prog_get_time(prog, &time);
        assert_int_equal(time.n_runs, 131);
        okobpf_prog_destroy(prog);
        test_host_drain();
    }
}

/* Several threads, while another switches. */

static void *
run_thread(void *prog)
{
    for (int n = 0; n < 300; n++) {
        struct okobpf_env env = { .ctx.slot = n % 2 };

        okobpf_run_batch(prog, &env, &packets[n % 200 + 10], 20, NULL);
        run_one(prog, &packets[n]);
    }
    return NULL;
}

static void
test_switched_meanwhile(void **state)
{
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *prog = load_prog("keep", &options);
    struct okobpf_prog_time time;
    pthread_t threads[3];

    (void) state;
    make_packets();
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, run_thread, prog),
                         0);
    }
    for (int n = 0; n < 1000; n++) {
        assert_true(okobpf_prog_set_timing(prog, n % 2));
        okobpf_prog_get_time(prog, &time);
    }
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    okobpf_prog_get_time(prog, &time);
    assert_true(time.n_runs <= 3 * 300 * 21);
    okobpf_prog_destroy(prog);
}

static void
test_no_memory(void **state)
{
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *prog = load_prog("keep", &options);

    (void) state;
    fail_allocation(1);
    assert_false(okobpf_prog_set_timing(prog, true));
    assert_int_equal(run_one(prog, &packets[1]), 1);
    fail_allocation(0);
    okobpf_prog_destroy(prog);
}

/* Maps as a whole. */

static const char *const map_names[] = {
    "array", "slots", "table", "cores", "recent", "routes", "seen", "often",
};

static size_t
map_index(const struct okobpf_prog *prog, const char *name)
{
    for (size_t i = 0; i < okobpf_prog_n_maps(prog); i++) {
        if (!strcmp(okobpf_map_info(okobpf_prog_map(prog, i))->name, name)) {
            return i;
        }
    }
    fail();
    return 0;
}

/* Sets entry 'key' of 'map' such that it counts 'number'. */
static void
put(struct okobpf_map *map, uint32_t key, uint32_t number)
{
    const struct okobpf_map_info *info = okobpf_map_info(map);
    uint32_t bytes[2] = { key, key };
    uint32_t value[3] = { number };

    if (info->type == OKOBPF_MAP_LPM_TRIE) {
        bytes[0] = 32;
    }
    assert_int_equal(okobpf_map_update(map, bytes, info->key_size, value,
                                       info->value_size, OKOBPF_ANY),
                     OKOBPF_MAP_OK);
}

static uint32_t
get(struct okobpf_map *map, uint32_t key)
{
    const struct okobpf_map_info *info = okobpf_map_info(map);
    uint32_t bytes[2] = { key, key };
    uint32_t value[3] = { 0 };

    if (info->type == OKOBPF_MAP_LPM_TRIE) {
        bytes[0] = 32;
    }
    okobpf_map_lookup(map, bytes, info->key_size, value, info->value_size);
    return value[0];
}

/* A copy has the new map for its own, and shares the rest; both go on. */
static void
test_with_map(void **state)
{
    (void) state;
    make_packets();
    for (size_t i = 0; i < ARRAY_SIZE(map_names) * ARRAY_SIZE(engines); i++) {
        const struct okobpf_options options = {
            .host = &test_host,
            .engine = engines[i / ARRAY_SIZE(map_names)],
        };
        size_t kind = i % ARRAY_SIZE(map_names);
        struct okobpf_prog *old = load_prog("mapops", &options);
        size_t index = map_index(old, map_names[kind]);
        struct okobpf_map *map;
        struct okobpf_prog *new;
        struct okobpf_prog_time time;

        assert_true(okobpf_prog_set_timing(old, true));
        put(okobpf_prog_map(old, index), 3, 1);
        map = okobpf_map_create_like(okobpf_prog_map(old, index));
        assert_int_equal(get(map, 3), 0);
        put(map, 5, 1);
        new = okobpf_prog_with_map(old, index, map);
        assert_non_null(new);
        okobpf_map_unref(map);

        for (size_t j = 0; j < okobpf_prog_n_maps(old); j++) {
            assert_int_equal(okobpf_prog_map(new, j)
                             == okobpf_prog_map(old, j), j != index);
        }
        assert_ptr_equal(okobpf_prog_map(new, index), map);
        assert_int_equal(okobpf_prog_info(new)->jited_len != 0,
                         okobpf_prog_info(old)->jited_len != 0);

        /* It looks up in the new one: lookups of the packet's 16 operations
         * see a value that they add to, or a bit. */
        for (int which = 0; which < 2; which++) {
            struct okobpf_prog *prog = which ? old : new;
            uint32_t present = which ? 3 : 5, absent = which ? 5 : 3;
            uint8_t packet[64] = { 0 };
            struct okobpf_packet p = {
                .data = (uintptr_t) packet,
                .len = sizeof packet,
            };

            for (int op = 0; op < 16; op++) {
                packet[4 * op] = 2;
                packet[4 * op + 1] = kind;
                packet[4 * op + 2] = 255 - 7 + present;
                packet[4 * op + 3] = 2;
            }
            run_one(prog, &p);
            if (kind < 5) {
                assert_int_equal(get(okobpf_prog_map(prog, index), present),
                                 1 + 2 * 16);
            }
            if (kind < 6) {     /* A sketch may err. */
                assert_int_equal(get(okobpf_prog_map(prog, index), absent),
                                 0);
            }
        }
        okobpf_prog_get_time(new, &time);
        assert_int_equal(time.n_runs, 2);

        /* Either may go first. */
        okobpf_prog_destroy(i % 2 ? old : new);
        run_one(i % 2 ? new : old, &packets[1]);
        okobpf_prog_get_time(i % 2 ? new : old, &time);
        assert_int_equal(time.n_runs, 3);
        okobpf_prog_destroy(i % 2 ? new : old);
        test_host_drain();
    }
}

/* A map that is not like the one in whose place it would be. */
static void
test_with_other_map(void **state)
{
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *prog = load_prog("mapops", &options);
    int n = 0;

    (void) state;
    for (size_t i = 0; i <= okobpf_prog_n_maps(prog); i++) {
        for (size_t j = 0; j < okobpf_prog_n_maps(prog); j++) {
            if (i != j) {
                assert_null(okobpf_prog_with_map(prog, i,
                                                 okobpf_prog_map(prog, j)));
            }
        }
    }
    /* Global variables, and what no one may write. */
    for (size_t i = ARRAY_SIZE(map_names); i < okobpf_prog_n_maps(prog);
         i++) {
        assert_null(okobpf_prog_with_map(prog, i, okobpf_prog_map(prog, i)));
    }

    struct okobpf_map *map = okobpf_map_create_like(find_map(prog, "table"));
    struct okobpf_prog *copy;
    do {
        fail_allocation(++n);
        copy = okobpf_prog_with_map(prog, map_index(prog, "table"), map);
        okobpf_prog_destroy(copy);
    } while (allocation_failed());
    fail_allocation(0);
    assert_true(n > 1);
    okobpf_map_unref(map);
    okobpf_prog_destroy(prog);
}

static void
test_many(void **state)
{
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *prog = load_prog("mapops", &options);
    struct okobpf_map *table = find_map(prog, "table"); /* Has room for 4. */
    enum okobpf_map_result results[6];
    uint32_t entries[6][4];
    uint32_t keys[6];

    (void) state;
    for (uint32_t i = 0; i < 6; i++) {
        entries[i][0] = keys[i] = i;
        entries[i][1] = entries[i][2] = entries[i][3] = 10 + i;
    }
    assert_int_equal(okobpf_map_update_many(table, entries, 4, 12, 3,
                                            OKOBPF_NOEXIST, NULL), 3);
    assert_int_equal(okobpf_map_update_many(table, entries, 4, 12, 6,
                                            OKOBPF_NOEXIST, results), 1);
    assert_int_equal(results[2], OKOBPF_MAP_EXISTS);
    assert_int_equal(results[3], OKOBPF_MAP_OK);
    assert_int_equal(results[4], OKOBPF_MAP_FULL);
    assert_int_equal(get(table, 3), 13);

    assert_int_equal(okobpf_map_delete_many(table, keys, 4, 6, results), 4);
    assert_int_equal(results[0], OKOBPF_MAP_OK);
    assert_int_equal(results[5], OKOBPF_MAP_NO_ENTRY);
    assert_int_equal(okobpf_map_n_entries(table), 0);

    /* Wrong sizes are wrong for all. */
    assert_int_equal(okobpf_map_update_many(table, entries, 8, 8, 3,
                                            OKOBPF_ANY, results), 0);
    assert_int_equal(results[2], OKOBPF_MAP_BAD_KEY_SIZE);
    assert_int_equal(okobpf_map_delete_many(table, keys, 2, 6, NULL), 0);
    okobpf_prog_destroy(prog);
    test_host_drain();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_switched_meanwhile),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_with_map),
        cmocka_unit_test(test_with_other_map),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
