/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Loading of programs. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "image.h"
#include "maps/map.h"
#include "maps/scope.h"
#include "mem.h"
#include "object/linux-names.h"
#include "object/sha1.h"
#include "print.h"
#include "replace.h"

const struct okobpf_limits okobpf_default_limits = {
    .max_object_size = 1024 * 1024,
    .max_insns = 65536,
    .max_maps = OKOBPF_MAX_MAPS,
    .max_map_memory = 64 * 1024 * 1024,
    .map_memory_left = UINT64_MAX,
    .max_entry_size = 32 * 1024,
    .max_work = 1000000,
    .max_visits = 400000,
    .max_verify_memory = 64 * 1024 * 1024,
    .max_verify_ns = UINT64_C(100000000),
    .max_verify_wall_ns = UINT64_C(500000000),
    .max_log_size = 1024 * 1024,
};

static const struct okobpf_host default_host = { .n_slots = 1 };

static bool
is_map_reference(const struct bpf_insn *insn)
{
    return insn->opcode == (BPF_LD | BPF_IMM | BPF_DW)
           && (bpf_src(insn) == BPF_PSEUDO_MAP_IDX
               || bpf_src(insn) == BPF_PSEUDO_MAP_IDX_VALUE);
}

/* Returns a copy of the program's instructions, or NULL. */
static struct bpf_insn *
copy_insns(const struct image *image)
{
    struct bpf_insn *insns = okobpf_mem_alloc(image->n_insns, sizeof *insns);

    if (insns) {
        memcpy(insns, image->insns, image->n_insns * sizeof *insns);
    }
    return insns;
}

/* Maps. */

/* Adds to the refusal of a map what its kind is in Linux, unless the object
 * was certainly made for this runtime. */
static void
tell_linux_kind(const struct image *image, const struct map_spec *spec,
                struct okobpf_report *report)
{
    const char *kind = okobpf_linux_map_kind_name(spec->type);

    if (kind && !image->made_here && !spec->globals) {
        char *advice = okobpf_report_asprintf(
            "%s%sin Linux, kind %"PRIu32" is a%s %s; here kinds are numbered "
            "as in <oko/filter.h>", report->advice ? report->advice : "",
            report->advice ? "; " : "", spec->type,
            strchr("aeiouL", *kind) ? "n" : "", kind);

        free(report->advice);
        report->advice = advice;
    }
}

/* Checks the image's maps before anything is allocated for them. */
static enum okobpf_status
check_maps(const struct image *image, const struct okobpf_limits *limits,
           uint32_t n_slots, uint64_t *memory, struct okobpf_report *report)
{
    *memory = 0;
    for (uint32_t i = 0; i < image->n_maps; i++) {
        enum okobpf_status status = okobpf_map_spec_check(
            &image->maps[i], limits, n_slots, memory, report);
        if (status != OKOBPF_OK) {
            if (status == OKOBPF_BAD_OBJECT) {
                tell_linux_kind(image, &image->maps[i], report);
            }
            return status;
        }
    }
    if (*memory > limits->map_memory_left) {
        return okobpf_report_fail(
            report, OKOBPF_LIMIT,
            "unload other programs, or raise the host's limit "
            "of all programs together",
            "the maps take %"PRIu64" bytes, where %"PRIu64
            " are left for all programs together",
            *memory, limits->map_memory_left);
    }
    return OKOBPF_OK;
}

/* Returns the map called 'name' of 'old', which may be NULL, or NULL. */
static struct okobpf_map *
find_old_map(const struct okobpf_prog *old, const char *name)
{
    for (size_t i = 0; old && i < old->n_maps; i++) {
        if (!strcmp(old->maps[i]->info.name, name)) {
            return old->maps[i];
        }
    }
    return NULL;
}

/* Stores the map that the program shares by 'spec' in '*map'. */
static enum okobpf_status
get_shared_map(struct okobpf_prog *prog, const struct map_spec *spec,
               const struct okobpf_prog *old, struct map_plan *plan,
               struct okobpf_map **map, struct okobpf_report *report)
{
    enum okobpf_status status;
    bool created;

    status = okobpf_map_scope_get(prog->scope, spec, prog->host,
                                  find_old_map(old, spec->name), map, &created,
                                  report);
    if (status == OKOBPF_OK && !created) {
        plan->copy = false;     /* It has what others put there. */
    }
    return status;
}

static enum okobpf_status
create_maps(struct okobpf_prog *prog, const struct okobpf_prog *old,
            struct map_plan *plan, struct okobpf_report *report)
{
    for (uint32_t i = 0; i < prog->image.n_maps; i++) {
        const struct map_spec *spec = &prog->image.maps[i];
        struct okobpf_map *map;

        if (spec->shared && prog->scope) {
            enum okobpf_status status;

            status = get_shared_map(prog, spec, old, &plan[i], &map, report);
            if (status != OKOBPF_OK) {
                return status;
            }
        } else {
            map = (plan[i].old && !plan[i].copy ? okobpf_map_ref(plan[i].old)
                   : okobpf_map_create(spec, prog->host));
        }
        if (!map) {
            return okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL,
                                      "out of memory");
        }
        prog->maps[prog->n_maps++] = map;
        if (map->ops->waits_for_runs || !prog->host->defer) {
            atomic_fetch_or_explicit(&prog->run_flags, RUN_GUARDED,
                                     memory_order_relaxed);
        }
    }
    return OKOBPF_OK;
}

/* Whether other programs may have map 'i', too. */
static bool
is_shared(const struct okobpf_prog *prog, size_t i)
{
    return prog->scope && prog->image.maps[i].shared;
}

/* Gives back the program's maps. */
static void
release_maps(struct okobpf_prog *prog)
{
    for (size_t i = 0; i < prog->n_maps; i++) {
        if (is_shared(prog, i)) {
            okobpf_map_scope_put(prog->scope, &prog->image.maps[i],
                                 prog->maps[i]);
        } else {
            okobpf_map_release(prog->maps[i]);
        }
    }
    okobpf_map_scope_unref(prog->scope);
}

/* Fills the maps that get copies of what is in others: as late as possible,
 * for the other program may be running. */
static bool
copy_maps(struct okobpf_prog *prog, const struct map_plan *plan)
{
    for (size_t i = 0; i < prog->n_maps; i++) {
        if (plan[i].copy && !okobpf_map_copy(prog->maps[i], plan[i].old)) {
            return false;
        }
    }
    return true;
}

/* Whether a program of this image may print. */
static bool
image_prints(const struct image *image)
{
    for (uint32_t i = 0; i < image->n_insns; i++) {
        const struct bpf_insn *insn = &image->insns[i];

        if (insn->opcode == (BPF_JMP | BPF_CALL)
            && bpf_src(insn) == BPF_CALL_HELPER
            && insn->imm == HELPER_PRINTF) {
            return true;
        }
        i += insn->opcode == (BPF_LD | BPF_IMM | BPF_DW);
    }
    return false;
}

void
okobpf_prog_resolve_maps(struct bpf_insn *code, uint32_t n,
                         uint64_t (*resolve)(const struct bpf_insn *,
                                             const void *aux),
                         const void *aux)
{
    for (uint32_t i = 0; i < n; i++) {
        struct bpf_insn *insn = &code[i];

        if (insn->opcode != (BPF_LD | BPF_IMM | BPF_DW)) {
            continue;
        }
        if (is_map_reference(insn)) {
            uint64_t addr = resolve(insn, aux);

            insn[0].regs = bpf_dst(insn);
            insn[0].imm = (uint32_t) addr;
            insn[1].imm = addr >> 32;
        }
        i++;
    }
}

/* Returns the address that stands for the reference to a map at 'insn'. */
static uint64_t
resolve_map(const struct bpf_insn *insn, const void *prog_)
{
    const struct okobpf_prog *prog = prog_;
    struct okobpf_map *map = prog->maps[insn->imm];
    const uint8_t *value;

    if (bpf_src(insn) == BPF_PSEUDO_MAP_IDX) {
        return (uintptr_t) map;
    }
    value = okobpf_map_direct_value(map);
    return (uintptr_t) (value + insn[1].imm);
}

/* Information. */

static bool
compute_tag(const struct image *image, uint8_t tag[8])
{
    struct bpf_insn *insns = copy_insns(image);
    uint8_t digest[SHA1_SIZE];

    if (!insns) {
        return false;
    }
    for (uint32_t i = 0; i + 1 < image->n_insns; i++) {
        if (is_map_reference(&insns[i])) {
            insns[i].imm = 0;
            insns[i + 1].imm = 0;
        }
    }
    okobpf_sha1(insns, image->n_insns * sizeof *insns, digest);
    memcpy(tag, digest, 8);
    free(insns);
    return true;
}

/* Life. */

/* Chooses the engine.  Returns false if there is none of that kind. */
static bool
choose_engine(struct okobpf_prog *prog, enum okobpf_engine engine)
{
    if (engine == OKOBPF_ENGINE_INTERPRETER) {
        return true;
    }
    return okobpf_jit_compile(prog) || engine == OKOBPF_ENGINE_AUTO;
}

static enum okobpf_status
build_prog(struct okobpf_prog *prog, const struct okobpf_options *options,
           uint64_t map_memory, struct okobpf_report *report)
{
    const struct image *image = &prog->image;
    struct map_plan plan[OKOBPF_MAX_MAPS];
    enum okobpf_status status;

    prog->info = (struct okobpf_prog_info) {
        .name = image->name,
        .section = image->section,
        .abi = image->abi,
        .n_insns = image->n_insns,
        .map_memory = map_memory,
        .work = report->work,
    };
    status = okobpf_replace_plan_maps(options->keep_maps, image, options->keep,
                                      plan, report);
    if (status != OKOBPF_OK) {
        return status;
    }
    prog->code = copy_insns(image);
    if (!prog->code || !compute_tag(image, prog->info.tag)) {
        return okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL,
                                  "out of memory");
    }
    prog->scope = options->scope ? okobpf_map_scope_ref(options->scope) : NULL;
    status = create_maps(prog, options->keep_maps, plan, report);
    if (status != OKOBPF_OK) {
        return status;
    }
    if (image_prints(image)) {
        prog->printer = okobpf_printer_create(
            prog->host,
            options->print_name ? options->print_name : image->name);
        if (!prog->printer) {
            return okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL,
                                      "out of memory");
        }
    }
    okobpf_prog_resolve_maps(prog->code, image->n_insns, resolve_map, prog);
    if (!choose_engine(prog, options->engine)) {
        return okobpf_report_fail(report, OKOBPF_LIMIT, "use the interpreter",
                                  "no machine code: %s", prog->info.jit_error);
    }
    if ((!prog->jited && !okobpf_interpret_prepare(prog))
        || !copy_maps(prog, plan)) {
        return okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL,
                                  "out of memory");
    }
    return OKOBPF_OK;
}

struct okobpf_prog *
okobpf_load(const void *elf, size_t size,
            const struct okobpf_options *options,
            struct okobpf_report *report)
{
    static const struct okobpf_options default_options;
    const struct okobpf_limits *limits;
    enum okobpf_status status;
    struct okobpf_prog *prog;
    uint64_t map_memory;

    memset(report, 0, sizeof *report);
    report->insn = -1;

    options = options ? options : &default_options;
    limits = options->limits ? options->limits : &okobpf_default_limits;
    prog = okobpf_mem_alloc(1, sizeof *prog);
    if (!prog) {
        okobpf_report_fail(report, OKOBPF_NO_MEMORY, NULL, "out of memory");
        return NULL;
    }
    prog->host = options->host ? options->host : &default_host;
    atomic_init(&prog->n_users, 1);

    status = okobpf_elf_load(elf, size, options->section, limits, &prog->image,
                             report);
    if (status == OKOBPF_OK) {
        status = check_maps(&prog->image, limits, prog->host->n_slots,
                            &map_memory, report);
    }
    if (status == OKOBPF_OK) {
        status = okobpf_verify(&prog->image, limits,
                               options->want_log ? VERIFY_LOG : 0, report);
    }
    if (status == OKOBPF_OK) {
        status = build_prog(prog, options, map_memory, report);
    }
    if (status != OKOBPF_OK) {
        okobpf_prog_destroy(prog);
        return NULL;
    }
    return prog;
}

/* Frees what copies of 'owner' share, if no one uses it any more. */
static void
release_owner(struct okobpf_prog *owner)
{
    if (atomic_fetch_sub_explicit(&owner->n_users, 1,
                                  memory_order_acq_rel) == 1) {
        okobpf_printer_destroy(owner->printer);
        free(atomic_load_explicit(&owner->times, memory_order_relaxed));
        okobpf_image_uninit(&owner->image);
        free(owner);
    }
}

void
okobpf_prog_destroy(struct okobpf_prog *prog)
{
    if (prog) {
        struct okobpf_prog *owner = prog->owner ? prog->owner : prog;

        okobpf_jit_free(prog);
        release_maps(prog);
        okobpf_interpret_free(prog);
        free(prog->code);
        if (owner != prog) {
            free(prog);
        }
        release_owner(owner);
    }
}

/* Whether a program that was verified with 'old' may have 'new' instead. */
static bool
may_take_place(const struct okobpf_map *new, const struct okobpf_map *old)
{
    return (new->info.type == old->info.type
            && new->info.key_size == old->info.key_size
            && new->info.value_size == old->info.value_size
            && new->info.max_entries == old->info.max_entries
            && new->info.n_hash_functions == old->info.n_hash_functions
            && new->n_slots == old->n_slots
            && !new->info.read_only && !old->info.read_only);
}

struct okobpf_prog *
okobpf_prog_with_map(const struct okobpf_prog *old, size_t index,
                     struct okobpf_map *map)
{
    struct okobpf_prog *owner = (old->owner ? old->owner
                                 : (struct okobpf_prog *) old);
    struct okobpf_prog *prog;

    if (index >= old->n_maps || old->image.maps[index].globals
        || is_shared(old, index) || !may_take_place(map, old->maps[index])) {
        return NULL;
    }
    prog = okobpf_mem_alloc(1, sizeof *prog);
    if (!prog) {
        return NULL;
    }
    atomic_fetch_add_explicit(&owner->n_users, 1, memory_order_relaxed);
    prog->owner = owner;
    prog->info = old->info;
    prog->info.jited_len = 0;
    prog->image = old->image;
    prog->host = old->host;
    prog->printer = old->printer;
    atomic_init(&prog->run_flags,
                atomic_load_explicit(&old->run_flags, memory_order_relaxed));
    prog->scope = old->scope ? okobpf_map_scope_ref(old->scope) : NULL;
    for (size_t i = 0; i < old->n_maps; i++) {
        if (!is_shared(old, i)) {
            prog->maps[i] = okobpf_map_ref(i == index ? map : old->maps[i]);
        } else if (okobpf_map_scope_join(old->scope, &old->image.maps[i],
                                         old->maps[i])) {
            prog->maps[i] = old->maps[i];
        } else {
            break;
        }
        prog->n_maps++;
    }

    prog->code = copy_insns(&prog->image);
    if (prog->code && prog->n_maps == old->n_maps) {
        okobpf_prog_resolve_maps(prog->code, prog->image.n_insns, resolve_map,
                                 prog);
        if (old->jited ? okobpf_jit_compile(prog)
                       : okobpf_interpret_prepare(prog)) {
            return prog;
        }
    }
    okobpf_prog_destroy(prog);
    return NULL;
}

const struct okobpf_prog_info *
okobpf_prog_info(const struct okobpf_prog *prog)
{
    return &prog->info;
}

size_t
okobpf_prog_n_maps(const struct okobpf_prog *prog)
{
    return prog->n_maps;
}

struct okobpf_map *
okobpf_prog_map(const struct okobpf_prog *prog, size_t index)
{
    return index < prog->n_maps ? prog->maps[index] : NULL;
}
