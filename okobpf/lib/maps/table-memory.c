/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The memory of the entries of hash maps: see hash.h. */

#include "maps/hash.h"

#include "epoch.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(P, SIZE) ((void) (P), (void) (SIZE))
#define ASAN_UNPOISON_MEMORY_REGION(P, SIZE) ((void) (P), (void) (SIZE))
#endif

/* What a stripe keeps to itself is not more than that: as many entries that
 * were never used, taken together, and as many free ones. */
#define FRESH_BATCH 8
#define MAX_FREE (HASH_MIN_SPARE - FRESH_BATCH)

/* Entries of a stripe that wait, and how many more, when it is worth the time
 * to look at all threads. */
#define ADVANCE_LEN 32
#define ADVANCE_STEP 8

/* Removed entries. */

/* Epochs are those of epoch.h, or grace periods of the host.  With either,
 * what was removed in one can have no holder when two more have begun. */
static uint64_t
get_epoch(struct map_hash *hash)
{
    return (hash->class->waits_for_runs
            ? okobpf_epoch_get()
            : atomic_fetch_add_explicit(&hash->n_graces, 0,
                                        memory_order_seq_cst));
}

static void hash_grace_ended(void *hash_);

/* Sees to it that a grace period ends that begins from now on. */
static void
want_grace(struct map_hash *hash)
{
    if (!atomic_exchange_explicit(&hash->grace_is_on, true,
                                  memory_order_acq_rel)) {
        okobpf_map_ref(&hash->up);
        hash->up.host->defer(hash_grace_ended, hash);
    }
}

/* Whether there are entries that wait for another grace period. */
static bool
needs_grace(struct map_hash *hash)
{
    uint64_t last = atomic_load_explicit(&hash->last_retired,
                                         memory_order_seq_cst);

    return last && last + 1 > atomic_load_explicit(&hash->n_graces,
                                                   memory_order_seq_cst);
}

static void
hash_grace_ended(void *hash_)
{
    struct map_hash *hash = hash_;

    atomic_fetch_add_explicit(&hash->n_graces, 1, memory_order_seq_cst);
    atomic_exchange_explicit(&hash->grace_is_on, false, memory_order_acq_rel);
    if (needs_grace(hash)) {
        want_grace(hash);
    }
    okobpf_map_release(&hash->up);
}

void
okobpf_hash_retired(struct map_hash *hash)
{
    if (!hash->class->waits_for_runs && hash->up.host->defer) {
        want_grace(hash);
    }
}

void
okobpf_hash_run_ended(struct okobpf_map *map)
{
    struct map_hash *hash = hash_cast(map);

    if (map->host->defer) {
        return;
    }
    atomic_fetch_add_explicit(&hash->n_graces, 2, memory_order_seq_cst);
    if (hash->old_table) {
        okobpf_hash_free_table(hash->old_table);
        hash->old_table = NULL;
        atomic_store(&hash->has_old_table, false);
    }
}

/* Puts the entries of 'bag' in front of those of '*list'. */
static void
put_bag(struct map_hash *hash, struct hash_table *table,
        struct hash_bag *bag, uint32_t *list)
{
#ifdef __SANITIZE_ADDRESS__
    for (uint32_t i = 0, number = bag->first; i < bag->n; i++) {
        struct hash_entry *e = hash_entry(hash, table, number);

        ASAN_POISON_MEMORY_REGION(e->data, (hash->entry_size
                                            - sizeof *e));
        number = hash_get_link(hash, table, number);
    }
#endif
    hash_set_link(&hash_entry(hash, table, bag->last)->link, *list);
    *list = bag->first;
    bag->n = 0;
}

/* Frees the entries of 'bag', which no reader holds. */
static void
free_bag(struct map_hash *hash, struct hash_table *table,
         struct hash_stripe *stripe, struct hash_bag *bag)
{
    uint32_t n = bag->n;

    if (!n) {
        return;
    }
    if (stripe->n_free + n <= MAX_FREE) {
        put_bag(hash, table, bag, &stripe->free);
        stripe->n_free += n;
    } else {
        pthread_mutex_lock(&table->mutex);
        put_bag(hash, table, bag, &table->free);
        pthread_mutex_unlock(&table->mutex);
    }
}

/* Frees those of the entries that wait that no reader holds. */
static void
free_waiting(struct map_hash *hash, struct hash_table *table,
             struct hash_stripe *stripe)
{
    uint64_t epoch = get_epoch(hash);

    for (int i = 0; i < 2; i++) {
        struct hash_bag *bag = &stripe->waiting[i];

        if (bag->n && bag->epoch + 2 <= epoch) {
            free_bag(hash, table, stripe, bag);
        }
    }
}

void
okobpf_hash_retire(struct map_hash *hash, struct hash_table *table,
                   struct hash_stripe *stripe, uint32_t number)
{
    struct hash_bag *bag = &stripe->waiting[stripe->newest];
    uint64_t epoch = get_epoch(hash);

    if (bag->n && bag->epoch != epoch) {
        /* The other is from an earlier epoch than this, if any. */
        stripe->newest = !stripe->newest;
        bag = &stripe->waiting[stripe->newest];
        free_bag(hash, table, stripe, bag);
    }
    if (!bag->n++) {
        bag->epoch = epoch;
        bag->first = number;
    } else {
        hash_set_link(&hash_entry(hash, table, bag->last)->link, number);
    }
    bag->last = number;
    hash_set_link(&hash_entry(hash, table, number)->link, 0);
    if (!hash->class->waits_for_runs) {
        uint64_t last = atomic_load_explicit(&hash->last_retired,
                                             memory_order_seq_cst);

        while (last <= epoch
               && !atomic_compare_exchange_weak_explicit(
                   &hash->last_retired, &last, epoch + 1,
                   memory_order_seq_cst, memory_order_seq_cst)) {
            continue;
        }
    }
}

/* Gives 'stripe' some entries that were never used.  Returns false if there
 * are none. */
static bool
take_fresh(struct map_hash *hash, struct hash_table *table,
           struct hash_stripe *stripe)
{
    uint32_t n = atomic_load_explicit(&table->n_fresh, memory_order_relaxed);
    uint32_t end;

    do {
        if (n >= hash->max_number) {
            return false;
        }
        end = (hash->max_number - n < FRESH_BATCH ? hash->max_number
               : n + FRESH_BATCH);
    } while (!atomic_compare_exchange_weak_explicit(
                 &table->n_fresh, &n, end, memory_order_relaxed,
                 memory_order_relaxed));
    stripe->fresh = n + 1;
    stripe->fresh_end = end + 1;
    return true;
}

/* Returns an entry that is fresh, or free in the whole table, or 0. */
static uint32_t
alloc_from_table(struct map_hash *hash, struct hash_table *table,
                 struct hash_stripe *stripe)
{
    uint32_t n;

    if (stripe->fresh != stripe->fresh_end
        || take_fresh(hash, table, stripe)) {
        return stripe->fresh++;
    }
    pthread_mutex_lock(&table->mutex);
    n = table->free;
    if (n) {
        table->free = hash_get_link(hash, table, n);
    }
    pthread_mutex_unlock(&table->mutex);
    return n;
}

uint32_t
okobpf_hash_alloc(struct map_hash *hash, struct hash_table *table,
                  struct hash_stripe *stripe)
{
    uint32_t n_waiting = stripe->waiting[0].n + stripe->waiting[1].n;
    uint32_t number;

    if (!stripe->free && n_waiting) {
        if (hash->class->waits_for_runs && n_waiting >= ADVANCE_LEN
            && !(n_waiting % ADVANCE_STEP)) {
            okobpf_epoch_advance();
        }
        free_waiting(hash, table, stripe);
    }
    number = stripe->free;
    if (number) {
        stripe->free = hash_get_link(hash, table, number);
        stripe->n_free--;
    } else {
        number = alloc_from_table(hash, table, stripe);
    }
    if (number) {
        struct hash_entry *e = hash_entry(hash, table, number);

        ASAN_UNPOISON_MEMORY_REGION(e, hash->entry_size);
        atomic_store_explicit(&e->link, 0, memory_order_relaxed);
    }
    return number;
}

void
okobpf_hash_free(struct map_hash *hash, struct hash_table *table,
                 struct hash_stripe *stripe, uint32_t number)
{
    hash_set_link(&hash_entry(hash, table, number)->link, stripe->free);
    stripe->free = number;
    stripe->n_free++;
}

bool
okobpf_hash_gather(struct map_hash *hash)
{
    pthread_mutex_t *mutex;
    uint64_t epoch;
    bool gathered;

    if (hash->class->waits_for_runs) {
        /* Twice, so that what was retired just now is free if no run goes
         * on. */
        okobpf_epoch_advance();
        okobpf_epoch_advance();
    }
    epoch = get_epoch(hash) + 1;

    /* The caller may be a user, for whom no table waits: see table-user.c. */
    mutex = hash_lock_stripe(hash, 0);
    gathered = atomic_exchange_explicit(&hash_table(hash)->gathered_epoch,
                                        epoch, memory_order_relaxed) == epoch;
    pthread_mutex_unlock(mutex);
    if (gathered) {
        return false;
    }
    for (uint32_t i = 0; i <= hash->stripe_mask; i++) {
        struct hash_table *table;

        mutex = hash_lock_stripe(hash, i);
        table = hash_table(hash);
        free_waiting(hash, table, &table->stripes[i]);
        pthread_mutex_unlock(mutex);
    }
    return true;
}
