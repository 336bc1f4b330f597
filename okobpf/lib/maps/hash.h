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


#ifndef OKOBPF_MAPS_HASH_H
#define OKOBPF_MAPS_HASH_H 1

/* The hash table of hash.c, for the kinds of maps that are built on it.
 *
 * A fixed array of buckets, each a list of entries.  Readers walk the list
 * without a lock; writers hold one of a set of locks, chosen by bucket.  An
 * entry's key never changes.  Its value is overwritten in place, so that the
 * pointers that programs hold stay those of the entry.  A removed entry leaves
 * its list at once, and its memory is used again when no reader can hold it
 * any more; until then, its link still leads into the list.
 *
 * The key that a program gives may be in memory that other threads write, such
 * as the value of a map, and change from one look at it to the next.  So an
 * entry's key may not be the one that its hash was computed of, and there may
 * be several with the same.  Nobody may find such an entry, but nothing else
 * depends on its key.
 *
 * Iteration: an entry goes in at the head of its list, with a sequence number
 * above that of the entry behind it, and a cursor names the bucket and the
 * number that was returned last.  So entries that come and go move none of
 * those that stay across the cursor. */

#include <pthread.h>
#include <string.h>
#include "maps/keyed-hash.h"
#include "maps/map.h"

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
    struct keyed_hash_secret secret;
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

static inline struct map_hash *
hash_cast(const struct okobpf_map *map)
{
    return (void *) map;
}

/* Returns the bytes that an entry takes. */
uint64_t hash_entry_size(const struct map_spec *, uint32_t n_slots);

/* Returns the bytes that the buckets, and 'n_locks' locks, take. */
uint64_t hash_table_size(const struct map_spec *, uint32_t n_locks);

/* Initializes 'hash', which is all zeros, without entries.  'n_locks' is a
 * power of 2, not above the number of buckets.  Returns false if out of
 * memory, with nothing to clean up. */
bool hash_init(struct map_hash *, const struct map_spec *, uint32_t n_slots,
               uint32_t n_locks);
void hash_uninit(struct map_hash *);

/* Returns the number of buckets, a power of 2, for 'max_entries'. */
uint32_t hash_n_buckets(uint32_t max_entries);

static inline uint64_t
hash_of(const struct map_hash *hash, const void *key)
{
    return keyed_hash(&hash->secret, key, hash->up.info.key_size);
}

/* Returns the entry of 'key', whose hash is 'h', or NULL. */
static inline struct hash_entry *
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

/* Takes and returns the lock of the entries whose hash is 'h'. */
static inline pthread_mutex_t *
hash_lock(struct map_hash *hash, uint64_t h)
{
    pthread_mutex_t *mutex = &hash->locks[h & hash->lock_mask].mutex;

    pthread_mutex_lock(mutex);
    return mutex;
}

/* Returns the value of 'slot', or, for maps that are not per-core, the one
 * value. */
static inline void *
hash_value(const struct map_hash *hash, struct hash_entry *e, uint32_t slot)
{
    uint64_t *values = &e->data[hash->key_words];

    return (hash->up.info.type == OKOBPF_MAP_PERCPU_HASH
            ? values + slot * (hash->stride / 8) : values);
}

/* Takes room for an entry, if there is some left. */
bool hash_reserve(struct map_hash *);

/* Gives back the room of an entry. */
static inline void
hash_unreserve(struct map_hash *hash)
{
    atomic_fetch_sub_explicit(&hash->n, 1, memory_order_relaxed);
}

/* Gives 'e', which has its value already, 'key', whose hash is 'h' and which
 * is not in 'hash' yet, and adds it.  The caller holds the lock. */
void hash_insert(struct map_hash *, struct hash_entry *e, uint64_t h,
                 const void *key);

/* Removes 'e'.  The caller holds the lock, and takes care of the room and the
 * memory. */
void hash_unlink(struct map_hash *, struct hash_entry *e);

/* Removes the entry of 'key', whose hash is 'h', and returns it, or returns
 * NULL if there is none.  The caller holds the lock, and takes care of the
 * room and the memory. */
struct hash_entry *hash_remove(struct map_hash *, uint64_t h,
                               const void *key);

/* For tests: the most entries that a lookup may have to walk past. */
uint32_t hash_longest_walk(struct map_hash *);

/* These are as in 'struct map_ops'. */
enum okobpf_map_result hash_read(struct okobpf_map *, const void *key,
                                 void *value);
uint64_t hash_n_entries(const struct okobpf_map *);
bool hash_next(struct okobpf_map *, uint64_t *cursor, void *key, void *value);

#endif /* hash.h */
