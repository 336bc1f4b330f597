/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Running programs. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdlib.h>
#include <time.h>
#include "epoch.h"
#include "image.h"
#include "maps/map.h"
#include "mem.h"

static inline uint64_t
run(const struct okobpf_prog *prog, uint64_t r1, uint64_t r2,
    struct okobpf_env *env)
{
    return (prog->jited ? prog->jited(r1, r2, env)
            : okobpf_interpret(prog, r1, r2, env));
}

/* Runs 'prog' on the packet in 'env->ctx'. */
static inline uint64_t
run_packet(const struct okobpf_prog *prog, struct okobpf_env *env)
{
    return (prog->info.abi == OKOBPF_ABI_PACKET
            ? run(prog, env->ctx.data, env->ctx.pkt_len, env)
            : run(prog, (uintptr_t) &env->ctx, 0, env));
}

/* Copies of a program share their counters. */
static inline struct run_time *
get_times(const struct okobpf_prog *prog)
{
    prog = prog->owner ? prog->owner : prog;
    return atomic_load_explicit(&prog->times, memory_order_acquire);
}

/* What is to be done around runs, as 'run_flags' says. */

struct around {
    unsigned int flags;
    struct epoch_thread *thread;
    uint64_t start_ns;
};

static uint64_t
time_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static void
begin_runs(struct around *around, unsigned int flags)
{
    around->flags = flags;
    if (flags & RUN_TIMED) {
        around->start_ns = time_ns();
    }
    if (flags & RUN_GUARDED) {
        around->thread = okobpf_epoch_enter();
    }
}

static void
end_runs(const struct around *around, const struct okobpf_prog *prog,
         uint32_t slot, uint32_t n)
{
    if (around->flags & RUN_GUARDED) {
        okobpf_epoch_exit(around->thread);
        for (size_t i = 0; !prog->host->defer && i < prog->n_maps; i++) {
            okobpf_map_free_retired(prog->maps[i]);
        }
    }
    if (around->flags & RUN_TIMED) {
        struct run_time *times = get_times(prog);
        struct run_time *time = &times[slot < prog->host->n_slots
                                       ? slot : prog->host->n_slots];

        atomic_fetch_add_explicit(&time->n_runs, n, memory_order_relaxed);
        atomic_fetch_add_explicit(&time->ns, time_ns() - around->start_ns,
                                  memory_order_relaxed);
    }
}

/* As run_packet(), with all that 'flags' say.  Apart from okobpf_run(), which
 * then need not save registers for it. */
static uint64_t __attribute__((__noinline__))
run_packet_around(const struct okobpf_prog *prog, struct okobpf_env *env,
                  unsigned int flags)
{
    struct around around;
    uint64_t result;

    begin_runs(&around, flags);
    result = run_packet(prog, env);
    end_runs(&around, prog, env->ctx.slot, 1);
    return result;
}

uint64_t
okobpf_run(const struct okobpf_prog *prog, struct okobpf_env *env)
{
    unsigned int flags = atomic_load_explicit(&prog->run_flags,
                                              memory_order_relaxed);

    if (!env_set_packet(env)) {
        return 0;
    }
    env->prog = prog;
    return (flags ? run_packet_around(prog, env, flags)
            : run_packet(prog, env));
}

/* Batches. */

/* Packets whose first bytes are fetched while one is looked at. */
#define PREFETCH 2

static inline uint64_t
run_batch(const struct okobpf_prog *prog, struct okobpf_env *env,
          const struct okobpf_packet *packets, uint32_t n, uint64_t *results,
          uint64_t (*function)(uint64_t r1, uint64_t r2, struct okobpf_env *),
          bool is_packet)
{
    struct oko_ctx *ctx = &env->ctx;
    uint64_t matches = 0;

    for (uint32_t i = 0; i < n; i++) {
        const struct okobpf_packet *packet = &packets[i];
        uint64_t r1, r2, result;

        if (i + PREFETCH < n) {
            __builtin_prefetch(
                (const void *) (uintptr_t) packet[PREFETCH].data);
        }
        ctx->data = packet->data;
        ctx->pkt_len = packet->len;
        if (!is_packet) {
            ctx->in_port = packet->in_port;
            ctx->packet_type = packet->packet_type;
            ctx->l3_ofs = packet->l3_ofs;
            ctx->l4_ofs = packet->l4_ofs;
            ctx->hash = packet->hash;
        }
        if (__builtin_expect(!env_set_packet(env), 0)) {
            result = 0;
        } else {
            r1 = is_packet ? packet->data : (uintptr_t) ctx;
            r2 = is_packet ? packet->len : 0;
            result = (function ? function(r1, r2, env)
                      : okobpf_interpret(prog, r1, r2, env));
        }
        matches |= (uint64_t) (result != 0) << i;
        if (results) {
            results[i] = result;
        }
    }
    return matches;
}

uint64_t
okobpf_run_batch(const struct okobpf_prog *prog, struct okobpf_env *env,
                 const struct okobpf_packet packets[], uint32_t n,
                 uint64_t results[])
{
    unsigned int flags = atomic_load_explicit(&prog->run_flags,
                                              memory_order_relaxed);
    bool is_packet = prog->info.abi == OKOBPF_ABI_PACKET;
    struct around around;
    uint64_t matches;

    n = n < OKOBPF_MAX_BATCH ? n : OKOBPF_MAX_BATCH;
    env->prog = prog;
    if (flags) {
        begin_runs(&around, flags);
    }
    if (prog->jited) {
        matches = (is_packet
                   ? run_batch(prog, env, packets, n, results, prog->jited,
                               true)
                   : run_batch(prog, env, packets, n, results, prog->jited,
                               false));
    } else {
        matches = run_batch(prog, env, packets, n, results, NULL, is_packet);
    }
    if (flags) {
        end_runs(&around, prog, env->ctx.slot, n);
    }
    return matches;
}

/* Time. */

bool
okobpf_prog_set_timing(struct okobpf_prog *prog, bool on)
{
    if (on && !get_times(prog)) {
        struct okobpf_prog *owner = prog->owner ? prog->owner : prog;
        struct run_time *none = NULL;
        struct run_time *times = okobpf_mem_alloc_aligned(
            ((uint64_t) prog->host->n_slots + 1) * sizeof *times);

        if (!times) {
            return false;
        }
        if (!atomic_compare_exchange_strong_explicit(
                &owner->times, &none, times, memory_order_acq_rel,
                memory_order_acquire)) {
            free(times);
        }
    }
    if (on) {
        atomic_fetch_or_explicit(&prog->run_flags, RUN_TIMED,
                                 memory_order_release);
    } else {
        atomic_fetch_and_explicit(&prog->run_flags, ~RUN_TIMED,
                                  memory_order_relaxed);
    }
    return true;
}

void
okobpf_prog_get_time(const struct okobpf_prog *prog,
                     struct okobpf_prog_time *time)
{
    struct run_time *times = get_times(prog);

    *time = (struct okobpf_prog_time) { 0, 0 };
    for (uint32_t i = 0; times && i <= prog->host->n_slots; i++) {
        time->n_runs += atomic_load_explicit(&times[i].n_runs,
                                             memory_order_relaxed);
        time->ns += atomic_load_explicit(&times[i].ns, memory_order_relaxed);
    }
}
