/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The table of hash maps: see hash.h. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/hash.h"

#include <stdlib.h>
#include "mem.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(P, SIZE) ((void) (P), (void) (SIZE))
#define ASAN_UNPOISON_MEMORY_REGION(P, SIZE) ((void) (P), (void) (SIZE))
#endif

#define MAX_STRIPES 256

/* Entries in a bucket, on the average, when the map is full.  With 10, 1 in
 * 100 entries is in a list. */
#define BUCKET_LEN 10

/* Spare entries: at least HASH_MIN_SPARE for each stripe, and at least as many
 * bytes in all. */
#define MIN_SPARE_BYTES (1024 * 1024)

/* Memory of a new map that is taken at once, with large pages where the system
 * has some, so that threads which handle packets need not wait for it: the
 * buckets, as far as they are in that many bytes. */
#define MAX_POPULATED (8 * 1024 * 1024)

/* Memory that is given back to the system in one go, which takes some
 * milliseconds. */
#define MAX_UNMAPPED (UINT64_C(64) * 1024 * 1024)

/* Geometry. */

static bool
is_percpu(uint32_t type)
{
    return type == OKOBPF_MAP_PERCPU_HASH;
}

static uint64_t
round_up_64(uint64_t x)
{
    return (x + 63) & ~UINT64_C(63);
}

/* Where everything is, of a map that 'spec' and 'class' describe. */
struct geometry {
    uint32_t n_buckets, n_stripes;
    uint64_t max_number;
    uint64_t value_ofs, stride, entry_size;
    uint64_t buckets_ofs, entries_ofs, table_size;
    uint64_t memory;            /* In all. */
};

/* Returns false if there are too many entries. */
static bool
get_geometry(const struct map_spec *spec, const struct hash_class *class,
             uint32_t n_slots, struct geometry *g)
{
    uint64_t spare, value_end;

    /* Each slot's value has cache lines of its own. */
    g->value_ofs = (uint64_t) class->header_size + spec->key_size;
    if (is_percpu(spec->type)) {
        g->value_ofs = round_up_64(g->value_ofs);
        g->stride = round_up_64(spec->value_size);
        value_end = map_sizes_mul(g->stride, n_slots);
    } else {
        g->value_ofs = map_round_up_8(g->value_ofs);
        g->stride = map_round_up_8(spec->value_size);
        value_end = g->stride;
    }
    g->entry_size = map_sizes_add(g->value_ofs, value_end);

    g->n_buckets = (spec->max_entries - 1) / BUCKET_LEN + 1;
    g->n_stripes = 1;
    while (g->n_stripes < MAX_STRIPES && 2 * g->n_stripes <= g->n_buckets
           && spec->max_entries / class->stripe_len >= 2 * g->n_stripes) {
        g->n_stripes *= 2;
    }

    spare = spec->max_entries >> class->spare_shift;
    if (spare < g->n_stripes * HASH_MIN_SPARE) {
        spare = g->n_stripes * HASH_MIN_SPARE;
    }
    if (spare < MIN_SPARE_BYTES / g->entry_size) {
        spare = MIN_SPARE_BYTES / g->entry_size;
    }
    g->max_number = spec->max_entries + spare;

    g->buckets_ofs = sizeof(struct hash_table)
                     + g->n_stripes * sizeof(struct hash_stripe);
    g->entries_ofs = g->buckets_ofs
                     + (uint64_t) g->n_buckets * sizeof(struct hash_bucket);
    g->table_size = map_sizes_add(
        g->entries_ofs, map_sizes_mul(g->max_number + 1, g->entry_size));
    g->memory = map_sizes_add(
        map_sizes_add(g->table_size, sizeof(struct map_hash)),
        g->n_stripes * sizeof(struct hash_lock));
    return g->max_number <= HASH_LINK_MASK;
}

const char *
okobpf_hash_check(const struct map_spec *spec, const struct hash_class *class,
                  uint32_t n_slots, uint64_t *memory)
{
    struct geometry g;

    if (!spec->value_size) {
        return "expected a value size of 1 or more, got 0";
    }
    *memory = get_geometry(spec, class, n_slots, &g) ? g.memory : UINT64_MAX;
    return is_percpu(spec->type) ? okobpf_map_percpu_check(spec) : NULL;
}

/* Life. */

struct hash_table *
okobpf_hash_new_table(struct map_hash *hash)
{
    struct hash_table *table = okobpf_mem_map(hash->table_size);

    if (table) {
        table->hash = hash;
        pthread_mutex_init(&table->mutex, NULL);
        ASAN_POISON_MEMORY_REGION((char *) table + hash->entries_ofs,
                                  hash->table_size - hash->entries_ofs);
    }
    return table;
}

/* Memory that is to be given back, at its beginning. */
struct remains {
    const struct okobpf_host *host;
    uint64_t size;
};

/* Gives back the end of 'remains', and has the host call it again for what is
 * left, rather than hold the thread. */
static void
unmap_some(void *remains_)
{
    struct remains *remains = remains_;
    uint64_t size = remains->size;

    if (size > MAX_UNMAPPED && remains->host->defer) {
        uint64_t rest = (size - 1) / MAX_UNMAPPED * MAX_UNMAPPED;

        okobpf_mem_unmap((char *) remains + rest, size - rest);
        remains->size = rest;
        remains->host->defer(unmap_some, remains);
    } else {
        okobpf_mem_unmap(remains, size);
    }
}

void
okobpf_hash_free_table(struct hash_table *table)
{
    const struct map_hash *hash = table->hash;
    struct remains *remains = (void *) table;

    pthread_mutex_destroy(&table->mutex);
    ASAN_UNPOISON_MEMORY_REGION(table, hash->table_size);
    *remains = (struct remains) { hash->up.host, hash->table_size };
    unmap_some(remains);
}

struct okobpf_map *
okobpf_hash_create(const struct map_spec *spec, const struct hash_class *class,
                   uint32_t n_slots)
{
    struct map_hash *hash = okobpf_mem_alloc_aligned(sizeof *hash);
    struct hash_table *table;
    struct geometry g;
    int n_bits = 1;

    if (!hash || !get_geometry(spec, class, n_slots, &g)) {
        free(hash);
        return NULL;
    }
    while (g.max_number >> n_bits) {
        n_bits++;
    }
    hash->class = class;
    hash->n_buckets = g.n_buckets;
    hash->stripe_mask = g.n_stripes - 1;
    hash->tag_mask = UINT32_MAX << n_bits;
    hash->key_ofs = class->header_size;
    hash->value_ofs = g.value_ofs;
    hash->max_number = g.max_number;
    hash->entry_size = g.entry_size;
    hash->stride = g.stride;
    hash->buckets_ofs = g.buckets_ofs;
    hash->entries_ofs = g.entries_ofs;
    hash->table_size = g.table_size;
    okobpf_keyed_hash_draw(&hash->secret);
    hash->locks = okobpf_mem_alloc_aligned(g.n_stripes * sizeof *hash->locks);
    table = hash->locks ? okobpf_hash_new_table(hash) : NULL;
    if (!table) {
        free(hash->locks);
        free(hash);
        return NULL;
    }
    okobpf_mem_populate(table, (g.entries_ofs < MAX_POPULATED ? g.entries_ofs
                                : MAX_POPULATED));
    for (uint32_t i = 0; i < g.n_stripes; i++) {
        pthread_mutex_init(&hash->locks[i].mutex, NULL);
    }
    atomic_init(&hash->table, table);
    return &hash->up;
}

void
okobpf_hash_destroy(struct okobpf_map *map)
{
    struct map_hash *hash = hash_cast(map);

    for (uint32_t i = 0; i <= hash->stripe_mask; i++) {
        pthread_mutex_destroy(&hash->locks[i].mutex);
    }
    okobpf_hash_free_table(hash_table(hash));
    free(hash->locks);
    free(hash);
}

/* Entries. */

bool
okobpf_hash_reserve(struct map_hash *hash, struct hash_table *table)
{
    uint32_t n = atomic_load_explicit(&table->n, memory_order_relaxed);

    do {
        if (n >= hash->up.info.max_entries) {
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(
                 &table->n, &n, n + 1, memory_order_relaxed,
                 memory_order_relaxed));
    return true;
}

uint32_t
okobpf_hash_find_in_list(const struct map_hash *hash, struct hash_table *table,
                         uint32_t bucket, const void *key)
{
    struct hash_stripe *stripe = &table->stripes[bucket & hash->stripe_mask];
    _Atomic uint32_t *first = &hash_bucket(hash, table, bucket)->list;
    uint32_t n_removals, number;

again:
    n_removals = atomic_load_explicit(&stripe->n_removals,
                                      memory_order_acquire);
    number = atomic_load_explicit(first, memory_order_acquire);
    while (number) {
        if (hash_key_is(hash, hash_entry(hash, table, number), key)) {
            return number;
        }
        number = hash_get_link(hash, table, number);
        if (atomic_load_explicit(&stripe->n_removals, memory_order_acquire)
            != n_removals) {
            goto again;
        }
    }
    return 0;
}

void
okobpf_hash_insert(struct map_hash *hash, struct hash_table *table,
                   uint32_t number, uint64_t h, const void *key)
{
    struct hash_bucket *bucket = hash_bucket(hash, table,
                                             hash_bucket_index(hash, h));
    struct hash_entry *e = hash_entry(hash, table, number);
    _Atomic uint32_t *link;
    uint32_t at;

    memcpy(hash_key(hash, e), key, hash->up.info.key_size);
    for (int i = 0; i < HASH_N_WORDS; i++) {
        if (!atomic_load_explicit(&bucket->words[i], memory_order_relaxed)) {
            atomic_store_explicit(&bucket->words[i],
                                  hash_tag(hash, h) | number,
                                  memory_order_release);
            return;
        }
    }

    link = &bucket->list;
    while ((at = (atomic_load_explicit(link, memory_order_relaxed)
                  & HASH_LINK_MASK)) && at < number) {
        link = &hash_entry(hash, table, at)->link;
    }
    hash_set_link(&e->link, at);
    hash_set_link(link, number);
}

bool
okobpf_hash_remove_from(struct map_hash *hash, struct hash_table *table,
                        uint32_t index, uint32_t number)
{
    struct hash_bucket *bucket = hash_bucket(hash, table, index);
    _Atomic uint32_t *link = &bucket->list;
    uint32_t at;

    for (int i = 0; i < HASH_N_WORDS; i++) {
        uint32_t word = atomic_load_explicit(&bucket->words[i],
                                             memory_order_relaxed);

        if ((word & ~hash->tag_mask) == number) {
            atomic_store_explicit(&bucket->words[i], 0, memory_order_release);
            return true;
        }
    }
    while ((at = (atomic_load_explicit(link, memory_order_relaxed)
                  & HASH_LINK_MASK))) {
        if (at == number) {
            struct hash_stripe *stripe =
                &table->stripes[index & hash->stripe_mask];

            hash_set_link(link, hash_get_link(hash, table, number));
            atomic_fetch_add_explicit(&stripe->n_removals, 1,
                                      memory_order_acq_rel);
            return true;
        }
        link = &hash_entry(hash, table, at)->link;
    }
    return false;
}

void
okobpf_hash_remove(struct map_hash *hash, struct hash_table *table,
                   struct hash_stripe *stripe, uint32_t number, uint64_t h)
{
    uint32_t index = hash_bucket_index(hash, h);
    uint32_t i = stripe - table->stripes;

    if ((index & hash->stripe_mask) == i
        && okobpf_hash_remove_from(hash, table, index, number)) {
        return;
    }

    /* Its key is not the one that it was put here for. */
    for (index = i; index < hash->n_buckets; index += hash->stripe_mask + 1) {
        if (okobpf_hash_remove_from(hash, table, index, number)) {
            return;
        }
    }
}

uint32_t
okobpf_hash_longest_walk(struct map_hash *hash)
{
    struct hash_table *table = hash_table(hash);
    uint32_t longest = 0;

    for (uint32_t i = 0; i < hash->n_buckets; i++) {
        struct hash_bucket *bucket = hash_bucket(hash, table, i);
        uint32_t n_list = 0;
        uint32_t n_same = 0;

        for (uint32_t number = atomic_load(&bucket->list); number;
             number = hash_get_link(hash, table, number)) {
            n_list++;
        }
        for (int j = 0; j < HASH_N_WORDS; j++) {
            uint32_t word = atomic_load(&bucket->words[j]);
            uint32_t bits = hash_match(hash, bucket, word & hash->tag_mask);
            uint32_t n = __builtin_popcount(bits);

            n_same = word && n > n_same ? n : n_same;
        }
        longest = n_list + n_same > longest ? n_list + n_same : longest;
    }
    return longest;
}
