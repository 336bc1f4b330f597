/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Bloom filters and count-min sketches: what was added, in little memory, with
 * an error on one side only.
 *
 * A Bloom filter says of an item that it was added (1), or not (0): if it says
 * 0, it is right.  It has 64-bit words of bits, 'n_hash_functions' / ln 2 bits
 * for each of 'max_entries' items, which is best for that many hash functions.
 * A count-min sketch says how often an item was added: not less than it was.
 * It has 'n_hash_functions' rows of 'max_entries' counters of 32 bits.
 *
 * The hash functions are the sums of multiples of two halves of one hash.  The
 * result of a lookup stands in memory that the thread's slot owns, until its
 * next lookup in the same map. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "maps/map.h"

#include <stdlib.h>
#include <string.h>
#include "maps/keyed-hash.h"
#include "mem.h"

#define MAX_HASH_FUNCTIONS 16
#define DEFAULT_HASH_FUNCTIONS 4

/* The result of a lookup, alone in its cache line. */
struct sketch_result {
    _Atomic uint32_t value;
} __attribute__((__aligned__(64)));

struct map_sketch {
    struct okobpf_map up;
    struct keyed_hash_secret secret;
    uint32_t n_hashes;
    uint64_t mask;              /* Bits, or columns of a row, minus 1. */
    uint64_t n_cells;           /* Words, or counters. */
    void *cells;
    struct sketch_result *results; /* One for each slot. */
};

static struct map_sketch *
sketch_cast(const struct okobpf_map *map)
{
    return (void *) map;
}

/* Geometry. */

static uint32_t
n_hashes(const struct map_spec *spec)
{
    return (spec->n_hash_functions ? spec->n_hash_functions
            : DEFAULT_HASH_FUNCTIONS);
}

static uint64_t
round_up_pow2(uint64_t x)
{
    uint64_t pow2 = 1;

    while (pow2 < x) {
        pow2 *= 2;
    }
    return pow2;
}

/* Bits of a Bloom filter: at least a word. */
static uint64_t
bloom_bits(const struct map_spec *spec)
{
    uint64_t bits = (uint64_t) spec->max_entries * n_hashes(spec) * 13 / 9;

    return round_up_pow2(bits < 64 ? 64 : bits);
}

static uint64_t
countmin_columns(const struct map_spec *spec)
{
    return round_up_pow2(spec->max_entries);
}

static const char *
sketch_check(const struct map_spec *spec, uint32_t n_slots, uint64_t *memory)
{
    uint64_t bytes;

    if (spec->value_size != sizeof(uint32_t)) {
        return "what a lookup finds is a number of 32 bits, so expected a "
               "value size of 4";
    }
    if (n_hashes(spec) > MAX_HASH_FUNCTIONS) {
        return "expected at most 16 hash functions";
    }
    bytes = (spec->type == OKOBPF_MAP_BLOOM
             ? bloom_bits(spec) / 8
             : countmin_columns(spec) * n_hashes(spec) * sizeof(uint32_t));
    *memory = map_sizes_add(bytes, map_sizes_mul(
                                n_slots, sizeof(struct sketch_result)));
    return NULL;
}

static struct okobpf_map *
sketch_create(const struct map_spec *spec, uint32_t n_slots)
{
    struct map_sketch *sketch = okobpf_mem_alloc(1, sizeof *sketch);
    bool is_bloom = spec->type == OKOBPF_MAP_BLOOM;
    uint64_t bits, columns;

    if (!sketch) {
        return NULL;
    }
    okobpf_keyed_hash_draw(&sketch->secret);
    sketch->n_hashes = n_hashes(spec);
    if (is_bloom) {
        bits = bloom_bits(spec);
        sketch->mask = bits - 1;
        sketch->n_cells = bits / 64;
        sketch->cells = okobpf_mem_alloc_aligned(bits / 8);
    } else {
        columns = countmin_columns(spec);
        sketch->mask = columns - 1;
        sketch->n_cells = columns * sketch->n_hashes;
        sketch->cells = okobpf_mem_alloc_aligned(sketch->n_cells
                                                 * sizeof(uint32_t));
    }
    sketch->results = okobpf_mem_alloc_aligned((uint64_t) n_slots
                                               * sizeof *sketch->results);
    if (!sketch->cells || !sketch->results) {
        free(sketch->cells);
        free(sketch->results);
        free(sketch);
        return NULL;
    }
    return &sketch->up;
}

static void
sketch_destroy(struct okobpf_map *map)
{
    struct map_sketch *sketch = sketch_cast(map);

    free(sketch->cells);
    free(sketch->results);
    free(sketch);
}

/* Hash functions. */

struct sketch_hash {
    uint64_t h, step;
};

static struct sketch_hash
sketch_hash(const struct map_sketch *sketch, const void *item)
{
    uint64_t h = keyed_hash(&sketch->secret, item,
                            sketch->up.info.key_size);

    return (struct sketch_hash) { h, (h >> 32 | h << 32) | 1 };
}

/* Returns the next hash function's column, or bit. */
static uint64_t
next_hash(const struct map_sketch *sketch, struct sketch_hash *hash)
{
    uint64_t index = hash->h & sketch->mask;

    hash->h += hash->step;
    return index;
}

/* Bloom filter. */

static uint32_t
bloom_query(const struct map_sketch *sketch, const void *item)
{
    struct sketch_hash hash = sketch_hash(sketch, item);
    _Atomic uint64_t *words = sketch->cells;

    for (uint32_t i = 0; i < sketch->n_hashes; i++) {
        uint64_t bit = next_hash(sketch, &hash);

        if (!(atomic_load_explicit(&words[bit / 64], memory_order_relaxed)
              >> bit % 64 & 1)) {
            return 0;
        }
    }
    return 1;
}

static enum okobpf_map_result
bloom_add(struct okobpf_map *map, const void *item)
{
    struct map_sketch *sketch = sketch_cast(map);
    struct sketch_hash hash = sketch_hash(sketch, item);
    _Atomic uint64_t *words = sketch->cells;

    for (uint32_t i = 0; i < sketch->n_hashes; i++) {
        uint64_t bit = next_hash(sketch, &hash);
        uint64_t mask = UINT64_C(1) << bit % 64;

        /* Most bits are there already, and a read shares the cache line. */
        if (!(atomic_load_explicit(&words[bit / 64], memory_order_relaxed)
              & mask)) {
            atomic_fetch_or_explicit(&words[bit / 64], mask,
                                     memory_order_relaxed);
        }
    }
    return OKOBPF_MAP_OK;
}

/* Count-min sketch. */

static uint32_t
countmin_query(const struct map_sketch *sketch, const void *item)
{
    struct sketch_hash hash = sketch_hash(sketch, item);
    _Atomic uint32_t *row = sketch->cells;
    uint32_t min = UINT32_MAX;

    for (uint32_t i = 0; i < sketch->n_hashes; i++) {
        uint32_t n = atomic_load_explicit(&row[next_hash(sketch, &hash)],
                                          memory_order_relaxed);

        min = n < min ? n : min;
        row += sketch->mask + 1;
    }
    return min;
}

/* Adds 'n' to a counter that stays at its maximum once it is there. */
static void
add_saturating(_Atomic uint32_t *counter, uint32_t n)
{
    uint32_t old = atomic_load_explicit(counter, memory_order_relaxed);
    uint32_t new;

    do {
        new = old > UINT32_MAX - n ? UINT32_MAX : old + n;
    } while (!atomic_compare_exchange_weak_explicit(
                 counter, &old, new, memory_order_relaxed,
                 memory_order_relaxed));
}

static void
countmin_add_n(struct map_sketch *sketch, const void *item, uint32_t n)
{
    struct sketch_hash hash = sketch_hash(sketch, item);
    _Atomic uint32_t *row = sketch->cells;

    for (uint32_t i = 0; i < sketch->n_hashes; i++) {
        add_saturating(&row[next_hash(sketch, &hash)], n);
        row += sketch->mask + 1;
    }
}

static enum okobpf_map_result
countmin_add(struct okobpf_map *map, const void *item)
{
    countmin_add_n(sketch_cast(map), item, 1);
    return OKOBPF_MAP_OK;
}

/* Both. */

static uint32_t
sketch_query(const struct okobpf_map *map, const void *item)
{
    const struct map_sketch *sketch = sketch_cast(map);

    return (map->info.type == OKOBPF_MAP_BLOOM
            ? bloom_query(sketch, item) : countmin_query(sketch, item));
}

static void *
sketch_lookup(struct okobpf_map *map, const void *key, uint32_t slot)
{
    struct sketch_result *result;

    if (slot >= map->n_slots) {
        return NULL;
    }
    result = &sketch_cast(map)->results[slot];
    atomic_store_explicit(&result->value, sketch_query(map, key),
                          memory_order_relaxed);
    return &result->value;
}

static enum okobpf_map_result
sketch_read(struct okobpf_map *map, const void *key, void *value)
{
    uint32_t result = sketch_query(map, key);

    memcpy(value, &result, sizeof result);
    return OKOBPF_MAP_OK;
}

/* The user adds an item to a Bloom filter by giving it the value 1, and to a
 * count-min sketch as often as the value says.  Nothing can be taken away. */
static enum okobpf_map_result
sketch_write(struct okobpf_map *map, const void *key, const void *value,
             uint64_t flags)
{
    uint32_t n;

    memcpy(&n, value, sizeof n);
    if (flags != OKOBPF_ANY) {
        return OKOBPF_MAP_BAD_FLAGS;
    }
    if (map->info.type == OKOBPF_MAP_COUNTMIN) {
        countmin_add_n(sketch_cast(map), key, n);
        return OKOBPF_MAP_OK;
    }
    return n == 1 ? bloom_add(map, key) : OKOBPF_MAP_UNSUPPORTED;
}

static uint64_t
sketch_n_entries(const struct okobpf_map *map)
{
    return sketch_cast(map)->n_cells;
}

static bool
sketch_is_touched(const struct okobpf_map *map)
{
    struct map_sketch *sketch = sketch_cast(map);
    _Atomic uint64_t *words = sketch->cells;
    _Atomic uint32_t *counters = sketch->cells;

    for (uint64_t i = 0; i < sketch->n_cells; i++) {
        if (map->info.type == OKOBPF_MAP_BLOOM
            ? atomic_load_explicit(&words[i], memory_order_relaxed) != 0
            : atomic_load_explicit(&counters[i], memory_order_relaxed) != 0) {
            return true;
        }
    }
    return false;
}

/* A cursor is the number of cells that are cleared. */
static bool
sketch_clear_some(struct okobpf_map *map, uint64_t *cursor)
{
    struct map_sketch *sketch = sketch_cast(map);
    _Atomic uint64_t *words = sketch->cells;
    _Atomic uint32_t *counters = sketch->cells;
    uint64_t end = sketch->n_cells;

    if (*cursor < end && end - *cursor > MAP_CLEAR_BYTES / 8) {
        end = *cursor + MAP_CLEAR_BYTES / 8;
    }
    for (; *cursor < end; (*cursor)++) {
        if (map->info.type == OKOBPF_MAP_BLOOM) {
            atomic_store_explicit(&words[*cursor], 0, memory_order_relaxed);
        } else {
            atomic_store_explicit(&counters[*cursor], 0,
                                  memory_order_relaxed);
        }
    }
    return *cursor < sketch->n_cells;
}

static void
sketch_clear(struct okobpf_map *map)
{
    uint64_t cursor = 0;

    while (sketch_clear_some(map, &cursor)) {
        continue;
    }
}

static void
sketch_copy(struct okobpf_map *new_, const struct okobpf_map *old_)
{
    const struct map_sketch *old = sketch_cast(old_);
    struct map_sketch *new = sketch_cast(new_);
    const _Atomic uint32_t *from = old->cells;
    _Atomic uint32_t *to = new->cells;
    uint64_t n = old->n_cells * (old_->info.type == OKOBPF_MAP_BLOOM ? 2 : 1);

    new->secret = old->secret;
    for (uint64_t i = 0; i < n; i++) {
        atomic_store_explicit(&to[i],
                              atomic_load_explicit(&from[i],
                                                   memory_order_relaxed),
                              memory_order_relaxed);
    }
}

static bool
sketch_next(struct okobpf_map *map, uint64_t *cursor, void *key, void *value)
{
    struct map_sketch *sketch = sketch_cast(map);
    uint32_t index = *cursor;

    if (*cursor >= sketch->n_cells) {
        return false;
    }
    memcpy(key, &index, sizeof index);
    if (map->info.type == OKOBPF_MAP_BLOOM) {
        _Atomic uint64_t *words = sketch->cells;
        uint64_t word = atomic_load_explicit(&words[index],
                                             memory_order_relaxed);

        memcpy(value, &word, sizeof word);
    } else {
        _Atomic uint32_t *counters = sketch->cells;
        uint32_t n = atomic_load_explicit(&counters[index],
                                          memory_order_relaxed);

        memcpy(value, &n, sizeof n);
    }
    *cursor += 1;
    return true;
}

static void
sketch_dump_sizes(const struct okobpf_map *map, uint32_t *key_size,
                  uint32_t *value_size)
{
    *key_size = sizeof(uint32_t);
    *value_size = (map->info.type == OKOBPF_MAP_BLOOM
                   ? sizeof(uint64_t) : sizeof(uint32_t));
}

/* The state is the words of the secret, the keys of which come down from
 * UINT32_MAX, and then the cells. */
#define SECRET_WORDS (sizeof(struct keyed_hash_secret) / sizeof(uint64_t))

static _Atomic uint64_t *
secret_words(struct map_sketch *sketch)
{
    return (_Atomic uint64_t *) &sketch->secret;
}

static uint64_t
read_cell(const struct map_sketch *sketch, uint32_t index)
{
    _Atomic uint64_t *words = sketch->cells;
    _Atomic uint32_t *counters = sketch->cells;

    return (sketch->up.info.type == OKOBPF_MAP_BLOOM
            ? atomic_load_explicit(&words[index], memory_order_relaxed)
            : atomic_load_explicit(&counters[index], memory_order_relaxed));
}

static bool
sketch_next_state(struct okobpf_map *map, uint64_t *cursor, void *key,
                  void *value)
{
    struct map_sketch *sketch = sketch_cast(map);
    uint32_t index;
    uint64_t word;

    if (*cursor < SECRET_WORDS) {
        index = UINT32_MAX - *cursor;
        word = atomic_load_explicit(&secret_words(sketch)[*cursor],
                                    memory_order_relaxed);
    } else if (*cursor - SECRET_WORDS < sketch->n_cells) {
        index = *cursor - SECRET_WORDS;
        word = read_cell(sketch, index);
    } else {
        return false;
    }
    memcpy(key, &index, sizeof index);
    memcpy(value, &word, sizeof word);
    *cursor += 1;
    return true;
}

static enum okobpf_map_result
sketch_restore(struct okobpf_map *map, const void *key, const void *value)
{
    struct map_sketch *sketch = sketch_cast(map);
    _Atomic uint64_t *words = sketch->cells;
    _Atomic uint32_t *counters = sketch->cells;
    uint32_t index;
    uint64_t word;

    memcpy(&index, key, sizeof index);
    memcpy(&word, value, sizeof word);
    if (UINT32_MAX - index < SECRET_WORDS) {
        atomic_store_explicit(&secret_words(sketch)[UINT32_MAX - index], word,
                              memory_order_relaxed);
    } else if (index >= sketch->n_cells) {
        return OKOBPF_MAP_BAD_KEY;
    } else if (map->info.type == OKOBPF_MAP_BLOOM) {
        atomic_store_explicit(&words[index], word, memory_order_relaxed);
    } else {
        atomic_store_explicit(&counters[index], word, memory_order_relaxed);
    }
    return OKOBPF_MAP_OK;
}

#define SKETCH_OPS(ADD)                         \
    {                                           \
        .check = sketch_check,                  \
        .create = sketch_create,                \
        .destroy = sketch_destroy,              \
        .lookup = sketch_lookup,                \
        .add = ADD,                             \
        .read = sketch_read,                    \
        .write = sketch_write,                  \
        .n_entries = sketch_n_entries,          \
        .is_touched = sketch_is_touched,        \
        .copy = sketch_copy,                    \
        .clear = sketch_clear,                  \
        .clear_some = sketch_clear_some,        \
        .next = sketch_next,                    \
        .dump_sizes = sketch_dump_sizes,        \
        .next_state = sketch_next_state,        \
        .restore = sketch_restore,              \
    }

const struct map_ops okobpf_map_bloom_ops = SKETCH_OPS(bloom_add);
const struct map_ops okobpf_map_countmin_ops = SKETCH_OPS(countmin_add);
