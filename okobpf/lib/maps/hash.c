/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Hash tables, per core and not: see hash.h.  Removed entries are used again
 * after the host's grace period. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/hash.h"

static bool
is_percpu(const struct okobpf_map *map)
{
    return map->info.type == OKOBPF_MAP_PERCPU_HASH;
}

static const struct hash_class plain_class = {
    .header_size = sizeof(struct hash_entry),
    .spare_shift = 6,
    .stripe_len = 1,
};

static const char *
plain_check(const struct map_spec *spec, uint32_t n_slots, uint64_t *memory)
{
    return hash_check(spec, &plain_class, n_slots, memory);
}

static struct okobpf_map *
plain_create(const struct map_spec *spec, uint32_t n_slots)
{
    return hash_create(spec, &plain_class, n_slots);
}

static void *
plain_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    struct map_hash *hash = hash_cast(map);
    struct hash_table *table = hash_table(hash);
    uint32_t number;

    if (is_percpu(map) && slot >= map->n_slots) {
        return NULL;
    }
    number = hash_find(hash, table, hash_of(hash, key), key);
    return (number ? hash_value(hash, hash_entry(hash, table, number), slot)
            : NULL);
}

/* Adds 'key', which is not in 'table' yet.  The caller holds the lock. */
static enum okobpf_map_result
add_entry(struct map_hash *hash, struct hash_table *table, uint64_t h,
          const void *key, const void *value, uint32_t slot)
{
    const struct okobpf_map *map = &hash->up;
    struct hash_entry *e;
    uint32_t number;

    if (!hash_reserve(hash, table)) {
        return OKOBPF_MAP_FULL;
    }
    number = hash_alloc(hash, table, hash_stripe(hash, table, h));
    if (!number) {
        hash_unreserve(table);
        return OKOBPF_MAP_NO_MEMORY;
    }
    e = hash_entry(hash, table, number);
    if (is_percpu(map)) {
        map_value_clear(hash_value(hash, e, 0), hash->stride * map->n_slots);
    }
    map_value_store(hash_value(hash, e, slot), value, map->info.value_size);
    hash_insert(hash, table, number, h, key);
    return OKOBPF_MAP_OK;
}

/* Sets the value of 'slot', or of all slots (that is, of slot 0, and the
 * others to zeros) if 'all'. */
static enum okobpf_map_result
set(struct okobpf_map *map, const void *key, const void *value,
    uint64_t flags, uint32_t slot, bool all)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);

    hash_prefetch(hash, h);
    for (bool again = false;; again = true) {
        enum okobpf_map_result result = OKOBPF_MAP_OK;
        pthread_mutex_t *mutex = hash_lock(hash, h);
        struct hash_table *table = hash_table(hash);
        uint32_t number = hash_find(hash, table, h, key);

        if (number) {
            struct hash_entry *e = hash_entry(hash, table, number);

            if (flags == OKOBPF_NOEXIST) {
                result = OKOBPF_MAP_EXISTS;
            } else if (all && is_percpu(map)) {
                map_percpu_set(hash_value(hash, e, 0), value,
                               map->info.value_size, hash->stride,
                               map->n_slots);
            } else {
                map_value_store(hash_value(hash, e, slot), value,
                                map->info.value_size);
            }
        } else if (flags == OKOBPF_EXIST) {
            result = OKOBPF_MAP_NO_ENTRY;
        } else {
            result = add_entry(hash, table, h, key, value, slot);
        }
        pthread_mutex_unlock(mutex);

        /* Other stripes may have some. */
        if (result != OKOBPF_MAP_NO_MEMORY || again || !hash_gather(hash)) {
            return result;
        }
    }
}

static enum okobpf_map_result
plain_update(struct okobpf_map *map, const void *key, const void *value,
             uint64_t flags, uint32_t slot)
{
    if (is_percpu(map) && slot >= map->n_slots) {
        return OKOBPF_MAP_UNSUPPORTED;
    }
    return set(map, key, value, flags, slot, false);
}

static enum okobpf_map_result
plain_write(struct okobpf_map *map, const void *key, const void *value,
            uint64_t flags)
{
    return set(map, key, value, flags, 0, true);
}

static enum okobpf_map_result
plain_delete(struct okobpf_map *map, const void *key)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);
    pthread_mutex_t *mutex = hash_lock(hash, h);
    struct hash_table *table = hash_table(hash);
    uint32_t number = hash_find(hash, table, h, key);

    if (number) {
        struct hash_stripe *stripe = hash_stripe(hash, table, h);

        hash_remove(hash, table, stripe, number, h);
        hash_unreserve(table);
        hash_retire(hash, table, stripe, number);
    }
    pthread_mutex_unlock(mutex);

    if (!number) {
        return OKOBPF_MAP_NO_ENTRY;
    }
    hash_retired(hash);
    return OKOBPF_MAP_OK;
}

/* For per-core tables. */
static enum okobpf_map_result
percpu_read_slot(struct okobpf_map *map, const void *key, void *value,
                 uint32_t slot)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);
    pthread_mutex_t *mutex = hash_lock(hash, h);
    struct hash_table *table = hash_table(hash);
    uint32_t number = hash_find(hash, table, h, key);

    if (number) {
        map_value_load(value,
                       hash_value(hash, hash_entry(hash, table, number),
                                  slot), map->info.value_size);
    }
    pthread_mutex_unlock(mutex);
    return number ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY;
}

#define HASH_OPS(READ_SLOT, NEXT_STATE)         \
    {                                           \
        .check = plain_check,                   \
        .create = plain_create,                 \
        .destroy = hash_destroy,                \
        .lookup = plain_lookup,                 \
        .update = plain_update,                 \
        .delete = plain_delete,                 \
        .read = hash_read,                      \
        .read_slot = READ_SLOT,                 \
        .write = plain_write,                   \
        .n_entries = hash_n_entries,            \
        .clear = hash_clear,                    \
        .clear_some = hash_clear_some,          \
        .next = hash_next,                      \
        .next_state = NEXT_STATE,               \
        .run_ended = hash_run_ended,            \
    }

const struct map_ops map_hash_ops = HASH_OPS(NULL, NULL);
const struct map_ops map_percpu_hash_ops
    = HASH_OPS(percpu_read_slot, percpu_hash_next_state);
