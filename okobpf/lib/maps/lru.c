/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* LRU hash tables: never full, since an insertion into one that is makes room
 * by evicting an entry that was not used of late.
 *
 * What "of late" means: the entries are split among stripes, by hash, 64
 * or more on the average in each, so that all entries of a map of less than
 * 128 are in one.  Each stripe is a queue in the order of insertion.  When the
 * map is full, the insertion of a key evicts from the key's own stripe:
 * the entry at the head of the queue, unless it was used since it was added or
 * last came to the head, in which case it gets a second chance at the tail.
 * (F. J. Corbato, "A paging experiment with the Multics system", 1968: the
 * "clock".)  So the entry that goes is an old one that was not used for a
 * while, rather than exactly the least recently used one of the whole map.  To
 * bound the time that it takes, after MAX_CHANCES second chances in a row the
 * next entry goes in any case.
 *
 * A use is a lookup by a program, or an update of an entry that is there.
 * Lookups and dumps by the user outside of the switch are none, so that
 * looking at a map does not change it.
 *
 * Memory.  An entry is evicted with nearly each insertion into a full map, and
 * a running program may hold a pointer to its value.  Its memory is used again
 * when all runs that went on when it was evicted have ended: see epoch.h.
 * Until then, insertions take the memory of spare entries, 1 MiB or a 32nd of
 * the map.  Only if these are used up, because a single run evicts so many
 * or a thread is held up in the midst of a run while others do, an insertion
 * fails for want of memory.  No grace period of the host's is waited for. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/hash.h"

#define MAX_CHANCES 128

/* Whether the entry was used since it was added or had its last chance. */
#define USED HASH_LINK_BIT

/* What is in front of the key. */
struct lru_entry {
    _Atomic uint32_t link;      /* As in 'struct hash_entry', with USED. */
    uint32_t prev, next;        /* In the stripe's queue, under its lock. */
};

static struct lru_entry *
lru_entry(const struct map_hash *hash, struct hash_table *table,
          uint32_t number)
{
    return (void *) hash_entry(hash, table, number);
}

/* Stripes.  The caller of all of these holds the stripe's lock. */

static void
queue_push(struct map_hash *hash, struct hash_table *table,
           struct hash_stripe *stripe, uint32_t number)
{
    struct lru_entry *e = lru_entry(hash, table, number);

    e->next = 0;
    e->prev = stripe->tail;
    if (stripe->tail) {
        lru_entry(hash, table, stripe->tail)->next = number;
    } else {
        stripe->head = number;
    }
    stripe->tail = number;
}

static void
queue_remove(struct map_hash *hash, struct hash_table *table,
             struct hash_stripe *stripe, uint32_t number)
{
    const struct lru_entry *e = lru_entry(hash, table, number);

    if (e->prev) {
        lru_entry(hash, table, e->prev)->next = e->next;
    } else {
        stripe->head = e->next;
    }
    if (e->next) {
        lru_entry(hash, table, e->next)->prev = e->prev;
    } else {
        stripe->tail = e->prev;
    }
}

/* Removes entry 'number', whose key's hash is 'h'. */
static void
remove_entry(struct map_hash *hash, struct hash_table *table,
             struct hash_stripe *stripe, uint32_t number, uint64_t h)
{
    okobpf_hash_remove(hash, table, stripe, number, h);
    queue_remove(hash, table, stripe, number);
    okobpf_hash_retire(hash, table, stripe, number);
}

/* Evicts an entry.  Its room remains taken.  Returns false if 'stripe' has
 * no entries. */
static bool
evict(struct map_hash *hash, struct hash_table *table,
      struct hash_stripe *stripe)
{
    uint32_t number;

    for (int i = 0; (number = stripe->head) != 0; i++) {
        struct lru_entry *e = lru_entry(hash, table, number);

        if (i >= MAX_CHANCES
            || !(atomic_load_explicit(&e->link, memory_order_relaxed)
                 & USED)) {
            const void *key = hash_key(hash, hash_entry(hash, table, number));

            remove_entry(hash, table, stripe, number, hash_of(hash, key));
            return true;
        }
        atomic_fetch_and_explicit(&e->link, ~USED, memory_order_relaxed);
        queue_remove(hash, table, stripe, number);
        queue_push(hash, table, stripe, number);
    }
    return false;
}

/* Maps. */

static const struct hash_class lru_class = {
    .header_size = sizeof(struct lru_entry),
    .spare_shift = 5,
    .stripe_len = 64,
    .waits_for_runs = true,
    .forget = queue_remove,
};

static const char *
lru_check(const struct map_spec *spec, uint32_t n_slots, uint64_t *memory)
{
    return okobpf_hash_check(spec, &lru_class, n_slots, memory);
}

static struct okobpf_map *
lru_create(const struct map_spec *spec, uint32_t n_slots)
{
    return okobpf_hash_create(spec, &lru_class, n_slots);
}

/* Evicts an entry from another stripe than that of 'h', if there is one. */
static void
evict_elsewhere(struct map_hash *hash, uint64_t h)
{
    uint32_t own = hash_stripe_index(hash, h);

    for (uint32_t i = 1; i <= hash->stripe_mask; i++) {
        uint32_t other = (own + i) & hash->stripe_mask;
        pthread_mutex_t *mutex = hash_lock_stripe(hash, other);
        struct hash_table *table = hash_table(hash);
        bool evicted = evict(hash, table, &table->stripes[other]);

        if (evicted) {
            hash_unreserve(table);
        }
        pthread_mutex_unlock(mutex);
        if (evicted) {
            return;
        }
    }
}

static void
mark_used(struct lru_entry *e)
{
    /* Mostly it is marked already, and a read shares the cache line. */
    if (!(atomic_load_explicit(&e->link, memory_order_relaxed) & USED)) {
        atomic_fetch_or_explicit(&e->link, USED, memory_order_relaxed);
    }
}

static void *
lru_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    struct map_hash *hash = hash_cast(map);
    struct hash_table *table = hash_table(hash);
    uint32_t number = hash_find(hash, table, hash_of(hash, key), key);

    (void) slot;
    if (!number) {
        return NULL;
    }
    mark_used(lru_entry(hash, table, number));
    return hash_value(hash, hash_entry(hash, table, number), 0);
}

/* Adds 'key', which is not in 'table' yet.  The caller holds the lock.
 * Returns OKOBPF_MAP_FULL if other stripes have all the room, and
 * OKOBPF_MAP_NO_MEMORY if retired entries have all the memory. */
static enum okobpf_map_result
add_entry(struct map_hash *hash, struct hash_table *table, uint64_t h,
          const void *key, const void *value)
{
    struct hash_stripe *stripe = hash_stripe(hash, table, h);
    uint32_t number = okobpf_hash_alloc(hash, table, stripe);

    if (!number) {
        return OKOBPF_MAP_NO_MEMORY;
    }
    if (!okobpf_hash_reserve(hash, table) && !evict(hash, table, stripe)) {
        okobpf_hash_free(hash, table, stripe, number);
        return OKOBPF_MAP_FULL;
    }
    queue_push(hash, table, stripe, number);
    okobpf_map_value_store(
        hash_value(hash, hash_entry(hash, table, number), 0), value,
        hash->up.info.value_size);
    okobpf_hash_insert(hash, table, number, h, key);
    return OKOBPF_MAP_OK;
}

static enum okobpf_map_result
lru_update(struct okobpf_map *map, const void *key, const void *value,
           uint64_t flags, uint32_t slot)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);
    bool gathered = false;

    (void) slot;
    hash_prefetch(hash, h);
    for (;;) {
        enum okobpf_map_result result = OKOBPF_MAP_OK;
        pthread_mutex_t *mutex = hash_lock(hash, h);
        struct hash_table *table = hash_table(hash);
        uint32_t number = hash_find(hash, table, h, key);

        if (number) {
            if (flags == OKOBPF_NOEXIST) {
                result = OKOBPF_MAP_EXISTS;
            } else {
                okobpf_map_value_store(hash_value(hash, hash_entry(hash, table,
                                                                   number), 0),
                                       value, map->info.value_size);
                mark_used(lru_entry(hash, table, number));
            }
        } else if (flags == OKOBPF_EXIST) {
            result = OKOBPF_MAP_NO_ENTRY;
        } else {
            result = add_entry(hash, table, h, key, value);
        }
        pthread_mutex_unlock(mutex);

        /* These need the locks of other stripes. */
        if (result == OKOBPF_MAP_FULL) {
            evict_elsewhere(hash, h);
        } else if (result == OKOBPF_MAP_NO_MEMORY && !gathered
                   && okobpf_hash_gather(hash)) {
            gathered = true;
        } else {
            return result;
        }
    }
}

static enum okobpf_map_result
lru_delete(struct okobpf_map *map, const void *key)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);
    pthread_mutex_t *mutex = hash_lock(hash, h);
    struct hash_table *table = hash_table(hash);
    uint32_t number = hash_find(hash, table, h, key);

    if (number) {
        hash_unreserve(table);
        remove_entry(hash, table, hash_stripe(hash, table, h), number, h);
    }
    pthread_mutex_unlock(mutex);
    return number ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY;
}

const struct map_ops okobpf_map_lru_hash_ops = {
    .check = lru_check,
    .create = lru_create,
    .destroy = okobpf_hash_destroy,
    .lookup = lru_lookup,
    .update = lru_update,
    .delete = lru_delete,
    .read = okobpf_hash_read,
    .n_entries = okobpf_hash_n_entries,
    .clear = okobpf_hash_clear,
    .clear_some = okobpf_hash_clear_some,
    .next = okobpf_hash_next,
    .run_ended = okobpf_hash_run_ended,
    .waits_for_runs = true,
};
