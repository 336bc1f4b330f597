/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Maps, from within the library.
 *
 * Each kind of map has a file of its own, KIND.c, that offers a 'struct
 * map_ops'.  What is common to all is in map.c.
 *
 * Concurrency
 * ===========
 *
 * Readers take no lock.  A value is shared memory: the library copies it with
 * relaxed atomic accesses of 64 bits, so that an aligned word is never torn,
 * while a larger value may be seen half updated, as in Linux.  Memory that a
 * reader could hold goes back through okobpf_map_defer(), or epoch.h. */

#ifndef OKOBPF_MAPS_MAP_H
#define OKOBPF_MAPS_MAP_H 1

#include <stdatomic.h>
#include "image.h"

struct map_ops {
    /* Members are NULL where a kind has no such operation. */

    /* Stores the bytes that 'spec', whose common limits are checked already,
     * will take in '*memory' (UINT64_MAX if that wraps), and returns
     * NULL, or returns what is wrong with it. */
    const char *(*check)(const struct map_spec *spec, uint32_t n_slots,
                         uint64_t *memory);

    /* Allocates and initializes a map.  Only the kind's own members: map.c
     * fills in 'struct okobpf_map'.  Returns NULL if out of memory. */
    struct okobpf_map *(*create)(const struct map_spec *, uint32_t n_slots);
    void (*destroy)(struct okobpf_map *);

    /* For programs, whose core's slot is 'slot'.  'key' and 'value' have the
     * map's sizes; they need not be aligned. */
    void *(*lookup)(struct okobpf_map *, const void *key, uint32_t slot);
    enum okobpf_map_result (*update)(struct okobpf_map *, const void *key,
                                     const void *value, uint64_t flags,
                                     uint32_t slot);
    enum okobpf_map_result (*delete)(struct okobpf_map *, const void *key);
    enum okobpf_map_result (*add)(struct okobpf_map *, const void *item);

    /* For rings: 'size' is at most the map's value size. */
    enum okobpf_map_result (*output)(struct okobpf_map *, const void *data,
                                     uint64_t size);

    /* Whether what programs look up stays valid only until their run ends:
     * see epoch.h. */
    bool waits_for_runs;

    /* For the user: as the functions of okobpf.h without their checks of
     * sizes and flags.  Where 'read' is NULL, 'lookup' serves; where 'write'
     * is NULL, 'update'. */
    enum okobpf_map_result (*read)(struct okobpf_map *, const void *key,
                                   void *value);
    enum okobpf_map_result (*write)(struct okobpf_map *, const void *key,
                                    const void *value, uint64_t flags);
    uint64_t (*n_entries)(const struct okobpf_map *);

    /* For kinds whose entries all exist from the beginning: whether any of
     * them is not all zeros. */
    bool (*is_touched)(const struct okobpf_map *);

    /* For sketches: makes 'new', which is like 'old' and empty, a copy. */
    void (*copy)(struct okobpf_map *new, const struct okobpf_map *old);

    /* For per-core kinds: as 'read', of the value of 'slot' alone. */
    enum okobpf_map_result (*read_slot)(struct okobpf_map *, const void *key,
                                        void *value, uint32_t slot);
    void (*clear)(struct okobpf_map *);

    /* As okobpf_map_clear_some().  NULL where 'clear' takes no time. */
    bool (*clear_some)(struct okobpf_map *, uint64_t *cursor);
    bool (*next)(struct okobpf_map *, uint64_t *cursor, void *key,
                 void *value);
    void (*dump_sizes)(const struct okobpf_map *, uint32_t *key_size,
                       uint32_t *value_size);

    /* As okobpf_map_next_state() and okobpf_map_restore().  Where these are
     * NULL, 'next' and 'update' serve. */
    bool (*next_state)(struct okobpf_map *, uint64_t *cursor, void *key,
                       void *values);
    enum okobpf_map_result (*restore)(struct okobpf_map *, const void *key,
                                      const void *value);

    /* Only without "host->defer": frees what the kind put off itself. */
    void (*run_ended)(struct okobpf_map *);
};

/* Common part, first member of each kind's own structure.  Programs hold the
 * address of this as the map. */
struct okobpf_map {
    const struct map_ops *ops;
    struct okobpf_map_info info;
    char *name;                 /* Same as "info.name", for free(). */
    uint32_t n_slots;           /* At least 1. */
    atomic_uint ref_cnt;
    const struct okobpf_host *host;
    _Atomic uint64_t deferred;  /* Bytes given to "host->defer". */
    void *retired;              /* Only without "host->defer": see
                                 * okobpf_map_free_retired(). */
};

/* An array, whose lookup the JIT may do in line:
 *
 *     index < up.info.max_entries ? values + index * stride : NULL
 *
 * where 'index' is the 32-bit number at the key. */
struct map_array {
    struct okobpf_map up;
    uint64_t stride;            /* Multiple of 8. */
    uint8_t *values;            /* 'max_entries * stride' bytes. */

    /* Per-core arrays have as many of these arrays as there are slots, this
     * many bytes apart. */
    uint64_t slot_stride;
};

extern const struct map_ops okobpf_map_array_ops;
extern const struct map_ops okobpf_map_percpu_array_ops;
extern const struct map_ops okobpf_map_hash_ops;
extern const struct map_ops okobpf_map_percpu_hash_ops;
extern const struct map_ops okobpf_map_lru_hash_ops;
extern const struct map_ops okobpf_map_lpm_trie_ops;
extern const struct map_ops okobpf_map_ring_ops;
extern const struct map_ops okobpf_map_bloom_ops;
extern const struct map_ops okobpf_map_countmin_ops;

/* Checks 'spec' against what its kind and 'limits' allow and adds the bytes
 * that it will take to '*memory'.  Returns OKOBPF_OK, or reports the failure
 * in '*report' and returns its status. */
enum okobpf_status okobpf_map_spec_check(const struct map_spec *spec,
                                         const struct okobpf_limits *limits,
                                         uint32_t n_slots, uint64_t *memory,
                                         struct okobpf_report *report);

/* Creates a map with one reference from a spec that okobpf_map_spec_check()
 * let pass.  Returns NULL if memory is exhausted. */
struct okobpf_map *okobpf_map_create(const struct map_spec *,
                                     const struct okobpf_host *);

/* Creates an empty map of the same kind, sizes and limits as 'map', with one
 * reference.  Returns NULL if memory is exhausted. */
struct okobpf_map *okobpf_map_make_like(const struct okobpf_map *map);
void okobpf_map_release(struct okobpf_map *);

/* Returns how many entries of 'map' would be lost with it: 0 for an array or
 * sketch of zeros. */
uint64_t okobpf_map_n_to_lose(const struct okobpf_map *map);

/* Copies all entries of 'old' to 'new', which is empty, of the same kind and
 * sizes and at least as large.  Not for sketches.  Returns false if memory is
 * exhausted. */
bool okobpf_map_copy(struct okobpf_map *new, struct okobpf_map *old);

/* The address of the value number 0 of 'map', an array of one or more
 * entries: for BPF_PSEUDO_MAP_IDX_VALUE. */
void *okobpf_map_direct_value(struct okobpf_map *map);

/* Frees what okobpf_map_defer() put off for want of a host that does.  No
 * program may be running. */
void okobpf_map_free_retired(struct okobpf_map *);

/* For the kinds. */

/* Calls 'reclaim(p)' once no thread can hold a pointer into the 'size' bytes
 * (those of a pointer or more) at 'p' any more.  'reclaim' must free 'p' and
 * call okobpf_map_reclaimed(); until then, the map lives.
 *
 * Should the host's grace period be long, a program that deletes and adds
 * entries with each packet must not take all memory.  So kinds add an entry
 * only if okobpf_map_may_add(): if what waits takes less than twice the memory
 * of the map itself and some MiB. */
void okobpf_map_defer(struct okobpf_map *, void (*reclaim)(void *p), void *p,
                      uint64_t size);
void okobpf_map_reclaimed(struct okobpf_map *, uint64_t size);
bool okobpf_map_may_add(const struct okobpf_map *);

/* Per-core maps have a value for each slot, 'stride' bytes apart.  Programs
 * see that of their slot.  The user reads the sums of the values' words of 64
 * bits (32 bits, if their size is not a multiple of 8), and writes slot 0,
 * with zeros for the others. */
const char *okobpf_map_percpu_check(const struct map_spec *);
void okobpf_map_percpu_sum(void *dst, const void *values, uint32_t size,
                           uint64_t stride, uint32_t n_slots);
void okobpf_map_percpu_set(void *values, const void *src, uint32_t size,
                           uint64_t stride, uint32_t n_slots);
bool okobpf_map_is_percpu(const struct okobpf_map *);

/* Copies the values of all slots to 'dst', one after the other. */
void okobpf_map_percpu_load(void *dst, const void *values, uint32_t size,
                            uint64_t stride, uint32_t n_slots);

/* Copies a value into, or out of, the shared memory at 'dst' or 'src', which
 * must be aligned to 8 and have room for 'size' rounded up to 8. */
void okobpf_map_value_store(void *dst, const void *src, uint32_t size);
void okobpf_map_value_load(void *dst, const void *src, uint32_t size);

/* Whether any of the 'size' bytes of shared memory at 'src', rounded up to 8,
 * is not zero. */
bool okobpf_map_value_is_touched(const void *src, uint64_t size);

/* Bytes that 'clear_some' clears in one go, or so. */
#define MAP_CLEAR_BYTES (1024 * 1024)

/* Overwrites shared memory with zeros. */
void okobpf_map_value_clear(void *dst, uint64_t size);

static inline uint64_t
map_round_up_8(uint64_t x)
{
    return (x + 7) & ~UINT64_C(7);
}

/* Returns 'a * b', or UINT64_MAX if that wraps. */
static inline uint64_t
map_sizes_mul(uint64_t a, uint64_t b)
{
    uint64_t product;

    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* Returns 'a + b', or UINT64_MAX if that wraps. */
static inline uint64_t
map_sizes_add(uint64_t a, uint64_t b)
{
    uint64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

#endif /* map.h */
