/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* A program of the benchmark, compiled for this machine.
 *
 * PROGRAM_FILE is the program's source, PROGRAM_NAME its name as a string, and
 * NATIVE(X) the name X of what this file offers for it.  With NATIVE_INLINED,
 * the compiler sees program, maps and the loop over the packets at once, and
 * makes one function of them. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include PROGRAM_FILE

#ifdef NATIVE_INLINED
static inline uint64_t
call_entry(const struct packet *packet, const void *aux)
{
    (void) aux;
    return entry(packet->data, packet->len);
}

pass_function NATIVE(inlined);

void __attribute__((__flatten__))
NATIVE(inlined)(uint32_t n_passes, const void *aux)
{
    run_passes(n_passes, call_entry, aux);
}
#else
entry_function NATIVE(called);

uint64_t
NATIVE(called)(uint64_t r1, uint64_t r2, struct okobpf_env *env)
{
    (void) env;
    return entry((const void *) (uintptr_t) r1, r2);
}
#endif
