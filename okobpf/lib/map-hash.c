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

/* Hash tables.
 *
 * A fixed array of buckets, each a list of entries.  Readers walk the list
 * without a lock; writers hold one of a set of locks, chosen by bucket.  An
 * entry's key never changes.  Its value is overwritten in place, so that the
 * pointers that programs hold stay those of the entry.  A deleted entry leaves
 * its list at once and goes back to the allocator when no reader can hold it
 * any more; until then, its link still leads into the list.
 *
 * Iteration: an entry goes in at the head of its list, with a sequence number
 * above that of the entry behind it, and a cursor names the bucket and the
 * number that was returned last.  So entries that come and go move none of
 * those that stay across the cursor. */

#include "map.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "mem.h"
#include "xxhash.h"

struct hash_entry {
    _Atomic(struct hash_entry *) next;
    uint64_t seq;               /* In decreasing order within a bucket. */
    uint64_t hash;
    uint64_t data[];            /* Key, value; each aligned to 8. */
};

/* Alone in its cache line. */
struct hash_lock {
    pthread_mutex_t mutex;
} __attribute__((__aligned__(64)));

struct map_hash {
    struct okobpf_map up;
    uint64_t seed;
    uint32_t key_words;         /* Key size in words of 8 bytes. */
    uint64_t stride;            /* From one slot's value to the next. */
    uint64_t entry_size;        /* Bytes. */
    int bucket_bits;
    uint32_t bucket_mask;
    uint32_t lock_mask;
    struct hash_lock *locks;
    _Atomic(struct hash_entry *) *buckets;

    /* Written by every insertion: apart from what readers read. */
    _Atomic uint32_t n __attribute__((__aligned__(64)));
};

#define MAX_LOCKS 256

static bool
is_percpu(uint32_t type)
{
    return type == OKOBPF_MAP_PERCPU_HASH;
}

static struct map_hash *
hash_cast(const struct okobpf_map *map)
{
    return (void *) map;
}

/* Geometry. */

static int
hash_bucket_bits(uint32_t max_entries)
{
    int bits = 0;

    while (bits < 31 && UINT32_C(1) << bits < max_entries) {
        bits++;
    }
    return bits;
}

static uint32_t
hash_n_locks(int bucket_bits)
{
    return bucket_bits < 8 ? UINT32_C(1) << bucket_bits : MAX_LOCKS;
}

/* Each slot's value has cache lines of its own. */
static uint64_t
hash_stride(const struct map_spec *spec)
{
    return (is_percpu(spec->type)
            ? (spec->value_size + UINT64_C(63)) & ~UINT64_C(63)
            : map_round_up_8(spec->value_size));
}

static uint64_t
hash_entry_size(const struct map_spec *spec, uint32_t n_slots)
{
    return map_sizes_add(
        sizeof(struct hash_entry) + map_round_up_8(spec->key_size),
        map_sizes_mul(hash_stride(spec),
                      is_percpu(spec->type) ? n_slots : 1));
}

static const char *
hash_check(const struct map_spec *spec, uint32_t n_slots, uint64_t *memory)
{
    int bits = hash_bucket_bits(spec->max_entries);
    uint64_t buckets = (UINT64_C(1) << bits) * sizeof(struct hash_entry *);
    uint64_t locks = hash_n_locks(bits) * sizeof(struct hash_lock);

    if (!spec->value_size) {
        return "expected a value size of 1 or more, got 0";
    }
    *memory = map_sizes_add(map_sizes_mul(hash_entry_size(spec, n_slots),
                                          spec->max_entries),
                            buckets + locks);
    return is_percpu(spec->type) ? map_percpu_check(spec) : NULL;
}

static struct okobpf_map *
hash_create(const struct map_spec *spec, uint32_t n_slots)
{
    struct map_hash *hash = mem_alloc_aligned(sizeof *hash);
    uint32_t n_buckets, n_locks;

    if (!hash) {
        return NULL;
    }
    hash->seed = map_random_seed();
    hash->key_words = map_round_up_8(spec->key_size) / 8;
    hash->stride = hash_stride(spec);
    hash->entry_size = hash_entry_size(spec, n_slots);
    hash->bucket_bits = hash_bucket_bits(spec->max_entries);

    n_buckets = UINT32_C(1) << hash->bucket_bits;
    n_locks = hash_n_locks(hash->bucket_bits);
    hash->bucket_mask = n_buckets - 1;
    hash->lock_mask = n_locks - 1;
    hash->buckets = mem_alloc_aligned(n_buckets * sizeof *hash->buckets);
    hash->locks = mem_alloc_aligned(n_locks * sizeof *hash->locks);
    if (!hash->buckets || !hash->locks) {
        free(hash->buckets);
        free(hash->locks);
        free(hash);
        return NULL;
    }
    for (uint32_t i = 0; i < n_locks; i++) {
        pthread_mutex_init(&hash->locks[i].mutex, NULL);
    }
    return &hash->up;
}

static void
hash_destroy(struct okobpf_map *map)
{
    struct map_hash *hash = hash_cast(map);

    for (uint32_t i = 0; i <= hash->bucket_mask; i++) {
        struct hash_entry *next;

        for (struct hash_entry *e = atomic_load(&hash->buckets[i]); e;
             e = next) {
            next = atomic_load(&e->next);
            free(e);
        }
    }
    for (uint32_t i = 0; i <= hash->lock_mask; i++) {
        pthread_mutex_destroy(&hash->locks[i].mutex);
    }
    free(hash->buckets);
    free(hash->locks);
    free(hash);
}

/* Entries. */

static uint64_t
hash_of(const struct map_hash *hash, const void *key)
{
    return xxhash64(key, hash->up.info.key_size, hash->seed);
}

/* Returns the value of 'slot', or, for maps that are not per-core, the one
 * value. */
static void *
entry_value(const struct map_hash *hash, struct hash_entry *e, uint32_t slot)
{
    uint64_t *values = &e->data[hash->key_words];

    return (is_percpu(hash->up.info.type)
            ? values + slot * (hash->stride / 8) : values);
}

/* Copies what the user sees of the value of 'e'. */
static void
read_entry(const struct map_hash *hash, struct hash_entry *e, void *value)
{
    const struct okobpf_map *map = &hash->up;

    if (is_percpu(map->info.type)) {
        map_percpu_sum(value, entry_value(hash, e, 0), map->info.value_size,
                       hash->stride, map->n_slots);
    } else {
        map_value_load(value, entry_value(hash, e, 0), map->info.value_size);
    }
}

static struct hash_entry *
hash_find(const struct map_hash *hash, uint64_t h, const void *key)
{
    struct hash_entry *e;

    for (e = atomic_load_explicit(&hash->buckets[h & hash->bucket_mask],
                                  memory_order_acquire);
         e; e = atomic_load_explicit(&e->next, memory_order_acquire)) {
        if (e->hash == h && !memcmp(e->data, key, hash->up.info.key_size)) {
            return e;
        }
    }
    return NULL;
}

static pthread_mutex_t *
hash_lock(struct map_hash *hash, uint64_t h)
{
    pthread_mutex_t *mutex = &hash->locks[h & hash->lock_mask].mutex;

    pthread_mutex_lock(mutex);
    return mutex;
}

/* Takes room for an entry, if there is some left. */
static bool
hash_reserve(struct map_hash *hash)
{
    uint32_t n = atomic_load_explicit(&hash->n, memory_order_relaxed);

    do {
        if (n >= hash->up.info.max_entries) {
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(
                 &hash->n, &n, n + 1, memory_order_relaxed,
                 memory_order_relaxed));
    return true;
}

static void *
hash_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    struct map_hash *hash = hash_cast(map);
    struct hash_entry *e;

    if (is_percpu(map->info.type) && slot >= map->n_slots) {
        return NULL;
    }
    e = hash_find(hash, hash_of(hash, key), key);
    return e ? entry_value(hash, e, slot) : NULL;
}

static enum okobpf_map_result
hash_read(struct okobpf_map *map, const void *key, void *value)
{
    struct map_hash *hash = hash_cast(map);
    struct hash_entry *e = hash_find(hash, hash_of(hash, key), key);

    if (!e) {
        return OKOBPF_MAP_NO_ENTRY;
    }
    read_entry(hash, e, value);
    return OKOBPF_MAP_OK;
}

/* Inserts 'key', which is not in 'hash' yet.  The caller holds the lock. */
static enum okobpf_map_result
hash_insert(struct map_hash *hash, uint64_t h, const void *key,
            const void *value, uint32_t slot)
{
    _Atomic(struct hash_entry *) *bucket;
    struct hash_entry *head, *e;
    uint64_t max_seq;

    if (!hash_reserve(hash)) {
        return OKOBPF_MAP_FULL;
    }
    e = mem_alloc(1, hash->entry_size);
    if (!e) {
        atomic_fetch_sub_explicit(&hash->n, 1, memory_order_relaxed);
        return OKOBPF_MAP_NO_MEMORY;
    }

    /* A number shares the cursor's 64 bits with the bucket.  Should a bucket
     * ever run out of numbers (2^33 at least), its newest entries share
     * one. */
    bucket = &hash->buckets[h & hash->bucket_mask];
    head = atomic_load_explicit(bucket, memory_order_relaxed);
    max_seq = UINT64_MAX >> (hash->bucket_bits + 1);
    e->seq = !head ? 1 : head->seq < max_seq ? head->seq + 1 : max_seq;
    e->hash = h;
    memcpy(e->data, key, hash->up.info.key_size);
    map_value_store(entry_value(hash, e, slot), value,
                    hash->up.info.value_size);
    atomic_store_explicit(&e->next, head, memory_order_relaxed);
    atomic_store_explicit(bucket, e, memory_order_release);
    return OKOBPF_MAP_OK;
}

/* Sets the value of 'slot', or of all slots (that is, of slot 0, and the
 * others to zeros) if 'all'. */
static enum okobpf_map_result
hash_set(struct okobpf_map *map, const void *key, const void *value,
         uint64_t flags, uint32_t slot, bool all)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);
    enum okobpf_map_result result = OKOBPF_MAP_OK;
    pthread_mutex_t *mutex;
    struct hash_entry *e;

    mutex = hash_lock(hash, h);
    e = hash_find(hash, h, key);
    if (e) {
        if (flags == OKOBPF_NOEXIST) {
            result = OKOBPF_MAP_EXISTS;
        } else if (all && is_percpu(map->info.type)) {
            map_percpu_set(entry_value(hash, e, 0), value,
                           map->info.value_size, hash->stride, map->n_slots);
        } else {
            map_value_store(entry_value(hash, e, slot), value,
                            map->info.value_size);
        }
    } else if (flags == OKOBPF_EXIST) {
        result = OKOBPF_MAP_NO_ENTRY;
    } else {
        result = hash_insert(hash, h, key, value, slot);
    }
    pthread_mutex_unlock(mutex);
    return result;
}

static enum okobpf_map_result
hash_update(struct okobpf_map *map, const void *key, const void *value,
            uint64_t flags, uint32_t slot)
{
    if (is_percpu(map->info.type) && slot >= map->n_slots) {
        return OKOBPF_MAP_UNSUPPORTED;
    }
    return hash_set(map, key, value, flags, slot, false);
}

static enum okobpf_map_result
hash_write(struct okobpf_map *map, const void *key, const void *value,
           uint64_t flags)
{
    return hash_set(map, key, value, flags, 0, true);
}

static enum okobpf_map_result
hash_delete(struct okobpf_map *map, const void *key)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);
    pthread_mutex_t *mutex = hash_lock(hash, h);
    _Atomic(struct hash_entry *) *link = &hash->buckets[h & hash->bucket_mask];
    struct hash_entry *e;

    while ((e = atomic_load_explicit(link, memory_order_relaxed)) != NULL) {
        if (e->hash == h && !memcmp(e->data, key, map->info.key_size)) {
            atomic_store_explicit(
                link, atomic_load_explicit(&e->next, memory_order_relaxed),
                memory_order_release);
            atomic_fetch_sub_explicit(&hash->n, 1, memory_order_relaxed);
            break;
        }
        link = &e->next;
    }
    pthread_mutex_unlock(mutex);

    if (!e) {
        return OKOBPF_MAP_NO_ENTRY;
    }
    map_defer_free(map, e);
    return OKOBPF_MAP_OK;
}

static uint64_t
hash_n_entries(const struct okobpf_map *map)
{
    return atomic_load_explicit(&hash_cast(map)->n, memory_order_relaxed);
}

static void
hash_clear(struct okobpf_map *map)
{
    struct map_hash *hash = hash_cast(map);

    for (uint32_t i = 0; i <= hash->bucket_mask; i++) {
        pthread_mutex_t *mutex = hash_lock(hash, i);
        struct hash_entry *e, *next;

        e = atomic_load_explicit(&hash->buckets[i], memory_order_relaxed);
        atomic_store_explicit(&hash->buckets[i], NULL, memory_order_release);
        pthread_mutex_unlock(mutex);

        for (; e; e = next) {
            next = atomic_load_explicit(&e->next, memory_order_relaxed);
            atomic_fetch_sub_explicit(&hash->n, 1, memory_order_relaxed);
            map_defer_free(map, e);
        }
    }
}

/* A cursor is 0 at first.  Otherwise, its upper bits are a bucket and its
 * lower bits the sequence number of the entry returned last. */
static bool
hash_next(struct okobpf_map *map, uint64_t *cursor, void *key, void *value)
{
    struct map_hash *hash = hash_cast(map);
    int seq_bits = 63 - hash->bucket_bits;
    uint64_t seq = *cursor & ((UINT64_C(1) << seq_bits) - 1);
    uint64_t i = *cursor >> seq_bits;

    for (; i <= hash->bucket_mask; i++, seq = 0) {
        pthread_mutex_t *mutex;
        struct hash_entry *e;

        if (!atomic_load_explicit(&hash->buckets[i], memory_order_relaxed)) {
            continue;
        }

        /* The caller may be a thread that readers do not wait for. */
        mutex = hash_lock(hash, i);
        e = atomic_load_explicit(&hash->buckets[i], memory_order_relaxed);
        while (e && seq && e->seq >= seq) {
            e = atomic_load_explicit(&e->next, memory_order_relaxed);
        }
        if (e) {
            memcpy(key, e->data, map->info.key_size);
            read_entry(hash, e, value);
            *cursor = i << seq_bits | e->seq;
        }
        pthread_mutex_unlock(mutex);
        if (e) {
            return true;
        }
    }
    *cursor = i << seq_bits;
    return false;
}

#define HASH_OPS                                \
    {                                           \
        .check = hash_check,                    \
        .create = hash_create,                  \
        .destroy = hash_destroy,                \
        .lookup = hash_lookup,                  \
        .update = hash_update,                  \
        .delete = hash_delete,                  \
        .read = hash_read,                      \
        .write = hash_write,                    \
        .n_entries = hash_n_entries,            \
        .clear = hash_clear,                    \
        .next = hash_next,                      \
    }

const struct map_ops map_hash_ops = HASH_OPS;
const struct map_ops map_percpu_hash_ops = HASH_OPS;
