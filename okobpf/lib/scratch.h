/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Runs that change nothing, from within: scratch.c runs the program,
 * scratch-maps.c stands between it and its maps. */

#ifndef OKOBPF_SCRATCH_H
#define OKOBPF_SCRATCH_H 1

#include "maps/map.h"

#define SHADOW_N_BUCKETS 64

struct private_entry;

/* What the program takes for a map. */
struct shadow {
    struct okobpf_map up;       /* With operations of its own. */
    struct okobpf_map *real;
    struct scratch *scratch;
    uint32_t index;             /* In the program. */
    struct private_entry *buckets[SHADOW_N_BUCKETS];
    int64_t n_added;            /* Entries added less entries deleted. */
    struct okobpf_map *copy;    /* Of a sketch, once something was added. */
    void *direct;               /* Of global variables. */
    int max_prefix_len;         /* Of the prefixes that were set. */
    uint64_t result;            /* What a lookup in a sketch found. */
};

struct scratch {
    const struct okobpf_prog *real;
    struct okobpf_prog prog;
    struct okobpf_host host;
    struct shadow *shadows;
    struct okobpf_trace *trace;
    uint64_t left;              /* Bytes that may still be allocated. */
    uint64_t trace_left;        /* Of these, for the trace. */
    struct chunk *chunks;
    uint32_t work_left;         /* Accesses to real maps. */
    enum okobpf_status status;
};

/* Returns 'size' zeroed bytes that live until the end of the run.  If there is
 * not so much, notes that the run can't be as it should be and returns
 * NULL. */
void *okobpf_scratch_alloc(struct scratch *, uint64_t size);

/* Charges for an access to a real map.  Returns false, once and for all, if
 * there were too many. */
bool okobpf_scratch_may_access(struct scratch *);

/* Adds a call to the trace; 'value' may be NULL. */
void okobpf_scratch_trace(struct shadow *, enum okobpf_trace_op,
                          const void *key, const void *value,
                          enum okobpf_map_result);

/* As okobpf_scratch_trace(), of a value of another size than the map's. */
void okobpf_scratch_trace_sized(struct shadow *, enum okobpf_trace_op,
                                const void *key, const void *value,
                                uint32_t value_size, enum okobpf_map_result);

/* scratch-maps.c.  Makes 'shadow', all zeros, that of map number 'index'.
 * Returns false if there is no memory for that. */
bool okobpf_shadow_init(struct shadow *, struct scratch *, uint32_t index);

#endif /* scratch.h */
