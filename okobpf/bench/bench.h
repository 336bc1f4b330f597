/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The benchmark of the engines.
 *
 * Each program of programs/ is compiled to BPF and, by native.c, to machine
 * code.  All engines run it on the same packets, with the same maps, in one
 * process, by turns. */

#ifndef BENCH_H
#define BENCH_H 1

#include <stdbool.h>
#include <stdint.h>
#include "okobpf.h"

/* Packets. */

/* Large enough for each: what a peer is told that it may read. */
#define PACKET_SIZE 1536

/* A packet with its length in front: a peer that passes programs a single
 * pointer finds both there. */
struct packet {
    uint64_t len;
    uint8_t data[PACKET_SIZE];
};

#define N_PACKETS 512

/* Time that passes from packet to packet. */
#define PACKET_NS 100

extern struct packet bench_packets[N_PACKETS];
extern uint64_t bench_results[N_PACKETS]; /* Of the last pass. */
extern struct okobpf_env bench_env;

void make_packets(void);

/* The addresses that the packets come from and go to, in network byte
 * order. */
#define N_HOSTS 128
uint32_t host_address(unsigned int i);

/* Engines. */

typedef uint64_t entry_function(uint64_t r1, uint64_t r2,
                                struct okobpf_env *);

/* Runs a program on all packets, 'n_passes' times. */
typedef void pass_function(uint32_t n_passes, const void *aux);

/* Runs 'call' on all packets, 'n_passes' times.  To be inlined with a constant
 * 'call', so that the engines have nothing but that between their packets. */
static inline __attribute__((__always_inline__)) void
run_passes(uint32_t n_passes,
           uint64_t (*call)(const struct packet *, const void *aux),
           const void *aux)
{
    uint64_t now = bench_env.ctx.now_ns;

    for (uint32_t pass = 0; pass < n_passes; pass++) {
        for (uint32_t i = 0; i < N_PACKETS; i++) {
            now += PACKET_NS;
            bench_env.ctx.now_ns = now;
            bench_results[i] = call(&bench_packets[i], aux);

            /* Lest the compiler see through several packets. */
            __asm__ __volatile__("" : : : "memory");
        }
    }
}

/* Native programs: native.c, compiled for each program in two ways. */

struct native_map {
    const char *program;
    const char *name;
    struct okobpf_map **map;
};

struct native_program {
    const char *name;
    pass_function *inlined;
    entry_function *called;
};

/* Returns NULL if there is no such program. */
const struct native_program *native_find(const char *name);

/* Points the variables of native programs to the maps of 'prog'. */
void native_bind(const char *name, const struct okobpf_prog *prog);

#endif /* bench.h */
