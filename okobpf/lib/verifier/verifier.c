/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The verifier: see verifier.h. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "mem.h"
#include "verifier/verifier.h"

/* Instructions between looks at the clock. */
#define VISITS_PER_LOOK 64

static uint64_t
time_ns(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

static uint64_t
cpu_ns(const struct verifier *v)
{
    return time_ns(CLOCK_THREAD_CPUTIME_ID) - v->start_ns;
}

static uint64_t
wall_ns(const struct verifier *v)
{
    return time_ns(CLOCK_MONOTONIC) - v->start_wall_ns;
}

/* Gives up over a limit on 'what'. */
static bool
no_end(struct verifier *v, const char *what)
{
    char loop[192];

    okobpf_describe_busy_loop(v, loop, sizeof loop);
    return okobpf_over_limit(
        v, OKOBPF_LIMIT,
        "give loops a constant bound, such as "
        "for (i = 0; i < 8; i++); keep branches whose outcomes "
        "matter later out of loops, and their number low",
        "no end in sight after following %u instructions: over "
        "the verifier's limit on %s%s",
        v->n_visits, what, loop);
}

/* Gives up if the time is over. */
static bool
check_time(struct verifier *v)
{
    const struct okobpf_limits *limits = v->limits;
    uint64_t wall = wall_ns(v);

    /* A thread takes no more CPU time than what passes, of which it costs less
     * to ask. */
    return (wall > limits->max_verify_wall_ns
            ? no_end(v, "elapsed time")
            : wall > limits->max_verify_ns && cpu_ns(v) > limits->max_verify_ns
            ? no_end(v, "CPU time")
            : true);
}

void *
okobpf_v_alloc(struct verifier *v, size_t size)
{
    if (size > v->limits->max_verify_memory - v->memory) {
        no_end(v, "memory");
        return NULL;
    }

    void *p = okobpf_mem_alloc(1, size);
    if (!p) {
        okobpf_over_limit(v, OKOBPF_NO_MEMORY, NULL,
                          "out of memory while verifying");
        return NULL;
    }
    v->memory += size;
    if (v->memory > v->peak_memory) {
        v->peak_memory = v->memory;
    }
    return p;
}

void
okobpf_v_free(struct verifier *v, void *p, size_t size)
{
    if (p) {
        v->memory -= size;
        free(p);
    }
}

bool
okobpf_v_push(struct verifier *v, bool taken, int which)
{
    struct pending *p = okobpf_v_alloc(v, sizeof *p);

    if (!p) {
        return false;
    }
    p->saved = okobpf_state_save(v, true);
    if (!p->saved) {
        okobpf_v_free(v, p, sizeof *p);
        return false;
    }
    p->taken = taken;
    p->which = which;
    p->next = v->pending;
    v->pending = p;
    if (v->cur->parent) {
        v->cur->parent->n_open++;
    }
    return true;
}

/* Takes the branch that was left last.  Returns false if there is none. */
static bool
v_pop(struct verifier *v)
{
    struct pending *p = v->pending;

    if (!p) {
        return false;
    }

    bool taken = p->taken;
    int which = p->which;
    v->pending = p->next;
    okobpf_state_restore(v, p->saved);
    okobpf_saved_free(v, p->saved);
    okobpf_v_free(v, p, sizeof *p);

    okobpf_log_note(v, "back at %u, with the branch %staken:\n", v->cur->insn,
                    taken ? "" : "not ");
    okobpf_branch_go(v, taken, which);
    return true;
}

static bool
check_costs(struct verifier *v)
{
    if (v->n_visits >= v->limits->max_visits) {
        return no_end(v, "instructions");
    }
    v->info[v->cur->insn].n_visits++;
    return v->n_visits++ % VISITS_PER_LOOK || check_time(v);
}

static bool
follow_imm64(struct verifier *v, const struct bpf_insn *insn)
{
    struct val *dst = reg(v, bpf_dst(insn));
    uint64_t low = (uint32_t) insn[0].imm;
    uint64_t high = (uint32_t) insn[1].imm;

    okobpf_val_set_none(dst);
    switch (bpf_src(insn)) {
    case BPF_PSEUDO_MAP_IDX:
        dst->type = V_MAP;
        dst->map = insn->imm;
        dst->s = okobpf_scalar_const(0);
        break;
    case BPF_PSEUDO_MAP_IDX_VALUE:
        dst->type = V_VALUE;
        dst->map = insn->imm;
        dst->s = okobpf_scalar_const((uint32_t) insn[1].imm);
        break;
    default:
        okobpf_val_set_scalar(dst, okobpf_scalar_const(high << 32 | low), 0);
        break;
    }
    v->cur->insn += 2;
    return true;
}

static bool
follow_jump(struct verifier *v, const struct bpf_insn *insn, bool *ended)
{
    v->cur->n_jumps++;
    switch (BPF_OP(insn->opcode)) {
    case BPF_JA:
        v->cur->insn += 1 + (BPF_CLASS(insn->opcode) == BPF_JMP32
                             ? insn->imm : insn->offset);
        return true;
    case BPF_CALL:
        return (bpf_src(insn) == BPF_CALL_LOCAL
                ? okobpf_follow_local_call(v, insn)
                : okobpf_follow_helper(v, insn));
    case BPF_EXIT:
        return okobpf_follow_exit(v, ended);
    default:
        return okobpf_follow_branch(v);
    }
}

/* Follows the current path for one instruction.  Sets '*ended' if it ends
 * there. */
static bool
follow_insn(struct verifier *v, bool *ended)
{
    const struct bpf_insn *insn = &v->insns[v->cur->insn];

    v->cur->n_insns++;
    okobpf_charge_insn(v, insn);
    switch (BPF_CLASS(insn->opcode)) {
    case BPF_ALU:
    case BPF_ALU64:
        return okobpf_follow_alu(v, insn);
    case BPF_JMP:
    case BPF_JMP32:
        return follow_jump(v, insn, ended);
    case BPF_LD:
        return (BPF_MODE(insn->opcode) == BPF_IMM
                ? follow_imm64(v, insn)
                : okobpf_follow_packet_load(v, insn));
    case BPF_LDX:
        return okobpf_follow_load(v, insn);
    default:
        return (BPF_MODE(insn->opcode) == BPF_ATOMIC
                ? okobpf_follow_atomic(v, insn)
                : okobpf_follow_store(v, insn));
    }
}

/* Follows the current path to its end. */
static bool
follow_path(struct verifier *v)
{
    bool ended = false;

    while (!ended) {
        v->at = v->cur->insn;
        if (!check_costs(v)) {
            return false;
        }
        if (v->info[v->cur->insn].target
            && !okobpf_checkpoint_visit(v, &ended)) {
            return false;
        }
        if (!ended) {
            okobpf_log_step(v);
            if (!follow_insn(v, &ended)) {
                return false;
            }
        }
        if (!okobpf_check_work(v)) {
            return false;
        }
    }
    okobpf_path_ended(v);
    return true;
}

static void
set_entry_state(struct verifier *v)
{
    struct frame *frame = &v->cur->frames[0];
    struct val *r1 = &frame->regs[1];
    struct val *r2 = &frame->regs[2];

    okobpf_frame_init(frame, 0);
    okobpf_val_set_none(r1);
    r1->s = okobpf_scalar_const(0);
    if (v->image->abi == OKOBPF_ABI_PACKET) {
        r1->type = V_PKT;
        okobpf_val_set_scalar(r2, okobpf_scalar_range(0, MAX_PKT_LEN), 0);
        r2->id = ID_PKT_LEN;
        r2->range = 0;
    } else {
        r1->type = V_CTX;
    }
}

static bool
run(struct verifier *v)
{
    if (!okobpf_check_code(v)) {
        return false;
    }

    v->cur = okobpf_v_alloc(v, sizeof *v->cur);
    v->joins = okobpf_v_alloc(v, v->n_insns * sizeof *v->joins);
    if (!v->cur || !v->joins) {
        return false;
    }
    okobpf_work_model_init(&v->model, v->image->maps, v->image->n_maps);
    set_entry_state(v);
    do {
        if (!follow_path(v)) {
            return false;
        }
    } while (v_pop(v));
    return true;
}

static void
uninit(struct verifier *v)
{
    while (v->pending) {
        struct pending *p = v->pending;

        v->pending = p->next;
        okobpf_saved_free(v, p->saved);
        okobpf_v_free(v, p, sizeof *p);
    }
    okobpf_checkpoints_free(v);
    free(v->joins);
    free(v->cur);
    free(v->info);
    free(v->functions);
    okobpf_derivations_free(v);
}

enum okobpf_status
okobpf_verify(const struct image *image, const struct okobpf_limits *limits,
              uint32_t flags, struct okobpf_report *report)
{
    struct verifier v = {
        .image = image,
        .limits = limits,
        .report = report,
        .insns = image->insns,
        .n_insns = image->n_insns,
        .next_id = ID_FIRST,
        .start_ns = time_ns(CLOCK_THREAD_CPUTIME_ID),
        .start_wall_ns = time_ns(CLOCK_MONOTONIC),
        .status = OKOBPF_OK,
        .every_path = flags & VERIFY_EVERY_PATH,
        .want_log = flags & VERIFY_LOG,
    };

    if (run(&v)) {
        report->status = OKOBPF_OK;
        report->insn = -1;
        report->work = v.work;
    }
    report->insns_visited = v.n_visits;
    report->peak_states = v.peak_saved;
    report->peak_memory = v.peak_memory;
    report->verify_ns = cpu_ns(&v);
    report->verify_wall_ns = wall_ns(&v);
    okobpf_log_finish(&v);
    uninit(&v);
    return v.status;
}
