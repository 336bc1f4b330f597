/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The native programs and their maps. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <string.h>
#include "bench.h"

#define NATIVE_PROGRAMS(X)                              \
    X("trivial", native_trivial)                        \
    X("stateless-firewall", native_stateless_firewall)  \
    X("token-bucket", native_token_bucket)              \
    X("count-min", native_count_min)                    \
    X("sketch-helper", native_sketch_helper)

#define DECLARE(NAME, SYMBOL)                           \
    pass_function SYMBOL##_inlined;                     \
    entry_function SYMBOL##_called;
NATIVE_PROGRAMS(DECLARE)

static const struct native_program programs[] = {
#define ROW(NAME, SYMBOL) { NAME, SYMBOL##_inlined, SYMBOL##_called },
    NATIVE_PROGRAMS(ROW)
#undef ROW
};

const struct native_program *
native_find(const char *name)
{
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        if (!strcmp(programs[i].name, name)) {
            return &programs[i];
        }
    }
    return NULL;
}

/* The linker's names for the bounds of the section "native_maps". */
extern const struct native_map *const __start_native_maps[];
extern const struct native_map *const __stop_native_maps[];

void
native_bind(const char *name, const struct okobpf_prog *prog)
{
    const struct native_map *const *p;

    for (p = __start_native_maps; p < __stop_native_maps; p++) {
        for (size_t i = 0; i < okobpf_prog_n_maps(prog); i++) {
            struct okobpf_map *map = okobpf_prog_map(prog, i);

            if (!strcmp((*p)->program, name)
                && !strcmp((*p)->name, okobpf_map_info(map)->name)) {
                *(*p)->map = map;
            }
        }
    }
}
