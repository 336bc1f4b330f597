/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Lets a program of the benchmark be compiled for BPF and for this machine.
 *
 * A program uses maps of one kind.  Before it includes this file, it says
 * which file of the library has them, and under which name:
 *
 *     #define MAP_SOURCE "maps/hash.c"
 *     #define MAP_OPS okobpf_map_hash_ops
 *
 * For this machine, a program is compiled twice: as it would be with the
 * library's functions at hand to inline (NATIVE_INLINED), and calling them in
 * the way the JIT does. */

#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H 1

#ifdef __bpf__

#include <oko/filter.h>

#define PROGRAM uint64_t entry

#else

#include <stddef.h>
#include <stdint.h>
#include "bench.h"
#include "maps/map.h"

#ifdef NATIVE_INLINED
#include "maps/keyed-hash.c"
#ifdef MAP_SOURCE
#include MAP_SOURCE
#endif
#endif

#define PROGRAM static inline uint64_t entry
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif

/* Defines a variable NAME that native_bind() points to the map that the
 * program's object calls NAME.  The linker gathers the pointers to what it has
 * to know. */
#define OKO_MAP(NAME, TYPE, KEY, VALUE, MAX_ENTRIES)                    \
    static struct okobpf_map *NAME;                                     \
    static const struct native_map NAME##_native = {                    \
        PROGRAM_NAME, #NAME, &NAME                                      \
    };                                                                  \
    static const struct native_map *const NAME##_pointer                \
    __attribute__((__section__("native_maps"), __used__)) = &NAME##_native
#define OKO_SKETCH(NAME, TYPE, ITEM, VALUE, MAX_ENTRIES, N_HASH)        \
    OKO_MAP(NAME, TYPE, ITEM, VALUE, MAX_ENTRIES)

/* The JIT knows the map when it compiles a lookup and calls the function of
 * its kind.  It reads the time in place. */
#ifdef NATIVE_INLINED
#define NATIVE_OPS(MAP) (&MAP_OPS)
#define NATIVE_ADD(MAP, ITEM) MAP_OPS.add(MAP, ITEM)
#define NATIVE_UPDATE(MAP, KEY, VALUE)                                  \
    MAP_OPS.update(MAP, KEY, VALUE, OKOBPF_ANY, bench_env.ctx.slot)
#else
#define NATIVE_OPS(MAP) ((MAP)->ops)
#define NATIVE_ADD(MAP, ITEM)                                           \
    okobpf_helpers[HELPER_MAP_ADD].function((uintptr_t) (MAP),          \
                                            (uintptr_t) (ITEM), 0, 0, 0, \
                                            &bench_env)
#define NATIVE_UPDATE(MAP, KEY, VALUE)                                  \
    okobpf_helpers[HELPER_MAP_UPDATE].function((uintptr_t) (MAP),       \
                                               (uintptr_t) (KEY),       \
                                               (uintptr_t) (VALUE), 0, 0, \
                                               &bench_env)
#endif
#define oko_map_lookup(MAP, KEY)                                        \
    NATIVE_OPS(*(MAP))->lookup(*(MAP), KEY, bench_env.ctx.slot)
#define oko_map_update(MAP, KEY, VALUE) NATIVE_UPDATE(*(MAP), KEY, VALUE)
#define oko_map_add(MAP, ITEM) NATIVE_ADD(*(MAP), ITEM)
#define oko_time_get_ns() (bench_env.ctx.now_ns)

#endif

#include <oko/net.h>

#endif /* program.h */
