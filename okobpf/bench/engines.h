/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* A program in all the engines that can run it. */

#ifndef BENCH_ENGINES_H
#define BENCH_ENGINES_H 1

#include <stddef.h>
#include "bench.h"
#include "peer.h"

/* Those that are compared with each other run one after the other. */
enum engine_id {
    ENGINE_NATIVE_INLINED,
    ENGINE_NATIVE_CALLED,
    ENGINE_OKOBPF_JIT,
    ENGINE_PEER_JIT,
    ENGINE_OKOBPF_INTERPRETER,  /* The reference for the others' results. */
    ENGINE_PEER_INTERPRETER,
    ENGINE_OKOBPF_RUN,          /* The JIT, through okobpf_run(). */
    N_ENGINES
};

/* How machine code is called. */
struct call {
    entry_function *function;
    size_t ofs;                 /* Of what r1 points to, in a packet. */
};

struct engine {
    const char *name;
    pass_function *run;         /* NULL if it cannot run this program. */
    const void *aux;
    struct call call;           /* What 'aux' may point to. */
    char refusal[256];          /* Why it cannot. */

    /* For whoever measures. */
    uint32_t n_passes;          /* In a sample. */
    uint64_t digest;            /* Expected after a sample. */
    uint64_t *samples;
};

/* The object file of a program. */
struct bench_object {
    const char *name;           /* Of the program. */
    const uint8_t *elf;
    size_t size;
};

struct bench {
    const struct native_program *native;
    struct okobpf_prog *interpreted;
    struct okobpf_prog *jited;
    struct peer *peer;
    struct engine engines[N_ENGINES];
};

/* Loads 'object' into all engines.  Returns false if not even the interpreter
 * takes it, or there is no native program of its name. */
bool bench_open(struct bench *, const struct bench_object *object);
void bench_close(struct bench *);

/* Sets the maps, and the time, to what they were at first. */
bool bench_reset(struct bench *);

/* A digest of what the engine that ran last has left: the results of its last
 * pass, and all maps. */
uint64_t bench_digest(const struct bench *);

#endif /* engines.h */
