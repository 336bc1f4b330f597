/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Damaged objects: whatever they say, the loader answers and touches nothing
 * that is not its own.  Worth most under AddressSanitizer. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "testlib.h"

static const char *const objects[] = {
    "original", "context", "btfmaps", "globals", "helpers.v1", "jumps",
    "bad-call", "bad-pointer",
};

/* Loads the object as far as its maps.  The verifier has tests of its own. */
static enum okobpf_status
try_load(const uint8_t *elf, size_t size)
{
    struct okobpf_report report;
    enum okobpf_status status;
    struct image image;

    memset(&report, 0, sizeof report);
    status = okobpf_elf_load(elf, size, NULL, &okobpf_default_limits, &image,
                             &report);
    if (status == OKOBPF_OK) {
        uint64_t memory = 0;

        /* Look at everything that was loaded. */
        for (uint32_t i = 0; i < image.n_insns; i++) {
            char text[128];

            okobpf_disasm(image.insns, image.n_insns, i, text, sizeof text);
            assert_true(text[0]);
        }
        for (uint32_t i = 0; i < image.n_lines; i++) {
            assert_true(image.lines[i].insn < image.n_insns);
            assert_true(strlen(image.lines[i].file) < size);
            assert_true(strlen(image.lines[i].text) < size);
        }
        for (uint32_t i = 0; i < image.n_maps; i++) {
            okobpf_map_spec_check(&image.maps[i], &okobpf_default_limits, 1,
                                  &memory, &report);
        }
        okobpf_image_uninit(&image);
    } else {
        assert_true(report.reason && *report.reason);
        assert_int_equal(report.status, status);
    }
    okobpf_report_uninit(&report);
    return status;
}

/* A copy of exactly the size, so that its end is watched. */
static enum okobpf_status
try_load_copy(const uint8_t *elf, size_t size)
{
    uint8_t *copy = okobpf_mem_alloc(size, 1);
    enum okobpf_status status;

    assert_non_null(copy);
    memcpy(copy, elf, size);
    status = try_load(copy, size);
    free(copy);
    return status;
}

static void
test_truncated(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
        size_t size;
        uint8_t *elf = read_prog(objects[i], &size);

        for (size_t n = 0; n < size; n++) {
            /* The table of section headers is at the end. */
            assert_int_equal(try_load_copy(elf, n), OKOBPF_BAD_OBJECT);
        }
        free(elf);
    }
}

static void
test_bit_flips(void **state)
{
    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
        size_t size;
        uint8_t *elf = read_prog(objects[i], &size);

        for (size_t bit = 0; bit < size * 8; bit++) {
            elf[bit / 8] ^= 1 << bit % 8;
            try_load(elf, size);
            elf[bit / 8] ^= 1 << bit % 8;
        }
        free(elf);
    }
}

static void
test_extreme_words(void **state)
{
    static const uint32_t words[] = { 0, 1, 0x7fffffff, 0x80000000,
                                      0xffffffff, 0xfffffff8 };

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
        size_t size;
        uint8_t *elf = read_prog(objects[i], &size);

        for (size_t ofs = 0; ofs + 8 <= size; ofs += 4) {
            uint64_t saved;

            memcpy(&saved, elf + ofs, 8);
            for (size_t j = 0; j < ARRAY_SIZE(words); j++) {
                memcpy(elf + ofs, &words[j], 4);
                try_load(elf, size);
                memcpy(elf + ofs + 4, &words[j], 4);
                try_load(elf, size);
                memcpy(elf + ofs, &saved, 8);
            }
        }
        free(elf);
    }
}

/* Random damage in several places, reproducible. */
static void
test_random_damage(void **state)
{
    uint64_t seed = 88172645463325252;

    (void) state;
    for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
        size_t size;
        uint8_t *elf = read_prog(objects[i], &size);
        uint8_t *copy = okobpf_mem_alloc(size, 1);

        assert_non_null(copy);
        for (int round = 0; round < 3000; round++) {
            memcpy(copy, elf, size);
            for (int n = 0; n < 8; n++) {
                seed ^= seed << 13;
                seed ^= seed >> 7;
                seed ^= seed << 17;
                copy[seed % size] = seed >> 40;
            }
            try_load(copy, size);
        }
        free(copy);
        free(elf);
    }
}

/* Puts together an object of many sections or symbols that all have to be
 * looked at: time must grow no faster than size. */
static void
test_many_functions(void **state)
{
    enum { N = 16000, TEXT = 64, INSN = 8 };
    size_t symtab = TEXT + N * INSN;
    size_t strtab = symtab + (N + 1) * 24;
    size_t headers = strtab + 32;
    size_t size = headers + 4 * 64;
    uint8_t *elf = okobpf_mem_alloc(size, 1);

    (void) state;
    assert_non_null(elf);

    /* ELF header. */
    memcpy(elf, "\177ELF\2\1\1", 7);
    elf[16] = 1;
    elf[18] = 247;
    memcpy(elf + 40, &headers, 8);
    elf[58] = 64;
    elf[60] = 4;
    elf[62] = 3;

    /* Code: each function calls the next one and falls through. */
    for (int i = 0; i < N; i++) {
        const struct bpf_insn insn = {
            .opcode = BPF_JMP | BPF_CALL,
            .regs = BPF_CALL_LOCAL << 4,
            .imm = (i * 7919) % N - i - 1,
        };

        memcpy(elf + TEXT + i * INSN, &insn, sizeof insn);
    }

    /* A symbol for each instruction. */
    for (int i = 0; i < N; i++) {
        uint8_t *sym = elf + symtab + (i + 1) * 24;
        uint64_t value = i * INSN;
        uint64_t sym_size = INSN;

        sym[4] = 0x12;
        sym[6] = 1;
        memcpy(sym + 8, &value, 8);
        memcpy(sym + 16, &sym_size, 8);
    }
    memcpy(elf + strtab, "\0.text\0.symtab\0.strtab", 23);

    /* Section headers. */
    const struct {
        uint32_t name, type;
        uint64_t flags, addr, offset, size;
        uint32_t link, info;
        uint64_t align, entsize;
    } sections[4] = {
        { .type = 0 },
        { 1, 1, 6, 0, TEXT, N * INSN, 0, 0, 8, 0 },
        { 7, 2, 0, 0, symtab, (N + 1) * 24, 3, 0, 8, 24 },
        { 15, 3, 0, 0, strtab, 32, 0, 0, 1, 0 },
    };
    memcpy(elf + headers, sections, sizeof sections);

    assert_int_equal(try_load(elf, size), OKOBPF_OK);
    free(elf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_extreme_words),
        cmocka_unit_test(test_random_damage),
        cmocka_unit_test(test_many_functions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
