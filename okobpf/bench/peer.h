/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* DPDK's librte_bpf, which runs the same instructions as the library.
 *
 * Its programs take one pointer, to as many bytes as whoever loads them says.
 * So they get a 'struct packet', and two instructions in front of a program
 * make of it what the program takes: a pointer to the packet and its length.
 * Helpers become its external functions.  Nothing else is changed: what its
 * validator refuses, it does not run. */

#ifndef BENCH_PEER_H
#define BENCH_PEER_H 1

#include <stddef.h>
#include "bench.h"

struct image;
struct peer;

/* Loads the program in 'image', whose maps are 'maps'.  Returns NULL, and
 * stores the reason in the 'size' bytes at 'refusal', if it is not taken. */
struct peer *peer_load(const struct image *image,
                       struct okobpf_map *const maps[],
                       char *refusal, size_t size);
void peer_free(struct peer *);

/* Its machine code, which takes but one of the arguments, a 'struct packet'.
 * NULL if there is none. */
entry_function *peer_jit(const struct peer *);

/* 'aux' is the peer. */
pass_function peer_run_interpreter;

/* Which version, or NULL if the benchmark was built without it. */
const char *peer_version(void);

/* Between peer.c and peer-dpdk.c, whose headers do not go together: both
 * define BPF_LD and its like. */

enum peer_arg_type {
    PEER_NONE,
    PEER_NUMBER,
    PEER_POINTER,               /* To 'size' bytes. */
};

struct peer_arg {
    enum peer_arg_type type;
    size_t size;
};

#define PEER_MAX_ARGS 5

struct peer_function {
    const char *name;
    uint64_t (*function)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
    struct peer_arg args[PEER_MAX_ARGS];
    struct peer_arg ret;
};

/* Loads the 'n_insns' instructions at 'insns', whose calls have indexes into
 * 'functions' in place of helpers' numbers. */
struct peer *peer_load_insns(const void *insns, uint32_t n_insns,
                             const struct peer_function functions[],
                             uint32_t n_functions,
                             char *refusal, size_t size);

#endif /* peer.h */
