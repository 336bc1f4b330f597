/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */


#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

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
 * Until then, insertions take the memory of spare entries, 1 MiB or an eighth
 * of the map.  Only if these are used up, because a single run evicts so many
 * or a thread is held up in the midst of a run while others do, an insertion
 * fails for want of memory.  No grace period of the host's is waited for. */

#include "maps/hash.h"

#include <stdlib.h>
#include "epoch.h"
#include "mem.h"

#define MAX_STRIPES 256
#define MIN_STRIPE_LEN 64
#define MAX_CHANCES 128

/* Spare entries: at least as many for each stripe, which is more than what
 * epoch_reclaim() lets pile up, and at least as many bytes in all. */
#define MIN_SPARE_PER_STRIPE 64
#define MIN_SPARE_BYTES (1024 * 1024)

struct lru_entry {
    struct epoch_item item;     /* When it is retired. */

    /* In the stripe's queue, under its lock. */
    struct lru_entry *prev, *next;

    /* Set by use, cleared by a second chance. */
    _Atomic uint64_t used;

    struct hash_entry e;        /* Last, since its size varies. */
};

/* Under the lock of the same index in the hash table.  Alone in its cache
 * line. */
struct lru_stripe {
    struct lru_entry *head, *tail;
    struct epoch_queue retired;
} __attribute__((__aligned__(64)));

struct map_lru {
    struct map_hash hash;
    struct lru_stripe *stripes; /* hash.lock_mask + 1 of them. */
    uint64_t entry_size;
    uint32_t max_allocated;

    /* Entries in the map and retired ones. */
    _Atomic uint32_t n_allocated __attribute__((__aligned__(64)));

    /* Epoch in which free_retired() freed what it could. */
    _Atomic uint64_t freed_epoch;
};

static struct map_lru *
lru_cast(const struct okobpf_map *map)
{
    return (void *) map;
}

static struct lru_entry *
lru_entry_cast(struct hash_entry *e)
{
    return (void *) ((char *) e - offsetof(struct lru_entry, e));
}

static struct lru_entry *
item_cast(struct epoch_item *item)
{
    return (void *) item;
}

/* Geometry. */

static uint32_t
lru_n_stripes(const struct map_spec *spec)
{
    uint32_t n = 1;

    while (n < MAX_STRIPES && spec->max_entries / MIN_STRIPE_LEN >= 2 * n) {
        n *= 2;
    }
    return n;
}

static uint64_t
lru_entry_size(const struct map_spec *spec)
{
    return map_sizes_add(offsetof(struct lru_entry, e),
                         hash_entry_size(spec, 1));
}

/* Returns the number of entries in the map and retired ones at most. */
static uint64_t
lru_max_allocated(const struct map_spec *spec)
{
    uint64_t stripes = (uint64_t) lru_n_stripes(spec) * MIN_SPARE_PER_STRIPE;
    uint64_t bytes = MIN_SPARE_BYTES / lru_entry_size(spec);
    uint64_t spare = spec->max_entries / 8;

    spare = spare > stripes ? spare : stripes;
    spare = spare > bytes ? spare : bytes;
    return spec->max_entries + spare;
}

static const char *
lru_check(const struct map_spec *spec, uint32_t n_slots, uint64_t *memory)
{
    uint32_t n_stripes = lru_n_stripes(spec);

    (void) n_slots;
    if (!spec->value_size) {
        return "expected a value size of 1 or more, got 0";
    }
    *memory = map_sizes_add(map_sizes_mul(lru_entry_size(spec),
                                          lru_max_allocated(spec)),
                            hash_table_size(spec, n_stripes)
                            + n_stripes * sizeof(struct lru_stripe));
    return NULL;
}

static struct okobpf_map *
lru_create(const struct map_spec *spec, uint32_t n_slots)
{
    uint32_t n_stripes = lru_n_stripes(spec);
    struct map_lru *lru = mem_alloc_aligned(sizeof *lru);
    uint64_t max_allocated = lru_max_allocated(spec);

    if (!lru) {
        return NULL;
    }
    lru->entry_size = lru_entry_size(spec);
    lru->max_allocated = (max_allocated < UINT32_MAX
                          ? max_allocated : UINT32_MAX);
    lru->stripes = mem_alloc_aligned(n_stripes * sizeof *lru->stripes);
    if (!lru->stripes || !hash_init(&lru->hash, spec, n_slots, n_stripes)) {
        free(lru->stripes);
        free(lru);
        return NULL;
    }
    return &lru->hash.up;
}

static void
lru_destroy(struct okobpf_map *map)
{
    struct map_lru *lru = lru_cast(map);

    for (uint32_t i = 0; i <= lru->hash.lock_mask; i++) {
        struct lru_stripe *stripe = &lru->stripes[i];
        struct lru_entry *e, *next;
        struct epoch_item *item;

        for (e = stripe->head; e; e = next) {
            next = e->next;
            free(e);
        }
        while ((item = epoch_pop(&stripe->retired)) != NULL) {
            free(item_cast(item));
        }
    }
    hash_uninit(&lru->hash);
    free(lru->stripes);
    free(lru);
}

/* Stripes.  The caller of all of these holds the stripe's lock. */

static struct lru_stripe *
lru_stripe(struct map_lru *lru, uint64_t h)
{
    return &lru->stripes[h & lru->hash.lock_mask];
}

static void
queue_push(struct lru_stripe *stripe, struct lru_entry *e)
{
    e->next = NULL;
    e->prev = stripe->tail;
    if (stripe->tail) {
        stripe->tail->next = e;
    } else {
        stripe->head = e;
    }
    stripe->tail = e;
}

static void
queue_remove(struct lru_stripe *stripe, struct lru_entry *e)
{
    if (e->prev) {
        e->prev->next = e->next;
    } else {
        stripe->head = e->next;
    }
    if (e->next) {
        e->next->prev = e->prev;
    } else {
        stripe->tail = e->prev;
    }
}

static void
free_entry(struct map_lru *lru, struct lru_entry *e)
{
    free(e);
    atomic_fetch_sub_explicit(&lru->n_allocated, 1, memory_order_relaxed);
}

/* Returns memory for an entry: that of one that was retired and that no run
 * can hold, or else fresh.  Returns NULL if there is none. */
static struct lru_entry *
alloc_entry(struct map_lru *lru, struct lru_stripe *stripe, bool try_hard)
{
    struct epoch_item *item = epoch_reclaim(&stripe->retired, try_hard);
    struct epoch_item *more = NULL;
    struct lru_entry *e;

    if (item) {
        /* What piled up in a long run dwindles again. */
        if (stripe->retired.n > MIN_SPARE_PER_STRIPE) {
            more = epoch_reclaim(&stripe->retired, false);
        }
        if (more) {
            free_entry(lru, item_cast(more));
        }
        return item_cast(item);
    }
    if (atomic_fetch_add_explicit(&lru->n_allocated, 1, memory_order_relaxed)
        < lru->max_allocated) {
        e = mem_alloc(1, lru->entry_size);
        if (e) {
            return e;
        }
    }
    atomic_fetch_sub_explicit(&lru->n_allocated, 1, memory_order_relaxed);
    return NULL;
}

/* Takes 'e' out of the queue and, removed from the hash table already, retires
 * it. */
static void
retire(struct lru_stripe *stripe, struct lru_entry *e)
{
    queue_remove(stripe, e);
    epoch_retire(&stripe->retired, &e->item);
}

/* Evicts an entry.  Its room remains taken.  Returns false if 'stripe' has
 * no entries. */
static bool
evict(struct map_lru *lru, struct lru_stripe *stripe)
{
    struct lru_entry *e;

    for (int i = 0; (e = stripe->head) != NULL; i++) {
        if (i >= MAX_CHANCES
            || !atomic_load_explicit(&e->used, memory_order_relaxed)) {
            hash_unlink(&lru->hash, &e->e);
            retire(stripe, e);
            return true;
        }
        atomic_store_explicit(&e->used, 0, memory_order_relaxed);
        queue_remove(stripe, e);
        queue_push(stripe, e);
    }
    return false;
}

/* Maps. */

/* Evicts an entry from another stripe than that of 'h', if there is one. */
static void
evict_elsewhere(struct map_lru *lru, uint64_t h)
{
    for (uint32_t i = 1; i <= lru->hash.lock_mask; i++) {
        pthread_mutex_t *mutex = hash_lock(&lru->hash, h + i);
        bool evicted = evict(lru, lru_stripe(lru, h + i));

        if (evicted) {
            hash_unreserve(&lru->hash);
        }
        pthread_mutex_unlock(mutex);
        if (evicted) {
            return;
        }
    }
}

/* Frees the retired entries of all stripes that no run can hold.  Returns
 * false, without a look at them, if there is nothing new to be had: insertions
 * that fail must not take long. */
static bool
free_retired(struct map_lru *lru)
{
    uint64_t epoch = epoch_advance();

    if (atomic_exchange_explicit(&lru->freed_epoch, epoch,
                                 memory_order_relaxed) == epoch) {
        return false;
    }
    for (uint32_t i = 0; i <= lru->hash.lock_mask; i++) {
        pthread_mutex_t *mutex = hash_lock(&lru->hash, i);
        struct lru_stripe *stripe = lru_stripe(lru, i);
        struct epoch_item *item;

        while ((item = epoch_reclaim(&stripe->retired, true)) != NULL) {
            free_entry(lru, item_cast(item));
        }
        pthread_mutex_unlock(mutex);
    }
    return true;
}

static void
mark_used(struct lru_entry *e)
{
    /* Mostly it is marked already, and a read shares the cache line. */
    if (!atomic_load_explicit(&e->used, memory_order_relaxed)) {
        atomic_store_explicit(&e->used, 1, memory_order_relaxed);
    }
}

static void *
lru_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    struct map_hash *hash = hash_cast(map);
    struct hash_entry *e = hash_find(hash, hash_of(hash, key), key);

    (void) slot;
    if (!e) {
        return NULL;
    }
    mark_used(lru_entry_cast(e));
    return hash_value(hash, e, 0);
}

/* Adds 'key', which is not in 'lru' yet.  The caller holds the lock.  Returns
 * OKOBPF_MAP_FULL if other stripes have all the room, and OKOBPF_MAP_NO_MEMORY
 * if retired entries have all the memory, or there is none. */
static enum okobpf_map_result
add_entry(struct map_lru *lru, uint64_t h, const void *key,
          const void *value, bool try_hard)
{
    struct lru_stripe *stripe = lru_stripe(lru, h);
    struct lru_entry *e = alloc_entry(lru, stripe, try_hard);

    if (!e) {
        return OKOBPF_MAP_NO_MEMORY;
    }
    if (!hash_reserve(&lru->hash) && !evict(lru, stripe)) {
        free_entry(lru, e);
        return OKOBPF_MAP_FULL;
    }
    atomic_store_explicit(&e->used, 0, memory_order_relaxed);
    queue_push(stripe, e);
    map_value_store(hash_value(&lru->hash, &e->e, 0), value,
                    lru->hash.up.info.value_size);
    hash_insert(&lru->hash, &e->e, h, key);
    return OKOBPF_MAP_OK;
}

static enum okobpf_map_result
lru_update(struct okobpf_map *map, const void *key, const void *value,
           uint64_t flags, uint32_t slot)
{
    struct map_lru *lru = lru_cast(map);
    uint64_t h = hash_of(&lru->hash, key);
    bool try_hard = false;

    (void) slot;
    for (;;) {
        enum okobpf_map_result result = OKOBPF_MAP_OK;
        pthread_mutex_t *mutex = hash_lock(&lru->hash, h);
        struct hash_entry *e = hash_find(&lru->hash, h, key);

        if (e) {
            if (flags == OKOBPF_NOEXIST) {
                result = OKOBPF_MAP_EXISTS;
            } else {
                map_value_store(hash_value(&lru->hash, e, 0), value,
                                map->info.value_size);
                mark_used(lru_entry_cast(e));
            }
        } else if (flags == OKOBPF_EXIST) {
            result = OKOBPF_MAP_NO_ENTRY;
        } else {
            result = add_entry(lru, h, key, value, try_hard);
        }
        pthread_mutex_unlock(mutex);

        /* These need the locks of other stripes. */
        if (result == OKOBPF_MAP_FULL) {
            evict_elsewhere(lru, h);
        } else if (result == OKOBPF_MAP_NO_MEMORY && !try_hard
                   && free_retired(lru)) {
            try_hard = true;
        } else {
            return result;
        }
    }
}

static enum okobpf_map_result
lru_delete(struct okobpf_map *map, const void *key)
{
    struct map_lru *lru = lru_cast(map);
    uint64_t h = hash_of(&lru->hash, key);
    pthread_mutex_t *mutex = hash_lock(&lru->hash, h);
    struct hash_entry *e = hash_remove(&lru->hash, h, key);

    if (e) {
        hash_unreserve(&lru->hash);
        retire(lru_stripe(lru, h), lru_entry_cast(e));
    }
    pthread_mutex_unlock(mutex);
    return e ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY;
}

static void
lru_clear(struct okobpf_map *map)
{
    struct map_lru *lru = lru_cast(map);

    for (uint32_t i = 0; i <= lru->hash.lock_mask; i++) {
        pthread_mutex_t *mutex = hash_lock(&lru->hash, i);
        struct lru_stripe *stripe = &lru->stripes[i];
        struct lru_entry *e;

        while ((e = stripe->head) != NULL) {
            hash_unlink(&lru->hash, &e->e);
            hash_unreserve(&lru->hash);
            retire(stripe, e);
        }
        pthread_mutex_unlock(mutex);
    }
    free_retired(lru);
}

const struct map_ops map_lru_hash_ops = {
    .check = lru_check,
    .create = lru_create,
    .destroy = lru_destroy,
    .lookup = lru_lookup,
    .update = lru_update,
    .delete = lru_delete,
    .read = hash_read,
    .n_entries = hash_n_entries,
    .clear = lru_clear,
    .next = hash_next,
    .waits_for_runs = true,
};
