/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The maps command: what it takes to fill hash tables with random keys and to
 * look all of them up, and how much memory they take. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "bench.h"
#include "commands.h"
#include "maps/map.h"
#include "mem.h"

/* The library's. */

struct own_table {
    struct okobpf_map *map;
    uint64_t memory;            /* That the process had before. */
};

static void
defer(void (*function)(void *aux), void *aux)
{
    function(aux);
}

static const struct okobpf_host own_host = { .n_slots = 1, .defer = defer };

/* Returns the bytes of memory that the process has. */
static uint64_t
resident(void)
{
    uint64_t size = 0, pages = 0;
    FILE *stream = fopen("/proc/self/statm", "r");

    if (stream) {
        if (fscanf(stream, "%"SCNu64" %"SCNu64, &size, &pages) != 2) {
            pages = 0;
        }
        fclose(stream);
    }
    return pages * sysconf(_SC_PAGESIZE);
}

static void *
own_create(uint32_t type, const struct table_size *size, char *reason,
           size_t reason_size)
{
    static char name[] = "bench";
    const struct map_spec spec = {
        .name = name,
        .type = type,
        .key_size = size->key_size,
        .value_size = size->value_size,
        .max_entries = size->n_entries,
    };
    struct own_table *table = okobpf_mem_alloc(1, sizeof *table);

    if (table) {
        table->memory = resident();
        table->map = okobpf_map_create(&spec, &own_host);
    }
    if (!table || !table->map) {
        snprintf(reason, reason_size, "out of memory");
        free(table);
        return NULL;
    }
    return table;
}

static void *
own_create_hash(const struct table_size *size, char *reason, size_t n)
{
    return own_create(OKOBPF_MAP_HASH, size, reason, n);
}

static void *
own_create_lru_hash(const struct table_size *size, char *reason, size_t n)
{
    return own_create(OKOBPF_MAP_LRU_HASH, size, reason, n);
}

static void
own_destroy(void *table_)
{
    struct own_table *table = table_;

    okobpf_map_release(table->map);
    free(table);
}

/* As programs do it, by the functions of the kind. */
static uint32_t
own_insert(void *table_, const void *keys, uint32_t n)
{
    struct okobpf_map *map = ((struct own_table *) table_)->map;
    const uint8_t *key = keys;
    uint32_t n_inserted = 0;

    for (uint32_t i = 0; i < n; i++, key += map->info.key_size) {
        uint64_t value[32] = { i };

        n_inserted += (map->ops->update(map, key, value, OKOBPF_ANY, 0)
                       == OKOBPF_MAP_OK);
    }
    return n_inserted;
}

static uint64_t
own_lookup(void *table_, const void *keys, uint32_t n)
{
    struct okobpf_map *map = ((struct own_table *) table_)->map;
    const uint8_t *key = keys;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < n; i++, key += map->info.key_size) {
        const uint64_t *value = map->ops->lookup(map, key, 0);

        sum += value ? *value : 0;
    }
    return sum;
}

static uint64_t
own_memory(void *table_)
{
    return resident() - ((struct own_table *) table_)->memory;
}

const struct table_class table_hash = {
    "hash", own_create_hash, own_destroy, own_insert, own_lookup, own_memory
};
const struct table_class table_lru_hash = {
    "lru-hash", own_create_lru_hash, own_destroy, own_insert, own_lookup,
    own_memory
};

/* The command. */

static const struct table_class *const classes[] = {
    &table_hash, &table_rte_hash, &table_rte_hash_lf, &table_lru_hash,
};
enum { N_CLASSES = sizeof classes / sizeof classes[0] };

struct table_round {
    uint64_t insert, lookup;    /* ns of CPU time. */
    uint64_t memory;            /* Bytes. */
};

/* Of this thread, in ns: it takes long enough for others to run meanwhile. */
static uint64_t
cpu_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

static uint64_t
mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    return x;
}

/* Stores different numbers for different 'i', which look random. */
static void
make_key(uint8_t *key, uint32_t key_size, uint32_t i)
{
    uint32_t x = i;

    x = (x ^ x >> 16) * 0x7feb352d;
    x = (x ^ x >> 15) * 0x846ca68b;
    x ^= x >> 16;
    memcpy(key, &x, sizeof x);
    for (uint32_t ofs = 4; ofs < key_size; ofs += 4) {
        uint32_t word = mix((uint64_t) i << 8 | ofs) >> 32;

        memcpy(key + ofs, &word, sizeof word);
    }
}

/* Stores in 'shuffled' the keys in another order. */
static void
shuffle(uint8_t *shuffled, const uint8_t *keys, uint32_t key_size, uint32_t n)
{
    uint8_t swap[256];

    memcpy(shuffled, keys, (size_t) key_size * n);
    for (uint32_t i = n - 1; i > 0; i--) {
        uint32_t j = mix(i * UINT64_C(0x9e3779b97f4a7c15)) % (i + 1);
        uint8_t *a = shuffled + (size_t) i * key_size;
        uint8_t *b = shuffled + (size_t) j * key_size;

        memcpy(swap, a, key_size);
        memcpy(a, b, key_size);
        memcpy(b, swap, key_size);
    }
}

/* Returns false after a message in 'reason'. */
static bool
measure(const struct table_class *class, const struct table_size *size,
        const uint8_t *keys, const uint8_t *shuffled,
        struct table_round *round, char *reason, size_t reason_size)
{
    const uint64_t n = size->n_entries;
    void *table = class->create(size, reason, reason_size);
    uint64_t start, sum;
    uint32_t n_inserted;
    bool ok;

    if (!table) {
        return false;
    }
    start = cpu_time();
    n_inserted = class->insert(table, keys, n);
    round->insert = cpu_time() - start;
    start = cpu_time();
    sum = class->lookup(table, shuffled, n);
    round->lookup = cpu_time() - start;
    round->memory = class->memory(table);
    class->destroy(table);

    ok = n_inserted == n && sum == n * (n - 1) / 2;
    if (!ok) {
        snprintf(reason, reason_size, "%"PRIu32" of %"PRIu64" entries went "
                 "in, and the sum of all is %"PRIu64, n_inserted, n, sum);
    }
    return ok;
}

static void
print_samples(struct json *json, const char *name,
              const struct table_round rounds[], uint32_t n, size_t ofs)
{
    json_open(json, name, '[');
    for (uint32_t i = 0; i < n; i++) {
        uint64_t sample;

        memcpy(&sample, (const uint8_t *) &rounds[i] + ofs, sizeof sample);
        json_number(json, NULL, sample);
    }
    json_close(json, ']');
}

static bool
compare(const struct table_size *size, uint32_t n_rounds, struct json *json)
{
    uint8_t *keys = okobpf_mem_alloc(size->n_entries, size->key_size);
    uint8_t *shuffled = okobpf_mem_alloc(size->n_entries, size->key_size);
    struct table_round *rounds
        = okobpf_mem_alloc((uint64_t) n_rounds * N_CLASSES, sizeof *rounds);
    char reasons[N_CLASSES][256] = { "" };
    bool ok = keys && shuffled && rounds;

    if (!ok) {
        bench_error("out of memory");
    }
    for (uint32_t i = 0; ok && i < size->n_entries; i++) {
        make_key(keys + (size_t) i * size->key_size, size->key_size, i);
    }
    if (ok) {
        shuffle(shuffled, keys, size->key_size, size->n_entries);
    }
    for (uint32_t i = 0; ok && i < n_rounds; i++) {
        for (int c = 0; c < N_CLASSES; c++) {
            if (!reasons[c][0]) {
                measure(classes[c], size, keys, shuffled,
                        &rounds[c * n_rounds + i], reasons[c],
                        sizeof reasons[c]);
            }
        }
    }
    if (ok && reasons[0][0]) {
        bench_error("hash: %s", reasons[0]);
        ok = false;
    }

    json_open(json, NULL, '{');
    json_number(json, "key_size", size->key_size);
    json_number(json, "value_size", size->value_size);
    json_number(json, "entries", size->n_entries);
    json_open(json, "tables", '[');
    for (int c = 0; ok && c < N_CLASSES; c++) {
        const struct table_round *samples = &rounds[c * n_rounds];

        json_open(json, NULL, '{');
        json_string(json, "name", classes[c]->name);
        if (reasons[c][0]) {
            json_string(json, "refusal", reasons[c]);
        } else {
            print_samples(json, "insert_ns", samples, n_rounds,
                          offsetof(struct table_round, insert));
            print_samples(json, "lookup_ns", samples, n_rounds,
                          offsetof(struct table_round, lookup));
            print_samples(json, "memory", samples, n_rounds,
                          offsetof(struct table_round, memory));
        }
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
    free(keys);
    free(shuffled);
    free(rounds);
    return ok;
}

bool
bench_maps(const struct bench_options *options, struct json *json)
{
    const struct table_size sizes[] = {
        { 4, 8, options->n_entries }, { 16, 32, options->n_entries },
    };
    bool ok = true;

    table_start_dpdk(options->cpu);
    json_open(json, "maps", '[');
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && ok; i++) {
        ok = compare(&sizes[i], options->n_rounds, json);
    }
    json_close(json, ']');
    return ok;
}
