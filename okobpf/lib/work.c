/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Charges for instructions and helpers: see work.h. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "work.h"

#define LINE_SIZE 64

/* Bytes of all maps together that are touched, that is, are in a cache after
 * the first access, and what that costs.  Later ones cost next to nothing. */
#define MAX_TOUCHED (512 * 1024)
#define FIRST_TOUCH 80

/* What kinds of maps need for an entry besides key and value, at most. */
#define ENTRY_OVERHEAD 64

/* Largest value whose first access in each run is charged with its lookup. */
#define MAX_SMALL_VALUE 128

/* Slots of the host that are reckoned with. */
#define MAX_CORES 128

/* Hash functions of a sketch that does not say how many. */
#define DEFAULT_HASH_FUNCTIONS 4

/* Memory. */

static uint32_t
n_hashes(const struct map_spec *map)
{
    return (map->n_hash_functions ? map->n_hash_functions
            : DEFAULT_HASH_FUNCTIONS);
}

/* Returns about how many bytes of 'map' one thread may access.  It can't wrap
 * for a map that passes okobpf_map_spec_check(), and does no harm if it
 * does. */
static uint64_t
map_bytes(const struct map_spec *map)
{
    uint64_t each;

    switch ((enum okobpf_map_type) map->type) {
    case OKOBPF_MAP_ARRAY:
    case OKOBPF_MAP_PERCPU_ARRAY:
        each = map->value_size + UINT64_C(7);
        break;
    case OKOBPF_MAP_BLOOM:
    case OKOBPF_MAP_COUNTMIN:
        each = 2 * sizeof(uint32_t) * n_hashes(map);
        break;
    case OKOBPF_MAP_RING:
        each = map->value_size + UINT64_C(7) + 16;
        break;
    case OKOBPF_MAP_HASH:
    case OKOBPF_MAP_PERCPU_HASH:
    case OKOBPF_MAP_LRU_HASH:
    case OKOBPF_MAP_LPM_TRIE:
    default:
        each = (map->key_size + UINT64_C(7) + map->value_size
                + ENTRY_OVERHEAD);
        break;
    }
    return each * map->max_entries;
}

void
okobpf_work_model_init(struct work_model *model, const struct map_spec *maps,
                       uint32_t n)
{
    uint64_t left = MAX_TOUCHED;

    model->maps = maps;
    model->n_maps = n;
    model->n_lines = 0;
    for (uint32_t i = 0; i < n && i < OKOBPF_MAX_MAPS; i++) {
        uint64_t size = map_bytes(&maps[i]);

        if (size <= left) {
            left -= size;
            model->miss[i] = 0;
            model->n_lines += size / LINE_SIZE + 2;
        } else {
            model->miss[i] = (size <= 1024 * 1024 ? 130
                              : size <= 8 * 1024 * 1024 ? 200
                              : 300);
        }
    }
}

uint64_t
okobpf_work_total(const struct work_model *model, const struct work *work)
{
    uint64_t lines = (work->touches < model->n_lines ? work->touches
                      : model->n_lines);

    return work->units + lines * FIRST_TOUCH;
}

/* Charges for 'n' accesses somewhere in the memory of a map. */
static void
add_accesses(struct work *work, const struct work_model *model, uint32_t map,
             uint64_t n)
{
    if (model->miss[map]) {
        work->units += n * model->miss[map];
    } else {
        work->units += n * 3;
        work->touches += n;
    }
}

void
okobpf_work_add_access(struct work *work, const struct work_model *model,
                       uint32_t map)
{
    const struct map_spec *spec = &model->maps[map];

    if (spec->max_entries == 1 || spec->value_size > MAX_SMALL_VALUE) {
        add_accesses(work, model, map, 1);
    } else {
        /* The lookup has paid for the first access, and a run holds the
         * addresses of few values at once. */
        work->units += 3;
    }
}

/* Instructions. */

static uint64_t
alu_units(const struct bpf_insn *insn)
{
    int op = BPF_OP(insn->opcode);

    return op == BPF_DIV || op == BPF_MOD ? 12 : 2;
}

static uint64_t
jump_units(const struct bpf_insn *insn)
{
    switch (BPF_OP(insn->opcode)) {
    case BPF_JA:
        return 2;
    case BPF_CALL:
    case BPF_EXIT:
    default:
        /* Of the branches that can't be foreseen, half are guessed right. */
        return 6;
    }
}

void
okobpf_work_add_insn(struct work *work, const struct bpf_insn *insn)
{
    switch (BPF_CLASS(insn->opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
        work->units += alu_units(insn);
        break;
    case BPF_JMP:
    case BPF_JMP32:
        work->units += jump_units(insn);
        break;
    case BPF_LD:
        work->units += BPF_MODE(insn->opcode) == BPF_IMM ? 2 : 6;
        break;
    case BPF_LDX:
        work->units += 3;
        break;
    default:
        work->units += BPF_MODE(insn->opcode) == BPF_ATOMIC ? 10 : 3;
        break;
    }
}

/* Helpers. */

/* Returns the charge for hashing, comparing or copying 'size' bytes. */
static uint64_t
bytes_units(uint64_t size)
{
    return size / 4;
}

/* Returns the nodes that a lookup in a longest-prefix trie may come by. */
static uint64_t
lpm_depth(const struct map_spec *map)
{
    uint64_t bits = map->key_size > 4 ? (map->key_size - UINT64_C(4)) * 8 : 0;

    /* On each, an entry is found or a way to one is left. */
    return (bits < map->max_entries ? bits : map->max_entries) + 1;
}

/* Charges for what the helper 'id' does to a map. */
static void
add_map_helper(struct work *work, const struct work_model *model,
               enum helper_id id, uint32_t map)
{
    const struct map_spec *spec = &model->maps[map];
    uint64_t key = bytes_units(spec->key_size);
    uint64_t value = bytes_units(spec->value_size);
    bool writes = id != HELPER_MAP_LOOKUP;
    uint64_t n;

    switch ((enum okobpf_map_type) spec->type) {
    case OKOBPF_MAP_ARRAY:
    case OKOBPF_MAP_PERCPU_ARRAY:
        work->units += 10 + (writes ? value : 0);
        add_accesses(work, model, map, 1);
        return;

    case OKOBPF_MAP_BLOOM:
    case OKOBPF_MAP_COUNTMIN:
        /* Cells are fetched at the same time. */
        n = n_hashes(spec);
        work->units += 20 + key + n * (writes ? 10 : 3);
        add_accesses(work, model, map, 1 + n / 4);
        return;

    case OKOBPF_MAP_LPM_TRIE:
        n = lpm_depth(spec);
        work->units += 20 + 2 * key + n * 5 + (writes ? 200 + key + value : 0);
        add_accesses(work, model, map, n + (writes ? 6 : 1));
        return;

    case OKOBPF_MAP_HASH:
    case OKOBPF_MAP_PERCPU_HASH:
        /* A bucket, an entry and its value, at times one before it. */
        work->units += 20 + 2 * key + (writes ? 200 + value : 0);
        add_accesses(work, model, map, writes ? 5 : 3);
        if (writes && spec->type == OKOBPF_MAP_PERCPU_HASH) {
            /* A new entry's values of all cores become zeros. */
            work->units += ((spec->value_size + UINT64_C(63)) & ~UINT64_C(63))
                           * MAX_CORES / 8;
        }
        return;

    case OKOBPF_MAP_LRU_HASH:
        work->units += 20 + 2 * key + (writes ? 250 + value : 0);
        add_accesses(work, model, map, writes ? 7 : 3);
        return;

    case OKOBPF_MAP_RING:
        /* Its end, which other threads write, too, and a cell, whose first
         * line is fetched before it is known to be free; the rest is charged
         * for as bytes. */
        work->units += 200;
        add_accesses(work, model, map, 2);
        return;
    }

    /* A kind that has no charge yet: refused, unless work is not limited. */
    work->units += UINT32_MAX;
}

void
okobpf_work_add_helper(struct work *work, const struct work_model *model,
                       const struct helper *helper, uint32_t map,
                       uint64_t size)
{
    work->units += helper->work + bytes_units(size);
    if (helper->map_types) {
        add_map_helper(work, model, helper - okobpf_helpers, map);
    }
}
