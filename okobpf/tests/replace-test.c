/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What becomes of maps when a program takes the place of another. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "testlib.h"

/* Fills the maps of 'prog', keep.c's: all but often, slots and cores, which
 * the program fills. */
static void
fill(struct okobpf_prog *prog)
{
    static const char *const names[] = { "sources", "table", "config",
                                         "routes" };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct okobpf_map *map = find_map(prog, names[i]);
        const struct okobpf_map_info *info = okobpf_map_info(map);
        uint8_t key[8] = { 0 }, value[64] = { 0 };

        for (uint32_t n = 1; n <= 3; n++) {
            key[0] = n;
            value[0] = n;
            assert_int_equal(okobpf_map_update(map, key, info->key_size,
                                               value, info->value_size,
                                               OKOBPF_ANY), OKOBPF_MAP_OK);
        }
    }
}

/* Runs 'prog' in 'slot' on packets with keys 1 to 3. */
static void
run_in_slot(const struct okobpf_prog *prog, uint32_t slot)
{
    for (uint32_t key = 1; key <= 3; key++) {
        struct okobpf_env env = {
            .ctx.data = (uintptr_t) &key,
            .ctx.pkt_len = sizeof key,
            .ctx.slot = slot,
        };

        assert_int_equal(okobpf_run(prog, &env), 1);
    }
}

static struct okobpf_prog *
load_full(const char *name)
{
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *prog = load_prog(name, &options);

    fill(prog);
    run_in_slot(prog, 0);
    run_in_slot(prog, 2);
    run_in_slot(prog, 2);
    return prog;
}

/* Loads the object 'name' in place of 'old'. */
static struct okobpf_prog *
replace(const struct okobpf_prog *old, const char *name,
        enum okobpf_keep keep, struct okobpf_report *report)
{
    const struct okobpf_options options = {
        .host = &test_host,
        .keep_maps = old,
        .keep = keep,
    };
    struct okobpf_prog *prog;
    size_t size;
    uint8_t *elf = read_prog(name, &size);

    prog = okobpf_load(elf, size, &options, report);
    free(elf);
    assert_int_equal(prog != NULL, report->status == OKOBPF_OK);
    return prog;
}

static void
assert_changes(const struct okobpf_report *report, const char *expected)
{
    char *text = okobpf_report_format_maps(report);

    assert_string_equal(text, expected);
    free(text);
}

#define KEPT_BUT_SOURCES                        \
    "table: kept, 3 entries\n"                  \
    "slots: kept, 100 entries\n"                \
    "cores: kept, 3 entries\n"                  \
    "config: kept, 100 entries\n"               \
    "routes: kept, 3 entries\n"                 \
    "often: kept, 256 entries\n"                \
    ".bss: new: global variables start afresh\n"

/* Each version in place of the first: what becomes of "sources", where the
 * rest is kept. */
static void
test_types(void **state)
{
    static const struct {
        const char *name;
        const char *why;        /* NULL if it is kept. */
    } cases[] = {
        { "keep", NULL },
        { "keep-TYPEDEFS", NULL },
        { "keep-ANONYMOUS", NULL },
        { "keep-MORE_VERDICTS", NULL },
        { "keep-SWAPPED", "value's member 'dropped' is at offset 8, was at "
          "12, value's member 'syns' is at offset 12, was at 8" },
        { "keep-SIGNED", "value's member 'dropped' is a signed integer, was "
          "an unsigned integer" },
        { "keep-FLOATING", "value's member 'dropped' is a floating-point "
          "number, was an unsigned integer" },
        { "keep-NARROWER", "value's member 'dropped' has 2 bytes, had 4, "
          "value's member 'more' is new" },
        { "keep-ARRAY_OF", "value's member 'syns[]' is new, value's member "
          "'syns' is gone" },
        { "keep-NESTED", "value's member 'counts.syns' is new, value's "
          "member 'counts.dropped' is new, value's member 'syns' is gone, "
          "and more" },
        { "keep-HOP_RENAMED", "value's member 'hops[].queue' is new, value's "
          "member 'hops[].vlan' is gone" },
        { "keep-REORDERED", "value's member 'verdict' has 'PASS' for 1, had "
          "it for 0" },
        { "keep-LESS_VERDICTS", "value's member 'verdict' no longer has "
          "'LIMIT' for 2" },
        { "keep-OTHER_BITS", "value's member 'seen' has 2 bits, had 1, "
          "value's member 'closed' is at bit 226, was at 225, value's member "
          "'closed' has 1 bits, had 2" },
        { "keep-LARGER", "value has 40 bytes, had 32: value's member "
          "'last_drop' is new" },
        { "keep-KEY_SIZE", "key has 8 bytes, had 4" },
        { "keep-KEY_STRUCT", "key's member 'high' is new, key's member 'low' "
          "is new, key is gone" },
        { "keep-KIND", "its kind is hash, was lru_hash" },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct okobpf_prog *old = load_full("keep");
        struct okobpf_report report;
        struct okobpf_prog *new;
        char expected[1024];

        snprintf(expected, sizeof expected,
                 "sources: %s, 3 entries%s%s\n" KEPT_BUT_SOURCES,
                 cases[i].why ? "emptied" : "kept",
                 cases[i].why ? " lost: " : "",
                 cases[i].why ? cases[i].why : "");

        /* Refused if there is something to lose... */
        new = replace(old, cases[i].name, OKOBPF_KEEP_OR_REFUSE, &report);
        assert_changes(&report, expected);
        if (cases[i].why) {
            assert_null(new);
            assert_int_equal(report.status, OKOBPF_LOSES_MAPS);
            assert_contains(report.reason, "map \"sources\" would lose 3 "
                            "entries, for ");
            assert_contains(report.reason, cases[i].why);
            assert_contains(report.advice, "as before");
            okobpf_report_uninit(&report);

            /* ...and that is not allowed. */
            new = replace(old, cases[i].name, OKOBPF_KEEP_OR_EMPTY, &report);
            assert_changes(&report, expected);
            assert_int_equal(okobpf_map_n_entries(find_map(new, "sources")),
                             0);
        } else {
            assert_ptr_equal(find_map(new, "sources"),
                             find_map(old, "sources"));
        }
        assert_ptr_equal(find_map(new, "table"), find_map(old, "table"));
        okobpf_report_uninit(&report);
        okobpf_prog_destroy(new);

        /* What is empty can't be lost. */
        okobpf_map_clear(find_map(old, "sources"));
        new = replace(old, cases[i].name, OKOBPF_KEEP_OR_REFUSE, &report);
        assert_non_null(new);
        okobpf_report_uninit(&report);
        okobpf_prog_destroy(new);
        okobpf_prog_destroy(old);
        test_host_drain();
    }
}

static uint64_t
value_of(const struct okobpf_prog *prog, const char *name, uint32_t key)
{
    return get_value(find_map(prog, name), key);
}

static uint64_t
value_in_slot(const struct okobpf_prog *prog, const char *name, uint32_t key,
              uint32_t slot)
{
    struct okobpf_map *map = find_map(prog, name);
    const uint64_t *value = map->ops->lookup(map, &key, slot);

    assert_non_null(value);
    return *value;
}

/* Larger maps have what was in the smaller ones, for each core. */
static void
test_grown(void **state)
{
    struct okobpf_prog *old = load_full("keep");
    struct okobpf_report report;
    struct okobpf_prog *new;

    (void) state;
    new = replace(old, "keep-GROWN", OKOBPF_KEEP_OR_REFUSE, &report);
    assert_changes(
        &report,
        "sources: grown, 3 entries: max_entries is 200, was 100\n"
        "table: grown, 3 entries: max_entries is 200, was 100\n"
        "slots: grown, 100 entries: max_entries is 200, was 100\n"
        "cores: grown, 3 entries: max_entries is 200, was 100\n"
        "config: grown, 100 entries: max_entries is 200, was 100\n"
        "routes: grown, 3 entries: max_entries is 200, was 100\n"
        "often: kept, 256 entries\n"
        ".bss: new: global variables start afresh\n");
    okobpf_report_uninit(&report);
    assert_int_equal(okobpf_map_n_entries(find_map(new, "sources")), 3);
    assert_int_equal(okobpf_map_n_entries(find_map(new, "routes")), 3);
    for (uint32_t key = 1; key <= 3; key++) {
        assert_int_equal(value_of(new, "table", key), key);
        assert_int_equal(value_of(new, "config", key), key);
        assert_int_equal(value_of(new, "slots", key), 3);
        assert_int_equal(value_of(new, "cores", key), 3);
        for (uint32_t slot = 0; slot < TEST_HOST_SLOTS; slot++) {
            static const uint64_t n[TEST_HOST_SLOTS] = { 1, 0, 2, 0 };

            assert_int_equal(value_in_slot(new, "slots", key, slot), n[slot]);
            assert_int_equal(value_in_slot(new, "cores", key, slot), n[slot]);
        }
    }
    okobpf_prog_destroy(old);

    /* A copy, not a second owner. */
    fill(new);
    run_in_slot(new, 1);
    assert_int_equal(value_of(new, "cores", 1), 4);
    okobpf_prog_destroy(new);
    test_host_drain();
}

/* What is lost in other ways than by types. */
static void
test_lost(void **state)
{
    struct okobpf_prog *old = load_full("keep");
    struct okobpf_report report;
    struct okobpf_prog *new;

    (void) state;
    assert_null(replace(old, "keep-SHRUNK", OKOBPF_KEEP_OR_REFUSE, &report));
    assert_contains(report.reason, "map \"table\" would lose 3 entries, for "
                    "max_entries is 50, was 100; map \"slots\" would lose "
                    "100 entries");
    okobpf_report_uninit(&report);

    assert_null(replace(old, "keep-HASHES", OKOBPF_KEEP_OR_REFUSE, &report));
    assert_contains(report.reason, "map \"often\" would lose 256 entries, "
                    "for its number of hash functions is 3, was 4");
    okobpf_report_uninit(&report);

    assert_null(replace(old, "keep-RENAMED", OKOBPF_KEEP_OR_REFUSE, &report));
    assert_changes(&report, "senders: new\n" KEPT_BUT_SOURCES
                   "sources: dropped, 3 entries lost: the new program has no "
                   "such map\n");
    okobpf_report_uninit(&report);
    okobpf_map_clear(find_map(old, "sources"));
    new = replace(old, "keep-RENAMED", OKOBPF_KEEP_OR_REFUSE, &report);
    assert_non_null(new);
    okobpf_report_uninit(&report);
    okobpf_prog_destroy(new);

    /* As was asked for. */
    new = replace(old, "keep", OKOBPF_KEEP_NONE, &report);
    assert_contains(report.map_changes[1].why, "as was asked for");
    assert_int_equal(report.map_changes[1].fate, OKOBPF_MAP_EMPTIED);
    assert_int_equal(report.map_changes[1].n_entries, 3);
    assert_int_equal(value_of(new, "table", 1), UINT64_MAX);
    okobpf_report_uninit(&report);
    okobpf_prog_destroy(new);
    okobpf_prog_destroy(old);
    test_host_drain();
}

/* Arrays and sketches of zeros have nothing to lose; a single bit is enough,
 * in any core's values. */
static void
test_zeros(void **state)
{
    static const char *const names[] = { "config", "slots", "often" };
    const struct okobpf_options options = { .host = &test_host };
    struct okobpf_prog *old = load_prog("keep", &options);
    struct okobpf_report report;
    struct okobpf_prog *new;

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        assert_int_equal(okobpf_map_n_to_lose(find_map(old, names[i])), 0);
    }
    new = replace(old, "keep-SHRUNK", OKOBPF_KEEP_OR_REFUSE, &report);
    assert_contains(report.map_changes[2].why, "was 100");
    okobpf_report_uninit(&report);
    okobpf_prog_destroy(new);

    run_in_slot(old, 3);
    assert_int_equal(okobpf_map_n_to_lose(find_map(old, "config")), 0);
    assert_int_equal(okobpf_map_n_to_lose(find_map(old, "slots")), 100);
    assert_int_equal(okobpf_map_n_to_lose(find_map(old, "often")), 256);
    assert_null(replace(old, "keep-SHRUNK", OKOBPF_KEEP_OR_REFUSE, &report));
    okobpf_report_uninit(&report);
    okobpf_prog_destroy(old);
    test_host_drain();
}

/* Without type information there is only the size to go by, and this is
 * told. */
static void
test_untyped(void **state)
{
    static const char *const names[][2] = {
        { "keep", "keep-untyped" },
        { "keep-untyped", "keep" },
        { "keep-untyped", "keep-untyped" },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        struct okobpf_prog *old = load_full(names[i][0]);
        struct okobpf_report report;
        struct okobpf_prog *new;

        new = replace(old, names[i][1], OKOBPF_KEEP_OR_REFUSE, &report);
        assert_int_equal(report.map_changes[0].fate, OKOBPF_MAP_KEPT);
        assert_contains(report.map_changes[0].why, "by size alone");
        okobpf_report_uninit(&report);
        okobpf_prog_destroy(new);
        okobpf_prog_destroy(old);
        test_host_drain();
    }
}

/* A program that the verifier refuses leaves maps alone, and so does one for
 * which memory is short. */
static void
test_failures(void **state)
{
    struct okobpf_prog *old = load_full("keep");
    struct okobpf_report report;
    int n = 0;

    (void) state;
    assert_null(replace(old, "unsafe-null", OKOBPF_KEEP_OR_EMPTY, &report));
    assert_int_equal(report.status, OKOBPF_REJECTED);
    assert_int_equal(report.n_map_changes, 0);
    okobpf_report_uninit(&report);

    do {
        const struct okobpf_options options = {
            .host = &test_host,
            .keep_maps = old,
        };
        struct okobpf_prog *prog;
        size_t size;
        uint8_t *elf = read_prog("keep-GROWN", &size);

        assert_true(n < 10000);
        fail_allocation(++n);
        prog = okobpf_load(elf, size, &options, &report);
        if (prog) {
            /* With all that was in them, or not at all. */
            for (uint32_t key = 1; key <= 3; key++) {
                assert_int_equal(value_of(prog, "table", key), key);
                assert_int_equal(value_of(prog, "cores", key), 3);
            }
        } else {
            assert_int_equal(report.status, OKOBPF_NO_MEMORY);
        }
        okobpf_report_uninit(&report);
        okobpf_prog_destroy(prog);
        free(elf);
        test_host_drain();
    } while (allocation_failed());
    assert_int_equal(value_of(old, "table", 1), 1);
    okobpf_prog_destroy(old);
    test_host_drain();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_grown),
        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_zeros),
        cmocka_unit_test(test_untyped),
        cmocka_unit_test(test_failures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
