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

/* Hash tables: see hash.h.  Those of the kinds hash and per-core hash give
 * removed entries back to the allocator after the host's grace period. */

#include "maps/hash.h"

#include <stdlib.h>
#include "mem.h"

#define MAX_LOCKS 256

static bool
is_percpu(uint32_t type)
{
    return type == OKOBPF_MAP_PERCPU_HASH;
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

uint32_t
hash_n_buckets(uint32_t max_entries)
{
    return UINT32_C(1) << hash_bucket_bits(max_entries);
}

static uint32_t
hash_n_locks(uint32_t max_entries)
{
    uint32_t n_buckets = hash_n_buckets(max_entries);

    return n_buckets < MAX_LOCKS ? n_buckets : MAX_LOCKS;
}

/* Each slot's value has cache lines of its own. */
static uint64_t
hash_stride(const struct map_spec *spec)
{
    return (is_percpu(spec->type)
            ? (spec->value_size + UINT64_C(63)) & ~UINT64_C(63)
            : map_round_up_8(spec->value_size));
}

uint64_t
hash_entry_size(const struct map_spec *spec, uint32_t n_slots)
{
    return map_sizes_add(
        sizeof(struct hash_entry) + map_round_up_8(spec->key_size),
        map_sizes_mul(hash_stride(spec),
                      is_percpu(spec->type) ? n_slots : 1));
}

uint64_t
hash_table_size(const struct map_spec *spec, uint32_t n_locks)
{
    return ((uint64_t) hash_n_buckets(spec->max_entries)
            * sizeof(struct hash_entry *)
            + (uint64_t) n_locks * sizeof(struct hash_lock));
}

bool
hash_init(struct map_hash *hash, const struct map_spec *spec,
          uint32_t n_slots, uint32_t n_locks)
{
    uint32_t n_buckets = hash_n_buckets(spec->max_entries);

    keyed_hash_draw(&hash->secret);
    hash->key_words = map_round_up_8(spec->key_size) / 8;
    hash->stride = hash_stride(spec);
    hash->entry_size = hash_entry_size(spec, n_slots);
    hash->bucket_bits = hash_bucket_bits(spec->max_entries);
    hash->bucket_mask = n_buckets - 1;
    hash->lock_mask = n_locks - 1;
    hash->buckets = mem_alloc_aligned(n_buckets * sizeof *hash->buckets);
    hash->locks = mem_alloc_aligned(n_locks * sizeof *hash->locks);
    if (!hash->buckets || !hash->locks) {
        free(hash->buckets);
        free(hash->locks);
        return false;
    }
    for (uint32_t i = 0; i < n_locks; i++) {
        pthread_mutex_init(&hash->locks[i].mutex, NULL);
    }
    return true;
}

void
hash_uninit(struct map_hash *hash)
{
    for (uint32_t i = 0; i <= hash->lock_mask; i++) {
        pthread_mutex_destroy(&hash->locks[i].mutex);
    }
    free(hash->buckets);
    free(hash->locks);
}

/* Entries. */

/* Copies what the user sees of the value of 'e'. */
static void
read_entry(const struct map_hash *hash, struct hash_entry *e, void *value)
{
    const struct okobpf_map *map = &hash->up;

    if (is_percpu(map->info.type)) {
        map_percpu_sum(value, hash_value(hash, e, 0), map->info.value_size,
                       hash->stride, map->n_slots);
    } else {
        map_value_load(value, hash_value(hash, e, 0), map->info.value_size);
    }
}

bool
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

void
hash_insert(struct map_hash *hash, struct hash_entry *e, uint64_t h,
            const void *key)
{
    _Atomic(struct hash_entry *) *bucket;
    struct hash_entry *head;
    uint64_t max_seq;

    /* A number shares the cursor's 64 bits with the bucket.  Should a bucket
     * ever run out of numbers (2^33 at least), its newest entries share
     * one. */
    bucket = &hash->buckets[h & hash->bucket_mask];
    head = atomic_load_explicit(bucket, memory_order_relaxed);
    max_seq = UINT64_MAX >> (hash->bucket_bits + 1);
    e->seq = !head ? 1 : head->seq < max_seq ? head->seq + 1 : max_seq;
    e->hash = h;
    memcpy(e->data, key, hash->up.info.key_size);
    atomic_store_explicit(&e->next, head, memory_order_relaxed);
    atomic_store_explicit(bucket, e, memory_order_release);
}

void
hash_unlink(struct map_hash *hash, struct hash_entry *e)
{
    _Atomic(struct hash_entry *) *link =
        &hash->buckets[e->hash & hash->bucket_mask];
    struct hash_entry *at;

    while ((at = atomic_load_explicit(link, memory_order_relaxed)) != e) {
        link = &at->next;
    }
    atomic_store_explicit(
        link, atomic_load_explicit(&e->next, memory_order_relaxed),
        memory_order_release);
}

struct hash_entry *
hash_remove(struct map_hash *hash, uint64_t h, const void *key)
{
    struct hash_entry *e = hash_find(hash, h, key);

    if (e) {
        hash_unlink(hash, e);
    }
    return e;
}

/* For the user, whose thread may be one that readers do not wait for: with the
 * lock. */

enum okobpf_map_result
hash_read(struct okobpf_map *map, const void *key, void *value)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);
    pthread_mutex_t *mutex = hash_lock(hash, h);
    struct hash_entry *e = hash_find(hash, h, key);

    if (e) {
        read_entry(hash, e, value);
    }
    pthread_mutex_unlock(mutex);
    return e ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY;
}

uint64_t
hash_n_entries(const struct okobpf_map *map)
{
    return atomic_load_explicit(&hash_cast(map)->n, memory_order_relaxed);
}

/* A cursor is 0 at first.  Otherwise, its upper bits are a bucket and its
 * lower bits the sequence number of the entry returned last.  'read' copies
 * the value, or values. */
static bool
hash_next__(struct okobpf_map *map, uint64_t *cursor, void *key, void *value,
            void (*read)(const struct map_hash *, struct hash_entry *,
                         void *value))
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

        mutex = hash_lock(hash, i);
        e = atomic_load_explicit(&hash->buckets[i], memory_order_relaxed);
        while (e && seq && e->seq >= seq) {
            e = atomic_load_explicit(&e->next, memory_order_relaxed);
        }
        if (e) {
            memcpy(key, e->data, map->info.key_size);
            read(hash, e, value);
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

uint32_t
hash_longest_walk(struct map_hash *hash)
{
    uint32_t longest = 0;

    for (uint32_t i = 0; i <= hash->bucket_mask; i++) {
        pthread_mutex_t *mutex = hash_lock(hash, i);
        uint32_t n = 0;

        for (struct hash_entry *e = atomic_load(&hash->buckets[i]); e;
             e = atomic_load(&e->next)) {
            n++;
        }
        pthread_mutex_unlock(mutex);
        longest = n > longest ? n : longest;
    }
    return longest;
}

bool
hash_next(struct okobpf_map *map, uint64_t *cursor, void *key, void *value)
{
    return hash_next__(map, cursor, key, value, read_entry);
}

static void
read_entry_state(const struct map_hash *hash, struct hash_entry *e,
                 void *values)
{
    map_percpu_load(values, hash_value(hash, e, 0), hash->up.info.value_size,
                    hash->stride, hash->up.n_slots);
}

static bool
percpu_hash_next_state(struct okobpf_map *map, uint64_t *cursor, void *key,
                       void *values)
{
    return hash_next__(map, cursor, key, values, read_entry_state);
}

/* The kinds hash and per-core hash. */

static const char *
hash_check(const struct map_spec *spec, uint32_t n_slots, uint64_t *memory)
{
    if (!spec->value_size) {
        return "expected a value size of 1 or more, got 0";
    }
    *memory = map_sizes_add(map_sizes_mul(hash_entry_size(spec, n_slots),
                                          spec->max_entries),
                            hash_table_size(
                                spec, hash_n_locks(spec->max_entries)));
    return is_percpu(spec->type) ? map_percpu_check(spec) : NULL;
}

static struct okobpf_map *
hash_create(const struct map_spec *spec, uint32_t n_slots)
{
    struct map_hash *hash = mem_alloc_aligned(sizeof *hash);

    if (hash
        && !hash_init(hash, spec, n_slots, hash_n_locks(spec->max_entries))) {
        free(hash);
        return NULL;
    }
    return hash ? &hash->up : NULL;
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
    hash_uninit(hash);
    free(hash);
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
    return e ? hash_value(hash, e, slot) : NULL;
}

/* Adds 'key', which is not in 'hash' yet.  The caller holds the lock. */
static enum okobpf_map_result
add_entry(struct map_hash *hash, uint64_t h, const void *key,
          const void *value, uint32_t slot)
{
    struct hash_entry *e;

    if (!hash_reserve(hash)) {
        return OKOBPF_MAP_FULL;
    }
    e = map_may_add(&hash->up) ? mem_alloc(1, hash->entry_size) : NULL;
    if (!e) {
        hash_unreserve(hash);
        return OKOBPF_MAP_NO_MEMORY;
    }
    map_value_store(hash_value(hash, e, slot), value,
                    hash->up.info.value_size);
    hash_insert(hash, e, h, key);
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
            map_percpu_set(hash_value(hash, e, 0), value,
                           map->info.value_size, hash->stride, map->n_slots);
        } else {
            map_value_store(hash_value(hash, e, slot), value,
                            map->info.value_size);
        }
    } else if (flags == OKOBPF_EXIST) {
        result = OKOBPF_MAP_NO_ENTRY;
    } else {
        result = add_entry(hash, h, key, value, slot);
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

static void
reclaim(void *e_)
{
    struct hash_entry *e = e_;
    struct map_hash *hash = (void *) (uintptr_t) e->seq;

    free(e);
    map_reclaimed(&hash->up, hash->entry_size);
}

/* Gives back the memory of 'e', which is removed, when that is safe. */
static void
give_back(struct map_hash *hash, struct hash_entry *e)
{
    /* The sequence number is for iteration only, which has lost it. */
    e->seq = (uintptr_t) hash;
    map_defer(&hash->up, reclaim, e, hash->entry_size);
}

static enum okobpf_map_result
hash_delete(struct okobpf_map *map, const void *key)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);
    pthread_mutex_t *mutex = hash_lock(hash, h);
    struct hash_entry *e = hash_remove(hash, h, key);

    if (e) {
        hash_unreserve(hash);
    }
    pthread_mutex_unlock(mutex);

    if (!e) {
        return OKOBPF_MAP_NO_ENTRY;
    }
    give_back(hash, e);
    return OKOBPF_MAP_OK;
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
            give_back(hash, e);
        }
    }
}

/* For per-core tables. */
static enum okobpf_map_result
hash_read_slot(struct okobpf_map *map, const void *key, void *value,
               uint32_t slot)
{
    struct map_hash *hash = hash_cast(map);
    uint64_t h = hash_of(hash, key);
    pthread_mutex_t *mutex = hash_lock(hash, h);
    struct hash_entry *e = hash_find(hash, h, key);

    if (e) {
        map_value_load(value, hash_value(hash, e, slot),
                       map->info.value_size);
    }
    pthread_mutex_unlock(mutex);
    return e ? OKOBPF_MAP_OK : OKOBPF_MAP_NO_ENTRY;
}

#define HASH_OPS(READ_SLOT, NEXT_STATE)         \
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
        .read_slot = READ_SLOT,                 \
        .clear = hash_clear,                    \
        .next = hash_next,                      \
        .next_state = NEXT_STATE,               \
    }

const struct map_ops map_hash_ops = HASH_OPS(NULL, NULL);
const struct map_ops map_percpu_hash_ops
    = HASH_OPS(hash_read_slot, percpu_hash_next_state);
