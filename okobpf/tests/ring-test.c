/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Rings of events. */

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "testlib.h"

static struct okobpf_map *
make_ring(uint32_t max_entries, uint32_t value_size)
{
    char name[] = "events";
    const struct map_spec spec = {
        .name = name,
        .type = OKOBPF_MAP_RING,
        .key_size = 4,
        .value_size = value_size,
        .max_entries = max_entries,
    };
    struct okobpf_report report = { .insn = -1 };
    struct okobpf_map *map;
    uint64_t memory = 0;

    assert_int_equal(okobpf_map_spec_check(&spec, &okobpf_default_limits, 1,
                                           &memory, &report),
                     OKOBPF_OK);
    map = okobpf_map_create(&spec, &test_host);
    assert_non_null(map);
    assert_int_equal(okobpf_map_info(map)->memory, memory);
    return map;
}

static enum okobpf_map_result
put(struct okobpf_map *map, uint64_t event)
{
    return map->ops->output(map, &event, sizeof event);
}

static uint64_t
take(struct okobpf_map *map)
{
    uint64_t event;
    uint32_t size = 0;
    enum okobpf_map_result result = okobpf_ring_take(map, &event,
                                                     sizeof event, &size);

    if (result != OKOBPF_MAP_OK) {
        assert_int_equal(result, OKOBPF_MAP_NO_ENTRY);
        return UINT64_MAX;
    }
    assert_int_equal(size, sizeof event);
    return event;
}

/* In order, round and round, with what is lost counted, for rings of several
 * sizes. */
static void
test_order(void **state)
{
    static const uint32_t sizes[] = { 1, 2, 3, 7, 8, 100 };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct okobpf_map *map = make_ring(sizes[i], 8);
        uint64_t next_in = 0, next_out = 0, lost = 0, seed = 7;

        assert_int_equal(take(map), UINT64_MAX);
        for (int n = 0; n < 5000; n++) {
            if (next_random(&seed) % 2) {
                if (next_in - next_out < sizes[i]) {
                    assert_int_equal(put(map, next_in++), OKOBPF_MAP_OK);
                } else {
                    assert_int_equal(put(map, 12345), OKOBPF_MAP_FULL);
                    lost++;
                }
            } else if (next_in > next_out) {
                assert_int_equal(take(map), next_out++);
            } else {
                assert_int_equal(take(map), UINT64_MAX);
            }
            assert_int_equal(okobpf_map_n_entries(map), next_in - next_out);
            assert_int_equal(okobpf_ring_n_lost(map), lost);
        }
        assert_true(lost > 0 || sizes[i] == 100);
        okobpf_map_release(map);
    }
}

/* What the user sees. */
static void
test_user(void **state)
{
    struct okobpf_map *map = make_ring(4, 8);
    uint64_t event = 0, cursor = 0;
    uint32_t key = 0, key_size, value_size;

    (void) state;
    for (uint64_t n = 0; n < 3; n++) {
        put(map, 10 + n);
    }
    okobpf_map_dump_sizes(map, &key_size, &value_size);
    assert_int_equal(key_size, 4);
    assert_int_equal(value_size, 8);
    for (uint32_t n = 0; n < 3; n++) {
        assert_true(okobpf_map_next(map, &cursor, &key, &event));
        assert_int_equal(key, n);
        assert_int_equal(event, 10 + n);
    }
    assert_false(okobpf_map_next(map, &cursor, &key, &event));

    /* A dump takes nothing, and goes on with what is there. */
    assert_int_equal(take(map), 10);
    cursor = 0;
    assert_true(okobpf_map_next(map, &cursor, &key, &event));
    assert_int_equal(key, 1);
    put(map, 13);
    put(map, 14);
    assert_true(okobpf_map_next(map, &cursor, &key, &event));
    assert_true(okobpf_map_next(map, &cursor, &key, &event));
    assert_true(okobpf_map_next(map, &cursor, &key, &event));
    assert_int_equal(key, 4);
    assert_int_equal(event, 14);
    assert_false(okobpf_map_next(map, &cursor, &key, &event));
    cursor = UINT64_MAX;
    assert_false(okobpf_map_next(map, &cursor, &key, &event));

    /* No other operation makes sense. */
    assert_int_equal(okobpf_map_lookup(map, &key, 4, &event, 8),
                     OKOBPF_MAP_UNSUPPORTED);
    assert_int_equal(okobpf_map_update(map, &key, 4, &event, 8, OKOBPF_ANY),
                     OKOBPF_MAP_UNSUPPORTED);
    assert_int_equal(okobpf_map_delete(map, &key, 4), OKOBPF_MAP_UNSUPPORTED);
    assert_int_equal(okobpf_ring_take(map, &event, 4, NULL),
                     OKOBPF_MAP_BAD_VALUE_SIZE);

    assert_int_equal(okobpf_map_n_to_lose(map), 4);
    okobpf_map_clear(map);
    assert_int_equal(okobpf_map_n_entries(map), 0);
    assert_int_equal(take(map), UINT64_MAX);
    put(map, 15);
    assert_int_equal(take(map), 15);
    okobpf_map_release(map);
}

/* From a program, in each engine, with events of all sizes. */
static void
test_program(void **state)
{
    (void) state;
    for (int i = 0; i < 2; i++) {
        const struct okobpf_options options = {
            .host = &test_host,
            .engine = i ? OKOBPF_ENGINE_INTERPRETER : OKOBPF_ENGINE_AUTO,
        };
        struct okobpf_prog *prog = load_prog("ring", &options);
        struct okobpf_map *events = find_map(prog, "events");
        uint8_t packet[64], event[40], zeros[40] = { 0 };
        struct okobpf_trace trace;
        struct okobpf_env env = {
            .ctx.data = (uintptr_t) packet,
            .ctx.pkt_len = sizeof packet,
        };
        uint32_t size;

        for (size_t j = 0; j < sizeof packet; j++) {
            packet[j] = 100 + j;
        }
        for (uint8_t n = 0; n <= 40; n++) {
            packet[0] = n;
            assert_int_equal(run_prog(prog, packet, sizeof packet, 1), 0);
            assert_int_equal(okobpf_ring_take(events, event, sizeof event,
                                              &size), OKOBPF_MAP_OK);
            assert_int_equal(size, n);
            assert_int_equal(memcmp(event, packet, n), 0);
            assert_int_equal(memcmp(event + n, zeros, sizeof event - n), 0);
        }
        packet[0] = 41;
        assert_int_equal(run_prog(prog, packet, sizeof packet, 1), 2);

        /* A run without effect shows the event, and that there is no room. */
        for (int n = 0; n < 9; n++) {
            packet[0] = 5;
            assert_int_equal(okobpf_run_scratch(prog, &env, NULL, &trace),
                             OKOBPF_OK);
            assert_int_equal(trace.n_calls, 1);
            assert_int_equal(trace.calls[0].op, OKOBPF_TRACE_OUTPUT);
            assert_int_equal(trace.calls[0].result, n < 8 ? OKOBPF_MAP_OK
                             : OKOBPF_MAP_FULL);
            assert_null(trace.calls[0].key);
            assert_int_equal(trace.calls[0].value_size, 5);
            assert_memory_equal(trace.calls[0].value, packet, 5);
            assert_int_equal(okobpf_map_n_entries(events), n);
            assert_int_equal(okobpf_run(prog, &env), trace.result);
            okobpf_trace_uninit(&trace);
        }
        assert_int_equal(okobpf_ring_n_lost(events), 1);
        okobpf_prog_destroy(prog);
    }
}

/* What a definition must not be. */
static void
test_definitions(void **state)
{
    static const struct {
        uint32_t key_size, value_size, max_entries;
        const char *reason;
    } cases[] = {
        { 8, 8, 8, "expected a key size of 4" },
        { 4, 0, 8, "expected a value size of 1 or more" },
        { 4, 8, 0, "expected max_entries of 1 or more" },
        { 4, 32768, 8, "bytes of key and value" },
        { 4, 1024, UINT32_MAX, "are left for the program's maps" },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char name[] = "events";
        const struct map_spec spec = {
            .name = name,
            .type = OKOBPF_MAP_RING,
            .key_size = cases[i].key_size,
            .value_size = cases[i].value_size,
            .max_entries = cases[i].max_entries,
        };
        struct okobpf_report report = { .insn = -1 };
        uint64_t memory = 0;

        assert_int_not_equal(okobpf_map_spec_check(&spec,
                                                   &okobpf_default_limits, 1,
                                                   &memory, &report),
                             OKOBPF_OK);
        assert_contains(report.reason, cases[i].reason);
        okobpf_report_uninit(&report);
    }
}

/* Several threads put events in, one takes them out, and another looks on. */

#define N_PRODUCERS 3
#define N_EVENTS 20000

static struct okobpf_map *shared;
static atomic_int n_producing;
static uint64_t n_put[N_PRODUCERS];

struct event {
    uint64_t producer, number, sum;
};

static void *
produce(void *producer_)
{
    uint64_t producer = (uintptr_t) producer_;

    for (uint64_t n = 0; n < N_EVENTS; n++) {
        struct event event = { producer, n, producer + n };

        if (shared->ops->output(shared, &event, sizeof event)
            == OKOBPF_MAP_OK) {
            n_put[producer]++;
        } else {
            sched_yield();
        }
    }
    atomic_fetch_sub(&n_producing, 1);
    return NULL;
}

static void *
look_on(void *aux)
{
    while (atomic_load(&n_producing)) {
        struct event event;
        uint64_t cursor = 0;
        uint32_t key;

        while (okobpf_map_next(shared, &cursor, &key, &event)) {
            if (event.sum != event.producer + event.number) {
                return shared;
            }
        }
        okobpf_map_n_entries(shared);
        okobpf_ring_n_lost(shared);
    }
    return aux;
}

static void
test_threads(void **state)
{
    static const uint32_t sizes[] = { 1, 2, 64, 1000 };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        uint64_t n_taken = 0, next[N_PRODUCERS] = { 0 };
        pthread_t producers[N_PRODUCERS], looker;
        bool producing = true;
        uint64_t total = 0;
        void *bad;

        shared = make_ring(sizes[i], sizeof(struct event));
        memset(n_put, 0, sizeof n_put);
        atomic_store(&n_producing, N_PRODUCERS);
        for (uintptr_t p = 0; p < N_PRODUCERS; p++) {
            assert_int_equal(pthread_create(&producers[p], NULL, produce,
                                            (void *) p), 0);
        }
        assert_int_equal(pthread_create(&looker, NULL, look_on, NULL), 0);
        for (;;) {
            struct event event;
            uint32_t size;

            if (okobpf_ring_take(shared, &event, sizeof event, &size)
                == OKOBPF_MAP_OK) {
                /* Whole, and each producer's in order. */
                assert_int_equal(size, sizeof event);
                assert_int_equal(event.sum, event.producer + event.number);
                assert_true(event.producer < N_PRODUCERS);
                assert_true(event.number >= next[event.producer]);
                next[event.producer] = event.number + 1;
                n_taken++;
            } else if (!producing) {
                break;
            } else {
                producing = atomic_load(&n_producing) > 0;
            }
        }
        for (int p = 0; p < N_PRODUCERS; p++) {
            pthread_join(producers[p], NULL);
            total += n_put[p];
        }
        pthread_join(looker, &bad);
        assert_null(bad);
        assert_int_equal(n_taken, total);
        assert_int_equal(n_taken + okobpf_ring_n_lost(shared),
                         N_PRODUCERS * N_EVENTS);
        okobpf_map_release(shared);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_user),
        cmocka_unit_test(test_program),
        cmocka_unit_test(test_definitions),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
