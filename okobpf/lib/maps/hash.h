/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The hash table of table.c, for the kinds of maps that are built on it.
 *
 * Memory
 * ======
 *
 * A table is one piece of memory, taken from the system at once and touched
 * only as it is used: buckets, and entries of one size, which have numbers
 * from 1 on.  A bucket is a cache line of 15 words, each the number of an
 * entry and, in the bits that numbers leave, some of its hash, the tag; there
 * are as many buckets as give each 10 entries when the map is full.  So a
 * lookup mostly takes two cache lines: the bucket, and the entry whose tag is
 * the key's.  The entries that a bucket has no room for are in a list, of
 * which its last word is the first.
 *
 * Entries never move.  Those that are removed are used again, in the stripe of
 * buckets that they were in, when no reader can hold them any more.  Until
 * then others take the place of spare ones, which a table has some of.
 *
 * Concurrency
 * ===========
 *
 * Readers take no lock.  Writers hold one of a set of locks, chosen by bucket:
 * the buckets under one lock, with what else it is for, are a stripe.  A word
 * of a bucket is written whole, when the entry is whole.  An entry's key never
 * changes while a reader may hold it.  Its value is overwritten in place, so
 * that the pointers that programs hold stay those of the entry.
 *
 * An entry that is removed from a list is put into another at once, with the
 * same link, so that a reader who stands on it goes astray.  But before that,
 * the stripe's count of removals goes up, which a reader compares after each
 * step: it begins the list again if there were any.
 *
 * The whole table is replaced by an empty one when the map is cleared.
 * Writers look which it is when they have the lock.
 *
 * The key that a program gives may be in memory that other threads write, such
 * as the value of a map, and change from one look at it to the next.  So an
 * entry's key may not be the one that its hash was computed of, and there may
 * be several with the same.  Nobody may find such an entry, but nothing else
 * depends on its key.
 *
 * Iteration: a cursor names a bucket and a place in it, which is a word, or in
 * the list, whose entries are in the order of their numbers, the number of one
 * of them.  So entries that come and go move none of those that stay across
 * the cursor. */

#ifndef OKOBPF_MAPS_HASH_H
#define OKOBPF_MAPS_HASH_H 1

#include <pthread.h>
#include <string.h>
#include "maps/keyed-hash.h"
#include "maps/map.h"

#if defined __SSE2__ && !defined __SANITIZE_THREAD__
#define HASH_SSE2 1
#include <emmintrin.h>
#endif

#define HASH_N_WORDS 15

struct hash_bucket {
    _Atomic uint32_t words[HASH_N_WORDS]; /* Tag, and number or 0. */
    _Atomic uint32_t list;      /* Number of the first, or 0. */
} __attribute__((__aligned__(64)));

struct hash_entry {
    /* The next in the list that the entry is in, and a bit for the kind of
     * map. */
    _Atomic uint32_t link;
    uint8_t data[];             /* For the kind; key; value, aligned to 8. */
};

#define HASH_LINK_MASK (UINT32_MAX >> 1)
#define HASH_LINK_BIT (HASH_LINK_MASK + 1)

/* Removed entries, in the order in which they were. */
struct hash_bag {
    uint64_t epoch;             /* In which all of them were removed. */
    uint32_t first, last;
    uint32_t n;
};

/* What is under one lock, besides buckets. */
struct hash_stripe {
    struct hash_bag waiting[2]; /* For readers to be done with. */
    int newest;                 /* Index of the one to add to. */
    uint32_t free;              /* Entries to be used again. */
    uint32_t n_free;
    uint32_t fresh, fresh_end;  /* Entries that were never used. */
    uint32_t head, tail;        /* For the kind. */

    /* Removals from lists, for readers. */
    _Atomic uint32_t n_removals __attribute__((__aligned__(64)));
} __attribute__((__aligned__(64)));

struct hash_table {
    struct map_hash *hash;

    /* Written by every insertion: apart from what readers read. */
    _Atomic uint32_t n __attribute__((__aligned__(64))); /* In the map. */
    _Atomic uint32_t n_fresh;   /* Entries that were given to stripes. */
    _Atomic uint64_t gathered_epoch; /* See okobpf_hash_gather(). */

    /* Entries to be used again in any stripe. */
    pthread_mutex_t mutex;
    uint32_t free;

    struct hash_stripe stripes[];
};

/* Alone in its cache line. */
struct hash_lock {
    pthread_mutex_t mutex;
} __attribute__((__aligned__(64)));

/* Spare entries for each stripe, at least. */
#define HASH_MIN_SPARE 64

/* What differs among the kinds that are built on this. */
struct hash_class {
    uint32_t header_size;       /* Bytes in front of the key, the link's 4
                                 * among them.  Multiple of 4. */
    uint32_t spare_shift;       /* Spare entries: 'max_entries' shifted right
                                 * by this, at least. */
    uint32_t stripe_len;        /* Entries in a stripe, on the average, at
                                 * least. */

    /* Whether removed entries wait for runs (see epoch.h), or for the host's
     * grace period. */
    bool waits_for_runs;

    /* Called before an entry is removed as the map is cleared.  May be
     * NULL. */
    void (*forget)(struct map_hash *, struct hash_table *,
                   struct hash_stripe *, uint32_t number);
};

struct map_hash {
    struct okobpf_map up;
    _Atomic(struct hash_table *) table;
    const struct hash_class *class;
    struct hash_lock *locks;    /* One for each stripe. */

    /* Geometry. */
    uint32_t n_buckets;
    uint32_t stripe_mask;
    uint32_t tag_mask;
    uint32_t key_ofs, value_ofs;
    uint32_t max_number;        /* Of an entry. */
    uint64_t entry_size;
    uint64_t stride;            /* From one slot's value to the next. */
    uint64_t buckets_ofs, entries_ofs; /* In a table. */
    uint64_t table_size;

    struct keyed_hash_secret secret;

    /* Grace periods of the host, if they are what removed entries wait for:
     * see okobpf_hash_retire(). */
    _Atomic uint64_t n_graces __attribute__((__aligned__(64)));
    _Atomic uint64_t last_retired;
    atomic_bool grace_is_on;

    /* The table that a clear replaced, while readers may hold it. */
    atomic_bool has_old_table;
    struct hash_table *old_table; /* Only without "host->defer". */
};

static inline struct map_hash *
hash_cast(const struct okobpf_map *map)
{
    return (void *) map;
}

static inline struct hash_table *
hash_table(const struct map_hash *hash)
{
    return atomic_load_explicit(&hash->table, memory_order_acquire);
}

/* Stores the bytes that a map of 'spec' will take in '*memory', UINT64_MAX if
 * there are too many entries, and returns NULL, or returns what is wrong. */
const char *okobpf_hash_check(const struct map_spec *,
                              const struct hash_class *, uint32_t n_slots,
                              uint64_t *memory);

/* Creates a map, 'size' bytes large, as 'create' of 'struct map_ops' does. */
struct okobpf_map *okobpf_hash_create(const struct map_spec *,
                                      const struct hash_class *,
                                      uint32_t n_slots);

static inline uint64_t
hash_of(const struct map_hash *hash, const void *key)
{
    return keyed_hash(&hash->secret, key, hash->up.info.key_size);
}

static inline uint32_t
hash_bucket_index(const struct map_hash *hash, uint64_t h)
{
    return (uint64_t) (uint32_t) h * hash->n_buckets >> 32;
}

static inline struct hash_bucket *
hash_bucket(const struct map_hash *hash, struct hash_table *table,
            uint32_t index)
{
    return (struct hash_bucket *) ((char *) table + hash->buckets_ofs) + index;
}

static inline uint32_t
hash_tag(const struct map_hash *hash, uint64_t h)
{
    return h >> 32 & hash->tag_mask;
}

static inline struct hash_entry *
hash_entry(const struct map_hash *hash, struct hash_table *table,
           uint32_t number)
{
    return (void *) ((char *) table + hash->entries_ofs
                     + number * hash->entry_size);
}

/* Returns the entry behind 'number' in its list, or 0. */
static inline uint32_t
hash_get_link(const struct map_hash *hash, struct hash_table *table,
              uint32_t number)
{
    return (atomic_load_explicit(&hash_entry(hash, table, number)->link,
                                 memory_order_acquire) & HASH_LINK_MASK);
}

/* Sets a link, and leaves its bit, which readers may set at any time, alone.
 */
static inline void
hash_set_link(_Atomic uint32_t *link, uint32_t number)
{
    uint32_t old = atomic_load_explicit(link, memory_order_relaxed);

    while (!atomic_compare_exchange_weak_explicit(
               link, &old, number | (old & HASH_LINK_BIT),
               memory_order_release, memory_order_relaxed)) {
        continue;
    }
}

static inline void *
hash_key(const struct map_hash *hash, struct hash_entry *e)
{
    return (char *) e + hash->key_ofs;
}

/* Returns the value of 'slot', or, for maps that are not per-core, the one
 * value. */
static inline void *
hash_value(const struct map_hash *hash, struct hash_entry *e, uint32_t slot)
{
    char *values = (char *) e + hash->value_ofs;

    return (hash->up.info.type == OKOBPF_MAP_PERCPU_HASH
            ? values + slot * hash->stride : values);
}

static inline bool
hash_key_is(const struct map_hash *hash, struct hash_entry *e,
            const void *key)
{
    const void *own = hash_key(hash, e);

    switch (hash->up.info.key_size) {
    case 4:
        return keyed_hash_read32(own) == keyed_hash_read32(key);
    case 8:
        return keyed_hash_read64(own) == keyed_hash_read64(key);
    case 16:
        return (keyed_hash_read64(own) == keyed_hash_read64(key)
                && (keyed_hash_read64((const char *) own + 8)
                    == keyed_hash_read64((const char *) key + 8)));
    default:
        return !memcmp(own, key, hash->up.info.key_size);
    }
}

/* Returns a bit for each word of 'bucket' with 'tag'. */
static inline uint32_t
hash_match(const struct map_hash *hash, const struct hash_bucket *bucket,
           uint32_t tag)
{
#ifdef HASH_SSE2
    /* Only where to look, so that no more than each word has to be whole.
     * The fence keeps the compiler from doing with what it read before. */
    const __m128i *p = (const __m128i *) bucket;
    const __m128i mask = _mm_set1_epi32((int) hash->tag_mask);
    const __m128i want = _mm_set1_epi32((int) tag);

    /* Written out, since an array of them would be in memory. */
#define MATCH(I) _mm_cmpeq_epi32(                                       \
        _mm_and_si128(_mm_load_si128(p + (I)), mask), want)
    atomic_signal_fence(memory_order_seq_cst);
    return _mm_movemask_epi8(
        _mm_packs_epi16(_mm_packs_epi32(MATCH(0), MATCH(1)),
                        _mm_packs_epi32(MATCH(2), MATCH(3))))
        & ((1 << HASH_N_WORDS) - 1);
#undef MATCH
#else
    uint32_t bits = 0;

    for (int i = 0; i < HASH_N_WORDS; i++) {
        uint32_t word = atomic_load_explicit(&bucket->words[i],
                                             memory_order_relaxed);

        bits |= (uint32_t) ((word & hash->tag_mask) == tag) << i;
    }
    return bits;
#endif
}

/* Returns the number of the entry of 'key' in the list of the bucket, or 0. */
uint32_t okobpf_hash_find_in_list(const struct map_hash *, struct hash_table *,
                                  uint32_t bucket, const void *key);

/* Returns the number of the entry of 'key', whose hash is 'h', or 0. */
static inline uint32_t
hash_find(const struct map_hash *hash, struct hash_table *table, uint64_t h,
          const void *key)
{
    uint32_t index = hash_bucket_index(hash, h);
    struct hash_bucket *bucket = hash_bucket(hash, table, index);
    uint32_t tag = hash_tag(hash, h);

    for (uint32_t bits = hash_match(hash, bucket, tag); bits;
         bits &= bits - 1) {
        uint32_t word = atomic_load_explicit(
            &bucket->words[__builtin_ctz(bits)], memory_order_acquire);
        uint32_t number = word & ~hash->tag_mask;

        if ((word & hash->tag_mask) == tag && number
            && hash_key_is(hash, hash_entry(hash, table, number), key)) {
            return number;
        }
    }
    return (atomic_load_explicit(&bucket->list, memory_order_relaxed)
            ? okobpf_hash_find_in_list(hash, table, index, key) : 0);
}

/* Takes and returns the lock of stripe 'stripe'. */
static inline pthread_mutex_t *
hash_lock_stripe(struct map_hash *hash, uint32_t stripe)
{
    pthread_mutex_t *mutex = &hash->locks[stripe].mutex;

    pthread_mutex_lock(mutex);
    return mutex;
}

/* Returns the index of the stripe of the keys whose hash is 'h'. */
static inline uint32_t
hash_stripe_index(const struct map_hash *hash, uint64_t h)
{
    return hash_bucket_index(hash, h) & hash->stripe_mask;
}

/* Takes and returns the lock of the keys whose hash is 'h'. */
static inline pthread_mutex_t *
hash_lock(struct map_hash *hash, uint64_t h)
{
    return hash_lock_stripe(hash, hash_stripe_index(hash, h));
}

static inline struct hash_stripe *
hash_stripe(struct map_hash *hash, struct hash_table *table, uint64_t h)
{
    return &table->stripes[hash_stripe_index(hash, h)];
}

/* To be called some time before the bucket of 'h' is needed, and above all
 * before a lock is taken, which waits for nothing that comes after it. */
static inline void
hash_prefetch(const struct map_hash *hash, uint64_t h)
{
    __builtin_prefetch(hash_bucket(hash, hash_table(hash),
                                   hash_bucket_index(hash, h)));
}

/* Takes room for an entry, if there is some left. */
bool okobpf_hash_reserve(struct map_hash *, struct hash_table *);

/* Gives back the room of an entry. */
static inline void
hash_unreserve(struct hash_table *table)
{
    atomic_fetch_sub_explicit(&table->n, 1, memory_order_relaxed);
}

/* The caller of all of these holds the lock of the stripe. */

/* Returns the number of an entry that no reader holds, or 0 if there is none
 * to be had in this stripe. */
uint32_t okobpf_hash_alloc(struct map_hash *, struct hash_table *,
                           struct hash_stripe *);

/* Gives back an entry from okobpf_hash_alloc() that no reader has seen. */
void okobpf_hash_free(struct map_hash *, struct hash_table *,
                      struct hash_stripe *, uint32_t number);

/* Gives entry 'number', which has its value already, 'key', whose hash is 'h'
 * and which is not in 'table' yet, and adds it. */
void okobpf_hash_insert(struct map_hash *, struct hash_table *,
                        uint32_t number, uint64_t h, const void *key);

/* Removes entry 'number', which is in 'stripe'. 'h' is the hash of its key.
 * The caller takes care of the room. */
void okobpf_hash_remove(struct map_hash *, struct hash_table *,
                        struct hash_stripe *, uint32_t number, uint64_t h);

/* Takes entry 'number' out of the bucket.  Returns false if it isn't there. */
bool okobpf_hash_remove_from(struct map_hash *, struct hash_table *,
                             uint32_t bucket, uint32_t number);

/* Has the memory of an entry that was removed used again once that is safe.
 * The caller must call okobpf_hash_retired() when it has let go of the
 * lock. */
void okobpf_hash_retire(struct map_hash *, struct hash_table *,
                        struct hash_stripe *, uint32_t number);

/* And these without a lock. */
void okobpf_hash_retired(struct map_hash *);

/* Collects the memory of removed entries from all stripes.  Returns false,
 * without a look at them, if there is nothing new to be had since the last
 * time: insertions that fail must not take long. */
bool okobpf_hash_gather(struct map_hash *);

/* Returns an empty table, or NULL if out of memory. */
struct hash_table *okobpf_hash_new_table(struct map_hash *);
void okobpf_hash_free_table(struct hash_table *);

/* For tests: the most entries that a lookup may have to look at. */
uint32_t okobpf_hash_longest_walk(struct map_hash *);

/* These are as in 'struct map_ops'. */
void okobpf_hash_destroy(struct okobpf_map *);
enum okobpf_map_result okobpf_hash_read(struct okobpf_map *, const void *key,
                                        void *value);
uint64_t okobpf_hash_n_entries(const struct okobpf_map *);
void okobpf_hash_clear(struct okobpf_map *);
bool okobpf_hash_clear_some(struct okobpf_map *, uint64_t *cursor);
bool okobpf_hash_next(struct okobpf_map *, uint64_t *cursor, void *key,
                      void *value);
/* As 'next_state' of 'struct map_ops', for per-core tables. */
bool okobpf_percpu_hash_next_state(struct okobpf_map *, uint64_t *cursor,
                                   void *key, void *values);
void okobpf_hash_run_ended(struct okobpf_map *);

#endif /* maps/hash.h */
