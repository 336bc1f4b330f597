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

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* A program of the benchmark, compiled for this machine.
 *
 * PROGRAM_FILE is the program's source, PROGRAM_NAME its name as a string, and
 * NATIVE(X) the name X of what this file offers for it.  With NATIVE_INLINED,
 * the compiler sees program, maps and the loop over the packets at once, and
 * makes one function of them. */

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
