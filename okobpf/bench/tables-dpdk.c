/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* DPDK's rte_hash, if HAVE_RTE_BPF says that DPDK is there.
 *
 * Values of 8 bytes are what it has in place of a pointer.  Larger ones are in
 * an array, by the position that it gives each key. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "commands.h"
#include "mem.h"

#ifdef HAVE_RTE_BPF
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

struct rte_table {
    struct rte_hash *hash;
    struct table_size size;
    uint8_t *values;            /* If they are larger than a pointer. */
    uint64_t memory;            /* That the heap held before. */
};

bool
table_start_dpdk(int cpu)
{
    char lcores[32];
    char *argv[] = {
        "okobpf-bench", "--no-huge", "--no-shconf", "--no-pci",
        "--no-telemetry", "--log-level=3", "-m", "512", "--lcores", lcores,
        NULL
    };

    snprintf(lcores, sizeof lcores, "0@%d", cpu);
    if (rte_eal_init(sizeof argv / sizeof argv[0] - 1, argv) < 0) {
        bench_error("DPDK does not start: %s", rte_strerror(rte_errno));
        return false;
    }
    return true;
}

static uint64_t
heap_memory(void)
{
    struct rte_malloc_socket_stats stats;
    uint64_t total = 0;

    for (int i = 0; i < RTE_MAX_NUMA_NODES; i++) {
        if (!rte_malloc_get_socket_stats(i, &stats)) {
            total += stats.heap_allocsz_bytes;
        }
    }
    return total;
}

static void
rte_destroy(void *table_)
{
    struct rte_table *table = table_;

    rte_hash_free(table->hash);
    free(table->values);
    free(table);
}

static void *
rte_create_with(const struct table_size *size, uint8_t flags, char *reason,
                size_t reason_size)
{
    const struct rte_hash_parameters parameters = {
        .name = "bench",
        .entries = size->n_entries,
        .key_len = size->key_size,
        .socket_id = SOCKET_ID_ANY,
        .extra_flag = flags,
    };
    struct rte_table *table = okobpf_mem_alloc(1, sizeof *table);

    if (!table) {
        snprintf(reason, reason_size, "out of memory");
        return NULL;
    }
    table->size = *size;
    table->memory = heap_memory();
    table->hash = rte_hash_create(&parameters);
    if (!table->hash) {
        snprintf(reason, reason_size, "rte_hash_create(): %s",
                 rte_strerror(rte_errno));
        free(table);
        return NULL;
    }
    if (size->value_size > sizeof(void *)) {
        table->values = okobpf_mem_alloc(rte_hash_max_key_id(table->hash) + 1,
                                         size->value_size);
        if (!table->values) {
            snprintf(reason, reason_size, "out of memory");
            rte_destroy(table);
            return NULL;
        }
    }
    return table;
}

static void *
rte_create(const struct table_size *size, char *reason, size_t reason_size)
{
    return rte_create_with(size, 0, reason, reason_size);
}

static void *
rte_create_lf(const struct table_size *size, char *reason,
              size_t reason_size)
{
    return rte_create_with(size, RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF,
                           reason, reason_size);
}

static uint32_t
rte_insert(void *table_, const void *keys, uint32_t n)
{
    struct rte_table *table = table_;
    const uint8_t *key = keys;
    uint32_t n_inserted = 0;

    for (uint32_t i = 0; i < n; i++, key += table->size.key_size) {
        if (!table->values) {
            n_inserted += !rte_hash_add_key_data(table->hash, key,
                                                 (void *) (uintptr_t) i);
        } else {
            int32_t position = rte_hash_add_key(table->hash, key);

            if (position >= 0) {
                uint64_t value[32] = { i };

                memcpy(table->values
                       + (size_t) position * table->size.value_size,
                       value, table->size.value_size);
                n_inserted++;
            }
        }
    }
    return n_inserted;
}

static uint64_t
rte_lookup(void *table_, const void *keys, uint32_t n)
{
    struct rte_table *table = table_;
    const uint8_t *key = keys;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < n; i++, key += table->size.key_size) {
        if (!table->values) {
            void *data;

            if (rte_hash_lookup_data(table->hash, key, &data) >= 0) {
                sum += (uintptr_t) data;
            }
        } else {
            int32_t position = rte_hash_lookup(table->hash, key);

            if (position >= 0) {
                uint64_t value;

                memcpy(&value, table->values
                       + (size_t) position * table->size.value_size,
                       sizeof value);
                sum += value;
            }
        }
    }
    return sum;
}

static uint64_t
rte_memory(void *table_)
{
    const struct rte_table *table = table_;

    return heap_memory() - table->memory
           + (table->values ? ((uint64_t) rte_hash_max_key_id(table->hash) + 1)
              * table->size.value_size : 0);
}

#else
bool
table_start_dpdk(int cpu)
{
    (void) cpu;
    return false;
}

static void *
rte_create(const struct table_size *size, char *reason, size_t reason_size)
{
    (void) size;
    snprintf(reason, reason_size, "the benchmark was built without DPDK");
    return NULL;
}

#define rte_create_lf rte_create
#define rte_destroy NULL
#define rte_insert NULL
#define rte_lookup NULL
#define rte_memory NULL
#endif

const struct table_class table_rte_hash = {
    "rte-hash", rte_create, rte_destroy, rte_insert, rte_lookup, rte_memory
};
const struct table_class table_rte_hash_lf = {
    "rte-hash-lf", rte_create_lf, rte_destroy, rte_insert, rte_lookup,
    rte_memory
};
