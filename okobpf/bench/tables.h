/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Hash tables to compare: the library's, and DPDK's rte_hash. */

#ifndef BENCH_TABLES_H
#define BENCH_TABLES_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_size {
    uint32_t key_size, value_size; /* Bytes; multiples of 4 and 8. */
    uint32_t n_entries;
};

/* A table.  'insert' and 'lookup' take 'n' keys, one after the other. */
struct table_class {
    const char *name;

    /* Returns a table with room for as many entries, or NULL after it has
     * stored the reason in the 'size' bytes at 'reason'. */
    void *(*create)(const struct table_size *, char *reason, size_t size);
    void (*destroy)(void *table);

    /* Adds keys with values, whose first 8 bytes are the key's index.  Returns
     * how many went in. */
    uint32_t (*insert)(void *table, const void *keys, uint32_t n);

    /* Returns the sum of the values' first 8 bytes. */
    uint64_t (*lookup)(void *table, const void *keys, uint32_t n);

    /* Returns the bytes that the table takes. */
    uint64_t (*memory)(void *table);
};

extern const struct table_class table_hash;
extern const struct table_class table_lru_hash;
extern const struct table_class table_rte_hash;
extern const struct table_class table_rte_hash_lf;

/* Starts DPDK on 'cpu'.  Returns false if there is none, or after a message
 * if it can't be. */
bool table_start_dpdk(int cpu);

#endif /* tables.h */
