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
    return okobpf_hash_check(spec, &plain_class, n_slots, memory);
}

static struct okobpf_map *
plain_create(const struct map_spec *spec, uint32_t n_slots)
{
    return okobpf_hash_create(spec, &plain_class, n_slots);
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

    if (!okobpf_hash_reserve(hash, table)) {
        return OKOBPF_MAP_FULL;
    }
    number = okobpf_hash_alloc(hash, table, hash_stripe(hash, table, h));
    if (!number) {
        hash_unreserve(table);
        return OKOBPF_MAP_NO_MEMORY;
    }
    e = hash_entry(hash, table, number);
    if (is_percpu(map)) {
        okobpf_map_value_clear(hash_value(hash, e, 0),
                               hash->stride * map->n_slots);
    }
    okobpf_map_value_store(hash_value(hash, e, slot), value,
                           map->info.value_size);
    okobpf_hash_insert(hash, table, number, h, key);
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
                okobpf_map_percpu_set(hash_value(hash, e, 0), value,
                                      map->info.value_size, hash->stride,
                                      map->n_slots);
            } else {
                okobpf_map_value_store(hash_value(hash, e, slot), value,
                                       map->info.value_size);
            }
        } else if (flags == OKOBPF_EXIST) {
            result = OKOBPF_MAP_NO_ENTRY;
        } else {
            result = add_entry(hash, table, h, key, value, slot);
        }
        pthread_mutex_unlock(mutex);

        /* Other stripes may have some. */
        if (result != OKOBPF_MAP_NO_MEMORY || again
            || !okobpf_hash_gather(hash)) {
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

        okobpf_hash_remove(hash, table, stripe, number, h);
        hash_unreserve(table);
        okobpf_hash_retire(hash, table, stripe, number);
    }
    pthread_mutex_unlock(mutex);

    if (!number) {
        return OKOBPF_MAP_NO_ENTRY;
    }
    okobpf_hash_retired(hash);
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
        okobpf_map_value_load(value,
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
        .destroy = okobpf_hash_destroy,         \
        .lookup = plain_lookup,                 \
        .update = plain_update,                 \
        .delete = plain_delete,                 \
        .read = okobpf_hash_read,               \
        .read_slot = READ_SLOT,                 \
        .write = plain_write,                   \
        .n_entries = okobpf_hash_n_entries,     \
        .clear = okobpf_hash_clear,             \
        .clear_some = okobpf_hash_clear_some,   \
        .next = okobpf_hash_next,               \
        .next_state = NEXT_STATE,               \
        .run_ended = okobpf_hash_run_ended,     \
    }

const struct map_ops okobpf_map_hash_ops = HASH_OPS(NULL, NULL);
const struct map_ops okobpf_map_percpu_hash_ops
    = HASH_OPS(percpu_read_slot, okobpf_percpu_hash_next_state);
