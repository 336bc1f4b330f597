/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The loader on what clang emits, and on bad objects. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "testlib.h"

/* The calls that the image makes, as text: "1 2 +5". */
static void
list_calls(const struct image *image, char *s, size_t size)
{
    s[0] = '\0';
    for (uint32_t i = 0; i < image->n_insns; i++) {
        const struct bpf_insn *insn = &image->insns[i];
        size_t n = strlen(s);

        if (insn->opcode == (BPF_JMP | BPF_CALL)) {
            snprintf(s + n, size - n, " %s%"PRId32, bpf_src(insn) ? "+" : "",
                     insn->imm);
        }
        i += insn->opcode == (BPF_LD | BPF_IMM | BPF_DW);
    }
}

static void
check_map(const struct image *image, uint32_t index, const char *name,
          uint32_t type, uint32_t key_size, uint32_t value_size,
          uint32_t max_entries)
{
    const struct map_spec *spec = &image->maps[index];

    assert_true(index < image->n_maps);
    assert_string_equal(spec->name, name);
    assert_int_equal(spec->type, type);
    assert_int_equal(spec->key_size, key_size);
    assert_int_equal(spec->value_size, value_size);
    assert_int_equal(spec->max_entries, max_entries);
    assert_false(spec->globals);
}

/* Counts the references to map 'index' and, by value, to globals in it. */
static void
count_references(const struct image *image, int32_t index, int *n_handles,
                 int *n_values)
{
    *n_handles = *n_values = 0;
    for (uint32_t i = 0; i < image->n_insns; i++) {
        const struct bpf_insn *insn = &image->insns[i];

        if (insn->opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            if (insn->imm == index) {
                *n_handles += bpf_src(insn) == BPF_PSEUDO_MAP_IDX;
                *n_values += bpf_src(insn) == BPF_PSEUDO_MAP_IDX_VALUE;
            }
            i++;
        }
    }
}

/* Each version of the instruction set, with debug information and without. */
static const char *const variants[] = { "", ".v1", ".v2", ".v3" };

static void
test_original(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
        struct okobpf_report report;
        int n_handles, n_values;
        struct image image;
        char name[32];
        char calls[64];

        snprintf(name, sizeof name, "original%s", variants[i]);
        assert_int_equal(load_image(name, NULL, &image, &report), OKOBPF_OK);
        assert_string_equal(image.name, "entry");
        assert_string_equal(image.section, ".text");
        assert_int_equal(image.abi, OKOBPF_ABI_PACKET);

        /* The maps, and no other variable of their size. */
        check_map(&image, 0, "counts", OKOBPF_MAP_ARRAY, 4, 8, 16);
        check_map(&image, 1, "seen", OKOBPF_MAP_HASH, 6, 8, 32);
        count_references(&image, 0, &n_handles, &n_values);
        assert_int_equal(n_handles, 1);
        assert_int_equal(n_values, 0);
        count_references(&image, 1, &n_handles, &n_values);
        assert_int_equal(n_handles, 2);
        assert_int_equal(n_values, 0);

        /* 'totals' is where it is in .data, behind 'counts'. */
        assert_int_equal(image.n_maps, 3);
        assert_string_equal(image.maps[2].name, ".data");
        assert_true(image.maps[2].globals);
        assert_false(image.maps[2].read_only);
        count_references(&image, 2, &n_handles, &n_values);
        assert_int_equal(n_handles, 0);
        assert_true(n_values >= 1);

        /* The main function first, what it calls behind. */
        list_calls(&image, calls, sizeof calls);
        assert_memory_equal(calls, " 1 1 2 +", 8);
        okobpf_image_uninit(&image);
        okobpf_report_uninit(&report);
    }
}

static void
test_context(void **state)
{
    struct okobpf_report report;
    struct image image;
    char calls[64];

    (void) state;
    assert_int_equal(load_image("context", NULL, &image, &report), OKOBPF_OK);
    assert_string_equal(image.name, "by_port");
    assert_string_equal(image.section, "filter");
    assert_int_equal(image.abi, OKOBPF_ABI_CONTEXT);
    assert_int_equal(image.n_maps, 2);
    check_map(&image, 0, "ports", OKOBPF_MAP_HASH, 4, 8, 8);
    check_map(&image, 1, "config", OKOBPF_MAP_ARRAY, 4, 4, 1);

    /* times_three_plus_seven() and, behind it, add_seven(). */
    uint32_t n_main = 0;
    for (uint32_t i = 0; i < image.n_insns; i++) {
        const struct bpf_insn *insn = &image.insns[i];

        if (insn->opcode == (BPF_JMP | BPF_CALL) && bpf_src(insn)) {
            uint32_t target = i + 1 + insn->imm;

            assert_true(target < image.n_insns);
            if (!n_main) {
                n_main = target;
                assert_int_equal(image.insns[target - 1].opcode,
                                 BPF_JMP | BPF_EXIT);
            } else {
                assert_true(target > i);
                assert_int_equal(image.insns[target - 1].opcode,
                                 BPF_JMP | BPF_EXIT);
            }
        }
    }
    assert_true(n_main);
    list_calls(&image, calls, sizeof calls);
    assert_memory_equal(calls, " 1 +", 4);
    okobpf_image_uninit(&image);

    /* The other program of the same object. */
    assert_int_equal(load_image("context", "filter/second", &image, &report),
                     OKOBPF_OK);
    assert_string_equal(image.name, "by_config");
    assert_string_equal(image.section, "filter/second");
    assert_int_equal(image.abi, OKOBPF_ABI_CONTEXT);
    assert_int_equal(image.n_maps, 2);
    okobpf_image_uninit(&image);

    assert_int_equal(load_image("context", "nonsense", &image, &report),
                     OKOBPF_BAD_OBJECT);
    assert_contains(report.reason, "\"nonsense\"");
    okobpf_report_uninit(&report);
}

static void
test_btf_maps(void **state)
{
    struct okobpf_report report;
    struct image image;

    (void) state;
    assert_int_equal(load_image("btfmaps", NULL, &image, &report), OKOBPF_OK);
    assert_int_equal(image.n_maps, 2);
    check_map(&image, 0, "flows", OKOBPF_MAP_HASH, 12, 8, 100);
    check_map(&image, 1, "table", OKOBPF_MAP_ARRAY, 4, 24, 7);
    okobpf_image_uninit(&image);
    okobpf_report_uninit(&report);

    /* Without -g there are no types. */
    assert_int_equal(load_image("btfmaps.v2", NULL, &image, &report),
                     OKOBPF_BAD_OBJECT);
    assert_contains(report.reason, "\"flows\"");
    assert_contains(report.reason, "no type information");
    assert_contains(report.advice, "-g");
    okobpf_report_uninit(&report);
}

static void
test_globals(void **state)
{
    static const char *const prefixes[] = { ".bss", ".rodata", ".data" };
    struct okobpf_report report;
    struct image image;
    unsigned int seen = 0;

    (void) state;
    assert_int_equal(load_image("globals", NULL, &image, &report), OKOBPF_OK);
    for (uint32_t i = 0; i < image.n_maps; i++) {
        const struct map_spec *spec = &image.maps[i];

        assert_true(spec->globals);
        assert_int_equal(spec->type, OKOBPF_MAP_ARRAY);
        assert_int_equal(spec->max_entries, 1);
        for (size_t j = 0; j < ARRAY_SIZE(prefixes); j++) {
            if (!strncmp(spec->name, prefixes[j], strlen(prefixes[j]))) {
                assert_int_equal(spec->read_only, j == 1);
                assert_int_equal(spec->init == NULL, j == 0);
                seen |= 1u << j;
            }
        }
        if (!strcmp(spec->name, ".data")) {
            assert_int_equal(spec->value_size, 8);
            assert_int_equal(spec->init[0] | spec->init[1] << 8, 1000);
        }
    }
    assert_int_equal(seen, 7);
    okobpf_image_uninit(&image);
    okobpf_report_uninit(&report);
}

static void
test_helper_names(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
        struct okobpf_report report;
        struct image image;
        char name[32];
        char calls[64];

        snprintf(name, sizeof name, "helpers%s", variants[i]);
        assert_int_equal(load_image(name, NULL, &image, &report), OKOBPF_OK);
        list_calls(&image, calls, sizeof calls);
        assert_contains(calls, " 3");
        assert_contains(calls, " 1");
        assert_contains(calls, " 2");
        assert_null(strchr(calls, '+'));
        okobpf_image_uninit(&image);
        okobpf_report_uninit(&report);
    }
}

static void
test_lines(void **state)
{
    struct okobpf_report report;
    struct image image;
    bool found = false;

    (void) state;
    assert_int_equal(load_image("original", NULL, &image, &report),
                     OKOBPF_OK);
    assert_true(image.n_lines > 0);
    for (uint32_t i = 0; i < image.n_lines; i++) {
        const struct insn_line *line = &image.lines[i];

        assert_true(line->insn < image.n_insns);
        assert_true(line->line > 0);
        assert_contains(line->file, "original.c");
        if (i) {
            assert_true(line->insn > image.lines[i - 1].insn);
        }
        found = found || strstr(line->text, "first_byte_twice(pkt, len)");
    }
    assert_true(found);
    assert_int_equal(image.lines[0].insn, 0);
    okobpf_image_uninit(&image);

    assert_int_equal(load_image("original.v1", NULL, &image, &report),
                     OKOBPF_OK);
    assert_int_equal(image.n_lines, 0);
    okobpf_image_uninit(&image);
    okobpf_report_uninit(&report);
}

/* Bad objects that clang is happy to make. */
static void
test_bad_programs(void **state)
{
    static const struct {
        const char *name;
        enum okobpf_status status;
        const char *reason[3];
    } cases[] = {
        { "bad-call", OKOBPF_BAD_OBJECT,
          { "\"nowhere_to_be_found\"", "\".text\"", "not defined" } },
        { "bad-data", OKOBPF_BAD_OBJECT,
          { "\"missing_variable\"", "\".text\"", "not defined" } },
        { "bad-pointer", OKOBPF_BAD_OBJECT,
          { "\".data\"", "initial value", "address" } },
        { "bad-function", OKOBPF_BAD_OBJECT,
          { "\".text\"", "address of a function", "" } },
        { "bad-jump", OKOBPF_BAD_OBJECT,
          { "\".text\" offset 24", "indirect jump", "no table" } },
        { "bad-table", OKOBPF_BAD_OBJECT,
          { "\".text\" offset 0", "indirect jump",
            "leads out of the function" } },
        { "bad-jumps", OKOBPF_LIMIT,
          { "\".text\" offset", "indirect jump", "too many tables" } },
        { "bad-kind", OKOBPF_BAD_OBJECT,
          { "\"strange\"", "unknown kind", "99" } },
        { "bad-huge", OKOBPF_LIMIT,
          { "\"huge\"", "4294967295", "bytes" } },
        { "bad-many", OKOBPF_LIMIT,
          { "64 maps", "got 65", "" } },
    };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(variants); j++) {
            struct okobpf_report report;
            char name[32];
            uint8_t *elf;
            size_t size;

            snprintf(name, sizeof name, "%s%s", cases[i].name, variants[j]);
            elf = read_prog(name, &size);
            assert_null(okobpf_load(elf, size, NULL, &report));
            free(elf);
            assert_int_equal(report.status, cases[i].status);
            for (size_t k = 0; k < 3; k++) {
                assert_contains(report.reason, cases[i].reason[k]);
            }
            okobpf_report_uninit(&report);
        }
    }
}

/* Loads the 'size' bytes at 'elf', which must be refused for 'reason'. */
static void
assert_bad(const uint8_t *elf, size_t size, enum okobpf_status status,
           const char *reason)
{
    struct okobpf_report report;

    assert_null(okobpf_load(elf, size, NULL, &report));
    assert_int_equal(report.status, status);
    assert_contains(report.reason, reason);
    okobpf_report_uninit(&report);
}

static void
test_bad_headers(void **state)
{
    static const struct {
        int offset;             /* In the ELF header. */
        uint8_t byte;
        const char *reason;
    } cases[] = {
        { 0, 'X', "not an ELF" },
        { 4, 1, "expected a 64-bit" },
        { 5, 2, "expected a little-endian object, got a big-endian" },
        { 16, 2, "expected a relocatable object" },
        { 18, 62, "expected an object for BPF (ELF machine 247), got one for "
                  "ELF machine 62" },
        { 40 + 5, 1, "truncated" },         /* Section headers' offset. */
        { 58, 63, "section headers" },      /* Section headers' size. */
        { 61, 0xff, "truncated" },          /* Number of sections. */
        { 63, 0xff, "section names" },      /* Section of section names. */
    };
    size_t size;
    uint8_t *elf = read_prog("original", &size);

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint8_t *byte = &elf[cases[i].offset];
        uint8_t saved = *byte;

        *byte = cases[i].byte;
        assert_bad(elf, size, OKOBPF_BAD_OBJECT, cases[i].reason);
        *byte = saved;
    }

    assert_bad(elf, 0, OKOBPF_BAD_OBJECT, "empty");
    assert_bad(NULL, 0, OKOBPF_BAD_OBJECT, "empty");
    assert_bad(elf, 3, OKOBPF_BAD_OBJECT, "not an ELF");
    assert_bad(elf, 63, OKOBPF_BAD_OBJECT, "truncated");
    assert_bad(elf, size - 1, OKOBPF_BAD_OBJECT, "truncated");
    free(elf);
}

static void
test_too_large(void **state)
{
    size_t max = okobpf_default_limits.max_object_size;
    uint8_t *elf = okobpf_mem_alloc(max + 1, 1);

    (void) state;
    assert_non_null(elf);
    assert_bad(elf, max + 1, OKOBPF_LIMIT,
               "expected an object of at most 1048576 bytes, got 1048577");
    free(elf);
}

static void
test_too_many_insns(void **state)
{
    struct okobpf_limits limits = okobpf_default_limits;
    struct okobpf_report report;
    struct image image;
    size_t size;
    uint8_t *elf = read_prog("original", &size);

    (void) state;
    memset(&report, 0, sizeof report);
    limits.max_insns = 8;
    assert_int_equal(
        okobpf_elf_load(elf, size, NULL, &limits, &image, &report),
        OKOBPF_LIMIT);
    assert_contains(report.reason, "expected at most 8 instructions");
    okobpf_report_uninit(&report);
    free(elf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_original),
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_btf_maps),
        cmocka_unit_test(test_globals),
        cmocka_unit_test(test_helper_names),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_bad_programs),
        cmocka_unit_test(test_bad_headers),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_too_many_insns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
