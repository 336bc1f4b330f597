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

#ifndef FILTER_PROG_H
#define FILTER_PROG_H 1

/* Registry of the BPF filter programs in this process.
 *
 * A filter program belongs to a bridge, where OpenFlow knows it by a 32-bit
 * number.  The datapath, which may serve many bridges, knows it by a handle
 * that is unique in the process: this is what stands in datapath flows.  A
 * handle is not used again for a long time after its program is gone, so that
 * a stale datapath flow finds no program (which counts as "does not match")
 * rather than another one.
 *
 * Thread safety
 * =============
 *
 * Programs are reference-counted and RCU-protected: filter_prog_from_handle()
 * may be called, and the result used until the thread quiesces, without a
 * reference.  filter_prog_run() may be called from any number of threads, each
 * with a slot of its own.  The other functions may be called from any thread,
 * except that replacement of one program's image must be serialized by the
 * caller (OpenFlow messages are handled in the main thread). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "okobpf/okobpf.h"
#include "openvswitch/types.h"

struct dp_packet;
struct filter_prog;
struct smap;

/* Most programs in the process. */
#define FILTER_PROG_MAX 4095

void filter_prog_init(void);

/* Limits of loads. */
void filter_prog_configure(const struct smap *other_config);
void filter_prog_get_limits(struct okobpf_limits *);

/* Memory of programs that were unloaded or replaced is free after a grace
 * period only.  A load that fails with OKOBPF_LIMIT while some is pending may
 * succeed when none is any more. */
bool filter_prog_is_memory_pending(void);
void filter_prog_memory_wait(void);

/* What connections keep for programs, such as objects that are not complete
 * yet, counts as memory of programs as well. */
bool filter_prog_charge(uint64_t n_bytes, struct okobpf_report *);
void filter_prog_uncharge(uint64_t n_bytes);

/* Programs. */

struct filter_prog *filter_prog_create(const char *owner, uint32_t number,
                                       const void *elf, size_t elf_len,
                                       bool want_log, struct okobpf_report *);
bool filter_prog_replace(struct filter_prog *, const void *elf,
                         size_t elf_len, enum okobpf_keep, bool want_log,
                         struct okobpf_report *);
bool filter_prog_try_ref(const struct filter_prog *);
void filter_prog_unref(struct filter_prog *);
void filter_prog_retire(struct filter_prog *);

uint32_t filter_prog_handle(const struct filter_prog *);
uint32_t filter_prog_number(const struct filter_prog *);
const char *filter_prog_owner(const struct filter_prog *);

/* The current image.  Valid until the thread quiesces. */
const struct okobpf_prog *filter_prog_image(const struct filter_prog *);

struct filter_prog_stats {
    uint64_t n_runs;            /* Packets that the program was run on. */
    uint64_t n_matches;         /* Nonzero results. */
};
void filter_prog_get_stats(const struct filter_prog *,
                           struct filter_prog_stats *);

/* Time of the last load or replacement, in ms since the epoch. */
long long int filter_prog_load_time(const struct filter_prog *);

/* The ELF object as it was loaded.  Valid until the thread quiesces. */
const void *filter_prog_elf(const struct filter_prog *, size_t *elf_len);

/* Datapath. */

/* A thread that runs programs needs a slot: the index of its values in
 * per-core maps and of its counters. */
#define FILTER_PROG_NO_SLOT UINT32_MAX
uint32_t filter_prog_slot_alloc(void);
void filter_prog_slot_free(uint32_t slot);

struct filter_prog *filter_prog_from_handle(uint32_t handle);
void filter_prog_trace_env(const struct dp_packet *, ofp_port_t in_port,
                           struct okobpf_env *);

/* Context for running a program on the packets of a batch. */
struct filter_prog_ctx {
    uint32_t slot;
    long long int now_us;       /* Monotonic time, in microseconds. */
    ofp_port_t in_port;         /* OFPP_NONE if not known. */
};

#define FILTER_PROG_MAX_BATCH 32
uint32_t filter_prog_run(struct filter_prog *, struct dp_packet *packets[],
                         size_t n, const struct filter_prog_ctx *);

#endif /* filter-prog.h */
