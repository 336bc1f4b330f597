/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Finds the maps of an object, and resolves references to them and to global
 * variables.
 *
 * A map is
 *
 *    - a variable in section "maps", which holds its 20-byte definition, or
 *
 *    - a variable in section ".maps", whose type defines it in the manner of
 *      libbpf's users, with the kinds of maps numbered as here, or
 *
 *    - a variable of 20 bytes in another data section that the program uses as
 *      a map: programs for the original Oko have plain globals in .data for
 *      maps.  What else may have 20 bytes there is told apart by its use:
 *      passed as the first argument of a map helper, it is a map; read or
 *      written by the program itself, it is not.  Where the use is not seen,
 *      as after a branch, it is a map if its first word is a kind of map.
 *      With type information, it is a map if its type looks like one.
 *
 * Maps are numbered in the order of their sections and addresses, that is, in
 * general, the order of the source.  Behind them follow the data sections that
 * the program refers to, each as an array of one value that all its threads
 * share. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/layout.h"
#include "object/load.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"

#define MAP_DEF_SIZE 20
#define MAX_NAME 64

/* A map's place in the object. */
struct map_place {
    uint32_t section;
    uint64_t offset;
    uint64_t size;
    uint32_t symbol;

    /* In sections other than "maps" and ".maps": how it is used. */
    bool sure;                  /* Stands in one of these two. */
    bool used_as_map;
    bool used_as_data;
};

struct map_finder {
    struct loader *ld;
    struct map_place *places;   /* Sorted by section and offset. */
    size_t n_places;
    uint32_t *globals;          /* For each section: index of the map that
                                 * holds it, or UINT32_MAX. */
};

/* What an instruction refers to. */
struct target {
    const char *symbol;
    uint32_t section;
    uint64_t offset;
};

static bool
is_maps_section(const struct elf_section *sec)
{
    return !strcmp(sec->name, "maps") && sec->type == ELF_SHT_PROGBITS;
}

static bool
is_btf_maps_section(const struct elf_section *sec)
{
    return !strcmp(sec->name, ".maps");
}

/* Whether 'sec' may hold global variables. */
static bool
is_data_section(const struct elf_section *sec)
{
    return ((sec->type == ELF_SHT_PROGBITS || sec->type == ELF_SHT_NOBITS)
            && sec->flags & ELF_SHF_ALLOC
            && !(sec->flags & ELF_SHF_EXECINSTR))
           || okobpf_elf_is_jump_tables(sec);
}

/* References. */

static enum okobpf_status
bad_reference(struct loader *ld, uint32_t insn, const char *symbol,
              const char *advice, const char *problem)
{
    uint64_t offset;
    const char *section = okobpf_elf_insn_section(ld, insn, &offset);

    return okobpf_report_fail(ld->report, OKOBPF_BAD_OBJECT, advice,
                              "section \"%s\" offset %"PRIu64": reference to "
                              "\"%s\", %s", section, offset, symbol, problem);
}

/* Finds out what the instruction at 'index' refers to by its relocation. */
static enum okobpf_status
get_target(struct loader *ld, uint32_t index, struct target *target)
{
    const struct insn_rel *rel = &ld->rels[index];
    const struct elf_symbol *sym = &ld->elf.symbols[rel->symbol];
    const struct bpf_insn *insn = &ld->image->insns[index];
    const struct elf_section *sec;

    if (rel->type != R_BPF_64_64) {
        uint64_t offset;
        const char *section = okobpf_elf_insn_section(ld, index, &offset);

        return okobpf_report_fail(ld->report, OKOBPF_BAD_OBJECT, NULL,
                                  "section \"%s\" offset %"PRIu64
                                  ": relocation of "
                                  "unknown type %"PRIu32" for \"%s\"",
                                  section, offset, rel->type, sym->name);
    }
    if (insn->opcode != (BPF_LD | BPF_IMM | BPF_DW)
        || index + 1 >= ld->image->n_insns) {
        return bad_reference(ld, index, sym->name, NULL,
                             "in an instruction that takes no address");
    }
    if (sym->section == ELF_SHN_UNDEF) {
        return bad_reference(ld, index, sym->name,
                             "define it in the same file",
                             "which is not defined");
    }
    if (sym->section == ELF_SHN_COMMON) {
        return bad_reference(ld, index, sym->name,
                             "compile with -fno-common",
                             "which is a common symbol");
    }
    if (sym->section >= ld->elf.n_sections) {
        return bad_reference(ld, index, sym->name, NULL,
                             "which is in no section");
    }
    sec = &ld->elf.sections[sym->section];
    if (!is_data_section(sec)) {
        return bad_reference(ld, index, sym->name, NULL,
                             sec->flags & ELF_SHF_EXECINSTR
                             ? "the address of a function: programs cannot "
                               "have one"
                             : "which is not in a section of data");
    }

    target->symbol = sym->name;
    target->section = sym->section;
    target->offset = sym->value
                     + ((uint32_t) insn[0].imm
                        | (uint64_t) (uint32_t) insn[1].imm << 32);
    if (target->offset > sec->size || target->offset > INT32_MAX) {
        return bad_reference(ld, index, sym->name, NULL,
                             "to a place outside of its section");
    }
    return OKOBPF_OK;
}

/* Places of maps. */

static int
compare_places(const void *a_, const void *b_)
{
    const struct map_place *a = a_;
    const struct map_place *b = b_;

    return (a->section != b->section ? (a->section < b->section ? -1 : 1)
            : a->offset != b->offset ? (a->offset < b->offset ? -1 : 1)
            : 0);
}

/* Returns the place that holds 'offset' of 'section', or NULL. */
static struct map_place *
find_place(const struct map_finder *mf, uint32_t section, uint64_t offset)
{
    size_t low = 0;
    size_t high = mf->n_places;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        struct map_place *place = &mf->places[mid];

        if (place->section < section
            || (place->section == section
                && place->offset + place->size <= offset)) {
            low = mid + 1;
        } else if (place->section > section || place->offset > offset) {
            high = mid;
        } else {
            return place;
        }
    }
    return NULL;
}

/* Fills in 'mf->places' with all that may be a map. */
static enum okobpf_status
collect_places(struct map_finder *mf)
{
    struct loader *ld = mf->ld;
    const struct elf *elf = &ld->elf;
    size_t n = 0;

    mf->places = okobpf_mem_alloc(elf->n_symbols, sizeof *mf->places);
    if (!mf->places) {
        return okobpf_elf_no_memory(ld);
    }
    for (uint32_t i = 0; i < elf->n_symbols; i++) {
        const struct elf_symbol *sym = &elf->symbols[i];
        const struct elf_section *sec;
        bool sure, by_type;

        if (sym->type != ELF_STT_OBJECT || sym->section >= elf->n_sections) {
            continue;
        }
        sec = &elf->sections[sym->section];
        sure = is_maps_section(sec);
        by_type = is_btf_maps_section(sec);
        if (sure && sym->size != MAP_DEF_SIZE) {
            return okobpf_report_fail(
                ld->report, OKOBPF_BAD_OBJECT,
                "define it as: type, key_size, value_size, max_entries, "
                "nb_hash_functions, each of 32 bits",
                "map \"%s\" in section \"maps\": expected a definition of "
                "%d bytes, got %"PRIu64, sym->name, MAP_DEF_SIZE, sym->size);
        }
        if (by_type || (sym->size == MAP_DEF_SIZE && is_data_section(sec)
                        && sec->type == ELF_SHT_PROGBITS)) {
            mf->places[n++] = (struct map_place) {
                .section = sym->section,
                .offset = sym->value,
                .size = sym->size,
                .symbol = i,
                .sure = sure || by_type,
            };
        }
    }
    qsort(mf->places, n, sizeof *mf->places, compare_places);

    /* Drop what overlaps: other names of the same variable. */
    for (size_t i = 0; i < n; i++) {
        const struct map_place *place = &mf->places[i];
        const struct map_place *prev =
            mf->n_places ? &mf->places[mf->n_places - 1] : NULL;

        if (!prev || place->section != prev->section
            || place->offset >= prev->offset + prev->size) {
            mf->places[mf->n_places++] = *place;
        }
    }
    return OKOBPF_OK;
}

/* Most instructions to look at for one use. */
#define MAX_FOLLOW 256

/* Looks at what the program does with the address that the instruction at
 * 'index' loads, as far as this is plain to see: until control leaves, or no
 * register has the address any more. */
static void
follow_use(const struct image *image, uint32_t index, struct map_place *place)
{
    uint32_t holders = 1u << bpf_dst(&image->insns[index]);
    uint32_t end = (image->n_insns - index < MAX_FOLLOW
                    ? image->n_insns : index + MAX_FOLLOW);

    for (uint32_t i = index + 2; i < end && holders; i++) {
        const struct bpf_insn *insn = &image->insns[i];
        bool by_src = holders & 1u << bpf_src(insn);
        bool by_dst = holders & 1u << bpf_dst(insn);

        switch (BPF_CLASS(insn->opcode)) {
        case BPF_LD:
            holders &= ~(1u << bpf_dst(insn));
            i += insn->opcode == (BPF_LD | BPF_IMM | BPF_DW);
            break;
        case BPF_LDX:
            place->used_as_data |= by_src;
            holders &= ~(1u << bpf_dst(insn));
            break;
        case BPF_ST:
        case BPF_STX:
            place->used_as_data |= by_dst;
            break;
        case BPF_ALU:
        case BPF_ALU64:
            if (insn->opcode == (BPF_ALU64 | BPF_MOV | BPF_X) && by_src) {
                holders |= 1u << bpf_dst(insn);
            } else {
                holders &= ~(1u << bpf_dst(insn));
            }
            break;
        case BPF_JMP:
        case BPF_JMP32:
            if (BPF_OP(insn->opcode) == BPF_CALL) {
                if (bpf_src(insn) == BPF_CALL_HELPER) {
                    bool takes_map = insn->imm > 0 && insn->imm < N_HELPERS
                                     && (okobpf_helpers[insn->imm].args[0]
                                         == ARG_MAP);

                    if (holders & 1u << 1 && takes_map) {
                        place->used_as_map = true;
                    }
                    if (holders & 1u << 2
                        || (holders & 1u << 1 && !takes_map)) {
                        place->used_as_data = true;
                    }
                }
                holders &= ~0x3fu;
            } else if (BPF_OP(insn->opcode) == BPF_JA
                       || BPF_OP(insn->opcode) == BPF_EXIT) {
                return;
            }
            break;
        }
    }
}

static uint32_t
place_word(const struct elf *elf, const struct map_place *place, int i)
{
    uint32_t word;

    memcpy(&word, elf->sections[place->section].data + place->offset + 4 * i,
           sizeof word);
    return word;
}

/* Whether 'place' is a map, after all uses of it were looked at. */
static bool
is_map(const struct loader *ld, const struct map_place *place)
{
    const struct elf *elf = &ld->elf;
    int by_type;

    if (place->sure) {
        return true;
    }
    by_type
        = okobpf_btf_is_map_def(&ld->btf, elf->symbols[place->symbol].name);
    if (by_type >= 0) {
        return by_type;
    }
    return !place->used_as_data
           && (place->used_as_map
               || okobpf_map_type_to_string(place_word(elf, place, 0)));
}

/* Leaves only the maps in 'mf->places'. */
static enum okobpf_status
choose_places(struct map_finder *mf)
{
    struct loader *ld = mf->ld;
    size_t n = 0;

    for (uint32_t i = 0; i < ld->image->n_insns; i++) {
        struct map_place *place;
        enum okobpf_status status;
        struct target target;

        if (!ld->rels[i].type) {
            continue;
        }
        status = get_target(ld, i, &target);
        if (status != OKOBPF_OK) {
            return status;
        }
        place = find_place(mf, target.section, target.offset);
        if (place && !place->sure) {
            if (place->offset == target.offset) {
                follow_use(ld->image, i, place);
            } else {
                place->used_as_data = true;
            }
        }
    }

    for (size_t i = 0; i < mf->n_places; i++) {
        if (is_map(ld, &mf->places[i])) {
            mf->places[n++] = mf->places[i];
        }
    }
    mf->n_places = n;
    return OKOBPF_OK;
}

/* The image's maps. */

/* Fills in '*spec' for 'place'. */
static enum okobpf_status
get_map_spec(struct loader *ld, const struct map_place *place,
             struct map_spec *spec)
{
    const char *name = ld->elf.symbols[place->symbol].name;

    *spec = (struct map_spec) {
        .name = okobpf_image_strdup(ld->image, name, MAX_NAME),
    };
    if (!spec->name) {
        return okobpf_elf_no_memory(ld);
    }
    if (is_btf_maps_section(&ld->elf.sections[place->section])) {
        struct btf_map_error error;

        if (!okobpf_btf_get_map_spec(&ld->btf, name, spec, ld->report,
                                     &error)) {
            return okobpf_report_fail(
                ld->report, OKOBPF_BAD_OBJECT,
                "compile with -g, and define the map by type, "
                "key, value (or key_size, value_size), "
                "max_entries, nb_hash_functions and pinning "
                "only",
                "map \"%s\" in section \".maps\"%s%s: %s", name,
                *error.member ? ", member " : "", error.member, error.text);
        }
    } else {
        spec->type = place_word(&ld->elf, place, 0);
        spec->key_size = place_word(&ld->elf, place, 1);
        spec->value_size = place_word(&ld->elf, place, 2);
        spec->max_entries = place_word(&ld->elf, place, 3);
        spec->n_hash_functions = place_word(&ld->elf, place, 4);
    }

    /* A ring has no keys but the numbers of its events. */
    if (spec->type == OKOBPF_MAP_RING && !spec->key_size) {
        spec->key_size = sizeof(uint32_t);
    }

    /* Programs for the original leave it out: a lookup finds a number of 32
     * bits in any case. */
    if ((spec->type == OKOBPF_MAP_BLOOM || spec->type == OKOBPF_MAP_COUNTMIN)
        && !spec->value_size) {
        spec->value_size = sizeof(uint32_t);
    }
    return OKOBPF_OK;
}

static enum okobpf_status
add_map_specs(struct map_finder *mf)
{
    struct loader *ld = mf->ld;
    struct image *image = ld->image;
    uint32_t max_maps = (ld->limits->max_maps < OKOBPF_MAX_MAPS
                         ? ld->limits->max_maps : OKOBPF_MAX_MAPS);
    uint32_t layout_budget = LAYOUT_BUDGET;

    /* Room for the largest number, whatever it will be. */
    image->maps = okobpf_mem_alloc(OKOBPF_MAX_MAPS, sizeof *image->maps);
    if (!image->maps) {
        return okobpf_elf_no_memory(ld);
    }
    if (mf->n_places > max_maps) {
        return okobpf_report_fail(
            ld->report, OKOBPF_LIMIT, "use fewer maps, with larger values",
            "expected at most %"PRIu32" maps, got %"PRIu64, max_maps,
            (uint64_t) mf->n_places);
    }
    for (size_t i = 0; i < mf->n_places; i++) {
        enum okobpf_status status = get_map_spec(ld, &mf->places[i],
                                                 &image->maps[i]);
        if (status != OKOBPF_OK) {
            return status;
        }
        if (!okobpf_layout_load(image, &ld->btf, &image->maps[i],
                                &layout_budget)) {
            return okobpf_elf_no_memory(ld);
        }
        image->n_maps++;
    }
    return OKOBPF_OK;
}

/* Applies the relocations of the section of data 'index' to 'init', its
 * content: those that tell indirect jumps their targets.  Other addresses are
 * not for programs to have. */
static enum okobpf_status
relocate_globals(struct loader *ld, uint32_t index, uint8_t *init)
{
    const struct elf_section *sec = &ld->elf.sections[index];
    const struct section_rels *sr;
    enum okobpf_status status;

    status = okobpf_elf_section_rels(ld, index, &sr);
    if (status != OKOBPF_OK) {
        return status;
    }
    for (size_t i = 0; i < sr->n; i++) {
        const struct elf_rel *rel = &sr->rels[i];
        uint64_t address;

        if (!ld->n_jumps
            || !okobpf_elf_code_address(&ld->elf, sec, rel, &address)) {
            return okobpf_report_fail(
                ld->report, OKOBPF_BAD_OBJECT,
                "initialize it in the program, or use numbers",
                "section \"%s\" offset %"PRIu64": the initial value of a "
                "global variable is the address of \"%s\"", sec->name,
                rel->offset, ld->elf.symbols[rel->symbol].name);
        }
        memcpy(init + rel->offset, &address, sizeof address);
    }
    return OKOBPF_OK;
}

/* Makes sure that there is a map for the globals in section 'index', and
 * stores its number in 'mf->globals[index]'. */
static enum okobpf_status
add_globals(struct map_finder *mf, uint32_t index)
{
    struct loader *ld = mf->ld;
    const struct elf_section *sec = &ld->elf.sections[index];
    struct image *image = ld->image;
    enum okobpf_status status;
    struct map_spec *spec;
    uint8_t *init = NULL;

    if (mf->globals[index] != UINT32_MAX) {
        return OKOBPF_OK;
    }
    if (image->n_maps >= ld->limits->max_maps
        || image->n_maps >= OKOBPF_MAX_MAPS) {
        return okobpf_report_fail(
            ld->report, OKOBPF_LIMIT, "use fewer maps, with larger values",
            "expected at most %"PRIu32" maps, got more: a "
            "section of global variables counts as one",
            image->n_maps);
    }
    if (sec->size > ld->limits->max_map_memory || sec->size > INT32_MAX) {
        return okobpf_report_fail(
            ld->report, OKOBPF_LIMIT, NULL,
            "section \"%s\": expected at most %"PRIu64" bytes "
            "of global variables, got %"PRIu64,
            sec->name, ld->limits->max_map_memory, sec->size);
    }
    if (sec->type == ELF_SHT_PROGBITS) {
        init = okobpf_image_alloc(image, sec->size);
        if (!init) {
            return okobpf_elf_no_memory(ld);
        }
        memcpy(init, sec->data, sec->size);
    }
    status = relocate_globals(ld, index, init);
    if (status != OKOBPF_OK) {
        return status;
    }
    spec = &image->maps[image->n_maps];
    *spec = (struct map_spec) {
        .name = okobpf_image_strdup(image, sec->name, MAX_NAME),
        .type = OKOBPF_MAP_ARRAY,
        .key_size = sizeof(uint32_t),
        .value_size = sec->size,
        .max_entries = 1,
        .init = init,
        .globals = true,
        .read_only = !(sec->flags & ELF_SHF_WRITE),
    };
    if (!spec->name) {
        return okobpf_elf_no_memory(ld);
    }
    mf->globals[index] = image->n_maps++;
    return OKOBPF_OK;
}

static enum okobpf_status
resolve_references(struct map_finder *mf)
{
    struct loader *ld = mf->ld;

    for (uint32_t i = 0; i < ld->image->n_insns; i++) {
        struct bpf_insn *insn = &ld->image->insns[i];
        const struct map_place *place;
        enum okobpf_status status;
        struct target target;

        if (!ld->rels[i].type) {
            continue;
        }
        status = get_target(ld, i, &target);
        if (status != OKOBPF_OK) {
            return status;
        }
        place = find_place(mf, target.section, target.offset);
        if (place) {
            if (place->offset != target.offset) {
                return bad_reference(ld, i, target.symbol, NULL,
                                     "to the middle of a map's definition");
            }
            insn[0].regs = bpf_dst(insn) | BPF_PSEUDO_MAP_IDX << 4;
            insn[0].imm = place - mf->places;
            insn[1].imm = 0;
        } else if (is_maps_section(&ld->elf.sections[target.section])
                   || is_btf_maps_section(
                       &ld->elf.sections[target.section])) {
            return bad_reference(ld, i, target.symbol, NULL,
                                 "where no map is defined");
        } else {
            status = add_globals(mf, target.section);
            if (status != OKOBPF_OK) {
                return status;
            }
            insn[0].regs = bpf_dst(insn) | BPF_PSEUDO_MAP_IDX_VALUE << 4;
            insn[0].imm = mf->globals[target.section];
            insn[1].imm = target.offset;
        }
    }
    return OKOBPF_OK;
}

enum okobpf_status
okobpf_elf_resolve_maps(struct loader *ld)
{
    struct map_finder mf = { .ld = ld };
    enum okobpf_status status;

    mf.globals = okobpf_mem_alloc(ld->elf.n_sections, sizeof *mf.globals);
    if (!mf.globals) {
        return okobpf_elf_no_memory(ld);
    }
    memset(mf.globals, 0xff, ld->elf.n_sections * sizeof *mf.globals);

    status = collect_places(&mf);
    if (status == OKOBPF_OK) {
        status = choose_places(&mf);
    }
    if (status == OKOBPF_OK) {
        status = add_map_specs(&mf);
    }
    if (status == OKOBPF_OK) {
        status = resolve_references(&mf);
    }
    free(mf.places);
    free(mf.globals);
    return status;
}
