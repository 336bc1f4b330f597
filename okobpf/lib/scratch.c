/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Runs that change nothing, and tell what the program asked of its maps.
 *
 * The interpreter runs a copy of the program whose references to maps lead to
 * shadows.  A shadow is a map, with operations of its own: what the program
 * looks up is copied to private memory, where it may be written, and what it
 * updates or deletes is noted there, too.  All else is read from the real map,
 * in ways that leave no trace in it. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "scratch.h"

#include <stdlib.h>
#include <string.h>
#include "epoch.h"
#include "maps/map.h"
#include "mem.h"

/* Most accesses to real maps. */
#define MAX_WORK 1000000

struct chunk {
    struct chunk *next;
    uint64_t data[];
};

const char *
okobpf_trace_op_to_string(enum okobpf_trace_op op)
{
    switch (op) {
    case OKOBPF_TRACE_LOOKUP:
        return "lookup";
    case OKOBPF_TRACE_UPDATE:
        return "update";
    case OKOBPF_TRACE_DELETE:
        return "delete";
    case OKOBPF_TRACE_ADD:
        return "add";
    case OKOBPF_TRACE_OUTPUT:
        return "output";
    }
    return "unknown";
}

/* Memory. */

static void *
alloc_chunk(struct chunk **chunks, uint64_t *left, uint64_t size,
            enum okobpf_status *status)
{
    struct chunk *chunk;

    size = map_round_up_8(size) + sizeof *chunk;
    if (size > *left) {
        *status = OKOBPF_LIMIT;
        return NULL;
    }
    chunk = okobpf_mem_alloc(1, size);
    if (!chunk) {
        *status = OKOBPF_NO_MEMORY;
        return NULL;
    }
    *left -= size;
    chunk->next = *chunks;
    *chunks = chunk;
    return chunk->data;
}

void *
okobpf_scratch_alloc(struct scratch *s, uint64_t size)
{
    return alloc_chunk(&s->chunks, &s->left, size, &s->status);
}

static void
free_chunks(struct chunk *chunk)
{
    while (chunk) {
        struct chunk *next = chunk->next;

        free(chunk);
        chunk = next;
    }
}

bool
okobpf_scratch_may_access(struct scratch *s)
{
    if (!s->work_left) {
        s->status = OKOBPF_LIMIT;
        return false;
    }
    s->work_left--;
    return true;
}

/* The trace. */

static void *
trace_copy(struct scratch *s, const void *data, uint32_t size)
{
    struct chunk *chunks = s->trace->memory;
    enum okobpf_status status = OKOBPF_OK;
    void *copy = alloc_chunk(&chunks, &s->trace_left, size, &status);

    s->trace->memory = chunks;
    if (copy && size) {
        memcpy(copy, data, size);
    }
    return copy;
}

void
okobpf_scratch_trace(struct shadow *shadow, enum okobpf_trace_op op,
                     const void *key, const void *value,
                     enum okobpf_map_result result)
{
    okobpf_scratch_trace_sized(shadow, op, key, value,
                               shadow->up.info.value_size, result);
}

void
okobpf_scratch_trace_sized(struct shadow *shadow, enum okobpf_trace_op op,
                           const void *key, const void *value,
                           uint32_t value_size, enum okobpf_map_result result)
{
    const struct okobpf_map_info *info = &shadow->up.info;
    struct scratch *s = shadow->scratch;
    struct okobpf_trace *trace = s->trace;
    struct okobpf_trace_call call = {
        .op = op,
        .map = shadow->index,
        .result = result,
        .key_size = key ? info->key_size : 0,
        .value_size = value ? value_size : 0,
    };

    if (trace->n_calls >= trace->max_calls) {
        trace->n_left_out++;
        return;
    }
    if (key) {
        call.key = trace_copy(s, key, info->key_size);
    }
    if (value) {
        call.value = trace_copy(s, value, value_size);
    }
    if ((key && !call.key) || (value && !call.value)) {
        trace->n_left_out++;
        return;
    }
    trace->calls[trace->n_calls++] = call;
}

/* The scratch run of this thread, for what the program prints. */
static __thread struct scratch *printing;

static void
print_to_trace(const char *prog_name, const char *line)
{
    struct scratch *s = printing;
    struct okobpf_trace *trace = s->trace;
    size_t n = strlen(line);
    char *longer;

    (void) prog_name;
    longer = (n + 2 <= s->trace_left
                  ? okobpf_mem_resize(trace->printed,
                                      trace->printed_len + n + 2, 1)
                  : NULL);
    if (!longer) {
        trace->n_left_out++;
        return;
    }
    s->trace_left -= n + 1;
    memcpy(longer + trace->printed_len, line, n);
    memcpy(longer + trace->printed_len + n, "\n", 2);
    trace->printed = longer;
    trace->printed_len += n + 1;
}

/* Runs. */

static bool
make_shadows(struct scratch *s)
{
    size_t n = s->real->n_maps;

    s->shadows = okobpf_scratch_alloc(s, n * sizeof *s->shadows);
    for (size_t i = 0; s->shadows && i < n; i++) {
        if (!okobpf_shadow_init(&s->shadows[i], s, i)) {
            return false;
        }
    }
    return s->shadows != NULL;
}

/* Returns the address that stands for the reference to a map at 'insn'. */
static uint64_t
resolve(const struct bpf_insn *insn, const void *s_)
{
    const struct scratch *s = s_;
    const struct shadow *shadow = &s->shadows[insn->imm];
    const uint8_t *value;

    if (bpf_src(insn) == BPF_PSEUDO_MAP_IDX) {
        return (uintptr_t) shadow;
    }
    value = (shadow->direct ? shadow->direct
             : okobpf_map_direct_value(shadow->real));
    return (uintptr_t) (value + insn[1].imm);
}

/* Runs the program on private memory. */
static void
run_copy(struct scratch *s, struct okobpf_env *env)
{
    struct epoch_thread *thread = okobpf_epoch_enter();
    const struct okobpf_prog *prog = env->prog;
    bool packet = s->prog.info.abi == OKOBPF_ABI_PACKET;

    printing = s;
    env->prog = &s->prog;
    s->trace->result = okobpf_interpret(&s->prog, packet ? env->ctx.data
                                        : (uintptr_t) &env->ctx,
                                        packet ? env->ctx.pkt_len : 0, env);
    env->prog = prog;
    printing = NULL;
    okobpf_epoch_exit(thread);
}

static enum okobpf_status
run_scratch(struct scratch *s, struct okobpf_env *env)
{
    const struct okobpf_prog *real = s->real;

    s->trace->calls = okobpf_mem_alloc(s->trace->max_calls,
                                       sizeof *s->trace->calls);
    if (!s->trace->calls) {
        return OKOBPF_NO_MEMORY;
    }
    s->prog = *real;
    s->prog.code = okobpf_mem_alloc(real->image.n_insns, sizeof *s->prog.code);
    s->prog.steps = NULL;
    s->prog.printer = NULL;
    s->prog.host = &s->host;
    if (!s->prog.code) {
        return OKOBPF_NO_MEMORY;
    }
    memcpy(s->prog.code, real->image.insns,
           real->image.n_insns * sizeof *s->prog.code);
    s->host = *real->host;
    if (s->host.print) {
        s->host.print = print_to_trace;
    }
    if (!make_shadows(s)) {
        return s->status;
    }
    okobpf_prog_resolve_maps(s->prog.code, real->image.n_insns, resolve, s);
    if (!okobpf_interpret_prepare(&s->prog)) {
        return OKOBPF_NO_MEMORY;
    }
    run_copy(s, env);
    okobpf_interpret_free(&s->prog);
    return s->status;
}

enum okobpf_status
okobpf_run_scratch(const struct okobpf_prog *prog, struct okobpf_env *env,
                   const struct okobpf_trace_limits *limits,
                   struct okobpf_trace *trace)
{
    static const struct okobpf_trace_limits default_limits = {
        .max_calls = 256,
        .max_memory = 1024 * 1024,
    };
    struct scratch s = { .real = prog, .trace = trace };
    enum okobpf_status status = OKOBPF_OK;

    limits = limits ? limits : &default_limits;
    memset(trace, 0, sizeof *trace);
    trace->max_calls = limits->max_calls;
    s.left = s.trace_left = limits->max_memory;
    s.work_left = MAX_WORK;
    if (env_set_packet(env)) {
        status = run_scratch(&s, env);
    }
    for (size_t i = 0; s.shadows && i < prog->n_maps; i++) {
        okobpf_map_release(s.shadows[i].copy);
    }
    free(s.prog.code);
    free_chunks(s.chunks);
    return status;
}

void
okobpf_trace_uninit(struct okobpf_trace *trace)
{
    free(trace->calls);
    free(trace->printed);
    free_chunks(trace->memory);
    memset(trace, 0, sizeof *trace);
}
