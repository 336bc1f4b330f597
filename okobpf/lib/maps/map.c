/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* What is common to all kinds of maps. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/map.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"

static const struct map_ops *
map_type_ops(uint32_t type)
{
    switch (type) {
#define KIND(ID, NUMBER, NAME) \
    case OKOBPF_MAP_##ID:      \
        return &okobpf_map_##NAME##_ops;
    OKOBPF_MAP_KINDS(KIND)
#undef KIND
    default:
        return NULL;
    }
}

const char *
okobpf_map_type_to_string(uint32_t type)
{
    switch (type) {
#define KIND(ID, NUMBER, NAME) \
    case OKOBPF_MAP_##ID:      \
        return #NAME;
    OKOBPF_MAP_KINDS(KIND)
#undef KIND
    default:
        return NULL;
    }
}

const char *
okobpf_map_result_to_string(enum okobpf_map_result result)
{
    switch (result) {
    case OKOBPF_MAP_OK:
        return "ok";
    case OKOBPF_MAP_NO_ENTRY:
        return "no such key in the map";
    case OKOBPF_MAP_EXISTS:
        return "key is in the map already";
    case OKOBPF_MAP_FULL:
        return "map is full";
    case OKOBPF_MAP_BAD_KEY_SIZE:
        return "wrong key size";
    case OKOBPF_MAP_BAD_VALUE_SIZE:
        return "wrong value size";
    case OKOBPF_MAP_BAD_KEY:
        return "array index or prefix length too large";
    case OKOBPF_MAP_BAD_FLAGS:
        return "unknown flags";
    case OKOBPF_MAP_READ_ONLY:
        return "map is read-only";
    case OKOBPF_MAP_UNSUPPORTED:
        return "operation not supported by this kind of map";
    case OKOBPF_MAP_NO_MEMORY:
        return "out of memory";
    }
    return "unknown result";
}

/* Life. */

enum okobpf_status
okobpf_map_spec_check(const struct map_spec *spec,
                      const struct okobpf_limits *limits, uint32_t n_slots,
                      uint64_t *memory, struct okobpf_report *report)
{
    const struct map_ops *ops = map_type_ops(spec->type);
    uint64_t size = 0;
    const char *error;

    if (!ops) {
        return okobpf_report_fail(
            report, OKOBPF_BAD_OBJECT,
            "use a kind that this version knows: 1 array, 2 Bloom filter, "
            "3 count-min sketch, 4 hash, 5 per-core array, 6 per-core hash, "
            "7 LRU hash, 8 longest-prefix match, 9 ring of events",
            "map \"%s\": unknown kind of map %"PRIu32, spec->name, spec->type);
    }
    if (!spec->key_size || !spec->max_entries) {
        return okobpf_report_fail(
            report, OKOBPF_BAD_OBJECT, NULL,
            "map \"%s\": expected %s of 1 or more, got 0", spec->name,
            spec->key_size ? "max_entries" : "a key size");
    }
    if (!spec->globals
        && ((uint64_t) spec->key_size + spec->value_size
            > limits->max_entry_size)) {
        return okobpf_report_fail(
            report, OKOBPF_LIMIT, "make the keys or values smaller",
            "map \"%s\": expected at most %"PRIu32" bytes of key and value, "
            "got %"PRIu32" + %"PRIu32,
            spec->name, limits->max_entry_size, spec->key_size,
            spec->value_size);
    }
    error = ops->check(spec, n_slots ? n_slots : 1, &size);
    if (error) {
        return okobpf_report_fail(
            report, OKOBPF_BAD_OBJECT, NULL, "map \"%s\" of kind %s: %s",
            spec->name, okobpf_map_type_to_string(spec->type), error);
    }

    uint64_t left = (*memory < limits->max_map_memory
                     ? limits->max_map_memory - *memory : 0);
    if (size > left) {
        return okobpf_report_fail(
            report, OKOBPF_LIMIT,
            "lower max_entries or the value size, or raise the host's limit "
            "on map memory",
            "map \"%s\": %"PRIu32" entries of %"PRIu32" + %"PRIu32" bytes "
            "take %s%"PRIu64" bytes, where %"PRIu64" of at most %"PRIu64" "
            "are left for the program's maps",
            spec->name, spec->max_entries, spec->key_size, spec->value_size,
            size == UINT64_MAX ? "more than " : "", size, left,
            limits->max_map_memory);
    }
    *memory += size;
    return OKOBPF_OK;
}

struct okobpf_map *
okobpf_map_create(const struct map_spec *spec, const struct okobpf_host *host)
{
    const struct map_ops *ops = map_type_ops(spec->type);
    size_t name_size = strlen(spec->name) + 1;
    char *name = okobpf_mem_alloc(name_size, 1);
    uint32_t n_slots = host->n_slots ? host->n_slots : 1;
    struct okobpf_map *map;
    uint64_t memory = 0;

    map = name ? ops->create(spec, n_slots) : NULL;
    if (!map) {
        free(name);
        return NULL;
    }
    memcpy(name, spec->name, name_size);
    ops->check(spec, n_slots, &memory);

    map->ops = ops;
    map->name = name;
    map->info = (struct okobpf_map_info) {
        .name = name,
        .type = spec->type,
        .key_size = spec->key_size,
        .value_size = spec->value_size,
        .max_entries = spec->max_entries,
        .n_hash_functions = spec->n_hash_functions,
        .memory = memory,
        .read_only = spec->read_only,
        .shared = spec->shared,
    };
    map->n_slots = n_slots;
    map->host = host;
    atomic_init(&map->ref_cnt, 1);
    if (spec->init) {
        okobpf_map_value_store(okobpf_map_direct_value(map), spec->init,
                               spec->value_size);
    }
    return map;
}

struct okobpf_map *
okobpf_map_make_like(const struct okobpf_map *map)
{
    const struct map_spec spec = {
        .name = map->name,
        .type = map->info.type,
        .key_size = map->info.key_size,
        .value_size = map->info.value_size,
        .max_entries = map->info.max_entries,
        .n_hash_functions = map->info.n_hash_functions,
        .read_only = map->info.read_only,
    };

    return okobpf_map_create(&spec, map->host);
}

struct okobpf_map *
okobpf_map_ref(struct okobpf_map *map)
{
    atomic_fetch_add_explicit(&map->ref_cnt, 1, memory_order_relaxed);
    return map;
}

void
okobpf_map_release(struct okobpf_map *map)
{
    if (map && atomic_fetch_sub_explicit(&map->ref_cnt, 1,
                                         memory_order_acq_rel) == 1) {
        char *name = map->name;

        okobpf_map_free_retired(map);
        map->ops->destroy(map);
        free(name);
    }
}

void *
okobpf_map_direct_value(struct okobpf_map *map)
{
    return ((struct map_array *) map)->values;
}

uint64_t
okobpf_map_n_to_lose(const struct okobpf_map *map)
{
    return (map->ops->is_touched && !map->ops->is_touched(map)
            ? 0 : map->ops->n_entries(map));
}

/* Copies the entry of 'key', whose sum over all cores is 'value'. */
static enum okobpf_map_result
copy_entry(struct okobpf_map *new, struct okobpf_map *old, const void *key,
           void *value)
{
    enum okobpf_map_result result;

    if (!old->ops->read_slot) {
        return new->ops->update(new, key, value, OKOBPF_ANY, 0);
    }
    for (uint32_t slot = 0; slot < new->n_slots && slot < old->n_slots;
         slot++) {
        result = old->ops->read_slot(old, key, value, slot);
        if (result == OKOBPF_MAP_OK) {
            result = new->ops->update(new, key, value, OKOBPF_ANY, slot);
        }
        if (result != OKOBPF_MAP_OK) {
            return result;
        }
    }
    return OKOBPF_MAP_OK;
}

bool
okobpf_map_copy(struct okobpf_map *new, struct okobpf_map *old)
{
    /* To 8 bytes, so that all accesses are aligned. */
    void *key = okobpf_mem_alloc(map_round_up_8(old->info.key_size), 1);
    void *value = okobpf_mem_alloc(map_round_up_8(old->info.value_size), 1);
    bool ok = key && value;
    uint64_t cursor = 0;

    while (ok && old->ops->next(old, &cursor, key, value)) {
        enum okobpf_map_result result = copy_entry(new, old, key, value);

        /* An entry may have gone meanwhile. */
        ok = result == OKOBPF_MAP_OK || result == OKOBPF_MAP_NO_ENTRY;
    }
    free(key);
    free(value);
    return ok;
}

/* Memory. */

#define MAX_DEFERRED_BYTES (4 * 1024 * 1024)

void
okobpf_map_defer(struct okobpf_map *map, void (*reclaim)(void *p), void *p,
                 uint64_t size)
{
    if (map->host->defer) {
        okobpf_map_ref(map);
        atomic_fetch_add_explicit(&map->deferred, size, memory_order_relaxed);
        map->host->defer(reclaim, p);
    } else {
        /* There is a single thread, so that no other walks a list that 'p' is
         * in, but its program may be in the midst of a run. */
        memcpy(p, &map->retired, sizeof map->retired);
        map->retired = p;
    }
}

void
okobpf_map_reclaimed(struct okobpf_map *map, uint64_t size)
{
    atomic_fetch_sub_explicit(&map->deferred, size, memory_order_relaxed);
    okobpf_map_release(map);
}

bool
okobpf_map_may_add(const struct okobpf_map *map)
{
    return (atomic_load_explicit(&map->deferred, memory_order_relaxed) / 2
            < map->info.memory + MAX_DEFERRED_BYTES / 2);
}

void
okobpf_map_free_retired(struct okobpf_map *map)
{
    while (map->retired) {
        void *p = map->retired;

        memcpy(&map->retired, p, sizeof map->retired);
        free(p);
    }
    if (map->ops->run_ended) {
        map->ops->run_ended(map);
    }
}

void
okobpf_map_value_store(void *dst_, const void *src_, uint32_t size)
{
    _Atomic uint64_t *dst = dst_;
    const uint8_t *src = src_;

    for (; size; dst++) {
        uint32_t n = size < 8 ? size : 8;
        uint64_t word = 0;

        memcpy(&word, src, n);
        atomic_store_explicit(dst, word, memory_order_relaxed);
        src += n;
        size -= n;
    }
}

void
okobpf_map_value_clear(void *dst_, uint64_t size)
{
    _Atomic uint64_t *dst = dst_;

    for (uint64_t i = 0; i < map_round_up_8(size) / 8; i++) {
        atomic_store_explicit(&dst[i], 0, memory_order_relaxed);
    }
}

bool
okobpf_map_value_is_touched(const void *src_, uint64_t size)
{
    const _Atomic uint64_t *src = src_;

    for (uint64_t i = 0; i < map_round_up_8(size) / 8; i++) {
        if (atomic_load_explicit(&src[i], memory_order_relaxed)) {
            return true;
        }
    }
    return false;
}

void
okobpf_map_value_load(void *dst_, const void *src_, uint32_t size)
{
    const _Atomic uint64_t *src = src_;
    uint8_t *dst = dst_;

    for (; size; src++) {
        uint32_t n = size < 8 ? size : 8;
        uint64_t word = atomic_load_explicit(src, memory_order_relaxed);

        memcpy(dst, &word, n);
        dst += n;
        size -= n;
    }
}

/* Per-core values. */

const char *
okobpf_map_percpu_check(const struct map_spec *spec)
{
    return (spec->value_size % 4
            ? "values are summed over all cores in words of 32 or 64 bits, so "
              "expected a value size that is a multiple of 4"
            : NULL);
}

/* Adds the words of 'n' bytes, 4 or 8, at 'src' to those at 'dst'. */
static void
add_word(uint8_t *dst, const uint8_t *src, uint32_t n)
{
    uint64_t a = 0;
    uint64_t b = 0;

    memcpy(&a, dst, n);
    memcpy(&b, src, n);
    a += b;
    memcpy(dst, &a, n);
}

void
okobpf_map_percpu_sum(void *dst_, const void *values_, uint32_t size,
                      uint64_t stride, uint32_t n_slots)
{
    const uint32_t n = size % 8 ? 4 : 8;
    const uint8_t *values = values_;
    uint8_t *dst = dst_;

    memset(dst, 0, size);
    for (uint32_t slot = 0; slot < n_slots; slot++) {
        for (uint32_t ofs = 0; ofs < size; ofs += n) {
            uint8_t word[8];

            okobpf_map_value_load(word, values + slot * stride + ofs / 8 * 8,
                                  8);
            add_word(dst + ofs, word + ofs % 8, n);
        }
    }
}

void
okobpf_map_percpu_set(void *values_, const void *src, uint32_t size,
                      uint64_t stride, uint32_t n_slots)
{
    uint8_t *values = values_;

    for (uint32_t slot = 0; slot < n_slots; slot++) {
        if (!slot) {
            okobpf_map_value_store(values, src, size);
        } else {
            okobpf_map_value_clear(values + slot * stride, size);
        }
    }
}

void
okobpf_map_percpu_load(void *dst_, const void *values_, uint32_t size,
                       uint64_t stride, uint32_t n_slots)
{
    const uint8_t *values = values_;
    uint8_t *dst = dst_;

    for (uint32_t slot = 0; slot < n_slots; slot++) {
        okobpf_map_value_load(dst + (size_t) slot * size,
                              values + slot * stride, size);
    }
}

bool
okobpf_map_is_percpu(const struct okobpf_map *map)
{
    return (map->info.type == OKOBPF_MAP_PERCPU_ARRAY
            || map->info.type == OKOBPF_MAP_PERCPU_HASH);
}

/* For the user. */

const struct okobpf_map_info *
okobpf_map_info(const struct okobpf_map *map)
{
    return &map->info;
}

uint64_t
okobpf_map_n_entries(const struct okobpf_map *map)
{
    return map->ops->n_entries(map);
}

enum okobpf_map_result
okobpf_map_lookup(struct okobpf_map *map, const void *key, size_t key_size,
                  void *value, size_t value_size)
{
    if (key_size != map->info.key_size) {
        return OKOBPF_MAP_BAD_KEY_SIZE;
    }
    if (value_size != map->info.value_size) {
        return OKOBPF_MAP_BAD_VALUE_SIZE;
    }
    if (map->ops->read) {
        return map->ops->read(map, key, value);
    }
    if (!map->ops->lookup) {
        return OKOBPF_MAP_UNSUPPORTED;
    }

    const void *p = map->ops->lookup(map, key, 0);
    if (!p) {
        return OKOBPF_MAP_NO_ENTRY;
    }
    okobpf_map_value_load(value, p, map->info.value_size);
    return OKOBPF_MAP_OK;
}

enum okobpf_map_result
okobpf_map_update(struct okobpf_map *map, const void *key, size_t key_size,
                  const void *value, size_t value_size, uint64_t flags)
{
    if (map->info.read_only) {
        return OKOBPF_MAP_READ_ONLY;
    }
    if (!map->ops->write && !map->ops->update) {
        return OKOBPF_MAP_UNSUPPORTED;
    }
    if (key_size != map->info.key_size) {
        return OKOBPF_MAP_BAD_KEY_SIZE;
    }
    if (value_size != map->info.value_size) {
        return OKOBPF_MAP_BAD_VALUE_SIZE;
    }
    if (flags > OKOBPF_EXIST) {
        return OKOBPF_MAP_BAD_FLAGS;
    }
    return (map->ops->write
            ? map->ops->write(map, key, value, flags)
            : map->ops->update(map, key, value, flags, 0));
}

enum okobpf_map_result
okobpf_map_delete(struct okobpf_map *map, const void *key, size_t key_size)
{
    if (map->info.read_only) {
        return OKOBPF_MAP_READ_ONLY;
    }
    if (!map->ops->delete) {
        return OKOBPF_MAP_UNSUPPORTED;
    }
    if (key_size != map->info.key_size) {
        return OKOBPF_MAP_BAD_KEY_SIZE;
    }

    enum okobpf_map_result result = map->ops->delete(map, key);
    okobpf_map_free_retired(map);
    return result;
}

size_t
okobpf_map_update_many(struct okobpf_map *map, const void *entries,
                       size_t key_size, size_t value_size, size_t n,
                       uint64_t flags, enum okobpf_map_result results[])
{
    const uint8_t *entry = entries;
    size_t n_done = 0;

    for (size_t i = 0; i < n; i++, entry += key_size + value_size) {
        enum okobpf_map_result result = okobpf_map_update(
            map, entry, key_size, entry + key_size, value_size, flags);

        n_done += result == OKOBPF_MAP_OK;
        if (results) {
            results[i] = result;
        }
    }
    return n_done;
}

size_t
okobpf_map_delete_many(struct okobpf_map *map, const void *keys,
                       size_t key_size, size_t n,
                       enum okobpf_map_result results[])
{
    const uint8_t *key = keys;
    size_t n_done = 0;

    for (size_t i = 0; i < n; i++, key += key_size) {
        enum okobpf_map_result result = okobpf_map_delete(map, key, key_size);

        n_done += result == OKOBPF_MAP_OK;
        if (results) {
            results[i] = result;
        }
    }
    return n_done;
}

struct okobpf_map *
okobpf_map_create_like(const struct okobpf_map *map)
{
    return okobpf_map_make_like(map);
}

void
okobpf_map_unref(struct okobpf_map *map)
{
    okobpf_map_release(map);
}

void
okobpf_map_clear(struct okobpf_map *map)
{
    if (!map->info.read_only) {
        map->ops->clear(map);
        okobpf_map_free_retired(map);
    }
}

bool
okobpf_map_clear_some(struct okobpf_map *map, uint64_t *cursor)
{
    bool more = false;

    if (map->info.read_only) {
        return false;
    }
    if (map->ops->clear_some) {
        more = map->ops->clear_some(map, cursor);
    } else {
        map->ops->clear(map);
    }
    okobpf_map_free_retired(map);
    return more;
}

bool
okobpf_map_next(struct okobpf_map *map, uint64_t *cursor, void *key,
                void *value)
{
    return map->ops->next(map, cursor, key, value);
}

void
okobpf_map_dump_sizes(const struct okobpf_map *map, uint32_t *key_size,
                      uint32_t *value_size)
{
    *key_size = map->info.key_size;
    *value_size = map->info.value_size;
    if (map->ops->dump_sizes) {
        map->ops->dump_sizes(map, key_size, value_size);
    }
}

/* Saving and restoring. */

void
okobpf_map_state_sizes(const struct okobpf_map *map,
                       struct okobpf_map_state_sizes *sizes)
{
    *sizes = (struct okobpf_map_state_sizes) {
        .key_size = map->info.key_size,
        .value_size = map->info.value_size,
        .n_values = okobpf_map_is_percpu(map) ? map->n_slots : 1,
    };
    if (map->ops->restore) {
        sizes->key_size = sizeof(uint32_t);
        sizes->value_size = sizeof(uint64_t);
    }
}

bool
okobpf_map_next_state(struct okobpf_map *map, uint64_t *cursor, void *key,
                      void *values)
{
    return (map->ops->next_state ? map->ops->next_state : map->ops->next)(
        map, cursor, key, values);
}

enum okobpf_map_result
okobpf_map_restore(struct okobpf_map *map, const void *key, size_t key_size,
                   uint32_t index, const void *value, size_t value_size)
{
    struct okobpf_map_state_sizes sizes;

    okobpf_map_state_sizes(map, &sizes);
    if (map->info.read_only) {
        return OKOBPF_MAP_READ_ONLY;
    }
    if (key_size != sizes.key_size) {
        return OKOBPF_MAP_BAD_KEY_SIZE;
    }
    if (value_size != sizes.value_size) {
        return OKOBPF_MAP_BAD_VALUE_SIZE;
    }
    if (index >= sizes.n_values) {
        return OKOBPF_MAP_BAD_KEY;
    }
    return (map->ops->restore
            ? map->ops->restore(map, key, value)
            : map->ops->update(map, key, value, OKOBPF_ANY, index));
}
