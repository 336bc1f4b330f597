/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Run time: all engines, by turns. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/mem.h"
#include "../tool/ticks.h"
#include "commands.h"
#include "engines.h"

/* Time of a sample.  Short, so that most samples are not interrupted. */
#define SAMPLE_NS 100000

/* Runs 'n_passes' with 'engine' from the beginning, after some that bring
 * caches and predictors up, and stores the ticks that they took in '*ticks'.
 * Returns a digest of what they left. */
static uint64_t
take_sample(struct bench *bench, const struct engine *engine,
            uint32_t n_passes, uint64_t *ticks)
{
    uint64_t start;

    bench_reset(bench);
    engine->run(6 + n_passes / 4, engine->aux);
    start = read_ticks();
    engine->run(n_passes, engine->aux);
    *ticks = read_ticks() - start;
    return bench_digest(bench);
}

/* Chooses how many passes make a sample of 'engine', and learns from the
 * interpreter what must come out of them. */
static void
calibrate(struct bench *bench, struct engine *engine,
          uint64_t ticks_per_second)
{
    uint64_t min = UINT64_MAX;
    uint64_t ticks;

    for (int i = 0; i < 3; i++) {
        take_sample(bench, engine, 4, &ticks);
        min = ticks < min ? ticks : min;
    }
    engine->n_passes = (ticks_per_second / 1000000 * (SAMPLE_NS / 1000) * 4
                        / (min ? min : 1));
    engine->n_passes = engine->n_passes < 2 ? 2 : engine->n_passes;
    engine->digest = take_sample(
        bench, &bench->engines[ENGINE_OKOBPF_INTERPRETER], engine->n_passes,
        &ticks);
}

/* Runs pass by pass, and compares the results of all packets and the maps
 * with the interpreter's. */
static bool
check_engine(struct bench *bench, const char *name,
             const struct engine *engine)
{
    const struct engine *reference
        = &bench->engines[ENGINE_OKOBPF_INTERPRETER];
    static uint64_t expected[N_PACKETS];

    for (uint32_t n_passes = 1; n_passes <= 4; n_passes++) {
        uint64_t digest;

        if (!bench_reset(bench)) {
            bench_error("%s: its maps cannot be filled", name);
            return false;
        }
        reference->run(n_passes, reference->aux);
        memcpy(expected, bench_results, sizeof expected);
        digest = bench_digest(bench);

        bench_reset(bench);
        engine->run(n_passes, engine->aux);
        for (int i = 0; i < N_PACKETS; i++) {
            if (bench_results[i] != expected[i]) {
                bench_error("%s: engine %s: packet %d in pass %"PRIu32": "
                            "expected %"PRIu64" as from the interpreter, got "
                            "%"PRIu64, name, engine->name, i, n_passes,
                            expected[i], bench_results[i]);
                return false;
            }
        }
        if (bench_digest(bench) != digest) {
            bench_error("%s: engine %s: the maps are not as the interpreter "
                        "leaves them after %"PRIu32" passes", name,
                        engine->name, n_passes);
            return false;
        }
    }
    return true;
}

static void
print_engine(struct json *json, const struct engine *engine,
             uint32_t n_rounds)
{
    json_open(json, NULL, '{');
    json_string(json, "name", engine->name);
    if (engine->run) {
        json_number(json, "packets",
                    (uint64_t) engine->n_passes * N_PACKETS);
        json_open(json, "ticks", '[');
        for (uint32_t i = 0; i < n_rounds; i++) {
            json_number(json, NULL, engine->samples[i]);
        }
        json_close(json, ']');
    } else {
        json_string(json, "refusal", engine->refusal);
    }
    json_close(json, '}');
}

static uint64_t
count_matches(void)
{
    uint64_t n = 0;

    for (int i = 0; i < N_PACKETS; i++) {
        n += bench_results[i] != 0;
    }
    return n;
}

static void
print_program(struct json *json, const char *name, const struct bench *bench,
              uint32_t n_rounds)
{
    const struct okobpf_prog_info *info
        = okobpf_prog_info(bench->jited ? bench->jited : bench->interpreted);

    json_open(json, NULL, '{');
    json_string(json, "name", name);
    json_number(json, "insns", info->n_insns);
    json_number(json, "jited_bytes", info->jited_len);
    json_number(json, "matches", count_matches());
    json_open(json, "engines", '[');
    for (int i = 0; i < N_ENGINES; i++) {
        print_engine(json, &bench->engines[i], n_rounds);
    }
    json_close(json, ']');
    json_close(json, '}');
}

/* Measures the program in all its engines.  Returns false, after an error
 * message, if one yields anything but what the others do. */
static bool
measure(struct bench *bench, const char *name, uint32_t n_rounds,
        uint64_t ticks_per_second)
{
    for (int i = 0; i < N_ENGINES; i++) {
        struct engine *engine = &bench->engines[i];

        if (engine->run) {
            engine->samples
                = okobpf_mem_alloc(n_rounds, sizeof *engine->samples);
            if (!engine->samples) {
                bench_error("out of memory");
                return false;
            }
            if (!check_engine(bench, name, engine)) {
                return false;
            }
            calibrate(bench, engine, ticks_per_second);
        }
    }
    for (uint32_t round = 0; round < n_rounds; round++) {
        for (int i = 0; i < N_ENGINES; i++) {
            /* Each round begins with another one. */
            struct engine *engine = &bench->engines[(round + i) % N_ENGINES];

            if (engine->run
                && take_sample(bench, engine, engine->n_passes,
                               &engine->samples[round]) != engine->digest) {
                bench_error("%s: engine %s: in round %"PRIu32", results or "
                            "maps differ from the interpreter's", name,
                            engine->name, round);
                return false;
            }
        }
    }
    return true;
}

static bool
run_object(const char *file, const struct bench_options *options,
           struct json *json)
{
    struct bench_object object;
    struct bench bench;
    uint8_t *elf;
    char *name;
    bool ok;

    elf = tool_read_file(file, &object.size);
    if (!elf) {
        return false;
    }
    name = bench_name(file);
    object.elf = elf;
    object.name = name;

    ok = name && bench_open(&bench, &object);
    if (!ok) {
        bench_error("%s: %s", file, bench.native
                    ? bench.engines[ENGINE_OKOBPF_INTERPRETER].refusal
                    : "no native program of that name");
    } else {
        ok = measure(&bench, name, options->n_rounds,
                     options->ticks_per_second);
        if (ok) {
            print_program(json, name, &bench, options->n_rounds);
        }
    }
    for (int i = 0; i < N_ENGINES; i++) {
        free(bench.engines[i].samples);
    }
    bench_close(&bench);
    free(name);
    free(elf);
    return ok;
}

bool
bench_run(const struct bench_options *options, struct json *json)
{
    bool ok = true;

    make_packets();
    json_open(json, "programs", '[');
    for (int i = 0; i < options->n_files && ok; i++) {
        ok = run_object(options->files[i], options, json);
    }
    json_close(json, ']');
    return ok;
}
