/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Maps that programs share by their names. */

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "testlib.h"

static struct okobpf_prog *
load_in(const char *name, struct okobpf_map_scope *scope)
{
    const struct okobpf_options options = { .host = &test_host,
                                            .scope = scope };

    return load_prog(name, &options);
}

static uint64_t
run(const struct okobpf_prog *prog, uint32_t in_port)
{
    static const uint8_t packet[60];

    return run_prog(prog, packet, sizeof packet, in_port);
}

static void
test_shared(void **state)
{
    struct okobpf_map_scope *scope = okobpf_map_scope_create();
    struct okobpf_map_scope *other = okobpf_map_scope_create();
    struct okobpf_prog *count = load_in("typed/pin-count", scope);
    struct okobpf_prog *read = load_in("typed/pin-read", scope);
    struct okobpf_prog *elsewhere = load_in("typed/pin-read", other);
    struct okobpf_prog *alone = load_in("typed/pin-read", NULL);

    (void) state;
    assert_ptr_equal(find_map(count, "counters"), find_map(read, "counters"));
    assert_true(okobpf_map_info(find_map(read, "counters"))->shared);
    for (int i = 0; i < 3; i++) {
        run(count, 7);
    }
    assert_int_equal(run(read, 7), 3);
    assert_int_equal(run(read, 8), 0);
    assert_int_equal(run(elsewhere, 7), 0);
    assert_int_equal(run(alone, 7), 0);
    assert_int_equal(get_value(find_map(read, "counters"), 7), 3);

    /* It outlives the one that came first, and the host's interest. */
    okobpf_map_scope_unref(scope);
    okobpf_prog_destroy(count);
    test_host_drain();
    assert_int_equal(run(read, 7), 3);

    okobpf_prog_destroy(read);
    okobpf_prog_destroy(elsewhere);
    okobpf_prog_destroy(alone);
    okobpf_map_scope_unref(other);
    okobpf_map_scope_unref(NULL);
    test_host_drain();
}

/* A map goes with the last program, and a replacement has it without being
 * told to keep maps. */
static void
test_life(void **state)
{
    struct okobpf_map_scope *scope = okobpf_map_scope_create();
    struct okobpf_prog *old = load_in("typed/pin-count", scope);
    struct okobpf_prog *new;

    (void) state;
    run(old, 1);
    new = load_in("typed/pin-count", scope);
    okobpf_prog_destroy(old);
    assert_int_equal(get_value(find_map(new, "counters"), 1), 1);
    okobpf_prog_destroy(new);

    new = load_in("typed/pin-count", scope);
    assert_int_equal(okobpf_map_n_entries(find_map(new, "counters")), 0);
    okobpf_prog_destroy(new);

    /* Another definition is fine now. */
    okobpf_prog_destroy(load_in("typed/pin-other", scope));
    okobpf_map_scope_unref(scope);
    test_host_drain();
}

static void
test_mismatch(void **state)
{
    struct okobpf_map_scope *scope = okobpf_map_scope_create();
    const struct okobpf_options options = { .host = &test_host,
                                            .scope = scope };
    struct okobpf_prog *count = load_in("typed/pin-count", scope);
    struct okobpf_report report;
    size_t size;
    uint8_t *elf = read_prog("typed/pin-other", &size);

    (void) state;
    assert_null(okobpf_load(elf, size, &options, &report));
    free(elf);
    assert_int_equal(report.status, OKOBPF_BAD_OBJECT);
    assert_contains(report.reason, "\"counters\"");
    assert_contains(report.reason, "defined here as hash, key 4 bytes, value "
                    "8 bytes, 32 entries; 1 other program has it as hash, key "
                    "4 bytes, value 8 bytes, 16 entries");
    assert_contains(report.advice, "alike");
    okobpf_report_uninit(&report);

    /* The map is as it was. */
    run(count, 1);
    assert_int_equal(get_value(find_map(count, "counters"), 1), 1);
    okobpf_prog_destroy(count);
    okobpf_map_scope_unref(scope);
    test_host_drain();
}

static struct okobpf_prog *
replace(const char *name, struct okobpf_map_scope *scope,
        struct okobpf_prog *old, enum okobpf_keep keep,
        struct okobpf_report *report)
{
    const struct okobpf_options options = {
        .host = &test_host, .scope = scope, .keep_maps = old, .keep = keep,
    };
    struct okobpf_prog *new;
    size_t size;
    uint8_t *elf = read_prog(name, &size);

    new = okobpf_load(elf, size, &options, report);
    free(elf);
    if (new) {
        okobpf_prog_destroy(old);
        test_host_drain();
    }
    return new;
}

/* Who has a map alone may define it anew by a replacement; nobody else. */
static void
test_replaced(void **state)
{
    struct okobpf_map_scope *scope = okobpf_map_scope_create();
    struct okobpf_prog *prog = load_in("typed/pin-count", scope);
    struct okobpf_prog *read;
    struct okobpf_report report;

    (void) state;
    run(prog, 5);

    /* Alike: kept, whatever else was asked for. */
    prog = replace("typed/pin-count", scope, prog, OKOBPF_KEEP_NONE, &report);
    assert_non_null(prog);
    assert_int_equal(report.map_changes[0].fate, OKOBPF_MAP_KEPT);
    okobpf_report_uninit(&report);
    assert_int_equal(get_value(find_map(prog, "counters"), 5), 1);

    /* Grown. */
    prog = replace("typed/pin-other", scope, prog, OKOBPF_KEEP_OR_REFUSE,
                   &report);
    assert_non_null(prog);
    assert_int_equal(report.map_changes[0].fate, OKOBPF_MAP_GROWN);
    okobpf_report_uninit(&report);
    assert_int_equal(okobpf_map_info(find_map(prog, "counters"))->max_entries,
                     32);
    assert_int_equal(get_value(find_map(prog, "counters"), 5), 1);

    /* The grown one is what programs share from now on. */
    read = load_in("typed/pin-other", scope);
    assert_int_equal(run(read, 5), 1);

    /* With two who share it, one cannot change it. */
    assert_null(replace("typed/pin-count", scope, prog, OKOBPF_KEEP_OR_EMPTY,
                        &report));
    assert_contains(report.reason, "1 other program has it");
    okobpf_report_uninit(&report);
    assert_int_equal(get_value(find_map(prog, "counters"), 5), 1);

    okobpf_prog_destroy(read);
    okobpf_prog_destroy(prog);
    okobpf_map_scope_unref(scope);
    test_host_drain();
}

/* A copy of a program shares what the program shares, which it cannot have for
 * itself alone. */
static void
test_copied(void **state)
{
    struct okobpf_map_scope *scope = okobpf_map_scope_create();
    struct okobpf_prog *prog = load_in("typed/pin-two", scope);
    struct okobpf_prog *copy, *other;
    struct okobpf_map *map;

    (void) state;
    run(prog, 5);
    map = okobpf_map_create_like(find_map(prog, "counters"));
    assert_null(okobpf_prog_with_map(prog, 0, map));
    okobpf_map_unref(map);

    map = okobpf_map_create_like(find_map(prog, "own"));
    copy = okobpf_prog_with_map(prog, 1, map);
    assert_non_null(copy);
    okobpf_map_unref(map);
    okobpf_prog_destroy(prog);
    test_host_drain();

    other = load_in("typed/pin-count", scope);
    assert_ptr_equal(find_map(copy, "counters"), find_map(other, "counters"));
    assert_int_equal(get_value(find_map(other, "counters"), 5), 1);
    okobpf_prog_destroy(copy);
    assert_int_equal(get_value(find_map(other, "counters"), 5), 1);
    okobpf_prog_destroy(other);
    okobpf_map_scope_unref(scope);
    test_host_drain();
}

/* What means nothing here is ignored, and told. */
static void
test_notes(void **state)
{
    struct okobpf_report report;
    struct okobpf_prog *prog;
    size_t size;
    uint8_t *elf = read_prog("typed/pin-read", &size);

    (void) state;
    prog = okobpf_load(elf, size, NULL, &report);
    free(elf);
    assert_non_null(prog);
    assert_contains(report.notes, "\"counters\", member numa_node: ignored");
    assert_contains(report.notes, "member map_flags: 0x4 is ignored");
    okobpf_report_uninit(&report);
    okobpf_prog_destroy(prog);
}

/* Each allocation fails once: nothing is lost, and the scope is as it was. */
static void
test_no_memory(void **state)
{
    struct okobpf_map_scope *scope = okobpf_map_scope_create();
    const struct okobpf_options options = { .host = &test_host,
                                            .scope = scope };
    size_t size;
    uint8_t *elf = read_prog("typed/pin-count", &size);
    int n = 0;

    (void) state;
    for (;;) {
        struct okobpf_report report;
        struct okobpf_prog *prog;

        fail_allocation(++n);
        prog = okobpf_load(elf, size, &options, &report);
        bool failed = allocation_failed();
        fail_allocation(0);
        okobpf_report_uninit(&report);
        okobpf_prog_destroy(prog);
        if (!failed) {
            assert_non_null(prog);
            break;
        }
    }
    assert_true(n > 10);

    struct okobpf_prog *prog = load_in("typed/pin-other", scope);
    okobpf_prog_destroy(prog);
    free(elf);
    okobpf_map_scope_unref(scope);
    test_host_drain();
}

/* Loads and destroys programs of one scope at once. */
static void *
load_often(void *scope)
{
    for (int i = 0; i < 200; i++) {
        const struct okobpf_options options = { .scope = scope };
        struct okobpf_report report;
        struct okobpf_prog *prog;
        size_t size;
        uint8_t *elf = read_prog(i & 1 ? "typed/pin-count"
                                 : "typed/pin-read", &size);

        prog = okobpf_load(elf, size, &options, &report);
        free(elf);
        okobpf_report_uninit(&report);
        if (!prog) {
            return scope;
        }
        okobpf_prog_destroy(prog);
    }
    return NULL;
}

static void
test_threads(void **state)
{
    struct okobpf_map_scope *scope = okobpf_map_scope_create();
    pthread_t threads[4];

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, load_often, scope),
                         0);
    }
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        void *result;

        pthread_join(threads[i], &result);
        assert_null(result);
    }
    okobpf_map_scope_unref(scope);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_mismatch),
        cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_copied),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
