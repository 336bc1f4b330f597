/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Translates the line information of an object for its image. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/load.h"

#include <stdlib.h>
#include <string.h>
#include "mem.h"
#include "printable.h"

/* Most changes of section to follow: far more than an honest object has. */
#define MAX_SECTIONS 1024

static int
compare_lines(const void *a_, const void *b_)
{
    const struct insn_line *a = a_;
    const struct insn_line *b = b_;

    return a->insn < b->insn ? -1 : a->insn > b->insn;
}

/* Returns the index of the section of code called 'name', or 0. */
static uint32_t
find_code(const struct elf *elf, const char *name)
{
    for (uint32_t i = 1; i < elf->n_sections; i++) {
        if (elf_section_is_code(&elf->sections[i])
            && !strcmp(elf->sections[i].name, name)) {
            return i;
        }
    }
    return 0;
}

/* Returns the index in 'image->lines' of the line of 'insn', or -1. */
static int64_t
find_line(const struct image *image, uint32_t insn)
{
    size_t low = 0;
    size_t high = image->n_lines;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (image->lines[mid].insn <= insn) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return (int64_t) low - 1;
}

/* The code that took the place of an indirect jump has that jump's line. */
static void
add_jumps(struct loader *ld)
{
    struct image *image = ld->image;
    size_t n = image->n_lines;

    for (size_t i = 0; i < ld->n_jumps; i++) {
        int64_t line = find_line(image, ld->jumps[i].insn);

        if (line >= 0) {
            image->lines[n] = image->lines[line];
            image->lines[n++].insn = ld->jumps[i].code;
        }
    }
    image->n_lines = n;
    qsort(image->lines, n, sizeof *image->lines, compare_lines);
}

void
okobpf_elf_load_lines(struct loader *ld)
{
    struct image *image = ld->image;
    const char *section_name = NULL;
    struct btf_line *btf_lines;
    uint32_t section = 0;
    int n_sections = 0;
    char *strings;
    size_t n;

    n = okobpf_btf_get_lines(&ld->btf, &ld->elf, &btf_lines);
    strings = n ? okobpf_image_alloc(image, ld->btf.strings_size) : NULL;
    image->lines
        = (strings ? okobpf_mem_alloc(n + ld->n_jumps, sizeof *image->lines)
                   : NULL);
    if (!image->lines) {
        free(btf_lines);
        return;
    }
    memcpy(strings, ld->btf.strings, ld->btf.strings_size);
    okobpf_make_printable(strings, ld->btf.strings_size);

    for (size_t i = 0; i < n; i++) {
        const struct btf_line *line = &btf_lines[i];
        const struct elf_function *f;

        if (line->section != section_name) {
            if (++n_sections > MAX_SECTIONS) {
                break;
            }
            section_name = line->section;
            section = find_code(&ld->elf, section_name);
        }
        f = section ? okobpf_elf_function_at(ld, section, line->offset) : NULL;
        /* Line 0 is code that the compiler made up: it belongs to the line
         * before, as far as people are concerned. */
        if (f && f->base != UINT32_MAX && line->offset % 8 == 0
            && line->line) {
            image->lines[image->n_lines++] = (struct insn_line) {
                .insn = f->base + (line->offset - f->start) / 8,
                .line = line->line,
                .file = strings + line->file,
                .text = strings + line->text,
            };
        }
    }
    free(btf_lines);

    /* The instructions of a function that another file inlined, for example,
     * have two records: take one. */
    qsort(image->lines, image->n_lines, sizeof *image->lines, compare_lines);
    n = 0;
    for (size_t i = 0; i < image->n_lines; i++) {
        if (!n || image->lines[i].insn != image->lines[n - 1].insn) {
            image->lines[n++] = image->lines[i];
        }
    }
    image->n_lines = n;
    add_jumps(ld);
}
