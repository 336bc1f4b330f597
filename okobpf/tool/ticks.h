/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* A clock for measuring, which is read in a few ns: the CPU's time stamp
 * counter, where there is one. */

#ifndef OKOBPF_TICKS_H
#define OKOBPF_TICKS_H 1

#include <stdint.h>
#include <time.h>
#if defined __x86_64__ || defined __i386__
#include <x86intrin.h>
#define TICKS "tsc"
#else
#define TICKS "ns"
#endif

/* The system's clock, in ns. */
static inline uint64_t
clock_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline uint64_t
read_ticks(void)
{
#if defined __x86_64__ || defined __i386__
    unsigned int cpu;
    uint64_t tsc = __rdtscp(&cpu);

    _mm_lfence();
    return tsc;
#else
    return clock_now_ns();
#endif
}

/* Measures how many ticks a second has. */
static inline uint64_t
measure_ticks_per_second(void)
{
    uint64_t start_ns = clock_now_ns();
    uint64_t start = read_ticks();
    uint64_t ns;

    do {
        ns = clock_now_ns() - start_ns;
    } while (ns < 50000000);
    return (double) (read_ticks() - start) * 1e9 / ns;
}

#endif /* ticks.h */
