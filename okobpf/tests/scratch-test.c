/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Runs without effect. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "testlib.h"

#define N_OPS 16

/* Appends all that can be seen of the maps of 'prog' to the buffer at 'buf',
 * and returns its length. */
static size_t
dump(const struct okobpf_prog *prog, uint8_t *buf, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < okobpf_prog_n_maps(prog); i++) {
        struct okobpf_map *map = okobpf_prog_map(prog, i);
        uint64_t n_entries = okobpf_map_n_entries(map);
        uint32_t key_size, value_size;
        uint64_t cursor = 0;

        okobpf_map_dump_sizes(map, &key_size, &value_size);
        memcpy(buf + n, &n_entries, sizeof n_entries);
        n += sizeof n_entries;
        while (okobpf_map_next(map, &cursor, buf + n, buf + n + key_size)) {
            /* Each core's value, not only the sum. */
            for (uint32_t slot = 0; map->ops->read_slot && slot < map->n_slots;
                 slot++) {
                assert_int_equal(map->ops->read_slot(
                                     map, buf + n, buf + n + key_size
                                     + value_size * (slot + 1), slot),
                                 OKOBPF_MAP_OK);
            }
            n += key_size + value_size * (map->ops->read_slot
                                          ? map->n_slots + 1 : 1);
            assert_true(n + 1024 < size);
        }
    }
    return n;
}

static void
set_packet(struct okobpf_env *env, const void *packet, size_t len,
           uint32_t slot)
{
    memset(env, 0, sizeof *env);
    env->ctx.data = (uintptr_t) packet;
    env->ctx.pkt_len = len;
    env->ctx.slot = slot;
    env->ctx.now_ns = 1000;
}

/* Runs 'prog' without effect, checks that it has none, and that a run with
 * effect has the same result and prints the same. */
static void
check_run(struct okobpf_prog *prog, const void *packet, size_t len,
          uint32_t slot)
{
    static uint8_t before[8 * 1024 * 1024], after[sizeof before];
    static const struct okobpf_trace_limits limits = {
        .max_calls = 10000,
        .max_memory = 64 * 1024 * 1024,
    };
    struct okobpf_trace trace;
    struct okobpf_env env;
    size_t n;

    test_host_printed();
    n = dump(prog, before, sizeof before);
    set_packet(&env, packet, len, slot);
    assert_int_equal(okobpf_run_scratch(prog, &env, &limits, &trace),
                     OKOBPF_OK);
    assert_string_equal(test_host_printed(), "");
    assert_int_equal(dump(prog, after, sizeof after), n);
    assert_memory_equal(after, before, n);

    assert_int_equal(okobpf_run(prog, &env), trace.result);
    if (trace.printed) {
        /* The real lines have the program's name in front. */
        assert_int_equal(trace.printed_len, strlen(trace.printed));
    }
    assert_int_equal(*test_host_printed() != 0, trace.printed != NULL);
    assert_int_equal(trace.n_left_out, 0);
    okobpf_trace_uninit(&trace);
}

/* Random operations on all kinds of maps, again and again within a run and
 * from run to run. */
static void
test_random(void **state)
{
    uint64_t seed = 12345;

    (void) state;
    for (int n = 0; n < 40; n++) {
        const struct okobpf_options options = {
            .host = &test_host,
            .engine = n % 2 ? OKOBPF_ENGINE_INTERPRETER : OKOBPF_ENGINE_AUTO,
        };
        struct okobpf_prog *prog = load_prog("mapops", &options);

        for (int i = 0; i < 100; i++) {
            uint8_t packet[N_OPS * 4];
            uint32_t slot = next_random(&seed) % (TEST_HOST_SLOTS + 1);

            for (size_t j = 0; j < sizeof packet; j++) {
                packet[j] = next_random(&seed) >> 32;
            }
            /* Some runs keep to one map. */
            for (size_t j = 0; i % 2 && j < N_OPS; j++) {
                packet[4 * j + 1] = i / 2;
            }
            check_run(prog, packet, sizeof packet, slot);
        }
        okobpf_prog_destroy(prog);
        test_host_drain();
    }
}

/* Other programs. */
static void
test_programs(void **state)
{
    static const char *const names[] = {
        "original", "counters", "globals", "gone", "helpers", "context",
        "keep", "jumps", "btfmaps",
    };
    uint8_t packet[64] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 8 };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const struct okobpf_options options = { .host = &test_host };
        struct okobpf_prog *prog = load_prog(names[i], &options);

        for (int n = 0; n < 10; n++) {
            packet[12] = n;
            packet[0] = n;
            if (!strcmp(names[i], "gone")) {
                /* Evicts, which is not foreseen: but it must have no
                 * effect. */
                struct okobpf_trace trace;
                struct okobpf_env env;

                set_packet(&env, packet, sizeof packet, 0);
                okobpf_run_scratch(prog, &env, NULL, &trace);
                okobpf_trace_uninit(&trace);
                assert_int_equal(
                    okobpf_map_n_entries(find_map(prog, "flows")), 0);
            } else {
                check_run(prog, packet, sizeof packet, n % 4);
            }
        }
        okobpf_prog_destroy(prog);
        test_host_drain();
    }
}

/* Sets operation 'i' of 'packet'. */
static void
set_op(uint8_t *packet, int i, uint8_t op, uint8_t map, uint8_t key,
       uint8_t number)
{
    packet[4 * i] = op;
    packet[4 * i + 1] = map;
    packet[4 * i + 2] = key;
    packet[4 * i + 3] = number;
}

/* What the trace tells. */
static void
test_trace(void **state)
{
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *prog = load_prog("mapops", &options);
    uint8_t packet[N_OPS * 4] = { 0 };
    struct okobpf_trace trace;
    struct okobpf_env env;
    uint32_t number;

    (void) state;
    for (int i = 0; i < N_OPS; i++) {
        set_op(packet, i, 2, 6, 1, 0);
    }
    set_op(packet, 0, 2, 2, 5, 0);          /* Miss. */
    set_op(packet, 1, 0, 2, 5, 42);         /* Update. */
    set_op(packet, 2, 2, 2, 5, 3);          /* Hit. */
    set_op(packet, 3, 1, 2, 5, 0);          /* Lookup and delete. */
    set_op(packet, 4, 0, 7, 5, 255);        /* Add, and print. */
    set_packet(&env, packet, sizeof packet, 0);
    assert_int_equal(okobpf_run_scratch(prog, &env, NULL, &trace), OKOBPF_OK);

    assert_int_equal(trace.n_calls, 17);
    for (size_t i = 0; i < 6; i++) {
        static const struct {
            const char *op, *map;
            enum okobpf_map_result result;
            bool has_value;
        } expected[] = {
            { "lookup", "table", OKOBPF_MAP_NO_ENTRY, false },
            { "update", "table", OKOBPF_MAP_OK, true },
            { "lookup", "table", OKOBPF_MAP_OK, true },
            { "lookup", "table", OKOBPF_MAP_OK, true },
            { "delete", "table", OKOBPF_MAP_OK, false },
            { "add", "often", OKOBPF_MAP_OK, false },
        };
        const struct okobpf_trace_call *call = &trace.calls[i];
        uint32_t key;

        assert_string_equal(okobpf_trace_op_to_string(call->op),
                            expected[i].op);
        assert_string_equal(
            okobpf_map_info(okobpf_prog_map(prog, call->map))->name,
            expected[i].map);
        assert_int_equal(call->result, expected[i].result);
        assert_int_equal(call->value != NULL, expected[i].has_value);
        assert_int_equal(call->value_size, expected[i].has_value ? 12 : 0);
        assert_int_equal(call->key_size, 4);
        memcpy(&key, call->key, sizeof key);
        assert_int_equal(key, 5);
    }
    /* As it was at the time. */
    memcpy(&number, trace.calls[2].value, sizeof number);
    assert_int_equal(number, 42);
    memcpy(&number, trace.calls[3].value, sizeof number);
    assert_int_equal(number, 45);
    assert_string_equal(trace.printed, "255 of 5\n");
    okobpf_trace_uninit(&trace);
    okobpf_prog_destroy(prog);
}

/* Limits of what is recorded, and of private memory. */
static void
test_limits(void **state)
{
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *prog = load_prog("mapops", &options);
    uint8_t packet[N_OPS * 4] = { 0 };
    bool was_limited = false, was_full = false;

    (void) state;
    for (int i = 0; i < N_OPS; i++) {
        set_op(packet, i, 0, i, i & 7, 254);
    }
    for (uint32_t n = 0; n < 10000; n += 40) {
        const struct okobpf_trace_limits limits = {
            .max_calls = n / 40,
            .max_memory = 4 * n,
        };
        struct okobpf_trace trace;
        struct okobpf_env env;
        enum okobpf_status status;

        set_packet(&env, packet, sizeof packet, 0);
        status = okobpf_run_scratch(prog, &env, &limits, &trace);
        assert_true(status == OKOBPF_OK || status == OKOBPF_LIMIT);
        was_limited |= status == OKOBPF_LIMIT;
        was_full |= status == OKOBPF_OK && trace.n_left_out > 0;
        assert_true(trace.n_calls <= limits.max_calls);
        if (n > 9900) {
            assert_int_equal(status, OKOBPF_OK);
            assert_int_equal(trace.n_left_out, 0);
        }
        okobpf_trace_uninit(&trace);
    }
    assert_true(was_limited);
    for (size_t i = 0; i < okobpf_prog_n_maps(prog); i++) {
        assert_int_equal(okobpf_map_n_to_lose(okobpf_prog_map(prog, i))
                         && strcmp(okobpf_map_info(
                                       okobpf_prog_map(prog, i))->name,
                                   ".data")
                         && okobpf_map_info(
                             okobpf_prog_map(prog, i))->name[1] != 'r', 0);
    }
    okobpf_prog_destroy(prog);
}

/* Memory runs out, at each allocation. */
static void
test_no_memory(void **state)
{
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *prog = load_prog("mapops", &options);
    uint8_t packet[N_OPS * 4] = { 0 };
    int n = 0;

    (void) state;
    for (int i = 0; i < N_OPS; i++) {
        set_op(packet, i, i % 3 == 2 ? 2 : 0, i, i & 7, 254);
    }
    do {
        struct okobpf_trace trace;
        struct okobpf_env env;
        enum okobpf_status status;

        set_packet(&env, packet, sizeof packet, 0);
        fail_allocation(++n);
        status = okobpf_run_scratch(prog, &env, NULL, &trace);
        assert_true(status == OKOBPF_NO_MEMORY || trace.n_left_out
                    || !allocation_failed());
        okobpf_trace_uninit(&trace);
    } while (allocation_failed());
    assert_true(n > 10);
    fail_allocation(0);
    okobpf_prog_destroy(prog);
}

/* What is looked up doesn't count as used: a table that is full evicts what it
 * would have evicted. */
static void
test_recency(void **state)
{
    (void) state;
    for (int real = 0; real < 2; real++) {
        const struct okobpf_options options = { .host = &test_host };
        struct okobpf_prog *prog = load_prog("mapops", &options);
        struct okobpf_map *recent = find_map(prog, "recent");
        uint8_t packet[N_OPS * 4] = { 0 };
        struct okobpf_trace trace;
        struct okobpf_env env;
        uint64_t value = 0;
        uint32_t key;

        for (key = 0; key < 16; key++) {
            okobpf_map_update(recent, &key, 4, &value, 8, OKOBPF_ANY);
        }
        for (int i = 0; i < N_OPS; i++) {
            set_op(packet, i, 2, 4, 0, 0);
        }
        set_packet(&env, packet, sizeof packet, 0);
        if (real) {
            okobpf_run(prog, &env);
        } else {
            okobpf_run_scratch(prog, &env, NULL, &trace);
            okobpf_trace_uninit(&trace);
        }
        key = 100;
        okobpf_map_update(recent, &key, 4, &value, 8, OKOBPF_ANY);
        key = 0;
        assert_int_equal(okobpf_map_lookup(recent, &key, 4, &value, 8),
                         real ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY);
        okobpf_prog_destroy(prog);
        test_host_drain();
    }
}

/* There is one length of a packet. */
static void
test_data_end(void **state)
{
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *prog = load_prog("context", &options);
    static const uint8_t packet[64];
    struct okobpf_trace trace;
    struct okobpf_env env;

    (void) state;
    set_packet(&env, packet, 10, 0);
    env.ctx.data_end = env.ctx.data + 64;
    okobpf_run(prog, &env);
    assert_int_equal(env.ctx.data_end, env.ctx.data + 10);
    env.ctx.data_end = env.ctx.data + 64;
    okobpf_run_scratch(prog, &env, NULL, &trace);
    okobpf_trace_uninit(&trace);
    assert_int_equal(env.ctx.data_end, env.ctx.data + 10);

    env.ctx.pkt_len = UINT32_C(1) << 31;
    assert_int_equal(okobpf_run_scratch(prog, &env, NULL, &trace), OKOBPF_OK);
    assert_int_equal(trace.result, 0);
    okobpf_trace_uninit(&trace);
    okobpf_prog_destroy(prog);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_recency),
        cmocka_unit_test(test_data_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
