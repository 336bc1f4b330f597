/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The command "work": what the verifier charges for a run, compared with the
 * time that it takes at most.
 *
 * Each of the programs (work-programs.c) does one thing over and over.  Before
 * each run, others have had the caches, and maps are full. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "maps/map.h"
#include "../tool/ticks.h"
#include "commands.h"

#define EVICTED_BYTES (8 * 1024 * 1024)
#define PACKET_LEN 1500

static uint64_t
random_next(uint64_t *x)
{
    *x = *x * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return *x >> 20;
}

/* Fills 'map', of which keys begin with a number that is their only random
 * part: those of 4 or 8 bytes in prefix tries. */
static void
fill_map(struct okobpf_map *map)
{
    const struct okobpf_map_info *info = okobpf_map_info(map);
    uint8_t *key = calloc(1, info->key_size + 8);
    uint8_t *value = calloc(1, info->value_size);
    uint64_t x = 1;

    for (uint32_t i = 0; key && value && i < info->max_entries; i++) {
        uint64_t number = i;

        if (info->type == OKOBPF_MAP_LPM_TRIE) {
            /* Prefixes of one address as far as there are, then others. */
            uint32_t bits = (info->key_size - 4) * 8;
            uint32_t len = i <= bits ? i : bits;

            number = i <= bits ? 0 : random_next(&x);
            memcpy(key, &len, sizeof len);
            memcpy(key + 4, &number, 4);
        } else {
            memcpy(key, &number, info->key_size < 8 ? info->key_size : 8);
        }
        okobpf_map_update(map, key, info->key_size, value, info->value_size,
                          OKOBPF_ANY);
    }
    free(key);
    free(value);
}

/* Has other data in the caches. */
static void
evict_caches(uint8_t *memory)
{
    for (size_t i = 0; i < EVICTED_BYTES; i += 64) {
        memory[i]++;
    }
}

static int
compare_numbers(const void *a_, const void *b_)
{
    const uint64_t *a = a_, *b = b_;

    return *a < *b ? -1 : *a > *b;
}

/* Runs 'prog' and adds the ns that runs took, the median and the longest of
 * all but one in ten, to 'json' as 'name'. */
static bool
measure(const struct bench_options *options, const struct okobpf_prog *prog,
        const char *name, struct json *json)
{
    uint8_t *evicted = calloc(1, EVICTED_BYTES);
    uint64_t *ns = calloc(options->n_rounds, sizeof *ns);
    uint8_t packet[PACKET_LEN] = { 0 };
    uint64_t seed = 1;

    if (!evicted || !ns) {
        bench_error("out of memory");
        free(evicted);
        free(ns);
        return false;
    }
    for (uint32_t i = 0; i < options->n_rounds; i++) {
        struct okobpf_env env = {
            .ctx = {
                .data = (uintptr_t) packet,
                .data_end = (uintptr_t) packet + sizeof packet,
                .pkt_len = sizeof packet,
                .now_ns = random_next(&seed),
            },
        };
        uint64_t start;

        evict_caches(evicted);
        start = read_ticks();
        okobpf_run(prog, &env);
        ns[i] = (read_ticks() - start) * 1e9 / options->ticks_per_second;
    }
    qsort(ns, options->n_rounds, sizeof *ns, compare_numbers);
    json_open(json, name, '{');
    json_number(json, "median_ns", ns[options->n_rounds / 2]);
    json_number(json, "high_ns", ns[options->n_rounds * 9 / 10]);
    json_close(json, '}');
    free(evicted);
    free(ns);
    return true;
}

static bool
work_program(const struct bench_options *options, const char *file,
             struct json *json)
{
    static const struct okobpf_host host = { .n_slots = 1 };
    static const struct {
        enum okobpf_engine engine;
        const char *name;
    } engines[] = {
        { OKOBPF_ENGINE_INTERPRETER, "interpreter" },
        { OKOBPF_ENGINE_JIT, "jit" },
    };
    struct okobpf_limits limits = okobpf_default_limits;
    bool ok = true;
    uint8_t *elf;
    size_t size;
    char *name;

    elf = tool_read_file(file, &size);
    if (!elf) {
        return false;
    }

    /* What it costs is to be seen, whatever it is. */
    limits.max_work = UINT64_MAX;
    limits.max_visits = UINT32_MAX;
    limits.max_verify_ns = limits.max_verify_wall_ns = UINT64_MAX;
    limits.max_map_memory = UINT64_C(1) << 30;
    limits.max_verify_memory = UINT64_C(1) << 30;

    name = bench_name(file);
    json_open(json, NULL, '{');
    json_string(json, "name", name);
    for (size_t i = 0; i < sizeof engines / sizeof engines[0] && ok; i++) {
        const struct okobpf_options load_options = {
            .limits = &limits,
            .host = &host,
            .engine = engines[i].engine,
        };
        struct okobpf_report report;
        struct okobpf_prog *prog = okobpf_load(elf, size, &load_options,
                                               &report);

        if (!prog) {
            bench_error("%s: %s", file, report.reason);
            ok = engines[i].engine == OKOBPF_ENGINE_JIT;
        } else {
            for (size_t j = 0; j < prog->n_maps; j++) {
                if (!prog->image.maps[j].globals) {
                    fill_map(prog->maps[j]);
                }
            }
            if (!i) {
                json_number(json, "work", okobpf_prog_info(prog)->work);
            }
            ok = measure(options, prog, engines[i].name, json);
        }
        okobpf_prog_destroy(prog);
        okobpf_report_uninit(&report);
    }
    json_close(json, '}');
    free(name);
    free(elf);
    return ok;
}

bool
bench_work(const struct bench_options *options, struct json *json)
{
    bool ok = true;

    json_open(json, "work", '[');
    for (int i = 0; i < options->n_files; i++) {
        ok = work_program(options, options->files[i], json) && ok;
    }
    json_close(json, ']');
    return ok;
}
