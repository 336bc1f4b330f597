/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

#ifndef OKOBPF_TICKS_H
#define OKOBPF_TICKS_H 1

/* A clock for measuring, which is read in a few ns: the CPU's time stamp
 * counter, where there is one. */

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
