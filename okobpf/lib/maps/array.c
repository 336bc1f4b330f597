/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Arrays: the key is a 32-bit index, all entries exist from the beginning.
 * Per-core arrays are several of them. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/map.h"

#include <stdlib.h>
#include <string.h>
#include "mem.h"

static struct map_array *
array_cast(const struct okobpf_map *map)
{
    return (struct map_array *) map;
}

static bool
is_percpu(uint32_t type)
{
    return type == OKOBPF_MAP_PERCPU_ARRAY;
}

/* Bytes between the arrays of two slots: whole cache lines, so that cores do
 * not disturb each other. */
static uint64_t
slot_stride(const struct map_spec *spec)
{
    uint64_t size = map_sizes_mul(map_round_up_8(spec->value_size),
                                  spec->max_entries);

    return is_percpu(spec->type) ? (size + 63) & ~UINT64_C(63) : size;
}

static const char *
array_check(const struct map_spec *spec, uint32_t n_slots, uint64_t *memory)
{
    if (spec->key_size != sizeof(uint32_t)) {
        return "the key is a 32-bit index, so expected a key size of 4";
    }
    if (!spec->value_size) {
        return "expected a value size of 1 or more, got 0";
    }
    *memory = slot_stride(spec);
    if (is_percpu(spec->type)) {
        *memory = map_sizes_mul(*memory, n_slots);
        return okobpf_map_percpu_check(spec);
    }
    return NULL;
}

static struct okobpf_map *
array_create(const struct map_spec *spec, uint32_t n_slots)
{
    struct map_array *array = okobpf_mem_alloc(1, sizeof *array);

    if (array) {
        array->stride = map_round_up_8(spec->value_size);
        array->slot_stride = slot_stride(spec);
        array->values = okobpf_mem_alloc_aligned(
            array->slot_stride * (is_percpu(spec->type) ? n_slots : 1));
        if (!array->values) {
            free(array);
            return NULL;
        }
    }
    return array ? &array->up : NULL;
}

static void
array_destroy(struct okobpf_map *map)
{
    struct map_array *array = array_cast(map);

    free(array->values);
    free(array);
}

static void *
array_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    const struct map_array *array = array_cast(map);
    uint32_t index;

    (void) slot;
    memcpy(&index, key, sizeof index);
    return (index < map->info.max_entries
            ? array->values + index * array->stride : NULL);
}

static void *
percpu_array_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    uint8_t *value = array_lookup(map, key, slot);

    return (value && slot < map->n_slots
            ? value + slot * array_cast(map)->slot_stride : NULL);
}

/* Stores 'value' in 'p', the entry's memory or NULL. */
static enum okobpf_map_result
store(const struct okobpf_map *map, void *p, const void *value,
      uint64_t flags)
{
    if (!p) {
        return OKOBPF_MAP_BAD_KEY;
    }
    if (flags == OKOBPF_NOEXIST) {
        return OKOBPF_MAP_EXISTS;
    }
    okobpf_map_value_store(p, value, map->info.value_size);
    return OKOBPF_MAP_OK;
}

static enum okobpf_map_result
array_update(struct okobpf_map *map, const void *key, const void *value,
             uint64_t flags, uint32_t slot)
{
    return store(map, array_lookup(map, key, slot), value, flags);
}

static enum okobpf_map_result
percpu_array_update(struct okobpf_map *map, const void *key,
                    const void *value, uint64_t flags, uint32_t slot)
{
    return store(map, percpu_array_lookup(map, key, slot), value, flags);
}

static enum okobpf_map_result
array_read(struct okobpf_map *map, const void *key, void *value)
{
    const void *p = array_lookup(map, key, 0);

    if (!p) {
        return OKOBPF_MAP_BAD_KEY;
    }
    if (is_percpu(map->info.type)) {
        okobpf_map_percpu_sum(value, p, map->info.value_size,
                              array_cast(map)->slot_stride, map->n_slots);
    } else {
        okobpf_map_value_load(value, p, map->info.value_size);
    }
    return OKOBPF_MAP_OK;
}

static enum okobpf_map_result
percpu_array_write(struct okobpf_map *map, const void *key,
                   const void *value, uint64_t flags)
{
    void *p = array_lookup(map, key, 0);
    enum okobpf_map_result result = store(map, p, value, flags);

    if (result == OKOBPF_MAP_OK) {
        okobpf_map_percpu_set(p, value, map->info.value_size,
                              array_cast(map)->slot_stride, map->n_slots);
    }
    return result;
}

static uint64_t
array_n_entries(const struct okobpf_map *map)
{
    return map->info.max_entries;
}

static bool
array_is_touched(const struct okobpf_map *map)
{
    const struct map_array *array = array_cast(map);

    return okobpf_map_value_is_touched(array->values,
                                       array->slot_stride
                                       * (is_percpu(map->info.type)
                                          ? map->n_slots : 1));
}

static enum okobpf_map_result
percpu_array_read_slot(struct okobpf_map *map, const void *key, void *value,
                       uint32_t slot)
{
    const void *p = percpu_array_lookup(map, key, slot);

    if (!p) {
        return OKOBPF_MAP_BAD_KEY;
    }
    okobpf_map_value_load(value, p, map->info.value_size);
    return OKOBPF_MAP_OK;
}

/* A cursor is the number of bytes that are cleared. */
static bool
array_clear_some(struct okobpf_map *map, uint64_t *cursor)
{
    const struct map_array *array = array_cast(map);
    uint64_t size = array->slot_stride
                    * (is_percpu(map->info.type) ? map->n_slots : 1);
    uint64_t left = *cursor < size ? size - *cursor : 0;
    uint64_t n = left < MAP_CLEAR_BYTES ? left : MAP_CLEAR_BYTES;

    okobpf_map_value_clear(array->values + (*cursor & ~UINT64_C(7)), n);
    *cursor += n;
    return n < left;
}

static void
array_clear(struct okobpf_map *map)
{
    uint64_t cursor = 0;

    while (array_clear_some(map, &cursor)) {
        continue;
    }
}

static bool
array_next(struct okobpf_map *map, uint64_t *cursor, void *key, void *value)
{
    uint32_t index = *cursor;

    if (*cursor >= map->info.max_entries) {
        return false;
    }
    memcpy(key, &index, sizeof index);
    array_read(map, key, value);
    *cursor += 1;
    return true;
}

static bool
percpu_array_next_state(struct okobpf_map *map, uint64_t *cursor, void *key,
                        void *values)
{
    uint32_t index = *cursor;

    if (*cursor >= map->info.max_entries) {
        return false;
    }
    memcpy(key, &index, sizeof index);
    okobpf_map_percpu_load(values, array_lookup(map, key, 0),
                           map->info.value_size, array_cast(map)->slot_stride,
                           map->n_slots);
    *cursor += 1;
    return true;
}

const struct map_ops okobpf_map_array_ops = {
    .check = array_check,
    .create = array_create,
    .destroy = array_destroy,
    .lookup = array_lookup,
    .update = array_update,
    .read = array_read,
    .n_entries = array_n_entries,
    .is_touched = array_is_touched,
    .clear = array_clear,
    .clear_some = array_clear_some,
    .next = array_next,
};

const struct map_ops okobpf_map_percpu_array_ops = {
    .check = array_check,
    .create = array_create,
    .destroy = array_destroy,
    .lookup = percpu_array_lookup,
    .update = percpu_array_update,
    .read = array_read,
    .read_slot = percpu_array_read_slot,
    .write = percpu_array_write,
    .n_entries = array_n_entries,
    .is_touched = array_is_touched,
    .clear = array_clear,
    .clear_some = array_clear_some,
    .next = array_next,
    .next_state = percpu_array_next_state,
};
