/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The engines, and what they do to the maps of a program. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "engines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "image.h"
#include "maps/keyed-hash.h"
#include "mem.h"

uint64_t bench_results[N_PACKETS];
struct okobpf_env bench_env;

/* Calls.
 *
 * Machine code is called by the same instructions, wherever it comes from: a
 * loop that is laid out otherwise may take a cycle or two more. */

static inline uint64_t
call_function(const struct packet *packet, const void *aux)
{
    const struct call *call = aux;

    return call->function((uintptr_t) packet + call->ofs, packet->len,
                          &bench_env);
}

static void
run_function(uint32_t n_passes, const void *aux)
{
    run_passes(n_passes, call_function, aux);
}

/* As a host does it. */
static inline uint64_t
call_api(const struct packet *packet, const void *aux)
{
    const struct okobpf_prog *prog = aux;

    bench_env.ctx.data = (uintptr_t) packet->data;
    bench_env.ctx.data_end = (uintptr_t) packet->data + packet->len;
    bench_env.ctx.pkt_len = packet->len;
    return okobpf_run(prog, &bench_env);
}

static void
run_api(uint32_t n_passes, const void *aux)
{
    run_passes(n_passes, call_api, aux);
}

/* Setting up. */

/* No program of the benchmark deletes anything. */
static void
defer(void (*function)(void *aux), void *aux)
{
    function(aux);
}

static const struct okobpf_host bench_host = { .n_slots = 1, .defer = defer };

static struct okobpf_prog *
load(const struct bench_object *object, enum okobpf_engine engine,
     const struct okobpf_prog *keep_maps, char *refusal, size_t size)
{
    const struct okobpf_options options = {
        .host = &bench_host,
        .engine = engine,
        .keep_maps = keep_maps,
    };
    struct okobpf_report report;
    struct okobpf_prog *prog;

    prog = okobpf_load(object->elf, object->size, &options, &report);
    if (!prog) {
        snprintf(refusal, size, "%s", report.reason);
    }
    okobpf_report_uninit(&report);
    return prog;
}

static void
set_engine(struct bench *bench, enum engine_id id, pass_function *run,
           const void *aux)
{
    bench->engines[id].run = run;
    bench->engines[id].aux = aux;
}

/* Has 'function' called with the address 'ofs' bytes into the packet. */
static void
set_function(struct bench *bench, enum engine_id id, entry_function *function,
             size_t ofs)
{
    struct engine *engine = &bench->engines[id];

    engine->call.function = function;
    engine->call.ofs = ofs;
    set_engine(bench, id, run_function, &engine->call);
}

static void
set_refusal(struct bench *bench, enum engine_id id, const char *refusal)
{
    struct engine *engine = &bench->engines[id];

    snprintf(engine->refusal, sizeof engine->refusal, "%s", refusal);
}

bool
bench_open(struct bench *bench, const struct bench_object *object)
{
    static const char *const names[N_ENGINES] = {
        [ENGINE_NATIVE_INLINED] = "native-inlined",
        [ENGINE_NATIVE_CALLED] = "native-called",
        [ENGINE_OKOBPF_JIT] = "okobpf-jit",
        [ENGINE_OKOBPF_INTERPRETER] = "okobpf-interpreter",
        [ENGINE_PEER_JIT] = "librte-bpf-jit",
        [ENGINE_PEER_INTERPRETER] = "librte-bpf-interpreter",
        [ENGINE_OKOBPF_RUN] = "okobpf-run",
    };
    struct engine *engine;

    memset(bench, 0, sizeof *bench);
    bench->native = native_find(object->name);
    for (int i = 0; i < N_ENGINES; i++) {
        bench->engines[i].name = names[i];
    }

    /* All share the maps of the first. */
    engine = &bench->engines[ENGINE_OKOBPF_INTERPRETER];
    bench->interpreted = load(object, OKOBPF_ENGINE_INTERPRETER, NULL,
                              engine->refusal, sizeof engine->refusal);
    if (!bench->interpreted || !bench->native) {
        return false;
    }
    set_engine(bench, ENGINE_OKOBPF_INTERPRETER, run_api, bench->interpreted);

    native_bind(object->name, bench->interpreted);
    set_engine(bench, ENGINE_NATIVE_INLINED, bench->native->inlined, NULL);
    set_function(bench, ENGINE_NATIVE_CALLED, bench->native->called,
                 offsetof(struct packet, data));

    engine = &bench->engines[ENGINE_OKOBPF_JIT];
    bench->jited = load(object, OKOBPF_ENGINE_JIT, bench->interpreted,
                        engine->refusal, sizeof engine->refusal);
    if (bench->jited) {
        set_function(bench, ENGINE_OKOBPF_JIT, bench->jited->jited,
                     offsetof(struct packet, data));
        set_engine(bench, ENGINE_OKOBPF_RUN, run_api, bench->jited);
    } else {
        set_refusal(bench, ENGINE_OKOBPF_RUN, engine->refusal);
    }

    engine = &bench->engines[ENGINE_PEER_INTERPRETER];
    bench->peer = peer_load(&bench->interpreted->image,
                            bench->interpreted->maps,
                            engine->refusal, sizeof engine->refusal);
    if (bench->peer) {
        set_engine(bench, ENGINE_PEER_INTERPRETER, peer_run_interpreter,
                   bench->peer);
    }
    if (bench->peer && peer_jit(bench->peer)) {
        set_function(bench, ENGINE_PEER_JIT, peer_jit(bench->peer), 0);
    } else {
        set_refusal(bench, ENGINE_PEER_JIT,
                    bench->peer ? "it has no JIT for this machine"
                    : engine->refusal);
    }
    return true;
}

void
bench_close(struct bench *bench)
{
    peer_free(bench->peer);
    okobpf_prog_destroy(bench->jited);
    okobpf_prog_destroy(bench->interpreted);
}

/* Maps. */

static bool
put(struct okobpf_map *map, const void *key, const void *value)
{
    const struct okobpf_map_info *info = okobpf_map_info(map);

    return okobpf_map_update(map, key, info->key_size, value,
                             info->value_size, OKOBPF_ANY) == OKOBPF_MAP_OK;
}

/* Entries of hash tables stay and get their first values again, so that they
 * stay in place, too. */
static bool
reset_map(struct okobpf_map *map)
{
    const char *name = okobpf_map_info(map)->name;
    bool ok = true;

    if (!strcmp(name, "verdicts")) {
        /* Half of the hosts: of these, half may be sent to. */
        for (unsigned int i = 0; i < N_HOSTS; i += 2) {
            uint32_t address = host_address(i);
            uint32_t verdict = i / 2 % 2;

            ok = put(map, &address, &verdict) && ok;
        }
    } else if (!strcmp(name, "buckets")) {
        for (unsigned int i = 0; i < N_HOSTS; i++) {
            uint32_t address = host_address(i);
            const uint64_t bucket[2] = { 3000 * i, bench_env.ctx.now_ns };

            ok = put(map, &address, bucket) && ok;
        }
    } else {
        okobpf_map_clear(map);
    }
    return ok;
}

bool
bench_reset(struct bench *bench)
{
    const struct okobpf_prog *prog = bench->interpreted;
    bool ok = true;

    bench_env.ctx.now_ns = UINT64_C(1000000000);
    bench_env.ctx.slot = 0;
    bench_env.prog = prog;
    for (size_t i = 0; i < okobpf_prog_n_maps(prog); i++) {
        ok = reset_map(okobpf_prog_map(prog, i)) && ok;
    }
    return ok;
}

/* Adds the 'n' bytes at 'p' to 'digest'. */
static uint64_t
add_to_digest(uint64_t digest, const void *p, size_t n)
{
    const uint64_t sum[2] = {
        digest, keyed_hash(okobpf_keyed_hash_process_secret(), p, n)
    };

    return keyed_hash(okobpf_keyed_hash_process_secret(), sum, sizeof sum);
}

uint64_t
bench_digest(const struct bench *bench)
{
    const struct okobpf_prog *prog = bench->interpreted;
    uint64_t digest = add_to_digest(0, bench_results, sizeof bench_results);

    for (size_t i = 0; i < okobpf_prog_n_maps(prog); i++) {
        struct okobpf_map *map = okobpf_prog_map(prog, i);
        uint32_t key_size, value_size;
        uint64_t cursor = 0;
        uint8_t *entry;

        okobpf_map_dump_sizes(map, &key_size, &value_size);
        entry = okobpf_mem_alloc((uint64_t) key_size + value_size, 1);
        while (entry && okobpf_map_next(map, &cursor, entry,
                                        entry + key_size)) {
            digest = add_to_digest(digest, entry, key_size + value_size);
        }
        free(entry);
    }
    return digest;
}
