/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The table of hash maps, as the user outside of the switch sees it: see
 * hash.h.
 *
 * The user's thread may be one that readers do not wait for, so that a table
 * that another user's clearing has replaced may be freed at any time.  It is
 * only looked at with the lock of a stripe: replace_table() takes all of them
 * in turn before it gives the table up. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/hash.h"

#include "mem.h"

/* Buckets that are cleared in one go, where they must be one by one. */
#define CLEAR_BUCKETS 256

/* Copies what the user sees of the value of 'e'. */
static void
read_entry(const struct map_hash *hash, struct hash_entry *e, void *value)
{
    const struct okobpf_map *map = &hash->up;

    if (map->info.type == OKOBPF_MAP_PERCPU_HASH) {
        okobpf_map_percpu_sum(value, hash_value(hash, e, 0),
                              map->info.value_size, hash->stride,
                              map->n_slots);
    } else {
        okobpf_map_value_load(value, hash_value(hash, e, 0),
                              map->info.value_size);
    }
}

enum okobpf_map_result
okobpf_hash_read(struct okobpf_map *map, const void *key, void *value)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);
    pthread_mutex_t *mutex = hash_lock(hash, h);
    struct hash_table *table = hash_table(hash);
    uint32_t number = hash_find(hash, table, h, key);

    if (number) {
        read_entry(hash, hash_entry(hash, table, number), value);
    }
    pthread_mutex_unlock(mutex);
    return number ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY;
}

uint64_t
okobpf_hash_n_entries(const struct okobpf_map *map)
{
    struct map_hash *hash = hash_cast(map);
    pthread_mutex_t *mutex = hash_lock_stripe(hash, 0);
    uint64_t n = atomic_load_explicit(&hash_table(hash)->n,
                                      memory_order_relaxed);

    pthread_mutex_unlock(mutex);
    return n;
}

/* Returns the first place from '*place' on in the bucket that has an entry:
 * stores it in '*place', and returns the number of the entry.  Returns 0 if
 * there is none. */
static uint32_t
find_place(const struct map_hash *hash, struct hash_table *table,
           struct hash_bucket *bucket, uint32_t *place)
{
    uint32_t number;

    for (; *place < HASH_N_WORDS; (*place)++) {
        number = (atomic_load_explicit(&bucket->words[*place],
                                       memory_order_relaxed)
                  & ~hash->tag_mask);
        if (number) {
            return number;
        }
    }
    number = atomic_load_explicit(&bucket->list, memory_order_relaxed);
    while (number && HASH_N_WORDS + number < *place) {
        number = hash_get_link(hash, table, number);
    }
    *place = HASH_N_WORDS + number;
    return number;
}

/* A cursor is 0 at first.  Its upper half is a bucket, and its lower half the
 * place in it to look at next.  'read' copies the value, or values. */
static bool
hash_next__(struct okobpf_map *map, uint64_t *cursor, void *key, void *value,
            void (*read)(const struct map_hash *, struct hash_entry *,
                         void *value))
{
    struct map_hash *hash = hash_cast(map);
    uint32_t place = (uint32_t) *cursor;
    uint64_t i = *cursor >> 32;

    for (; i < hash->n_buckets; i++, place = 0) {
        pthread_mutex_t *mutex = hash_lock_stripe(hash, i & hash->stripe_mask);
        struct hash_table *table = hash_table(hash);
        uint32_t number = find_place(hash, table, hash_bucket(hash, table, i),
                                     &place);

        if (number) {
            struct hash_entry *e = hash_entry(hash, table, number);

            memcpy(key, hash_key(hash, e), map->info.key_size);
            read(hash, e, value);
            *cursor = i << 32 | (place + 1);
        }
        pthread_mutex_unlock(mutex);
        if (number) {
            return true;
        }
    }
    *cursor = i << 32;
    return false;
}

bool
okobpf_hash_next(struct okobpf_map *map, uint64_t *cursor, void *key,
                 void *value)
{
    return hash_next__(map, cursor, key, value, read_entry);
}

static void
read_entry_state(const struct map_hash *hash, struct hash_entry *e,
                 void *values)
{
    okobpf_map_percpu_load(values, hash_value(hash, e, 0),
                           hash->up.info.value_size, hash->stride,
                           hash->up.n_slots);
}

bool
okobpf_percpu_hash_next_state(struct okobpf_map *map, uint64_t *cursor,
                              void *key, void *values)
{
    return hash_next__(map, cursor, key, values, read_entry_state);
}

/* Clearing. */

static void
reclaim_table(void *table_)
{
    struct hash_table *table = table_;
    struct map_hash *hash = table->hash;

    okobpf_hash_free_table(table);
    atomic_store(&hash->has_old_table, false);
    okobpf_map_reclaimed(&hash->up, hash->table_size);
}

/* Puts an empty table in the place of the one that is there, and has that
 * freed when no reader can hold it.  Returns false if there is no memory, or
 * if the one before that still waits. */
static bool
replace_table(struct map_hash *hash)
{
    struct hash_table *old, *new;

    if (atomic_exchange(&hash->has_old_table, true)) {
        return false;
    }
    new = okobpf_hash_new_table(hash);
    if (!new) {
        atomic_store(&hash->has_old_table, false);
        return false;
    }
    old = atomic_exchange(&hash->table, new);

    /* Writers that have found the old one are done when they let go of their
     * locks. */
    for (uint32_t i = 0; i <= hash->stripe_mask; i++) {
        pthread_mutex_unlock(hash_lock_stripe(hash, i));
    }
    if (hash->up.host->defer) {
        okobpf_map_defer(&hash->up, reclaim_table, old, hash->table_size);
    } else {
        hash->old_table = old;
    }
    return true;
}

static void
clear_bucket(struct map_hash *hash, uint32_t index)
{
    uint32_t i = index & hash->stripe_mask;
    pthread_mutex_t *mutex = hash_lock_stripe(hash, i);
    struct hash_table *table = hash_table(hash);
    struct hash_stripe *stripe = &table->stripes[i];
    struct hash_bucket *bucket = hash_bucket(hash, table, index);
    uint32_t place = 0;
    uint32_t number;

    while ((number = find_place(hash, table, bucket, &place))) {
        if (hash->class->forget) {
            hash->class->forget(hash, table, stripe, number);
        }
        okobpf_hash_remove_from(hash, table, index, number);
        hash_unreserve(table);
        okobpf_hash_retire(hash, table, stripe, number);
    }
    pthread_mutex_unlock(mutex);
}

bool
okobpf_hash_clear_some(struct okobpf_map *map, uint64_t *cursor)
{
    struct map_hash *hash = hash_cast(map);

    if (!*cursor && replace_table(hash)) {
        *cursor = hash->n_buckets;
        return false;
    }
    for (int i = 0; i < CLEAR_BUCKETS && *cursor < hash->n_buckets; i++) {
        clear_bucket(hash, (*cursor)++);
    }
    okobpf_hash_retired(hash);
    return *cursor < hash->n_buckets;
}

void
okobpf_hash_clear(struct okobpf_map *map)
{
    uint64_t cursor = 0;

    while (okobpf_hash_clear_some(map, &cursor)) {
        continue;
    }
}
