/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Loading and running whole programs, in each engine that there is. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "testlib.h"

static const enum okobpf_engine engines[] = {
    OKOBPF_ENGINE_INTERPRETER,
#ifdef OKOBPF_HAVE_JIT
    OKOBPF_ENGINE_JIT,
#endif
};

static const uint8_t packet[64] = {
    21, 2, 3, 4, 5, 6, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x08, 9,
};

static uint64_t
get_u64(struct okobpf_map *map, const void *key, size_t key_size)
{
    uint64_t value;

    return (okobpf_map_lookup(map, key, key_size, &value, sizeof value)
            == OKOBPF_MAP_OK ? value : UINT64_MAX);
}

static void
test_original(void **state)
{
    static const char *const names[] = { "original", "original.v1",
                                         "original.v2", "original.v3" };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(engines) * ARRAY_SIZE(names); i++) {
        struct okobpf_options options = {
            .host = &test_host,
            .engine = engines[i / ARRAY_SIZE(names)],
        };
        struct okobpf_prog *prog = load_prog(names[i % ARRAY_SIZE(names)],
                                             &options);
        struct okobpf_map *counts = find_map(prog, "counts");
        struct okobpf_map *seen = find_map(prog, "seen");
        struct okobpf_map *data = find_map(prog, ".data");
        uint32_t index = 8;
        uint32_t totals[15];    /* All of .data: 'totals' is behind a map. */

        assert_int_equal(run_prog(prog, packet, 13, 1), 0);
        for (uint64_t n = 1; n <= 3; n++) {
            assert_int_equal(run_prog(prog, packet, 61 + n, 1), 42);
            assert_int_equal(get_u64(counts, &index, 4), n);
            assert_int_equal(get_u64(seen, packet + 6, 6), n);
        }
        assert_int_equal(okobpf_map_n_entries(seen), 1);

        index = 0;
        assert_int_equal(okobpf_map_lookup(data, &index, 4, totals,
                                           sizeof totals), OKOBPF_MAP_OK);
        assert_int_equal(totals[5], 1 + 3);             /* n */
        assert_int_equal(totals[6], 62 + 63 + 64);      /* bytes */
        assert_int_equal(totals[7], 64);                /* last */
        assert_int_equal(totals[8], UINT32_MAX);        /* min */
        assert_int_equal(totals[9], 64);                /* max */
        okobpf_prog_destroy(prog);
    }
}

static void
test_jump_tables(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
        struct okobpf_options options = { .engine = engines[i] };
        struct okobpf_prog *prog = load_prog("jumps", &options);

        for (uint8_t a = 0; a < 12; a++) {
            for (uint8_t b = 0; b < 4; b++) {
                const uint8_t bytes[] = { a, b };
                uint64_t expected = a < 9 && b < 3 ? 100 * a + b + 7 : 0;

                assert_int_equal(run_prog(prog, bytes, sizeof bytes, 1),
                                 expected);
            }
        }
        okobpf_prog_destroy(prog);
    }
}

static void
test_context(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
        struct okobpf_options options = {
            .host = &test_host,
            .engine = engines[i],
        };
        struct okobpf_prog *prog = load_prog("context", &options);
        struct okobpf_map *ports = find_map(prog, "ports");
        uint32_t port = 5;
        uint64_t zero = 0;

        assert_int_equal(okobpf_map_update(ports, &port, 4, &zero, 8, 0),
                         OKOBPF_MAP_OK);
        assert_int_equal(run_prog(prog, packet, 64, 5), 9 * 3 + 7);
        assert_int_equal(run_prog(prog, packet, 14, 5), 9 * 3 + 7);
        assert_int_equal(run_prog(prog, packet, 13, 6), 0);
        assert_int_equal(get_u64(ports, &port, 4), 2);
        okobpf_prog_destroy(prog);

        /* The other program, whose maps are its own. */
        options.section = "filter/second";
        prog = load_prog("context", &options);
        uint32_t key = 0;
        uint32_t value = 70;
        assert_int_equal(run_prog(prog, packet, 63, 5), 1);
        assert_int_equal(okobpf_map_update(find_map(prog, "config"), &key, 4,
                                           &value, 4, 0), OKOBPF_MAP_OK);
        assert_int_equal(run_prog(prog, packet, 63, 5), 0);
        assert_int_equal(run_prog(prog, packet, 64, 5), 1);
        okobpf_prog_destroy(prog);
    }
}

static void
test_globals(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
        struct okobpf_options options = {
            .host = &test_host,
            .engine = engines[i],
        };
        struct okobpf_prog *prog = load_prog("globals", &options);
        uint32_t key = 0;

        test_host_printed();
        assert_int_equal(run_prog(prog, packet, 64, 3), 1007);
        assert_int_equal(run_prog(prog, packet, 64, 9), 1010);
        assert_string_equal(test_host_printed(),
                            "prog: port 3: prime 7, sum 1007\n"
                            "prog: port 9: prime 3, sum 1010\n");
        assert_int_equal(get_u64(find_map(prog, ".bss"), &key, 4), 2);
        assert_int_equal(get_u64(find_map(prog, ".data"), &key, 4), 1010);

        /* Constants are nobody's to change. */
        for (size_t j = 0; j < okobpf_prog_n_maps(prog); j++) {
            struct okobpf_map *map = okobpf_prog_map(prog, j);
            const struct okobpf_map_info *info = okobpf_map_info(map);

            if (info->read_only) {
                uint8_t *before = okobpf_mem_alloc(2, info->value_size);
                uint8_t *after = before + info->value_size;

                assert_non_null(before);
                okobpf_map_lookup(map, &key, 4, before, info->value_size);
                assert_int_equal(okobpf_map_update(map, &key, 4, after,
                                                   info->value_size, 0),
                                 OKOBPF_MAP_READ_ONLY);
                okobpf_map_clear(map);
                okobpf_map_lookup(map, &key, 4, after, info->value_size);
                assert_memory_equal(before, after, info->value_size);
                free(before);
            }
        }
        okobpf_prog_destroy(prog);
    }
}

static void
test_helpers(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
        struct okobpf_options options = {
            .host = &test_host,
            .engine = engines[i],
        };
        struct okobpf_prog *prog = load_prog("helpers", &options);
        struct okobpf_map *m = find_map(prog, "m");
        uint8_t delete_it[64] = { 0, 0, 0xff };
        uint32_t key = 64;

        assert_int_equal(run_prog(prog, packet, 5, 1), 0);
        assert_int_equal(okobpf_map_n_entries(m), 0);
        assert_int_equal(run_prog(prog, packet, 64, 1), 4);
        assert_int_equal(okobpf_map_n_entries(m), 1);
        assert_true(get_u64(m, &key, 4) >= 1000000000);
        assert_int_equal(run_prog(prog, delete_it, 64, 1), 1);
        assert_int_equal(run_prog(prog, delete_it, 64, 1), 0);
        assert_int_equal(okobpf_map_n_entries(m), 0);
        okobpf_prog_destroy(prog);
        test_host_drain();
    }
}

static void
test_counters(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
        struct okobpf_options options = {
            .host = &test_host,
            .engine = engines[i],
        };
        struct okobpf_prog *prog = load_prog("counters", &options);
        uint32_t key = 3;

        for (uint32_t n = 1; n <= 5; n++) {
            struct okobpf_env env;

            memset(&env, 0, sizeof env);
            env.ctx.data = (uintptr_t) packet;
            env.ctx.data_end = env.ctx.data + 63;
            env.ctx.pkt_len = 63;
            env.ctx.slot = n % TEST_HOST_SLOTS;
            assert_int_equal(okobpf_run(prog, &env), (n > 1) | n << 8);
        }
        assert_int_equal(get_u64(find_map(prog, "per_core"), &key, 4), 5);
        assert_int_equal(get_u64(find_map(prog, "per_core_hash"), &key, 4),
                         5);
        okobpf_prog_destroy(prog);
    }
}

/* A host that has nothing to offer. */
static void
test_no_host(void **state)
{
    struct okobpf_prog *prog = load_prog("helpers", NULL);
    uint8_t delete_it[64] = { 0, 0, 0xff };

    (void) state;
    assert_int_equal(run_prog(prog, packet, 64, 1), 4);
    assert_int_equal(run_prog(prog, delete_it, 64, 1), 1);
    okobpf_prog_destroy(prog);

    prog = load_prog("globals", NULL);
    assert_int_equal(run_prog(prog, packet, 64, 3), 1007);
    okobpf_prog_destroy(prog);
}

static void
test_info(void **state)
{
    struct okobpf_prog *prog = load_prog("context", NULL);
    struct okobpf_prog *same = load_prog("context", NULL);
    struct okobpf_prog *other = load_prog("original", NULL);
    const struct okobpf_prog_info *info = okobpf_prog_info(prog);
    uint64_t memory = 0;

    (void) state;
    assert_string_equal(info->name, "by_port");
    assert_string_equal(info->section, "filter");
    assert_int_equal(info->abi, OKOBPF_ABI_CONTEXT);
    assert_true(info->n_insns > 0);
    assert_memory_equal(info->tag, okobpf_prog_info(same)->tag, 8);
    assert_memory_not_equal(info->tag, okobpf_prog_info(other)->tag, 8);
    for (size_t i = 0; i < okobpf_prog_n_maps(prog); i++) {
        memory += okobpf_map_info(okobpf_prog_map(prog, i))->memory;
    }
    assert_int_equal(info->map_memory, memory);
    assert_null(okobpf_prog_map(prog, okobpf_prog_n_maps(prog)));
    assert_null(okobpf_prog_map(prog, SIZE_MAX));
    okobpf_prog_destroy(prog);
    okobpf_prog_destroy(same);
    okobpf_prog_destroy(other);
    okobpf_prog_destroy(NULL);
}

/* A new program takes over the maps of the old one, but for globals. */
static void
test_keep_maps(void **state)
{
    struct okobpf_prog *old = load_prog("original", NULL);
    struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *new;
    uint32_t index = 8;

    (void) state;
    run_prog(old, packet, 64, 1);
    options.keep_maps = old;
    new = load_prog("original.v1", &options);
    assert_ptr_equal(find_map(new, "counts"), find_map(old, "counts"));
    assert_ptr_equal(find_map(new, "seen"), find_map(old, "seen"));
    assert_ptr_not_equal(find_map(new, ".data"), find_map(old, ".data"));
    okobpf_prog_destroy(old);

    /* They live on. */
    assert_int_equal(run_prog(new, packet, 64, 1), 42);
    assert_int_equal(get_u64(find_map(new, "counts"), &index, 4), 2);
    assert_int_equal(get_u64(find_map(new, "seen"), packet + 6, 6), 2);
    okobpf_prog_destroy(new);
}

/* All programs of a host together. */
static void
test_memory_left(void **state)
{
    struct okobpf_limits limits = okobpf_default_limits;
    struct okobpf_options options = { .limits = &limits };
    struct okobpf_prog *prog = load_prog("counters", &options);
    struct okobpf_report report;
    uint64_t memory = okobpf_prog_info(prog)->map_memory;
    size_t size;
    uint8_t *elf = read_prog("counters", &size);

    (void) state;
    okobpf_prog_destroy(prog);
    limits.map_memory_left = memory;
    okobpf_prog_destroy(load_prog("counters", &options));

    limits.map_memory_left = memory - 1;
    assert_null(okobpf_load(elf, size, &options, &report));
    assert_int_equal(report.status, OKOBPF_LIMIT);
    assert_contains(report.reason, "left for all programs together");
    assert_contains(report.advice, "unload other programs");
    okobpf_report_uninit(&report);
    free(elf);
}

/* What the verifier must refuse, from C: its own tests have the rest. */
static void
test_refused(void **state)
{
    static const char *const names[] = { "unsafe-length", "unsafe-null",
                                         "unsafe-loop" };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct okobpf_options options = { .want_log = true };
        struct okobpf_report report;
        size_t size;
        uint8_t *elf = read_prog(names[i], &size);
        char *text;

        assert_null(okobpf_load(elf, size, &options, &report));

        /* That a loop never ends is often seen only by giving up. */
        assert_int_equal(report.status, !strcmp(names[i], "unsafe-loop")
                         ? OKOBPF_LIMIT : OKOBPF_REJECTED);
        assert_true(report.insn >= 0);
        assert_non_null(report.reason);

        /* With the line of the source. */
        assert_contains(report.where, names[i]);
        assert_contains(report.where, ".c:");
        assert_non_null(report.log);
        text = okobpf_report_format(&report);
        assert_contains(text, report.reason);
        assert_contains(text, report.where);
        free(text);
        okobpf_report_uninit(&report);
        free(elf);
    }
}

/* Memory runs out: at each allocation in turn. */
static void
test_no_memory(void **state)
{
    size_t size;
    uint8_t *elf = read_prog("original", &size);
    int n = 0;

    (void) state;
    do {
        struct okobpf_report report;
        struct okobpf_prog *prog;

        assert_true(n < 10000);
        fail_allocation(++n);
        prog = okobpf_load(elf, size, NULL, &report);
        if (prog) {
            /* Without what it can do without, such as source lines. */
            assert_int_equal(run_prog(prog, packet, 64, 1), 42);
        } else {
            assert_int_equal(report.status, OKOBPF_NO_MEMORY);
        }
        okobpf_report_uninit(&report);
        okobpf_prog_destroy(prog);
    } while (allocation_failed());
    assert_true(n > 20);
    free(elf);
}

/* A value that a program holds outlives its entry, with and without a host
 * that reclaims memory.  (Under AddressSanitizer: the memory is there.) */
static void
test_values_that_are_gone(void **state)
{
    static const struct okobpf_host plain_host = { .n_slots = 1 };
    const struct okobpf_host *hosts[] = { &test_host, &plain_host, NULL };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(engines) * ARRAY_SIZE(hosts); i++) {
        struct okobpf_options options = {
            .host = hosts[i % ARRAY_SIZE(hosts)],
            .engine = engines[i / ARRAY_SIZE(hosts)],
        };
        struct okobpf_prog *prog = load_prog("gone", &options);
        uint64_t key = 0;
        uint64_t value;

        for (int n = 0; n < 100; n++) {
            assert_int_equal(run_prog(prog, packet, 60, 1),
                             160 << 16 | 101 << 8 | 102);
        }

        /* What came in between is as it was. */
        struct okobpf_map *flows = find_map(prog, "flows");
        assert_int_equal(okobpf_map_n_entries(flows), 16);
        for (uint64_t cursor = 0;
             okobpf_map_next(flows, &cursor, &key, &value);) {
            assert_int_equal(value, 0);
        }
        okobpf_prog_destroy(prog);
        test_host_drain();
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_original),
        cmocka_unit_test(test_jump_tables),
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_globals),
        cmocka_unit_test(test_helpers),
        cmocka_unit_test(test_counters),
        cmocka_unit_test(test_no_host),
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_keep_maps),
        cmocka_unit_test(test_memory_left),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_values_that_are_gone),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
